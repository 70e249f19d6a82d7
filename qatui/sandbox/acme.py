"""Acme, who has the demo's repository at GitHub: its people, and what they said there. For the demo and the sandbox.

Whatever the API can do is done through it, so that timelines, events and numbers are what they would be.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from qatui.sandbox.github.answering import Asked, GitHub
from qatui.sandbox.github.founding import add_repository, add_token, add_user
from qatui.sandbox.github.records import Repository, Token, User
from qatui.sandbox.github.world import World

OWNER, NAME = "acme", "payments-api"
REPOSITORY = f"{OWNER}/{NAME}"
MAINTAINER, AUTHOR = "mira", "jon"
"""mira has admin rights, jon may push."""
LABELS = (("qa", "0e8a16", "Wants a test"), ("test plan", "5319e7", "An item of the test plan"))
ISSUES = (
    ("A token expires after one hour", "docs/test-plan.md, Accounts. qa:2H7KQC", ("qa", "test plan")),
    ("Log-out makes the token useless at once", "docs/test-plan.md, Accounts. qa:2H7KQD", ("qa", "test plan")),
    ("Cancel: a paid order is refused, and stays paid", "docs/test-plan.md, Orders. qa:5M3RDF", ("qa", "test plan")),
    ("Never refund more than was paid", "docs/test-plan.md, Refunds. qa:7K3F9Y", ("qa", "test plan")),
    ("Two refunds at once", "docs/test-plan.md, Refunds. qa:7K3F9Z", ("qa", "test plan")),
    ("The refund of a split payment is one cent off", "Seen on staging with three parts of 33.33.", ("bug",)),
)
"""Numbered from 1; those of the test plan are linked there as `(closes #N)`."""
MILESTONE = "2.0"


class Unfounded(Exception):
    """Something of acme's could not be made: git failed, or there is no room."""


def add_person(world: World, login: str, name: str, email: str) -> User:
    """Somebody new, with a token."""
    user = add_user(world, login, name=name, email=email)
    add_token(world, user)
    return user


def found(github: GitHub, *, writers: Iterable[User] = (), directory: Path | None = None) -> Repository:
    """The organization, mira and jon, and the repository; `writers` may push as jon may, `directory` is as of founding.

    What is in it, and what is said there (`talk`), comes later.
    """
    world = github.world
    owner = add_user(world, OWNER, kind="Organization", name="Acme")
    mira = add_person(world, MAINTAINER, "Mira Holm", "mira@acme.test")
    jon = add_person(world, AUTHOR, "Jon Ode", "jon@acme.test")
    return add_repository(
        world,
        owner,
        NAME,
        collaborators={mira.id: "admin", jon.id: "write", **{each.id: "write" for each in writers}},
        description="Orders, refunds and invoices over HTTP",
        directory=directory,
    )


def talk(github: GitHub) -> None:
    """Labels, a milestone, and issues, five of which are items of the test plan."""
    at = f"/repos/{REPOSITORY}"
    for name, color, words in LABELS:
        post(github, MAINTAINER, f"{at}/labels", {"name": name, "color": color, "description": words})
    milestone = post(github, MAINTAINER, f"{at}/milestones", {"title": MILESTONE})
    for title, body, labels in ISSUES:
        issue = {"title": title, "body": body, "labels": labels, "milestone": milestone["number"]}
        post(github, MAINTAINER, f"{at}/issues", issue)


def token(world: World, login: str) -> Token:
    """Somebody's token."""
    user = world.user(login)
    return next(each for each in world.tokens if user is not None and each.user_id == user.id)


def post(github: GitHub, login: str, path: str, body: Mapping[str, Any]) -> Any:
    """Make something through the API, as somebody."""
    headers = {"authorization": f"Bearer {token(github.world, login).value}", "user-agent": "qatui-sandbox"}
    answer = github.answer(Asked("POST", path, headers=headers, body=msgspec.json.encode(body)))
    if answer.status != 201:
        raise Unfounded(f"POST {path} was answered {answer.status}")
    return msgspec.json.decode(answer.body)
