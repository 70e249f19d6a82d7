"""A ready GitHub to try things on: people, and acme/payments-api with issues for its test plan and a pull request.

Whatever the API can do is done through it, so that timelines, events and numbers are what they would be.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from qatui.errors import UsageError
from qatui.sandbox.demo_candidates import FILES
from qatui.sandbox.demo_repository import JON, propose, write_history
from qatui.sandbox.github.answering import Asked, GitHub
from qatui.sandbox.github.founding import add_repository, add_token, add_user
from qatui.sandbox.github.records import Repository, Token
from qatui.sandbox.github.serve import serving
from qatui.sandbox.github.world import FILE, World
from qatui.workspace.program import version

OLDEST_GIT = (2, 38)
"""The first git that merges without a checkout (`git merge-tree --write-tree`)."""
OWNER, NAME, PRIVATE = "acme", "payments-api", "ledger"
MAINTAINER, AUTHOR, READER = "mira", "jon", "rita"
"""mira has admin rights, jon may push, rita reads what is public."""
LABELS = (("qa", "0e8a16", "Wants a test"), ("test plan", "5319e7", "An item of the test plan"))
ISSUES = (
    ("A token expires after one hour", "docs/test-plan.md, Accounts. qa:2H7KQC", ("qa", "test plan")),
    ("Log-out makes the token useless at once", "docs/test-plan.md, Accounts. qa:2H7KQD", ("qa", "test plan")),
    ("Cancel: a paid order is refused, and stays paid", "docs/test-plan.md, Orders. qa:5M3RDF", ("qa", "test plan")),
    ("Never refund more than was paid", "docs/test-plan.md, Refunds. qa:7K3F9Y", ("qa", "test plan")),
    ("Two refunds at once", "docs/test-plan.md, Refunds. qa:7K3F9Z", ("qa", "test plan")),
    ("The refund of a split payment is one cent off", "Seen on staging with three parts of 33.33.", ("bug",)),
)
MILESTONE = "2.0"
BRANCH, TITLE = "jon/cancel-orders", "Test cancelling orders"
PROPOSED = ("tests/api/test_orders_cancel.py", "tests/api/test_idempotency.py")
"""Files of run-125 that the open pull request brings."""
PROPOSED_AT = 1_743_408_000


@dataclass(frozen=True, slots=True)
class Ready:
    """A served look-alike, and what one needs to know of it."""

    api_url: str
    maintainer: str = ""
    """Token of somebody with admin rights in both repositories."""
    reader: str = ""
    """Token of somebody without push access, who cannot see the private one."""
    repository: str = f"{OWNER}/{NAME}"
    private_repository: str = f"{OWNER}/{PRIVATE}"


@contextmanager
def ready(directory: Path, *, keep: bool, port: int = 0) -> Iterator[Ready]:
    """Serve a ready GitHub while the context lasts; with `keep` it is in `directory` and is as it was left there.

    Raises OSError where the port is taken or the folder cannot be written, UsageError for a git that is too old.
    """
    told, numbers = version(Path.cwd())
    if numbers < OLDEST_GIT:
        wanted = "Install git {}.{} or newer.".format(*OLDEST_GIT)
        raise UsageError(f"Merging without a checkout needs a newer git than {told}.", wanted)
    if keep and not (directory / FILE).exists():
        _found_apart(directory)
    world = World(directory, keep=keep)
    try:
        if not keep:
            _found(GitHub(world))
        github = GitHub(world, limits="primary")
        with serving(github, port) as url:
            yield Ready(url, _token(world, MAINTAINER).value, _token(world, READER).value)
    finally:
        world.close()


def _found_apart(directory: Path) -> None:
    """Found the world beside `directory` and move it there when it is whole: killed half-way, it is begun anew."""
    place = directory.with_name(directory.name + ".new")
    shutil.rmtree(place, ignore_errors=True)
    world = World(place, keep=True)
    try:
        _found(GitHub(world))
    finally:
        world.close()
    place.rename(directory)


def _token(world: World, login: str) -> Token:
    user = world.user(login)
    return next(each for each in world.tokens if user is not None and each.user_id == user.id)


def _found(github: GitHub) -> None:
    """People, repositories, and what they have said so far."""
    world = github.world
    with world.lock:
        owner = add_user(world, OWNER, kind="Organization", name="Acme")
        mira = add_user(world, MAINTAINER, name="Mira Holm", email="mira@acme.test")
        jon = add_user(world, AUTHOR, name="Jon Ode", email="jon@acme.test")
        rita = add_user(world, READER, name="Rita Roy", email="rita@example.test")
        for person in (mira, jon, rita):
            add_token(world, person)
        words = "Orders, refunds and invoices over HTTP"
        main = add_repository(world, owner, NAME, collaborators={mira.id: "admin", jon.id: "write"}, description=words)
        ledger = add_repository(world, owner, PRIVATE, private=True, collaborators={mira.id: "admin"})
        _push(world, main, ledger)
        _talk(github)


def _push(world: World, main: Repository, ledger: Repository) -> None:
    """What is in the two bare repositories."""
    write_history(world.bare(main))
    run = FILES / "candidates" / "run-125"
    files = {path: (run / path).read_bytes() for path in PROPOSED}
    propose(world.bare(main), BRANCH, JON, PROPOSED_AT, TITLE, files)
    write_history(world.bare(ledger))


def _talk(github: GitHub) -> None:
    """Labels, a milestone, issues, and jon's pull request."""
    at = f"/repos/{OWNER}/{NAME}"
    for name, color, words in LABELS:
        _post(github, MAINTAINER, f"{at}/labels", {"name": name, "color": color, "description": words})
    milestone = _post(github, MAINTAINER, f"{at}/milestones", {"title": MILESTONE})
    for title, body, labels in ISSUES:
        issue = {"title": title, "body": body, "labels": labels, "milestone": milestone["number"]}
        _post(github, MAINTAINER, f"{at}/issues", issue)
    _post(github, AUTHOR, f"{at}/pulls", {"title": TITLE, "head": BRANCH, "base": "main", "body": "From run 125."})


def _post(github: GitHub, login: str, path: str, body: Mapping[str, Any]) -> Any:
    headers = {"authorization": f"Bearer {_token(github.world, login).value}", "user-agent": "qatui-sandbox"}
    answer = github.answer(Asked("POST", path, headers=headers, body=msgspec.json.encode(body)))
    assert answer.status == 201, answer
    return msgspec.json.decode(answer.body)
