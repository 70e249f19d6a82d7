"""The verbs that are killed, each in its world. A new verb is one more value here."""

import json
import shutil

from qatui.sandbox.github.records import Rules
from tests.faults.hosting import SHOP, found, hosted, http, served
from tests.faults.invariants import merged_is_there, opened_is_there, pushed_is_there, whole_candidates
from tests.faults.world import BASE, Scenario, World, git, qatui, write

_BASE = {
    "README.md": "# payments\n",
    "tests/test_orders.py": "def test_list(client):\n    assert client.get('/orders').status == 200\n",
    "tests/test_users.py": "def test_users(client):\n    assert client.get('/users').json() == []\n",
}


def _test(words: str) -> str:
    return f"def test(client):\n    assert client.get('/{words}').status == 200\n"


def _do(world: World, *args: str) -> None:
    code = qatui(*args)(world)
    if code != 0:
        raise RuntimeError(f"qatui {args}: {code}")


def _clone(world: World) -> None:
    """A clone with something of the person's own in every place."""
    world.commit(_BASE)
    write(world.clone, {"README.md": "# stashed\n"})
    git(world.clone, "stash", "-q")
    write(world.clone, {"README.md": "# not staged\n", "tests/test_orders.py": "staged\n", "notes.txt": "mine\n"})
    git(world.clone, "add", "tests/test_orders.py")


def _first_ingest(world: World) -> None:
    _clone(world)
    write(world.incoming / "run-1", {f"tests/test_{name}.py": _test(name) for name in ("a", "b", "c")})


def _ingest(world: World) -> None:
    """Something new, revised, known, replaced, approved and as on base; in a folder and in a manifest."""
    _clone(world)
    seeded = ("a", "b", "c", "d")
    write(world.incoming / "run-1", {f"tests/test_{name}.py": _test(name) for name in seeded})
    _do(world, "ingest", str(world.incoming / "run-1"))
    _do(world, "approve", "1")
    again = {f"tests/test_{name}.py": _test(f"{name}/2") for name in ("a", "b")}
    known = {"tests/test_c.py": _test("c"), "tests/test_users.py": _BASE["tests/test_users.py"]}
    changed = {"tests/test_orders.py": _BASE["tests/test_orders.py"] + _test("orders/1")}
    write(world.incoming / "run-2", {**again, **known, **changed, "tests/test_e.py": _test("e")})
    generator = {"name": "gen", "model": "m-1", "run": "2"}
    rows = [
        {"path": "tests/test_f.py", "content": _test("f"), "title": "Finds f", "generator": generator},
        {"path": "tests/test_g.py", "content": _test("g"), "replaces": "tests/test_d.py", "generator": generator},
        {"path": "tests/test_f.py", "content": _test("f/2"), "generator": generator},
    ]
    write(world.incoming, {"run-2.jsonl": "".join(json.dumps(row) + "\n" for row in rows)})


def _publish(world: World) -> None:
    """Five approved, one that the base of now holds up, and a base that moved on at the remote."""
    _clone(world)
    names = [f"tests/test_{name}.py" for name in ("a", "b", "c", "d")]
    files = {name: _test(name) for name in (*names, "tests/test_orders.py", "tests/test_users.py")}
    write(world.incoming / "run-1", files)
    _do(world, "ingest", str(world.incoming / "run-1"))
    _do(world, "approve", *map(str, range(1, len(files) + 1)))
    other = world.top / "other"
    git(world.top, "clone", "-q", "-b", BASE, str(world.remote), str(other))
    write(other, {"tests/test_users.py": _test("users/of/others")})
    git(other, "commit", "-q", "-a", "-m", "meanwhile")
    git(other, "push", "-q", "origin", f"HEAD:{BASE}")
    shutil.rmtree(other)


def _publish_treated(world: World) -> None:
    """A repository whose files go through a filter and lose their CRLF, and a person whose git signs."""
    world.commit({**_BASE, ".gitattributes": "*.x filter=upper\n*.py text\n"})
    git(world.clone, "config", "filter.upper.clean", "tr a-z A-Z")
    signs = "#!/bin/sh\ncat > /dev/null\necho '[GNUPG:] SIG_CREATED D' >&2\n"
    write(
        world.top, {"gpg": f"{signs}echo '-----BEGIN PGP SIGNATURE-----'\necho x\necho '-----END PGP SIGNATURE-----'\n"}
    )
    (world.top / "gpg").chmod(0o755)
    git(world.clone, "config", "gpg.program", str(world.top / "gpg"))
    git(world.clone, "config", "commit.gpgSign", "true")
    files = {"tests/a.x": "a\n", "tests/b.x": "b\n", "tests/c.py": "c\r\n", "tests/d.py": "d\n"}
    write(world.incoming / "run-1", files)
    _do(world, "ingest", str(world.incoming / "run-1"))
    _do(world, "approve", "1", "2", "3", "4")


def _publish_hosted(world: World) -> None:
    """What publishing meets at a GitHub whose base wants a review, in a team with somebody to ask for it."""
    template = {".github/pull_request_template.md": "## What\n\n- [ ] I ran it\n"}
    world.commit({**_BASE, **template, "qatui.yaml": "people: {mira: {role: maintainer}}\n"})
    write(world.clone, {"README.md": "# not staged\n", "notes.txt": "mine\n"})
    found(world, Rules(required_approvals=1))
    write(world.incoming / "run-1", {f"tests/test_{name}.py": _test(name) for name in ("a", "b", "c")})
    _do(world, "ingest", str(world.incoming / "run-1"))
    _do(world, "approve", "1", "2", "3")


_PLAN = """# Plan

- [ ] a <!-- qa:7K3F9X -->
- [ ] b (closes #1)
- [ ] c
"""


def _open_pull(world: World, *more: tuple[str, ...], rules: Rules | None = None) -> None:
    """A publication with its pull request: a and b complete items of the plan, d none; and `more` commands."""
    world.commit({**_BASE, "docs/plan.md": _PLAN, "qatui.yaml": "plan: {files: [docs/plan.md]}\n"})
    write(world.clone, {"README.md": "# not staged\n", "notes.txt": "mine\n"})
    found(world, rules)
    items = {"a": "7K3F9X", "b": "#1", "c": "c", "d": None}
    rows = [
        {"path": f"tests/test_{name}.py", "content": _test(name), "plan_item": item, "completes": item is not None}
        for name, item in items.items()
    ]
    write(world.incoming, {"run.jsonl": "".join(json.dumps(row) + "\n" for row in rows)})
    with served(world), http(world) as mira:
        mira.post(f"{SHOP}/issues", json={"title": "b", "body": ""}).raise_for_status()
        for args in (
            ("ingest", "--manifest", "../incoming/run.jsonl"),
            ("approve", "1", "2", "3", "4"),
            ("publish", "1", "2", "4"),
            *more,
        ):
            code = hosted(*args)(world)
            if code != 0:
                raise RuntimeError(f"qatui {args}: {code}")


def _sync(world: World, rules: Rules | None = None) -> None:
    """One of the pull requests was merged by squash, the other closed."""
    _open_pull(world, ("publish", "3"), rules=rules)
    with served(world), http(world) as mira:
        body = {"merge_method": "squash", "commit_title": "merged (#2)"}
        mira.put(f"{SHOP}/pulls/2/merge", json=body).raise_for_status()
        mira.patch(f"{SHOP}/pulls/3", json={"state": "closed"}).raise_for_status()


def _sync_protected(world: World) -> None:
    _sync(world, Rules(pull_request=True))


SCENARIOS = (
    Scenario(
        "first-ingest",
        "takes a folder in where there is no store yet",
        _first_ingest,
        qatui("ingest", "../incoming/run-1"),
        midway=(whole_candidates,),
    ),
    Scenario(
        "ingest",
        "takes a folder and a manifest in: new, revised, known, replacing, as on base",
        _ingest,
        qatui("ingest", "../incoming/run-2", "--manifest", "../incoming/run-2.jsonl"),
    ),
    Scenario(
        "publish",
        "puts approved candidates on a branch of a bare remote, whose base moved; one is held",
        _publish,
        qatui("publish"),
        midway=(pushed_is_there,),
        otherwise=(("git fetch", "hangup"),),  # then the base is as it was fetched last
    ),
    Scenario(
        "publish-treated",
        "the same with filters, line ends and signatures",
        _publish_treated,
        qatui("publish"),
        midway=(pushed_is_there,),
        quick=8,
    ),
    Scenario(
        "publish-to-a-pull-request",
        "pushes a branch over HTTP, opens its pull request at the embedded GitHub, and asks for a review",
        _publish_hosted,
        hosted("publish"),
        midway=(pushed_is_there, opened_is_there),
        quick=6,
        beside=served,
    ),
    Scenario(
        "sync",
        "finds one pull request merged, the other closed, and ticks the plan",
        _sync,
        hosted("sync"),
        midway=(merged_is_there,),
        otherwise=(("git fetch", "hangup"),),  # then what was closed comes first
        quick=6,
        beside=served,
    ),
    Scenario(
        "merge",
        "merges a pull request, and ticks the plan",
        _open_pull,
        hosted("merge"),
        midway=(merged_is_there,),
        quick=6,
        beside=served,
    ),
    Scenario(
        "tick-protected",
        "ticks the plan by a pull request, because the base takes no commit",
        _sync_protected,
        hosted("sync"),
        midway=(merged_is_there,),
        otherwise=(("git fetch", "hangup"),),  # then what was closed comes first
        quick=6,
        beside=served,
    ),
)
