"""Users, and what every object has: moments and node ids."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from qatui.sandbox.github.records import User
from qatui.sandbox.github.world import World

NODE_PREFIXES = {
    "User": "U",
    "Repository": "R",
    "Issue": "I",
    "Pull": "PR",
    "Label": "LA",
    "Milestone": "MI",
    "Comment": "IC",
    "Event": "EV",
    "Review": "PRR",
    "ReviewComment": "PRRC",
    "ReviewThread": "PRRT",
    "Status": "SC",
    "CheckSuite": "CS",
    "CheckRun": "CR",
    "App": "A",
    "Ruleset": "RRS",
    "MergeQueueEntry": "MQE",
}
"""What stands before the number in a node id."""


def node_id(kind: str, number: int) -> str:
    """The id that GraphQL knows an object by."""
    return f"{NODE_PREFIXES[kind]}_kwDO{number}"


def moment(seconds: int) -> str:
    """As GitHub writes it: 2026-11-18T11:06:40Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_or_none(seconds: int | None) -> str | None:
    """A moment that may not have come."""
    return None if seconds is None else moment(seconds)


def simple_user(world: World, user: User) -> dict[str, Any]:
    """`simple-user`: who did something."""
    url = f"{world.api_url}/users/{quote(user.login)}"  # a bot's login has brackets: checks[bot]
    page = f"apps/{user.login.removesuffix('[bot]')}" if user.type == "Bot" else user.login
    return {
        "login": user.login,
        "id": user.id,
        "node_id": node_id("User", user.id),
        "avatar_url": f"{world.api_url}/avatars/{user.id}",
        "gravatar_id": "",
        "url": url,
        "html_url": f"{world.api_url}/{page}",
        "followers_url": f"{url}/followers",
        "following_url": f"{url}/following{{/other_user}}",
        "gists_url": f"{url}/gists{{/gist_id}}",
        "starred_url": f"{url}/starred{{/owner}}{{/repo}}",
        "subscriptions_url": f"{url}/subscriptions",
        "organizations_url": f"{url}/orgs",
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events{{/privacy}}",
        "received_events_url": f"{url}/received_events",
        "type": user.type,
        "user_view_type": "public",
        "site_admin": False,
    }


def user_or_none(world: World, number: int | None) -> dict[str, Any] | None:
    """Somebody who may not be."""
    found = world.users.get(number)
    return None if found is None else simple_user(world, found)


def organization(world: World, user: User) -> dict[str, Any]:
    """An organization as it stands in what hooks are told (`organization-simple`)."""
    url = f"{world.api_url}/orgs/{user.login}"
    return {
        "login": user.login,
        "id": user.id,
        "node_id": node_id("User", user.id),
        "url": url,
        "repos_url": f"{url}/repos",
        "events_url": f"{url}/events",
        "hooks_url": f"{url}/hooks",
        "issues_url": f"{url}/issues",
        "members_url": f"{url}/members{{/member}}",
        "public_members_url": f"{url}/public_members{{/member}}",
        "avatar_url": f"{world.api_url}/avatars/{user.id}",
        "description": "",
    }
