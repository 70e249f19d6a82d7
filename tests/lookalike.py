"""The embedded GitHub for tests: a world with people and two repositories, served over real HTTP."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from qatui.sandbox.github.app import GitHub, make_app
from qatui.sandbox.github.founding import add_repository, add_token, add_user
from qatui.sandbox.github.records import Repository, Role
from qatui.sandbox.github.serve import serving
from qatui.sandbox.github.world import World
from tests.conftest import run_git
from tests.contract import Checked, Contract

FILES = {
    "README.md": "# payments\n",
    "src/orders.py": "".join(f"def order_{n}():\n    return {n}\n" for n in range(30)),
    "tests/test_orders.py": "def test_list(client):\n    assert client.get('/orders').status == 200\n",
}


@dataclass
class Lookalike:
    """A running look-alike: `acme/payments-api` and the private `acme/ledger`.

    acme is an organization; mira has admin rights in both, robin and kim may write, rita reads what is public.
    """

    world: World
    github: GitHub
    url: str
    repository: Repository
    private: Repository

    def token(self, login: str) -> str:
        """The token of mira, robin, kim, or rita."""
        user = self.world.user(login)
        assert user is not None
        return next(each.value for each in self.world.tokens if each.user_id == user.id)

    def http(self, login: str | None = "mira", **more: Any) -> httpx.Client:
        """Plain httpx with somebody's token; paths are below the API's root."""
        headers = {"Authorization": f"Bearer {self.token(login)}"} if login else {}
        # Nothing is encrypted on loopback: reading the machine's certificates would take longer than most tests.
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, verify=False, **more)

    @property
    def bare(self) -> Path:
        """The bare repository of acme/payments-api."""
        return self.world.bare(self.repository)

    def push(
        self, branch: str, files: dict[str, str | None], message: str = "change", parent: str | None = None
    ) -> str:
        """A commit with `files` (None: removed) on a branch of acme/payments-api, as somebody's git would push it."""
        return push(self.bare, branch, files, message, parent)


def push(
    bare: Path, branch: str, files: dict[str, str | None], message: str = "change", parent: str | None = None
) -> str:
    """Commit on top of `parent` (a commit or a branch; default: the branch itself, else main) and move the branch."""
    heads = run_git(bare, "for-each-ref", "--format=%(refname:short)", "refs/heads").splitlines()
    start = parent or (branch if branch in heads else "main" if "main" in heads else None)
    lines = [
        f"commit refs/heads/{branch}",
        "committer Robin Reviewer <robin@example.test> 1795000000 +0000",
        f"data {len(message.encode())}\n{message}",
    ]
    lines += [f"from {run_git(bare, 'rev-parse', start)}"] if start else []
    for name, text in files.items():
        lines += [f"D {name}"] if text is None else [f"M 100644 inline {name}", f"data {len(text.encode())}\n{text}"]
    run_git(bare, "fast-import", "--quiet", "--force", data=("\n".join(lines) + "\n").encode())
    return run_git(bare, "rev-parse", f"refs/heads/{branch}")


def found_world(directory: Path, **more: Any) -> tuple[World, Repository, Repository]:
    """The people and repositories of a Lookalike, with FILES on main."""
    world = World(directory, **more)
    acme = add_user(world, "acme", kind="Organization")
    mira, robin, kim, rita = (add_user(world, login) for login in ("mira", "robin", "kim", "rita"))
    for person in (mira, robin, kim, rita):
        add_token(world, person)
    team: dict[int, Role] = {mira.id: "admin", robin.id: "write", kim.id: "write"}
    repository = add_repository(world, acme, "payments-api", collaborators=dict(team))
    private = add_repository(world, acme, "ledger", private=True, collaborators=dict(team))
    for each in (repository, private):
        push(world.bare(each), "main", dict(FILES), "begin")
    world.commit()
    return world, repository, private


@contextmanager
def lookalike(directory: Path) -> Iterator[Lookalike]:
    """A fresh one; at the end every answer was checked against GitHub's description, where that is at hand."""
    world, repository, private = found_world(directory)
    github = GitHub(world)
    contract = Contract.load()
    app = make_app(github)
    checked = Checked(app, contract) if contract else None
    with serving(github, app=checked or app) as url:
        yield Lookalike(world, github, url, repository, private)
    world.close()
    shutil.rmtree(directory)
    assert github.bugs == [], "\n".join(github.bugs)
    if checked:
        assert checked.violations == [], "\n".join(map(str, checked.violations))
