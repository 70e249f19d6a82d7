"""What names mean to `qatui diff`: paths, candidates, revisions, and what of them fits together."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qatui.domain.blanks import Blanks
from qatui.errors import GitError, NotFound, QatuiError, UsageError
from qatui.flows import comparing, review
from qatui.flows.comparing import Comparison, Where, open_first
from qatui.flows.desk import Desk
from qatui.flows.pairs import Pair, Trouble, compare_pair
from tests.conftest import Project, seed, unmeasured

MANY = "".join(f"line {number}\n" for number in range(40))
Side = tuple[str, str | None, bytes] | None


def no_desk() -> Desk:
    pytest.fail("the store was asked for")


def at(directory: Path, open_desk: Callable[[], Desk] = no_desk) -> Where:
    return Where(directory, open_desk)


def sides(comparison: Comparison) -> list[tuple[Side, Side]]:
    """Path, mode and bytes of both sides of every pair."""
    found = []
    for pair in comparison.pairs:
        assert isinstance(pair, Pair), pair
        old, new = ((each.path, each.mode, each.read()) if each is not None else None for each in pair[:2])
        found.append((old, new))
    return found


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


PLAIN = "100644"


def test_two_files_are_versions_of_one(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "a\n", "b.py": "b\n"})
    found = comparing.two(at(tmp_path), "a.txt", "b.py")
    assert (found.many, found.old, found.new) == (False, "a.txt", "b.py")
    (pair,) = found.pairs
    assert isinstance(pair, Pair)
    assert pair.old is not None
    assert pair.new is not None
    assert (pair.path, pair.renamed_from, pair.old.name, pair.new.name) == ("b.py", None, "a.txt", "b.py")


def test_nothing_is_a_side_too(tmp_path: Path) -> None:
    write(tmp_path, {"a": "a\n", "in/b": "b\n", "in/c": "c\n"})
    assert sides(comparing.two(at(tmp_path), "/dev/null", "a")) == [(None, ("a", PLAIN, b"a\n"))]
    assert sides(comparing.two(at(tmp_path), "a", "/dev/null")) == [(("a", PLAIN, b"a\n"), None)]
    assert sides(comparing.two(at(tmp_path), "/dev/null", "/dev/null")) == []
    both = sides(comparing.two(at(tmp_path), "in", "/dev/null"))
    assert both == [(("b", PLAIN, b"b\n"), None), (("c", PLAIN, b"c\n"), None)]


def test_a_file_and_a_folder_mean_the_file_of_that_name_in_it(tmp_path: Path) -> None:
    write(tmp_path, {"a": "a\n", "in/a": "b\n", "in/b/c": "", "b": ""})
    assert sides(comparing.two(at(tmp_path), "a", "in")) == [(("in/a", PLAIN, b"a\n"), ("in/a", PLAIN, b"b\n"))]
    assert sides(comparing.two(at(tmp_path), "in", "a")) == [(("a", PLAIN, b"b\n"), ("a", PLAIN, b"a\n"))]
    with pytest.raises(UsageError, match="in/b is a folder and b a file"):
        comparing.two(at(tmp_path), "in", "b")


def test_folders_give_the_files_that_differ_renames_found(tmp_path: Path) -> None:
    write(tmp_path / "old", {"same": "x\n", "b/changed": "1\n", "was.py": MANY, "gone": "g\n", "mode": "m\n"})
    write(tmp_path / "new", {"same": "x\n", "b/changed": "2\n", "is.py": MANY + "more\n", "come": "c\n", "mode": "m\n"})
    (tmp_path / "new" / "mode").chmod(0o755)
    (tmp_path / "new" / "pipe").parent.mkdir(exist_ok=True)
    os.mkfifo(tmp_path / "new" / "pipe")
    found = list(comparing.two(at(tmp_path), "old", "new").pairs)
    told = [
        (each.path, each.renamed_from, each.old is None, each.new is None) if isinstance(each, Pair) else each.path
        for each in found
    ]
    assert told == [
        ("b/changed", None, False, False),
        ("come", None, True, False),
        ("gone", None, False, True),
        ("is.py", "was.py", False, False),
        ("mode", None, False, False),
        "pipe",
    ]
    mode = found[4]
    assert isinstance(mode, Pair)
    document = compare_pair(mode)
    assert (document.old_mode, document.new_mode, document.hunks) == ("100644", "100755", ())


def test_the_first_that_cannot_be_compared_is_told_as_such(tmp_path: Path) -> None:
    write(tmp_path / "new", {"z": "z\n"})
    os.mkfifo(tmp_path / "new" / "a")
    (tmp_path / "old").mkdir()
    opened = open_first(comparing.two(at(tmp_path), "old", "new"), Blanks.SHOW)
    assert opened is not None
    assert isinstance(opened.found, Trouble)
    assert opened.document is None
    assert open_first(comparing.two(at(tmp_path), "old", "old"), Blanks.SHOW) is None


@pytest.fixture
def history(project: Project) -> Project:
    """A second commit that changes, renames, removes and adds; then the working tree goes on."""
    project.commit({"tests/long.py": MANY, "gone.py": "gone\n"}, push=False)
    project.git("mv", "tests/long.py", "tests/renamed.py")
    project.commit(
        {"tests/renamed.py": MANY + "more\n", "gone.py": None, "new.py": "new\n", "README.md": "# 2\n"}, push=False
    )
    return project


def test_two_commits_give_every_file_that_differs(history: Project) -> None:
    found = comparing.two(at(history.root), "HEAD~1", "HEAD")
    assert found.many
    assert sides(found) == [
        (("README.md", PLAIN, b"# payments\n"), ("README.md", PLAIN, b"# 2\n")),
        (("gone.py", PLAIN, b"gone\n"), None),
        (None, ("new.py", PLAIN, b"new\n")),
        (("tests/long.py", PLAIN, MANY.encode()), ("tests/renamed.py", PLAIN, MANY.encode() + b"more\n")),
    ]
    assert len(sides(comparing.two(at(history.root), "/dev/null", "HEAD:tests"))) == 3
    number = history.git("rev-list", "--count", "HEAD")
    assert sides(comparing.two(at(history.root), f"HEAD~{int(number) - 1}:tests", "HEAD:tests")) == [
        (None, ("renamed.py", PLAIN, MANY.encode() + b"more\n"))
    ]


def test_a_blob_against_a_path_a_blob_and_nothing(history: Project) -> None:
    (history.root / "README.md").write_text("# 3\n")
    readme: Side = ("README.md", PLAIN, b"# payments\n")
    assert sides(comparing.two(at(history.root), "HEAD~1:README.md", "README.md")) == [
        (readme, ("README.md", PLAIN, b"# 3\n"))
    ]
    assert sides(comparing.two(at(history.root), "HEAD~1:README.md", "/dev/null")) == [(readme, None)]
    below = at(history.root / "tests")
    (pair,) = sides(comparing.two(below, "HEAD:./renamed.py", "HEAD~1:tests/long.py"))
    assert (pair[0] or ())[2:] == (MANY.encode() + b"more\n",)


def test_a_commit_against_a_path_is_that_path_at_that_commit(history: Project) -> None:
    (history.root / "README.md").write_text("# 3\n")
    (history.root / "untracked").write_text("?\n")
    old, new = ("README.md", PLAIN, b"# payments\n"), ("README.md", PLAIN, b"# 3\n")
    below = at(history.root / "tests")
    assert sides(comparing.two(below, "HEAD~1", "../README.md")) == [(old, new)]
    assert sides(comparing.two(below, "../README.md", "HEAD~1")) == [(new, old)]
    assert sides(comparing.two(at(history.root), "HEAD", "untracked")) == [(None, ("untracked", PLAIN, b"?\n"))]
    inside = comparing.two(at(history.root), "HEAD~1", "tests")
    assert inside.many
    assert sides(inside) == [
        (("tests/long.py", PLAIN, MANY.encode()), ("tests/renamed.py", PLAIN, MANY.encode() + b"more\n"))
    ]
    whole = sides(comparing.two(at(history.root), ".", "HEAD"))
    assert whole == [(new, ("README.md", PLAIN, b"# 2\n"))]


def test_a_file_that_goes_while_files_are_listed_hides_no_other(history: Project) -> None:
    for name in ("README.md", "new.py", "tests/renamed.py"):
        (history.root / name).write_text("now\n")
    pairs = comparing.two(at(history.root), "HEAD", ".").pairs
    first = next(pairs)
    (history.root / "new.py").unlink()
    (history.root / "new.py").mkdir()
    gone, last = pairs
    assert (first.path, gone.path, last.path) == ("README.md", "new.py", "tests/renamed.py")
    with pytest.raises(NotFound, match=r"^new\.py is no file any more\.$"):
        raise gone.error if isinstance(gone, Trouble) else AssertionError(gone)


@pytest.mark.parametrize("how", ["attributes", "autocrlf", "filter", "assume-unchanged"])
def test_nothing_hides_a_difference_of_a_folder(history: Project, how: str) -> None:
    now = "x\r\n" if how in ("attributes", "autocrlf") else "evil\n"
    (history.root / "f").write_bytes(b"x\n")
    history.git("add", "f")
    history.git("commit", "-q", "-m", "f")
    if how == "attributes":
        (history.root / ".gitattributes").write_text("* text\n")
    elif how == "autocrlf":
        history.git("config", "core.autocrlf", "true")
    elif how == "filter":
        (history.root / ".gitattributes").write_text("f filter=blind\n")
        history.git("config", "filter.blind.clean", f"touch '{history.root.parent}/ran'; echo x")
    else:
        history.git("update-index", "--assume-unchanged", "f")
    (history.root / "f").write_bytes(now.encode())
    assert sides(comparing.two(at(history.root), "HEAD", ".")) == [(("f", PLAIN, b"x\n"), ("f", PLAIN, now.encode()))]
    assert not (history.root.parent / "ran").exists(), "no program of the repository ran"


def test_what_became_of_tracked_files_is_told(history: Project) -> None:
    (history.root / "README.md").unlink()
    os.mkfifo(history.root / "README.md")
    (history.root / "tests/renamed.py").rename(history.root / "tests/again.py")
    (history.root / "new.py").chmod(0o755)
    history.git("add", "-A", "tests")
    pipe, mode, renamed = comparing.two(at(history.root), "HEAD", ".").pairs
    assert isinstance(pipe, Trouble)
    assert pipe.error.message == "README.md is no file any more."
    assert isinstance(mode, Pair)
    assert (compare_pair(mode).old_mode, compare_pair(mode).new_mode) == (PLAIN, "100755")
    assert (renamed.path, isinstance(renamed, Pair) and renamed.renamed_from) == ("tests/again.py", "tests/renamed.py")


def test_files_that_a_sparse_checkout_leaves_out_are_not_gone(history: Project) -> None:
    history.git("update-index", "--skip-worktree", "new.py")
    (history.root / "new.py").unlink()
    history.git("rm", "-q", "--cached", "README.md")
    assert sides(comparing.two(at(history.root), "HEAD", ".")) == [(("README.md", PLAIN, b"# 2\n"), None)]


def test_a_submodule_that_moved_on_is_told(history: Project) -> None:
    subprocess.run(["git", "init", "-q", "module"], cwd=history.root, check=True)
    author = ["-c", "user.name=x", "-c", "user.email=x"]
    commits = []
    for word in "ab":
        subprocess.run(
            ["git", *author, "commit", "-q", "--allow-empty", "-m", word], cwd=history.root / "module", check=True
        )
        commits.append(history.git("-C", "module", "rev-parse", "HEAD"))
    history.git("update-index", "--add", "--cacheinfo", f"160000,{commits[0]},module")
    history.git("commit", "-q", "-m", "module")
    (pair,) = sides(comparing.two(at(history.root), "HEAD", "."))
    assert [each[2] for each in pair if each] == [f"Subproject commit {each}\n".encode() for each in commits]


def test_a_blob_that_git_has_not_got_hides_no_other(history: Project) -> None:
    blob = history.git("rev-parse", "HEAD:new.py")
    (history.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    told: list[int | str] = []
    for pair in comparing.two(at(history.root), "HEAD~1", "HEAD:").pairs:
        assert isinstance(pair, Pair)
        try:
            told.append(len(compare_pair(pair).hunks))
        except GitError as error:
            told.append(error.message[:19])
    assert told == [1, 1, "git has no object " + blob[0], 1]


def test_links_and_submodules_at_a_commit(history: Project, tmp_path: Path) -> None:
    (history.root / "link").symlink_to("README.md")
    history.git("add", "link")
    module = history.git("rev-parse", "HEAD")
    history.git("update-index", "--add", "--cacheinfo", f"160000,{module},module")
    history.git("commit", "-q", "-m", "links")
    assert sides(comparing.two(at(history.root), "HEAD~1", "HEAD")) == [
        (None, ("link", "120000", b"README.md")),
        (None, ("module", "160000", f"Subproject commit {module}\n".encode())),
    ]
    (history.root / "link").unlink()
    (history.root / "link").symlink_to("new.py")
    assert (("link", "120000", b"README.md"), ("link", "120000", b"new.py")) in sides(
        comparing.two(at(history.root), "HEAD", ".")
    )


def test_a_path_comes_before_an_id_and_an_id_before_a_revision(history: Project, desk: Desk) -> None:
    where = at(history.root, lambda: desk)
    (number,) = seed(desk, {"tests/test_orders.py": "new\n"})
    assert number == 1
    history.git("branch", "1")
    (first, second) = sides(comparing.two(where, "1", "README.md"))[0]
    assert (first, second) == (("README.md", None, b"new\n"), ("README.md", PLAIN, b"# 2\n"))
    (history.root / "1").write_text("a path\n")
    assert (sides(comparing.two(where, "1", "README.md"))[0][0] or ())[2:] == (b"a path\n",)
    history.git("branch", "2", "HEAD~1")
    assert len(sides(comparing.two(where, "2", "HEAD"))) == 4, "no candidate, so a revision"


def test_a_candidate_is_compared_with_base_and_has_its_comments(desk: Desk, project: Project) -> None:
    changed, added = seed(desk, {"tests/test_orders.py": "new\n", "tests/test_new.py": "n\n"})
    review.comment(desk, [changed], "why?", line=1)
    where = at(project.root, lambda: desk)
    opened = open_first(comparing.candidate(where, str(changed)), Blanks.SHOW)
    assert opened is not None
    assert opened.document is not None
    assert isinstance(opened.found, Pair)
    assert opened.found.old is not None
    assert opened.found.new is not None
    assert opened.found.old.name == f"base main@{desk.base.commit[:7]}"
    assert opened.found.new.name.startswith(f"candidate {changed} rev 1 by ")
    assert [each.body for each in opened.document.comments] == ["why?"]
    assert sides(comparing.candidate(where, str(added))) == [(None, ("tests/test_new.py", None, b"n\n"))]
    with pytest.raises(NotFound, match="no candidate 77"):
        comparing.candidate(where, "77")
    with pytest.raises(UsageError, match="is no candidate's id"):
        comparing.candidate(where, "README.md")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("README.md", "nope", "There is no path or revision nope."),
        ("README.md", "--exit-code", "There is no path or revision --exit-code."),
        ("README.md", "HEAD:nope", "There is no path or revision HEAD:nope."),
        ("README.md", "99", "There is no path, candidate or revision 99."),
        ("README.md", "", "There is no path or revision ."),
        ("HEAD:README.md", "HEAD", "the file HEAD:README.md and the tree HEAD cannot be compared."),
        ("HEAD:tests", "tests", "the tree HEAD:tests and the folder tests cannot be compared."),
        ("HEAD:README.md", "tests", "the file HEAD:README.md and the folder tests cannot be compared."),
        ("HEAD", "/etc/passwd", "/etc/passwd lies outside of the repository"),
        ("HEAD", "/etc", "/etc lies outside of the repository"),
    ],
)
def test_what_means_nothing_or_does_not_fit_says_so(
    project: Project, desk: Desk, old: str, new: str, words: str
) -> None:
    with pytest.raises(QatuiError) as caught:
        list(comparing.two(at(project.root, lambda: desk), old, new).pairs)
    assert words in caught.value.message
    assert caught.value.hint


def test_outside_of_a_repository_a_name_is_a_path_or_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"a": ""})
    with pytest.raises(NotFound, match=r"There is no nope; and .* is in no git repository"):
        comparing.two(at(tmp_path), "a", "nope")


def test_two_paths_load_neither_a_store_nor_git_nor_the_network(tmp_path: Path) -> None:
    write(tmp_path / "old", {"a.py": "a = 1\n", "was": MANY})
    write(tmp_path / "new", {"a.py": "a = 2\n", "is": MANY})
    code = (
        "import sys\nfrom pathlib import Path\nfrom qatui.flows import comparing, pairs\n"
        "def never(): raise SystemExit('the store was asked for')\n"
        "found = comparing.two(comparing.Where(Path(), never), 'old', 'new')\n"
        "assert sum(bool(pairs.compare_pair(each).path) for each in found.pairs) == 2\n"
        "print([each for each in ('git', 'sqlalchemy', 'httpx', 'yaml', 'textual') if each in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=unmeasured(), capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
