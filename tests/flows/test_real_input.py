"""Real input: the test suite of a well-known package, 200 of its files edited, from intake to the merge."""

import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import networkx
import pytest

from qatui.domain.proposal import Proposal
from qatui.flows.ingest import ingest
from tests.conftest import Project, run_git
from tests.hosted import Hosted

PACKAGE = Path(networkx.__file__).parent
EDITED = 200


def suite() -> dict[str, bytes]:
    """The package's test files, by path."""
    files = sorted(PACKAGE.glob("**/tests/**/*.py"))
    return {f"networkx/{path.relative_to(PACKAGE)}": path.read_bytes() for path in files if path.stat().st_size}


def edited(path: str, data: bytes, number: int) -> bytes:
    """A changed copy, each in its own way: start, end, middle, line ends, bytes that are no UTF-8."""
    match number % 5:
        case 0:
            return b"# reviewed\n" + data
        case 1:
            return data + f"\n\ndef test_more_{number}():\n    assert {number}\n".encode()
        case 2:
            lines = data.split(b"\n")
            return b"\n".join([*lines[: len(lines) // 2], b"    # here", *lines[len(lines) // 2 :]])
        case 3:
            return data.replace(b"\n", b"\r\n")
        case _:
            return data + b"# caf\xe9 \xe2\x80\xae" + path.encode()


def everything(root: Path) -> Iterator[tuple[str, int, bytes | str]]:
    """Working tree with times, index, HEAD, stash, refs and configuration, byte for byte."""
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root).parts
        ours = inside[:2] == (".git", "qatui") or inside[:3] == (".git", "refs", "qatui")
        if ours or inside[:2] == (".git", "objects") or path.is_dir():
            continue
        yield "/".join(inside), path.lstat().st_mtime_ns, path.read_bytes()
    refs = run_git(root, "for-each-ref", "--format=%(refname) %(objectname)")
    yield "refs", 0, "\n".join(line for line in refs.split("\n") if not line.startswith("refs/qatui/"))


def blobs(repository: Path, commit: str) -> dict[str, str]:
    """Path to blob id of a whole tree."""
    rows = subprocess.run(["git", "ls-tree", "-rz", commit], cwd=repository, capture_output=True, check=True).stdout
    pairs = (row.decode().split("\t") for row in rows.split(b"\0")[:-1])
    return {path: head.split(" ")[2] for head, path in pairs}


@pytest.mark.slow
def test_two_hundred_edited_files_are_merged_and_nothing_of_the_clone_is_touched(shop: Hosted) -> None:
    files = suite()
    assert len(files) >= EDITED
    root = shop.desk.repository.root
    project = Project(root, shop.bare)
    project.commit(dict(files), "the suite")
    base = blobs(shop.bare, "main")

    # The reviewer is in the middle of other work.
    project.git("config", "gc.auto", "1")
    (root / "README.md").write_text("stashed\n")
    project.git("stash", "-q")
    (root / "README.md").write_text("staged\n")
    project.git("add", "README.md")
    (root / "README.md").write_text("and more, unstaged\n")
    (root / "tests/test_orders.py").unlink()
    (root / "untracked.txt").write_text("mine\n")
    status = project.git("status", "--porcelain")
    assert status == "MM README.md\n D tests/test_orders.py\n?? untracked.txt"
    before = list(everything(root))

    changed = {path: edited(path, data, at) for at, (path, data) in enumerate(list(files.items())[:EDITED])}
    taken = ingest(shop.again(), [Proposal(path, data, path) for path, data in changed.items()], source="real input")
    assert (len(taken.new), taken.refused) == (EDITED, ())
    approved = run_git(
        root, "hash-object", "--stdin-paths", "--no-filters",
        data="".join(f"{path}\n" for path in written(changed, root.parent / "approved")).encode(),
    ).split("\n")  # fmt: skip
    expected = dict(zip(changed, approved, strict=True))
    portions = [taken.new[start::3] for start in range(3)]
    for method, ids in zip(("merge", "squash", "rebase"), portions, strict=True):
        ours = {path: expected[path] for number, path in zip(taken.new, changed, strict=True) if number in ids}
        publish_and_merge(shop, ids, ours, method)
    assert blobs(shop.bare, "main") == {**base, **expected}
    assert run_git(shop.bare, "fsck", "--strict", "--no-dangling") == ""
    assert set(shop.states(taken.new)) == {"merged"}
    assert list(everything(root)) == before
    assert project.git("status", "--porcelain") == status


def publish_and_merge(shop: Hosted, ids: Sequence[int], ours: dict[str, str], method: str) -> None:
    """Publish candidates whose blobs are `ours`, and follow them to their merge."""
    before = blobs(shop.bare, "main")
    result = shop.publish(*ids)
    (made,) = result.publications
    assert (set(result.published), result.held, result.refused) == (set(ids), (), ())
    assert blobs(shop.bare, made.branch) == {**before, **ours}
    assert run_git(shop.bare, "rev-parse", made.branch) == made.head_commit
    assert run_git(shop.bare, "rev-list", "--count", f"main..{made.branch}") == str(len(ids))
    assert made.pull_number is not None
    shop.merge(made.pull_number, method=method)
    (one,) = shop.synced().followed
    assert (set(one.merged), one.differing) == (set(ids), ())
    assert blobs(shop.bare, "main") == {**before, **ours}


def written(contents: dict[str, bytes], folder: Path) -> list[Path]:
    """The contents as files, for git to name their blobs on its own."""
    folder.mkdir()
    paths = []
    for number, data in enumerate(contents.values()):
        paths.append(folder / str(number))
        paths[-1].write_bytes(data)
    return paths
