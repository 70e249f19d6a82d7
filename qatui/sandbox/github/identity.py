"""Which person of the look-alike an author of a commit is, and the other way round.

https://docs.github.com/account-and-profile/reference/email-addresses-reference#your-noreply-email-address
"""

from qatui.sandbox.github.objects import Person
from qatui.sandbox.github.records import User
from qatui.sandbox.github.world import World

WEB_FLOW = User(id=19864447, login="web-flow", name="GitHub Web Flow", email="noreply@github.com")
"""GitHub itself, who commits what people do over its website and its API; in no world's list of people."""
_HIDDEN = "@users.noreply.github.com"


def person(world: World, user: User) -> Person:
    """Who stands in the commits that `user` makes over the API, at this moment."""
    address = user.email or f"{user.id}+{user.login}{_HIDDEN}"
    return Person(user.name or user.login, address, world.now())


def web_flow(world: World) -> Person:
    """Who stands as committer in merges that GitHub makes, at this moment."""
    assert WEB_FLOW.email is not None
    return Person("GitHub", WEB_FLOW.email, world.now())


def by_email(world: World, address: str) -> User | None:
    """Who has this address: their own one or the one that GitHub gives everybody; GitHub's own is `web-flow`'s."""
    wanted = address.lower()
    if wanted == WEB_FLOW.email:
        return WEB_FLOW
    if wanted.endswith(_HIDDEN):
        return world.user(wanted.removesuffix(_HIDDEN).rpartition("+")[2])
    return next((each for each in world.users if each.email is not None and each.email.lower() == wanted), None)


def addresses(user: User) -> tuple[str, ...]:
    """Every address that commits of `user` may have."""
    hidden = (f"{user.id}+{user.login}{_HIDDEN}", f"{user.login}{_HIDDEN}")
    return hidden if user.email is None else (user.email, *hidden)
