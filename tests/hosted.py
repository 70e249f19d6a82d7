"""A desk whose repository is at the embedded GitHub: a fresh repository there, a clone, a store, and a client."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import httpx

from qatui.domain.candidate import Candidate
from qatui.domain.lifecycle import Action
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.hub import Hub
from qatui.flows.publish import Published, publish
from qatui.flows.sync import Synced, sync
from qatui.github.client import GitHub
from qatui.github.protocol import Repo
from qatui.sandbox.github.founding import add_repository
from qatui.sandbox.github.records import Pull, Repository
from qatui.settings.types import Team
from qatui.store import candidates
from qatui.store.answers import Answers
from qatui.store.database import Database
from qatui.store.repositories import repository_id
from qatui.workspace.repository import discover
from tests.conftest import Clock, run_git, seed
from tests.lookalike import FILES, Lookalike, push

_NUMBERS = count(1)


class Line(httpx.HTTPTransport):
    """Real HTTP, every request noted."""

    def __init__(self) -> None:
        super().__init__(verify=False)
        self.asked: list[str] = []
        self.down: str | None = None
        """What reaches no server: paths that end so."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Note it and do it."""
        self.asked.append(f"{request.method} {request.url.path}")
        if self.down is not None and request.url.path.endswith(self.down):
            raise httpx.ConnectError("nobody is there")
        return super().handle_request(request)


@dataclass
class Hosted:
    """robin's desk on a repository of acme."""

    github: Lookalike
    repository: Repository
    desk: Desk
    hub: Hub
    line: Line
    clock: Clock

    @property
    def bare(self) -> Path:
        """The bare repository at the embedded GitHub."""
        return self.github.world.bare(self.repository)

    @property
    def path(self) -> str:
        """Of the repository, in the API."""
        return f"/repos/{self.github.world.full_name(self.repository)}"

    def push(self, branch: str, files: dict[str, str | None], message: str = "change") -> str:
        """Commit files to a branch there, as somebody's git would."""
        return push(self.bare, branch, files, message)

    def http(self, login: str = "mira") -> httpx.Client:
        """Somebody's own client."""
        return self.github.http(login)

    def publish(self, *ids: int) -> Published:
        """Approve candidates and publish them, with their pull request."""
        assert len(decide(self.again(), ids, Action.APPROVE).done) == len(ids)
        return publish(self.again(), ids, hub=self.hub)

    def published(self, files: dict[str, str | bytes]) -> Published:
        """Take files in, approve and publish them."""
        return self.publish(*seed(self.desk, files))

    def merge(self, number: int, login: str = "mira", method: str = "merge") -> None:
        """Merge a pull request, as somebody does on its page."""
        with self.http(login) as http:
            done = http.put(f"{self.path}/pulls/{number}/merge", json={"merge_method": method})
            assert done.status_code == 200, done.text

    def close(self, number: int) -> None:
        """Close a pull request unmerged."""
        with self.http() as http:
            assert http.patch(f"{self.path}/pulls/{number}", json={"state": "closed"}).status_code == 200

    def pull(self, number: int) -> Pull:
        """The record of a pull request."""
        found = self.github.world.pull(self.repository, number)
        assert found is not None
        return found

    def again(self) -> Desk:
        """The desk as the next command opens it: with the base as it was fetched last."""
        self.desk = replace(self.desk, base=self.desk.repository.base())
        return self.desk

    def synced(self) -> Synced:
        """The next sync."""
        return sync(self.again(), self.hub)

    def rows(self, ids: Iterable[int]) -> list[Candidate]:
        """State rows of candidates."""
        wanted = list(ids)
        with self.desk.db.read() as connection:
            found = candidates.get_many(connection, self.desk.repository_id, wanted)
        return [found[number] for number in wanted]

    def states(self, ids: Iterable[int]) -> list[str]:
        """The states that candidates are in."""
        return [each.state.value for each in self.rows(ids)]

    def team(self, **values: object) -> None:
        """Let the team have other settings."""
        self.desk = replace(self.desk, team=Team(**values))  # type: ignore[arg-type]


def client(github: Lookalike, login: str, clock: Clock, db: Database | None = None) -> tuple[GitHub, Line]:
    """Somebody's client whose clock moves by its own sleeps, and what it asks."""
    line = Line()
    answers = Answers(db, clock) if db else None

    def sleep(seconds: float) -> None:
        clock.forward(round(seconds * 1000))

    made = GitHub(github.url, github.token(login), answers=answers, transport=line, now=clock, sleep=sleep)
    return made, line


@contextmanager
def hosted(github: Lookalike, folder: Path, db: Database, login: str = "robin") -> Iterator[Hosted]:
    """A fresh repository `acme/shop-N` with FILES on main, and robin's clone of it."""
    world, clock = github.world, Clock()
    acme = world.user("acme")
    people = {name: user for name in ("mira", "robin", "kim") if (user := world.user(name))}
    assert acme is not None
    roles = {user.id: "admin" if name == "mira" else "write" for name, user in people.items()}
    with world.lock:
        made = add_repository(world, acme, f"shop-{next(_NUMBERS)}", collaborators=roles)  # type: ignore[arg-type]
        push(world.bare(made), "main", dict(FILES), "begin")
        world.commit()
    root = folder / "clone"
    address = github.url.replace("://", f"://x:{github.token(login)}@").removesuffix("/api/v3")
    run_git(folder, "clone", "-q", f"{address}/acme/{made.name}.git", str(root))
    repository = discover(root)
    with db.write() as connection:
        number = repository_id(connection, repository.key(), clock())
    signature = ("Robin Reviewer", "robin@example.test")
    desk = Desk(db, number, repository, repository.base(), Team(), "robin@example.test", signature, clock)
    github_client, line = client(github, login, clock, db)
    with github_client:
        yield Hosted(github, made, desk, Hub(github_client, Repo("acme", made.name)), line, clock)
