"""What git does to a file before it stores it: what `git add` does in a checkout of the base; the clone stays."""

from pathlib import Path

import pytest

from qatui.errors import GitError, GitTimeout, NeedsTerminal, Refused
from qatui.workspace.filtering import run_filters
from qatui.workspace.landing import Ground, survey
from qatui.workspace.repository import discover
from qatui.workspace.storing import NotStored, store
from tests.conftest import Project, run_git

CRLF = b"a\r\nb\r\n"
UPPER = "tr a-z A-Z"


def executable(file: Path, script: str) -> Path:
    """A shell script."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


def ground(project: Project, *paths: str) -> Ground:
    return survey(discover(project.root), project.git("rev-parse", "origin/main"), list(paths))


def stored(project: Project, files: dict[str, bytes], seconds: float = 60) -> dict[str, bytes]:
    """The blobs that git makes of them on top of the base."""
    there = ground(project, *files)
    filtered = {path: data for path, data in files.items() if there.spots[path].treatment.filter}
    oids = store(discover(project.root), there, [each for each in files.items() if each[0] not in filtered], seconds)
    for path, oid in run_filters(discover(project.root), there, list(filtered), filtered.items(), seconds):
        if isinstance(oid, NotStored):
            raise oid
        oids[path] = oid
    blobs = discover(project.root).blobs(oids.values())
    return {path: blobs[oid] for path, oid in oids.items()}


def added(project: Project, tmp_path: Path, files: dict[str, bytes]) -> dict[str, bytes]:
    """The blobs that `git add` makes of them in a worktree of the base."""
    place = tmp_path / "plain"
    project.git("worktree", "add", "-q", "--detach", str(place), "origin/main")
    for path, data in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(data)
    run_git(place, "add", "-A")
    rows = (row.partition("\t") for row in run_git(place, "ls-files", "--stage", "-z").split("\0"))
    oids = {path: head.split()[1] for head, _, path in rows if path in files}
    blobs = discover(project.root).blobs(oids.values())
    return {path: blobs[oid] for path, oid in oids.items()}


ATTRIBUTES = (
    "*.txt text\n*.auto text=auto\n*.crlf eol=crlf\n*.old crlf=input\n*.raw -text eol=crlf\n*.bin binary\n"
    "*.utf working-tree-encoding=UTF-16 text\n*.id ident\n*.up filter=upper\n[attr]loud filter=upper text\n"
    "*.loud loud\n/tests/top.sql filter=upper\n"
)


@pytest.mark.parametrize("autocrlf", ["false", "input", "true"])
def test_every_attribute_as_git_add_does_it(project: Project, tmp_path: Path, autocrlf: str) -> None:
    project.git("config", "filter.upper.clean", UPPER)
    project.commit({"tests/old.auto": CRLF})
    project.commit({
        ".gitattributes": ATTRIBUTES,
        "tests/.gitattributes": "deep.txt -text\n*.sql filter=upper\n",
        "tests/deep/.gitattributes": "*.sql -filter\nonly.here filter=upper\n",
    })  # fmt: skip
    project.git("config", "core.autocrlf", autocrlf)
    (project.root / ".gitattributes").write_text("* -text -filter\n")  # the user's working tree says otherwise
    files = {
        f"tests/{name}": CRLF
        for name in (
            "a.txt", "new.auto", "old.auto", "b.crlf", "c.old", "d.raw", "e.bin", "f.up", "g.loud", "top.sql", "h.py",
            "deep.txt", "deep/i.sql", "deep/only.here", "only.here",
        )
    }  # fmt: skip
    files |= {"tests/nul.auto": b"\0\r\n", "tests/u.utf": "ü\r\n".encode("utf-16"), "tests/x.id": b"$Id: abc $\n"}
    files |= {'tests/odd "n" ☃.up': b"odd", "tests/-x.txt": CRLF}
    made = stored(project, files)
    before = {path: spot.treatment.touches(files[path]) for path, spot in ground(project, *files).spots.items()}
    # By hand, in a worktree whose attributes are the base's.
    assert made == added(project, tmp_path, files)
    assert {path for path in files if made[path] != files[path]} <= {path for path in files if before[path]}
    assert not before["tests/e.bin"]
    assert not before["tests/d.raw"]
    assert before["tests/h.py"] is (autocrlf != "false")


def test_the_words_for_it(project: Project) -> None:
    project.git("config", "filter.upper.clean", UPPER)
    project.commit({".gitattributes": ATTRIBUTES})
    spots = ground(project, "tests/a.txt", "tests/g.loud", "tests/u.utf", "tests/h.py").spots
    words = {path: spot.treatment.words(CRLF) for path, spot in spots.items()}
    assert words == {
        "tests/a.txt": "with line ends by text",
        "tests/g.loud": "through the filter upper, with line ends by text",
        "tests/u.utf": "from UTF-16, with line ends by text",
        "tests/h.py": "",
    }
    assert spots["tests/a.txt"].treatment.words(b"a\n") == ""


def test_attributes_of_the_persons_own_files_count_too(project: Project, home: Path) -> None:
    project.git("config", "filter.upper.clean", UPPER)
    (home / ".config/git").mkdir(parents=True)
    (home / ".config/git/attributes").write_text("*.nb filter=upper\n")
    (project.root / ".git/info").mkdir(exist_ok=True)
    (project.root / ".git/info/attributes").write_text("*.local filter=upper\n")
    assert stored(project, {"a.nb": b"a", "b.local": b"b", "c": b"c"}) == {"a.nb": b"A", "b.local": b"B", "c": b"c"}


def test_a_filter_that_is_a_file_of_the_working_tree(project: Project) -> None:
    executable(project.root / "tools/clean", "tr a-z A-Z")
    executable(project.root / "tests/clean", "tr a-z A-Z")
    project.git("config", "filter.upper.clean", "./tools/clean %f")
    project.commit({".gitattributes": "*.up filter=upper\n"})
    assert stored(project, {"tests/a.up": b"a"}) == {"tests/a.up": b"A"}
    executable(project.root / "tests/deep/clean", "sh tests/clean")  # untracked, and in the folders of the candidates
    for clean in ("./tests/clean", "tests/deep/clean"):
        project.git("config", "filter.upper.clean", clean)
        assert stored(project, {"tests/a.up": b"a", "tests/deep/b.up": b"b"}) == {
            "tests/a.up": b"A", "tests/deep/b.up": b"B",
        }  # fmt: skip


def test_a_filter_never_finds_what_a_candidate_brings(project: Project, tmp_path: Path) -> None:
    proof = tmp_path / "proof"
    project.git("config", "filter.fmt.clean", "sh tests/tools/fmt.sh")
    project.commit({".gitattributes": "*.sh filter=fmt\n*.txt filter=fmt\n", "tests/tools/fmt.sh": "tr a-z A-Z\n"})
    bad = f"touch {proof}; cat\n".encode()
    # Once in place of the person's own, once beside it under a name that a filter may look for.
    files = {"tests/tools/fmt.sh": bad, "tests/tools/tr": bad, "tests/a.txt": b"a"}
    made = stored(project, files)
    assert (made["tests/a.txt"], made["tests/tools/fmt.sh"]) == (b"A", bad.upper())
    assert not proof.exists()
    (project.root / "tests/tools/fmt.sh").unlink()  # nor instead of one that is gone: it fails, as `git add` does
    with pytest.raises(NotStored, match=r"external filter 'sh tests/tools/fmt\.sh' failed"):
        stored(project, files)
    assert not proof.exists()


@pytest.mark.parametrize("text", ["text=auto", "text=auto eol=crlf", "crlf=auto", "text", "-text", "eol=crlf", ""])
@pytest.mark.parametrize("autocrlf", ["false", "true"])
def test_a_filter_beside_line_ends(project: Project, tmp_path: Path, text: str, autocrlf: str) -> None:
    project.git("config", "filter.upper.clean", UPPER)
    project.commit(
        {"tests/crlf.up": CRLF, "tests/mixed.up": b"a\r\nb\n", "tests/lf.up": b"a\n", "tests/nul.up": b"\0\r\n"}
    )
    project.commit({".gitattributes": f"*.up filter=upper {text}\n*.id filter=upper ident {text}\n"})
    project.git("config", "core.autocrlf", autocrlf)
    files = dict.fromkeys(("tests/crlf.up", "tests/mixed.up", "tests/lf.up", "tests/nul.up", "tests/new.up"), CRLF)
    files |= {"tests/x.id": b"$Id: abc $\r\n"}
    assert stored(project, files) == added(project, tmp_path, files)


def test_nothing_is_written_into_a_folder_that_only_the_working_tree_has(project: Project) -> None:
    project.git("config", "filter.upper.clean", UPPER)
    project.commit({".gitattributes": "*.up filter=upper\n"})
    (project.root / "fresh").mkdir()
    before = project.git("status", "--porcelain", "--ignored", "-uall")
    assert stored(project, {"fresh/a.up": b"a"}) == {"fresh/a.up": b"A"}
    assert project.git("status", "--porcelain", "--ignored", "-uall") == before
    assert list((project.root / "fresh").iterdir()) == []


@pytest.mark.parametrize(
    ("config", "attributes", "why"),
    [
        ({"filter.crypt.required": "true"}, "filter=crypt", "its filter crypt is required, and this git has no clean"),
        ({"filter.crypt.smudge": "cat"}, "filter=crypt", None),
        ({}, "filter=lfs", "base keeps such files in Git LFS, and git-lfs is not installed here"),
        ({"filter.lfs.clean": "git-lfs clean -- %f"}, "filter=lfs", "git-lfs is not installed here"),
        ({}, "-filter", None),
    ],
)
def test_what_this_git_cannot_store(
    project: Project, monkeypatch: pytest.MonkeyPatch, config: dict[str, str], attributes: str, why: str | None
) -> None:
    without_lfs(project, monkeypatch)
    for name, value in config.items():
        project.git("config", name, value)
    project.commit({".gitattributes": f"*.bin {attributes}\n"})
    spots = ground(project, "tests/a.bin", "tests/a.py").spots
    assert spots["tests/a.py"].obstacle is None
    obstacle = spots["tests/a.bin"].obstacle
    assert (obstacle is None) if why is None else (why in str(obstacle))


def without_lfs(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide a git-lfs that the machine may have."""
    folder = project.root.parent / "bin"
    executable(folder / "git-lfs", "exit 1")
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_with_git_lfs_the_pointer_is_stored(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = project.root.parent / "bin"
    pointer = "test $1 = version || { cat > /dev/null; echo 'oid sha256:x'; }"
    executable(folder / "git-lfs", pointer)
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    project.commit({".gitattributes": "*.bin filter=lfs -text\n"})
    obstacle = ground(project, "tests/a.bin").spots["tests/a.bin"].obstacle
    assert obstacle == "base keeps such files in Git LFS, and git-lfs is not set up here: git lfs install"
    project.git("config", "filter.lfs.clean", "git-lfs clean -- %f")
    spot = ground(project, "tests/a.bin").spots["tests/a.bin"]
    assert spot.obstacle is None
    assert spot.treatment.words(b"x") == (
        "through the filter lfs; git-lfs uploads the file itself when the branch is pushed"
    )
    assert stored(project, {"tests/a.bin": b"\0" * 99}) == {"tests/a.bin": b"oid sha256:x\n"}


@pytest.mark.parametrize("required", ["true", "false"])
def test_a_filter_that_fails_stops_it_whether_git_needs_it_or_not(project: Project, required: str) -> None:
    project.git("config", "filter.bad.clean", "echo no key >&2; exit 3")
    project.git("config", "filter.bad.required", required)
    project.commit({".gitattributes": "*.bad filter=bad\n"})
    with pytest.raises(GitError, match=r"external filter 'echo no key"):
        stored(project, {"tests/a.bad": b"x"})


@pytest.mark.parametrize("required", ["true", "false"])
def test_a_filter_has_a_limit_and_no_terminal(project: Project, required: str) -> None:
    project.git("config", "filter.slow.clean", "sleep 300")
    project.git("config", "filter.asks.clean", "head -1 < /dev/tty")
    project.git("config", "filter.asks.required", required)
    project.commit({".gitattributes": "*.slow filter=slow\n*.asks filter=asks\n"})
    with pytest.raises(GitTimeout, match="git hash-object took longer than 1 s"):
        stored(project, {"tests/a.slow": b"x"}, seconds=1)
    with pytest.raises(NeedsTerminal):
        stored(project, {"tests/a.asks": b"x"})


def test_what_has_nothing_to_do_with_a_file_is_not_said_of_it(project: Project) -> None:
    project.git("config", "filter.up.clean", UPPER)
    project.commit({".gitattributes": "*.up filter=up\n*.py text\n"})
    for path, data, blob in (("tests/a.up", b"a", b"A"), ("tests/a.py", CRLF, b"a\nb\n")):
        folder = project.root / ".git/objects" / project.git("hash-object", "--stdin", data=blob)[:2]
        folder.write_text("where git would make a folder\n")
        with pytest.raises(GitError, match="Not a directory") as caught:
            stored(project, {path: data})
        assert not isinstance(caught.value, NotStored)
        assert f"could not store {path}" not in caught.value.message


def test_bytes_that_are_not_in_the_encoding_are_named(project: Project) -> None:
    project.commit({".gitattributes": "*.utf working-tree-encoding=UTF-16LE\n"})
    with pytest.raises(GitError, match=r"could not store tests/a\.utf as .*failed to encode 'tests/a\.utf'"):
        stored(project, {"tests/a.utf": b"odd"})


@pytest.mark.parametrize("path", ["../out", "/tmp/out", "tests/../../out"])
def test_a_path_out_of_the_repository_is_not_written(project: Project, path: str) -> None:
    with pytest.raises(Refused, match="no path inside"):
        next(run_filters(discover(project.root), Ground({}, {}), [path], [(path, b"x")], 60))
    with pytest.raises(Refused, match="no path inside"):
        store(discover(project.root), Ground({}, {}), [(path, b"x")], 60)


def test_one_name_in_two_cases_where_the_file_system_knows_one(project: Project) -> None:
    with pytest.raises(Refused, match="only in its letters' case"):
        store(discover(project.root), Ground({}, {}), [("tests/a", b"x"), ("tests/a", b"y")], 60)


def test_the_index_of_the_clone_stays_even_where_it_is_split(project: Project) -> None:
    project.git("config", "filter.upper.clean", UPPER)
    project.commit({".gitattributes": "*.up filter=upper\n"})
    project.git("config", "core.splitIndex", "true")
    project.git("config", "core.untrackedCache", "true")
    project.git("update-index", "--split-index")

    def outside() -> dict[str, bytes]:
        folder = project.root / ".git"
        return {
            str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and "objects" not in path.parts
        }

    before = outside()
    stored(project, {"tests/a.up": b"a"})
    assert outside() == before
