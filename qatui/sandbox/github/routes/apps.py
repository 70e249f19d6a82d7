"""GitHub Apps: who they are, where they are installed, the tokens they act with. https://docs.github.com/rest/apps/apps

An App asks with its JSON web token; what it does then, it does as its bot with an installation's token.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from qatui.sandbox.github.call import Answer, Call, Problem, Route, not_found
from qatui.sandbox.github.records import App, Installation, Repository, Token
from qatui.sandbox.github.views import apps as views
from qatui.sandbox.github.views.people import moment
from qatui.sandbox.github.views.repositories import whole

TOKEN_SECONDS = 3600
"""How long an installation's token lives."""
_LEVELS = ("read", "write", "admin")


class NewToken(Struct):
    """The body of create_token."""

    repositories: list[str] | None = None
    repository_ids: list[int] | None = None
    permissions: dict[str, str] | None = None


def me(call: Call) -> Answer:
    """The App that asks."""
    return Answer(200, views.integration(call.world, _app(call)))


def installation(call: Call) -> Answer:
    """Where the App is installed for a repository."""
    app = _app(call)
    for each in call.world.installations:
        if each.app_id == app.id and views.reaches(each, call.repository):
            return Answer(200, views.installation(call.world, each))
    raise not_found()


def create_token(call: Call) -> Answer:
    """A token of an installation for an hour, for all of its repositories and permissions or for fewer."""
    app = _app(call)
    found = call.world.installations.get(call.number("installation_id"))
    if found is None or found.app_id != app.id:
        raise not_found()
    asked = call.read(NewToken)
    chosen = _chosen(call, found, asked)
    permissions = _permissions(app, asked.permissions)
    now = call.world.now()
    for each in call.world.tokens:
        if each.expires_at is not None and each.expires_at <= now:
            call.world.tokens.remove(each)
    token = call.world.tokens.add(
        Token(
            value=f"ghs_{secrets.token_hex(18)}",
            user_id=app.bot_id,
            installation_id=found.id,
            repository_ids=None if chosen is None else [each.id for each in chosen],
            permissions=permissions,
            expires_at=now + TOKEN_SECONDS,
        )
    )
    limited = chosen is not None or found.repository_ids is not None
    shown: dict[str, Any] = {
        "token": token.value,
        "expires_at": moment(now + TOKEN_SECONDS),
        "permissions": permissions,
        "repository_selection": "selected" if limited else "all",
    }
    if chosen is not None:
        shown["repositories"] = [whole(call.world, each) for each in chosen]
    return Answer(201, shown)


def _app(call: Call) -> App:
    assert call.app is not None, "the route lets Apps in only"
    return call.app


def _chosen(call: Call, installation: Installation, asked: NewToken) -> list[Repository] | None:
    """The repositories that the token is for; None where none are named."""
    if asked.repositories is None and asked.repository_ids is None:
        return None
    reached = [each for each in call.world.repositories if views.reaches(installation, each)]
    by_name = {each.name.lower(): each for each in reached}
    by_id = {each.id: each for each in reached}
    try:
        named = [by_name[name.lower()] for name in asked.repositories or []]
        named += [by_id[number] for number in asked.repository_ids or []]
    except KeyError:
        raise Problem(
            422,
            "There is at least one repository that does not exist or is not accessible to the parent installation.",
        ) from None
    return list({each.id: each for each in named}.values())


def _permissions(app: App, asked: Mapping[str, str] | None) -> dict[str, str]:
    if asked is None:
        return dict(app.permissions)
    for name, level in asked.items():
        has = app.permissions.get(name)
        if level not in _LEVELS or has not in _LEVELS or _LEVELS.index(has) < _LEVELS.index(level):
            raise Problem(422, "The permissions requested are not granted to this installation.")
    return {"metadata": "read", **asked}


ROUTES = (
    Route("GET", "/app", me, "apps/apps#get-the-authenticated-app", app=True),
    Route(
        "GET",
        "/repos/{owner}/{repo}/installation",
        installation,
        "apps/apps#get-a-repository-installation-for-the-authenticated-app",
        app=True,
    ),
    Route(
        "POST",
        "/app/installations/{installation_id}/access_tokens",
        create_token,
        "apps/apps#create-an-installation-access-token-for-an-app",
        app=True,
    ),
)
