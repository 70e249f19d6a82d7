"""Who may do what in a repository. https://docs.github.com/rest/collaborators/collaborators"""

from typing import Any

from qatui.sandbox.github.call import Answer, Call, Problem, Route, role_of
from qatui.sandbox.github.records import ROLES, Role, User
from qatui.sandbox.github.views.people import simple_user
from qatui.sandbox.github.views.repositories import permissions

_BY_RIGHT: dict[str, Role] = {
    "pull": "read",
    "triage": "triage",
    "push": "write",
    "maintain": "maintain",
    "admin": "admin",
}
_OLD: dict[Role | None, str] = {
    None: "none",
    "read": "read",
    "triage": "read",
    "write": "write",
    "maintain": "write",
    "admin": "admin",
}
"""`permission` knows fewer levels than `role_name`."""


def every(call: Call) -> Answer:
    """The owner, if a person, and whoever was given a role; `permission` asks for those with at least that right."""
    repository = call.repository
    people: dict[int, Role] = dict(repository.collaborators)
    if call.world.users[repository.owner_id].type == "User" and call.query.get("affiliation") != "outside":
        people = {repository.owner_id: "admin", **people}
    least = ROLES.index(_BY_RIGHT.get(call.query.get("permission", ""), "read"))
    rows = [(number, role) for number, role in people.items() if ROLES.index(role) >= least]
    return call.page(rows, lambda row: _collaborator(call, call.world.users[row[0]], row[1]))


def permission(call: Call) -> Answer:
    """What one person may do; `none` where they may not even look."""
    found = call.world.user(call.params["username"])
    if found is None:
        raise Problem(404, f"{call.params['username']} is not a user")
    role = role_of(call.world, call.repository, found)
    shown = {"permission": _OLD[role], "role_name": role or "none", "user": _collaborator(call, found, role)}
    return Answer(200, shown)


def _collaborator(call: Call, user: User, role: Role | None) -> dict[str, Any]:
    return {**simple_user(call.world, user), "permissions": permissions(role), "role_name": role or "none"}


_COLLABORATORS = "/repos/{owner}/{repo}/collaborators"
_DOCS = "collaborators/collaborators#"
ROUTES = (
    Route("GET", _COLLABORATORS, every, _DOCS + "list-repository-collaborators", role="write", grant="metadata=read"),
    Route(
        "GET",
        _COLLABORATORS + "/{username}/permission",
        permission,
        _DOCS + "get-repository-permissions-for-a-user",
        grant="metadata=read",
    ),
)
