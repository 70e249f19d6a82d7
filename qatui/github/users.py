"""People and apps (https://docs.github.com/en/rest/users/users)."""

from msgspec import Struct

from qatui.github.protocol import Request, get, path


class Account(Struct, frozen=True):
    """Somebody, as most answers name them; somebody who deleted the account has no entry or an empty login."""

    login: str = ""
    id: int = 0
    type: str = "User"
    """User, Bot or Organization."""


class Person(Struct, frozen=True):
    """An account with what it shows of itself."""

    login: str
    id: int
    type: str = "User"
    name: str | None = None
    email: str | None = None


def is_by(user: Account | None, login: str) -> bool:
    """Whether something may be of `login`; with an empty one, the token of an App's installation that GitHub names
    nobody for, it may be of anybody, and its words alone must tell."""
    return not login or (user is not None and user.login.casefold() == login.casefold())


def me() -> Request[Person]:
    """Whose token it is; an app's installation token belongs to nobody and is refused (403)."""
    return get("see whose token it is", "/user", Person)


def person(login: str) -> Request[Person]:
    """Somebody by login."""
    return get(f"read who {login} is", path("/users/{}", login), Person)
