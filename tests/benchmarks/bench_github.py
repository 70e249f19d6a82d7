"""The look-alike of GitHub with 10,000 issues: a page of 100, and how soon it answers. Target 16."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from qatui.sandbox.github.answering import GitHub
from qatui.sandbox.github.records import Comment, Issue
from qatui.sandbox.github.serve import serving
from qatui.sandbox.github.world import World
from tests.benchmarks.report import Figure, interleaved
from tests.lookalike import found_world

ISSUES = 10_000
PAGE_MS, START_SECONDS = 50.0, 1.0
BARE_MS = 170.0
"""CPU time of the empty starlette app where the target was set, which is how long it takes on an idle machine.

Limits of starts are stretched by how much longer this run's takes.
"""
PATH = "/repos/acme/payments-api/issues"
QUERIES = {
    "first": "per_page=100",
    "middle": "per_page=100&page=50&state=all",
    "last": "per_page=100&page=100&state=all&sort=updated&direction=asc",
    "labels": "per_page=100&labels=Bug",
}
_SERVE = """
import sys
from pathlib import Path
from qatui.sandbox.github.answering import GitHub
from qatui.sandbox.github.serve import serving
from qatui.sandbox.github.world import World
with serving(GitHub(World(Path(sys.argv[1]), keep=True))) as url:
    print(url, flush=True)
    sys.stdin.read()
"""
"""A server of its own, until its standard input ends."""
_BARE = """
import socket, sys, threading, uvicorn
from starlette.applications import Starlette
listener = socket.create_server(("127.0.0.1", 0))
print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
server = uvicorn.Server(uvicorn.Config(Starlette(), log_config=None, lifespan="off"))
threading.Thread(target=server.run, args=([listener],), daemon=True).start()
sys.stdin.read()
"""


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Every figure, as it is there."""
    rounds = 5 if quick else 20
    directory = folder / "github"
    token = _filled(directory)
    yield from _starts(directory, token, 3 if quick else 7)
    yield from _pages(directory, token, rounds)


def _filled(directory: Path) -> str:
    """A kept world with issues and comments; a token of somebody who sees it."""
    world, repository, _ = found_world(directory, keep=True)
    labels = [each.id for each in world.labels.under(repository.id)]
    mira = world.user("mira")
    assert mira is not None
    for n in range(ISSUES):
        at = 1_700_000_000 + n * 60
        issue = Issue(
            repository_id=repository.id,
            number=0,
            title=f"Orders can be cancelled, case {n}",
            user_id=mira.id,
            body="What is paid stays paid. " * 20,
            label_ids=[labels[n % len(labels)], labels[(n * 7 + 3) % len(labels)]],
            assignee_ids=[mira.id] if n % 3 else [],
            created_at=at,
            updated_at=at,
        )
        if n % 10 == 0:
            issue.state, issue.state_reason, issue.closed_at = "closed", "completed", at
        world.add_issue(issue)
        for _ in range(n % 3):
            comment = Comment(repository_id=repository.id, issue_id=issue.id, user_id=mira.id, body="Seen.")
            world.comments.add(comment)
    token = next(each.value for each in world.tokens if each.user_id == mira.id)
    world.close()
    return token


def _starts(directory: Path, token: str, rounds: int) -> Iterator[Figure]:
    def opened() -> float:
        began = time.perf_counter()
        world = World(directory, keep=True)
        with serving(GitHub(world)) as url:
            httpx.get(f"{url}/user", headers={"Authorization": f"token {token}"}).raise_for_status()
            took = time.perf_counter() - began
        world.close()
        return took

    def process(script: str, path: str) -> float:
        began = time.perf_counter()
        argv = [sys.executable, "-c", script, str(directory)]
        with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            url = child.stdout.readline().strip()
            httpx.get(url + path, headers={"Authorization": f"token {token}"})
            took = time.perf_counter() - began
            child.communicate("")
        return took

    def command(*where: str) -> float:
        began = time.perf_counter()
        argv = [sys.executable, "-m", "qatui", "sandbox", "--json", *where]
        with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            url = json.loads(child.stdout.readline())["api_url"]
            httpx.get(f"{url}/rate_limit").raise_for_status()
            took = time.perf_counter() - began
            child.terminate()
        return took

    took = interleaved(
        rounds,
        {
            "opened": opened,
            "process": partial(process, _SERVE, "/user"),
            "fresh": command,
            "kept": partial(command, "--dir", str(directory.parent / "kept")),
            "bare": partial(process, _BARE, "/"),
        },
    )
    limit = START_SECONDS * 1000 * max(1.0, took["bare"] * 1000 / BARE_MS)
    what = f"look-alike with {ISSUES:,} issues kept, to its first answer"
    yield Figure("16a", what, took["opened"] * 1000, "ms", limit, "within a process")
    note = f"an empty starlette app: {took['bare'] * 1000:.0f} ms; unstretched {START_SECONDS * 1000:g} ms"
    yield Figure("16b", "the same, from the start of python", took["process"] * 1000, "ms", limit, note)
    yield Figure("16g", "qatui sandbox, founded anew, to its first answer", took["fresh"] * 1000, "ms", limit, note)
    yield Figure("16h", "qatui sandbox --dir, founded before", took["kept"] * 1000, "ms", limit, note)


def _pages(directory: Path, token: str, rounds: int) -> Iterator[Figure]:
    """Each page in turn with the same JSON from a bare starlette app, which is as fast as this server can be."""
    with ExitStack() as kept:
        world = World(directory, keep=True)
        kept.callback(world.close)
        github = GitHub(world)
        headers = {"Authorization": f"token {token}"}
        ours = kept.enter_context(httpx.Client(base_url=kept.enter_context(serving(github)), headers=headers))
        bodies = {name: ours.get(f"{PATH}?{query}") for name, query in QUERIES.items()}
        for name, answer in bodies.items():
            assert len(json.loads(answer.content)) == 100, name

        async def same(request: Request) -> Response:
            return Response(bodies[request.path_params["name"]].content, media_type="application/json")

        other = World(directory.parent / "bare")
        kept.callback(other.close)
        app = Starlette(routes=[Route("/{name}", same)])
        floor = kept.enter_context(httpx.Client(base_url=kept.enter_context(serving(GitHub(other), app=app))))

        def ask(client: httpx.Client, path: str) -> float:
            began = time.perf_counter()
            client.get(path).raise_for_status()
            return time.perf_counter() - began

        verbs: dict[str, Callable[[], float]] = {}
        for name, query in QUERIES.items():
            verbs[name] = partial(ask, ours, f"{PATH}?{query}")
            verbs[f"bare {name}"] = partial(ask, floor, f"/{name}")
        took = interleaved(rounds, verbs)
    least = statistics.median(took[f"bare {name}"] for name in QUERIES) * 1000
    for letter, name in zip("cdef", QUERIES, strict=True):
        what = f"page of 100 of {ISSUES:,} issues: {name}"
        yield Figure(f"16{letter}", what, took[name] * 1000, "ms", PAGE_MS, f"the same JSON, bare: {least:.1f} ms")
