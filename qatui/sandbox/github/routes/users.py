"""People. https://docs.github.com/rest/users/users"""

from typing import Any

from qatui.sandbox.github.call import Answer, Call, Problem, Route, not_found
from qatui.sandbox.github.identity import WEB_FLOW
from qatui.sandbox.github.records import User
from qatui.sandbox.github.views.people import moment, simple_user


def me(call: Call) -> Answer:
    """Whose credential it is; an installation's is nobody's."""
    if call.token is not None and call.token.installation_id is not None:
        raise Problem(403, "Resource not accessible by integration")
    return Answer(200, _public(call, call.who))


def by_login(call: Call) -> Answer:
    """Anybody, by login; GitHub itself too."""
    login = call.params["username"]
    found = call.world.user(login) or (WEB_FLOW if login.lower() == WEB_FLOW.login else None)
    if found is None:
        raise not_found()
    return Answer(200, _public(call, found))


def _public(call: Call, user: User) -> dict[str, Any]:
    """`public-user`."""
    shown = {
        **simple_user(call.world, user),
        "name": user.name,
        "company": None,
        "blog": "",
        "location": None,
        "email": user.email,
        "hireable": None,
        "bio": None,
        "public_repos": sum(each.owner_id == user.id and not each.private for each in call.world.repositories),
        "public_gists": 0,
        "followers": 0,
        "following": 0,
        "created_at": moment(user.created_at),
        "updated_at": moment(user.created_at),
    }
    return shown


ROUTES = (
    Route("GET", "/user", me, "users/users#get-the-authenticated-user", signed_in=True),
    Route("GET", "/users/{username}", by_login, "users/users#get-a-user"),
)
