"""Who asks, and whether they may: credentials, single sign-on, permissions of tokens, roles.

https://docs.github.com/rest/authentication/authenticating-to-the-rest-api
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from qatui.sandbox.github.call import Call, Problem, Route, moved, not_found
from qatui.sandbox.github.records import App, Repository, Token, User
from qatui.sandbox.github.views.apps import reaches
from qatui.sandbox.github.world import World

_LEVELS = ("read", "write", "admin")
LONGEST_APP_SECONDS = 600
"""How far ahead an App's JSON web token may expire."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A credential, understood."""

    user: User | None = None
    token: Token | None = None
    app: App | None = None


def caller(world: World, headers: Mapping[str, str]) -> Caller:
    """Who the Authorization header is: `Bearer`, `token`, or Basic with a token as password. 401 for a bad one."""
    kind, _, value = headers.get("authorization", "").strip().partition(" ")
    if not kind:
        return Caller()
    if kind.lower() == "basic":
        try:
            value = base64.b64decode(value, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            raise Problem(401, "Bad credentials") from None
    elif kind.lower() not in ("bearer", "token"):
        raise Problem(401, "Bad credentials")
    value = value.strip()
    if value.count(".") == 2:
        return Caller(app=_app(world, value))
    for token in world.tokens:
        if token.value == value and (token.expires_at is None or token.expires_at > world.now()):
            return Caller(world.users[token.user_id], token)
    raise Problem(401, "Bad credentials")


def _app(world: World, value: str) -> App:
    """The App of a JSON web token by its claims; the signature is not looked at, this is loopback."""
    try:
        claims = json.loads(base64.urlsafe_b64decode(value.split(".")[1] + "=="))
        issuer, expires = int(claims["iss"]), int(claims["exp"])
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
        raise Problem(401, "A JSON web token could not be decoded") from None
    found = world.apps.get(issuer)
    if found is None:
        raise Problem(401, "'Issuer' claim ('iss') must be an Integer")
    if not world.now() < expires <= world.now() + LONGEST_APP_SECONDS:
        raise Problem(401, "'Expiration time' claim ('exp') is too far in the future or has passed")
    return found


def told_of(token: Token | None) -> dict[str, str]:
    """What every answer says of the credential: a classic token's scopes, and when it runs out.

    https://docs.github.com/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
    """
    if token is None or token.installation_id is not None:
        return {}
    headers = {"X-OAuth-Scopes": ", ".join(token.scopes)} if token.permissions is None else {}
    if token.expires_at is not None:
        until = datetime.fromtimestamp(token.expires_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        headers["github-authentication-token-expiration"] = until
    return headers


def repository(world: World, call: Call) -> Repository:
    """The repository that the path names: a redirect for a former name, 404 where the caller may not even see it."""
    owner, name = call.params["owner"], call.params["repo"]
    found = world.repository(owner, name)
    if found is None:
        found = world.moved(owner, name)
        if found is None or not _sees(call, found):
            raise not_found()
        rest = call.path.split("/", 4)[4:]
        url = "/".join([f"{world.api_url}/repositories/{found.id}", *rest])
        url += f"?{urlencode(call.query)}" if call.query else ""
        raise moved(url, 301 if call.method in ("GET", "HEAD") else 307)
    if not _sees(call, found):
        raise not_found()
    return found


def _sees(call: Call, found: Repository) -> bool:
    """Whether the caller may know of the repository: by a role, or as an App that is installed there."""
    if call.role(found) is not None:
        return True
    app = call.app
    return app is not None and any(each.app_id == app.id and reaches(each, found) for each in call.world.installations)


def by_name(world: World, path: str) -> str:
    """A path `/repositories/ID/...`, as redirects and Link headers have it, with the repository's name instead."""
    words = path.split("/", 3)
    if len(words) < 3 or words[1] != "repositories" or not (words[2].isascii() and words[2].isdigit()):
        return path
    found = world.repositories.get(int(words[2][:15]))
    return path if found is None else "/".join(["/repos", world.full_name(found), *words[3:]])


def admit(call: Call, route: Route) -> None:
    """Refuse whom the route is not for: 401, 403 with what is missing, 404 where even the answer would tell."""
    if route.app:
        if call.app is None:
            raise Problem(401, "A JSON web token could not be decoded")
        return
    writes = call.method not in ("GET", "HEAD")
    if (route.signed_in or writes) and call.user is None:
        raise Problem(401, "Requires authentication")
    if "{repo}" not in route.path:
        return
    admit_token(call, route.grant, writes=writes)
    if not call.may(route.role) and not (_granted(call.token, route) and call.may("write")):
        # https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api: 404 hides what 403 would tell.
        if not writes:
            raise not_found() if call.user is None else Problem(403, "Must have push access to view this.")
        raise Problem(403, "Must have admin rights to Repository." if route.role == "admin" else _NO_PUSH)
    if writes and call.repository.archived:
        raise Problem(403, "Repository was archived so is read-only.")


def _granted(token: Token | None, route: Route) -> bool:
    """Whether an installation has the very permission: what asks a person for admin rights, it may by that."""
    return token is not None and token.installation_id is not None and bool(route.grant) and _has(token, route.grant)


def _has(token: Token, grant: str) -> bool:
    wanted, _, level = grant.partition("=")
    has = (token.permissions or {}).get(wanted, "")
    return has in _LEVELS and _LEVELS.index(has) >= _LEVELS.index(level)


_NO_PUSH = "You must have push access to this repository."
_SSO = (
    "Resource protected by organization SAML enforcement. "
    "You must grant your Personal Access token access to this organization."
)


def admit_token(call: Call, grant: str, *, writes: bool) -> None:
    """Refuse a credential that lacks something, though its person may: single sign-on, the permission `grant`."""
    token = call.token
    if token is None:
        return
    if token.sso_url is not None and call.world.users[call.repository.owner_id].type == "Organization":
        message = _SSO
        raise Problem(403, message, headers={"X-GitHub-SSO": f"required; url={token.sso_url}"})
    if token.installation_id is not None and writes and not call.may("write"):
        raise Problem(403, "Resource not accessible by integration")
    if token.permissions is None or not grant or not (writes or call.repository.private):
        return
    if not _has(token, grant):
        by = "integration" if token.installation_id is not None else "personal access token"
        headers = {"X-Accepted-GitHub-Permissions": grant}
        raise Problem(403, f"Resource not accessible by {by}", headers=headers)
