"""The verbs that are killed, each in its world. A new verb is one more value here."""

import json
import shutil

from tests.faults.invariants import pushed_is_there, whole_candidates
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
)
