"""Branch names that git takes, messages that nobody can forge, and what cannot be published."""

import re
import subprocess
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qatui.domain.candidate import Candidate, Risk, State, Verdict
from qatui.domain.publishing import (
    Piece,
    Tree,
    branch_name,
    closing,
    describe,
    messages,
    signer,
    why_held,
    why_refused,
)
from qatui.domain.refs import why_no_ref
from qatui.settings.types import CommitSettings, Person

HASH = "ab" * 32
VERDICT = Verdict(State.APPROVED, "kim", 0, HASH, None)
CANDIDATE = Candidate(
    id=7, path="tests/test_a.py", title="a", state=State.APPROVED, version=1, revision=2, content_hash=HASH,
    author="gen", customized=False, base_oid=None, added=1, removed=0, risk=Risk.UNKNOWN, score=None, priority=0,
    assignee=None, deferred_until=None, verdict=VERDICT, state_reason="", created_at=0, updated_at=0,
)  # fmt: skip
PEOPLE = {"lee": Person(name="Lee", email="lee@x")}


def name(template: str, taken: set[str] = frozenset(), reviewer: str = "robin@example.test") -> str:  # type: ignore[assignment]
    return branch_name(template, day="2026-11-20", number=7, reviewer=reviewer, taken=taken)


@pytest.mark.parametrize(
    ("template", "made"),
    [
        ("qatui/{date}-{id}", "qatui/2026-11-20-7"),
        ("{reviewer}/{id}", "robin-example.test/7"),
        ("a b~^:?*[\\c", "a-b-c"),
        ("/a//b/.c/d.lock/", "a/b/c/d"),
        ("a..b@{c", "a.b-c"),
        ("x.lock.lock", "x"),
        ("refs/heads/x", "qatui/7"),
        ("-x", "x"),
        ("", "qatui/7"),
        ("HEAD", "qatui/7"),
        ("@", "qatui/7"),
        ("0" * 40, "qatui/7"),
        ("A" * 64, "qatui/7"),
        ("ü/{id}", "7"),
        ("{who}{id}", "who-7"),
    ],
)
def test_a_template_becomes_a_branch(template: str, made: str) -> None:
    assert name(template) == made


@pytest.mark.parametrize(
    ("taken", "made"),
    [
        ({"a/b"}, "a/b-2"),
        ({"A/B", "a/b-2"}, "a/b-3"),
        ({"a"}, "a-b"),
        ({"a", "a-b"}, "a-b-2"),
        ({"a/b/c"}, "a/b-2"),
        ({"a-b"}, "a/b-2"),
        ({"a/bc"}, "a/b"),
    ],
)
def test_a_name_that_is_taken_gets_a_number(taken: set[str], made: str) -> None:
    assert name("a/b", taken) == made


@given(st.text(max_size=300), st.text(max_size=30), st.sets(st.text("ab/-2", min_size=1, max_size=5), max_size=8))
def test_every_branch_is_one_that_git_takes_and_nobody_has(template: str, reviewer: str, taken: set[str]) -> None:
    made = name(template, taken, reviewer)
    assert why_no_ref(made) is None
    assert re.fullmatch(r"[A-Za-z0-9._/-]{1,210}", made)
    assert not made.lower().startswith("refs/")
    assert made not in taken
    for other in taken:
        assert not other.startswith(f"{made}/")
        assert not made.startswith(f"{other}/")


def write(
    *pieces: Piece, mode: str = "candidate", subject: str = "test: {verb} {title}", sign_off: bool = False
) -> list[str]:
    return messages(
        pieces,
        CommitSettings(mode=mode, subject=subject, sign_off=sign_off),  # type: ignore[arg-type]
        people=PEOPLE,
        known={"kim": ("Kim", "kim@x")},
        publisher=("Pat", "pat@x"),
    )


def parsed_trailers(message: str) -> list[str]:
    """What git takes for trailers."""
    done = subprocess.run(
        ["git", "interpret-trailers", "--parse"], input=message.encode(), capture_output=True, check=True
    )
    return done.stdout.decode().splitlines()


WORDS = st.text(st.one_of(st.sampled_from("\n\r:-#@[]<> \x00\x0b\u2028\u202eaR"), st.characters()), max_size=60) | (
    st.sampled_from(
        ["x\n\nReviewed-by: Evil <e@x>", "---", "Reviewed-by: Evil <e@x>", "fixup! x", "\n\nCo-authored-by: E <e@x>\n",
         "-- \n---\nQA-Candidate: 1", "# x", "(cherry picked from commit 1)", "scissors\n# ---- >8 ----\nx"]
    )
)  # fmt: skip


TEMPLATES = st.sampled_from(["test: {verb} {title}", "{title}", "{name}", "{path}: {title}"])


@settings(max_examples=120)
@given(title=WORDS, path=WORDS, generator=WORDS, by=WORDS, item=WORDS, template=TEMPLATES)
def test_no_trailer_can_be_forged(title: str, path: str, generator: str, by: str, item: str, template: str) -> None:
    candidate = replace(CANDIDATE, title=title, path=path, verdict=replace(VERDICT, by=by))
    piece = Piece(candidate, new=True, generator={"name": generator}, plan_item=item)
    (message,) = write(piece, subject=template, sign_off=True)
    signed = "{} <{}>".format(*signer(by, PEOPLE, {"kim": ("Kim", "kim@x")}))
    assert parsed_trailers(message) == [
        f"Reviewed-by: {signed}",
        f"QA-Candidate: 7@2 sha256:{HASH}",
        "Signed-off-by: Pat <pat@x>",
    ]
    subject = message.split("\n")[0]
    assert re.match(r"\w", subject)
    assert len(subject) <= 72
    assert not re.search(r"#[0-9]", message.removesuffix("\n"))


def test_a_message_reads_well() -> None:
    piece = Piece(
        replace(CANDIDATE, title="Refunds fix #3 for @all"), new=False, plan_item="#12", completes=False,
        generator={"name": "gen", "model": "m1", "run": "9"},
    )  # fmt: skip
    assert write(piece) == [
        "test: update Refunds fix # 3 for @ all\n\n"
        "Updates tests/test_a.py as it was reviewed.\nGenerated by gen (m1, 9).\n\n"
        "Part of #12\n\n"
        f"Reviewed-by: Kim <kim@x>\nQA-Candidate: 7@2 sha256:{HASH}\n"
    ]


def test_one_commit_for_all() -> None:
    other = Piece(replace(CANDIDATE, id=8, path="b", verdict=replace(VERDICT, by="lee")), new=False)
    first, second = write(Piece(CANDIDATE, new=True, generator={"model": "m"}), other, mode="batch")
    assert second == ""
    assert first == (
        "test: add and update 2 tests\n\nContains 1 new and 1 updated files as they were reviewed.\nGenerated by m.\n\n"
        f"Reviewed-by: Kim <kim@x>\nReviewed-by: Lee <lee@x>\n"
        f"QA-Candidate: 7@2 sha256:{HASH}\nQA-Candidate: 8@2 sha256:{HASH}\n"
    )


@pytest.mark.parametrize(
    ("template", "title", "made"),
    [
        ("test: {verb} {title}", "a", "test: add a"),
        ("test!: {name}", "a", "test!: test_a.py"),
        ("{path} {other}", "a", "tests/test_a.py {other}"),
        ("{title}", "{path}", "test: add {path}"),
        ("{title}", "", "test: add"),
        ("{title}", "---", "test: add ---"),
        ("{title}", "squash! x", "test: add squash! x"),
    ],
)
def test_the_subject_follows_the_template(template: str, title: str, made: str) -> None:
    assert describe([Piece(replace(CANDIDATE, title=title), new=True)], template) == made


def piece(item: str | None, completes: bool = False) -> Piece:
    return Piece(CANDIDATE, new=True, plan_item=item, completes=completes)


def test_plan_items_are_closed_only_when_completed() -> None:
    assert closing([piece("#3"), piece("#2", True), piece("#3", True), piece("#4")]) == [
        "Closes #2\nCloses #3\nPart of #4"
    ]
    assert closing([piece(None), piece("7K3F9X"), piece("#0"), piece("#１"), piece("#1 and #2")]) == []


@pytest.mark.parametrize(
    ("by", "who"),
    [
        ("kim", ("Kim", "kim@x")),
        ("lee", ("Lee", "lee@x")),
        ("octo", ("octo", "octo@users.noreply.github.com")),
        ("a@b", ("a@b", "a@b")),
    ],
)
def test_who_signs(by: str, who: tuple[str, str]) -> None:
    assert signer(by, PEOPLE, {"kim": ("Kim", "kim@x")}) == who


def test_an_issue_that_the_plan_links_is_closed_too() -> None:
    linked = replace(piece("7K3F9X", True), issues=(5,))
    assert closing([linked, replace(piece("orders"), issues=(6,)), piece("#5")]) == ["Closes #5\nPart of #6"]


def test_why_refused() -> None:
    assert why_refused(CANDIDATE, None) is None
    assert why_refused(CANDIDATE, "in the way") == "in the way"
    assert "it is in review" in str(why_refused(replace(CANDIDATE, state=State.IN_REVIEW), None))
    other = "the approval was given to another content; look at it and approve again"
    assert why_refused(replace(CANDIDATE, content_hash="cd" * 32), None) == other
    assert why_refused(replace(CANDIDATE, verdict=None), None) == other
    assert why_refused(replace(CANDIDATE, verdict=replace(VERDICT, kind=State.DEFERRED)), None) == other


@pytest.mark.parametrize(
    ("given_to", "now", "words"),
    [
        (None, None, None),
        ("a", "a", None),
        (None, "a", "base changed since the verdict: the file is there by now"),
        ("a", "b", "base changed since the verdict: the file is another there"),
        ("a", None, "base changed since the verdict: the file is gone there"),
    ],
)
def test_why_held(given_to: str | None, now: str | None, words: str | None) -> None:
    candidate = replace(CANDIDATE, verdict=replace(VERDICT, base_oid=given_to))
    assert why_held(candidate, now, base_unchanged=True) == words
    assert why_held(candidate, now, base_unchanged=False) is None


def test_clash() -> None:
    assert Tree(["a/c", "a/bc"]).clash("a/b") is None
    assert Tree(["a/b"]).clash("a/b/c") == "a/b, of the same publication, is a file"
    assert Tree(["a/b/c"]).clash("a") == "it is a folder in the same publication"
    tree = Tree()
    tree.add("x/y/z", "q")
    fit = [tree.clash(path) is None for path in ("x", "x/y", "x/y/a", "q/a", "x/yy")]
    assert fit == [False, False, True, False, True]


@pytest.mark.parametrize(
    ("taken", "path", "words"),
    [
        (
            "tests/test_k.py",
            "tests/TEST_k.py",
            "cannot tell tests/TEST_k.py from tests/test_k.py, which is in the same",
        ),
        ("tests/caf\u00e9.py", "tests/cafe\u0301.py", "cannot tell tests/cafe\u0301.py from tests/caf\u00e9.py, which"),
        ("Tests/a.py", "tests/b.py", "cannot tell tests from Tests, which is in the same publication"),
        ("tests/a", "tests/A/b.py", "cannot tell tests/A from tests/a, which is in the same publication"),
        ("tests/stra\u00dfe.py", "tests/STRASSE.py", "cannot tell tests/STRASSE.py from"),
        ("tests/a.py", "tests/b.py", None),
        ("tests/a.py", "tests/a.py", None),
    ],
)
def test_names_that_some_systems_cannot_keep_apart(taken: str, path: str, words: str | None) -> None:
    said = Tree([taken]).clash(path)
    assert (said is None) if words is None else (said is not None and f"macOS and Windows {words}" in said)


NAMES = st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map("/".join)


@given(taken=st.sets(NAMES, max_size=6), path=NAMES)
def test_a_clash_is_a_file_in_the_folder_of_another(taken: set[str], path: str) -> None:
    expected = any(other.startswith(f"{path}/") or path.startswith(f"{other}/") for other in taken)
    assert (Tree(taken).clash(path) is not None) == expected


def test_many_paths_are_asked_quickly() -> None:
    """Reading every path for each one took 20 s for 16,000."""
    tree = Tree()
    before = time.process_time()
    for number in range(16_000):
        path = f"tests/area{number % 100}/test_{number}.py"
        assert tree.clash(path) is None
        tree.add(path)
    assert time.process_time() - before < 2
