"""Which paths and contents may come in."""

import re
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.marks import HIDDEN
from qatui.domain.proposal import (
    MAX_BYTES,
    MAX_PART_BYTES,
    MAX_PARTS,
    MAX_PATH_BYTES,
    check_content,
    check_path,
    folders_of,
)
from qatui.settings.types import DEFAULT_TEST_ROOTS

EVERYWHERE = ("**",)


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("", "the path is empty"),
        ("/tests/a.py", "absolute"),
        ("C:/tests/a.py", "absolute"),
        ("c:tests/a.py", "absolute"),
        ("tests/../a.py", "`..`"),
        ("../tests/a.py", "`..`"),
        ("tests/..", "`..`"),
        ("./tests/a.py", "`.` or an empty part"),
        ("tests//a.py", "`.` or an empty part"),
        ("tests/", "`.` or an empty part"),
        ("tests\\a.py", "backslash"),
        ("tests/a\0.py", "hidden character ␀"),
        ("tests/a\n.py", "hidden character ␊"),
        ("tests/a\x7f.py", "hidden character ␡"),
        ("tests/a\x9b.py", "hidden character ‹U+009B›"),
        ("tests/a\u202e.py", "hidden character ‹U+202E›"),
        ("tests/.g\u200cit/config", "hidden character ‹U+200C›"),
        ("tests/a\udcff.py", "not UTF-8"),
        ("tests/" + "a" * (MAX_PART_BYTES + 1), "a part of the path is longer"),
        ("tests/" + "é" * (MAX_PART_BYTES // 2 + 1), "a part of the path is longer"),
        ("tests/" + "a/" * (MAX_PATH_BYTES // 2) + "a", "the path is longer"),
        ("tests/" + "a/" * (MAX_PARTS - 1) + "a", "deeper than"),
        (".git/hooks/x", ".git"),
        ("tests/.git/x", ".git"),
        ("tests/.GIT/x", ".git"),
        ("tests/.git", ".git"),
        ("tests/git~1/x", ".git"),
        ("tests/GIT~1/x", ".git"),
        ("tests/.git /x", ".git"),
        ("tests/.git. . /x", ".git"),
        ("tests/.git::$INDEX_ALLOCATION/x", ".git"),
        ("tests/.github/workflows/x.yml", ".github"),
        ("tests/.GitHub/x", ".github"),
        (".github/a", ".github"),
        ("tests/github~1/a", ".github"),
        ("tests/.gitattributes", ".gitattributes is a name for git alone"),
        ("tests/.GitModules", ".GitModules is a name for git"),
        ("tests/.gitignore", ".gitignore is a name for git"),
        ("tests/.gitkeep/a", ".gitkeep is a name for git"),
        ("tests/GITATT~1", "GITATT~1 is a name for git"),
        ("tests/gi7eba~9", "gi7eba~9 is a name for git"),
        ("tests/aux", "aux is the name of a device on Windows"),
        ("tests/CON.py", "CON.py is the name of a device"),
        ("tests/nul .tar.gz", "a device"),
        ("tests/com1/a.py", "com1 is the name of a device"),
        ("tests/LPT\N{SUPERSCRIPT TWO}.txt", "a device"),
        ("tests/x.py ", "ends in a blank"),
        ("tests/x./a.py", "ends in a dot"),
        ("tests/...", "ends in a dot"),
        *((f"tests/a{sign}b.py", f"the path holds {sign}, which Windows") for sign in '<>:"|?*'),
    ],
)
def test_bad_path(path: str, reason: str) -> None:
    """Each is refused, for its own reason, even where every folder is allowed."""
    said = check_path(path, EVERYWHERE)
    assert said is not None
    assert reason in said


@pytest.mark.parametrize(
    "path",
    [
        "tests/test_a.py",
        "tests/git/a",
        "tests/gitignore",
        "tests/gitatt~x",
        "tests/auxiliary.py",
        "tests/con_test.py",
        "tests/com10.py",
        "tests/comx",
        "tests/.env",
        "tests/ümläut.py",
        "tests/日本.py",
        "tests/a b.py",
        "tests/" + "a" * MAX_PART_BYTES,
        "tests/" + "a/" * (MAX_PARTS - 2) + "a",
        "tests/[a](b){c}'d'&;$.py",
    ],
)
def test_good_path(path: str) -> None:
    """Unusual names are nobody's harm."""
    assert check_path(path, EVERYWHERE) is None


@pytest.mark.parametrize(
    ("roots", "inside", "outside"),
    [
        (("tests",), ["tests/a", "tests/a/b", "tests"], ["a/tests/b", "testsx/a", "Tests/a", "test/a"]),
        (("tests/",), ["tests/a"], ["a"]),
        (("./tests",), ["tests/a"], ["a"]),
        (("a/b",), ["a/b/c", "a/b"], ["a/c", "a"]),
        (("**/tests/**",), ["tests/a", "x/tests/a", "x/y/tests/a/b"], ["tests", "x/tests", "xtests/a"]),
        (("**/*_test.go",), ["a_test.go", "x/y/a_test.go"], ["a_test.gox", "x/a.go"]),
        (("*.py",), ["a.py"], ["x/a.py", "apy"]),
        (("src/*/spec",), ["src/a/spec"], ["src/a/spec/x", "src/a/b/spec", "src/spec"]),
        (("src/**/spec/*",), ["src/spec/x", "src/a/b/spec/x"], ["src/a/spec/x/y"]),
        (("**/*.test.[jt]s",), ["a.test.js", "b/a.test.ts"], ["a.test.cs", "a.test.j"]),
        (("[!a]*/x",), ["bc/x"], ["ab/x"]),
        (("a?c/**",), ["abc/x"], ["ac/x", "a/c/x"]),
        (("a[b",), ["a[b"], ["ab"]),
        (("**/**/x",), ["x", "a/x", "a/b/x"], ["x/a"]),
        ((".",), ["a", "a/b"], []),
        (("**",), ["a", "a/b"], []),
        ((), [], ["a", "tests/a"]),
    ],
)
def test_roots(roots: tuple[str, ...], inside: list[str], outside: list[str]) -> None:
    """A name is a folder (or a file), `*` stays in its part, `**` crosses folders."""
    assert [path for path in inside if check_path(path, roots) is not None] == []
    assert [path for path in outside if check_path(path, roots) is None] == []


@pytest.mark.parametrize(
    "path",
    ["tests/a.py", "svc/tests/a.py", "src/__tests__/a.tsx", "pkg/a_test.go", "web/a.spec.ts", "e2e/a.js", "spec/a.rb"],
)
def test_default_roots(path: str) -> None:
    """Where tests usually are."""
    assert check_path(path, DEFAULT_TEST_ROOTS) is None


def test_outside_names_the_folders() -> None:
    """The reason says where it may lie, and where that is set."""
    said = check_path("src/a.py", ("a", "b", "c", "d", "e"))
    assert said == "the path lies outside the test folders (a, b, c, d …); see test_roots in qatui.yaml"


def test_no_pattern_takes_long() -> None:
    """Many `**` on a deep path: every way at once, not one after the other."""
    root = "/".join(["**", "a"] * 30) + "/b"
    assert check_path("/".join(["a"] * 60) + "/c", (root,)) is not None


@given(st.text(alphabet="a.*/?[]\\~:gGit \u200c\u202e\0é", max_size=40))
def test_what_passes_is_plain(path: str) -> None:
    """Whatever passes joins to a file below the top, reads as it is, and touches no .git."""
    if check_path(path, EVERYWHERE) is None:
        assert str(PurePosixPath("/top", path)) == "/top/" + path
        assert ".." not in PurePosixPath(path).parts
        assert not HIDDEN.search(path)
        assert "\\" not in path
        assert not re.search(r"(^|/)(\.git|git~1)[ .]*(:[^/]*)?(/|$)", path, re.IGNORECASE)


@given(
    st.lists(st.sampled_from(["a", "b", "**", "*"]), min_size=1, max_size=5),
    st.lists(st.sampled_from("ab"), max_size=6),
)
def test_roots_match_as_a_regex_does(names: list[str], parts: list[str]) -> None:
    """The matcher agrees with the plain reading of a glob as a regular expression over whole parts."""
    parts = parts or ["a"]
    if all(name in "ab" for name in names):
        names = [*names, "(rest)"]
    last = len(names) - 1
    expression = ""
    for number, name in enumerate(names):
        if name == "(rest)":
            expression += "([ab]/)*"
        elif name == "**":
            expression += "([ab]/)+" if number == last else "([ab]/)*"
        else:
            expression += "[ab]/" if name == "*" else f"{name}/"
    roots = ("/".join(name for name in names if name != "(rest)"),)
    wanted = re.fullmatch(expression, "".join(f"{part}/" for part in parts)) is not None
    assert (check_path("/".join(parts), roots) is None) is wanted


def test_content() -> None:
    """Bytes that are no text are taken; NUL bytes and what nobody reads are not."""
    assert check_content(b"") is None
    assert check_content(b"caf\xe9 \xff") is None
    assert check_content(b"a" * MAX_BYTES) is None
    assert check_content(b"a\0b") == "it is binary (it holds a NUL byte)"
    assert check_content(b"a" * (MAX_BYTES + 1)) == "it is larger than 2 MB (2,097,153 bytes)"


def test_folders() -> None:
    """Outermost first, without the file."""
    assert folders_of("a/b/c.py") == ["a", "a/b"]
    assert folders_of("c.py") == []
