"""The pull request's text: the whole record where it fits, and a remark where it does not."""

import re
import subprocess
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qatui.domain.publishing import Piece
from qatui.domain.record import BODY_LIMIT, TITLE_LIMIT, body, title
from qatui.domain.review import Comment, Ticked
from qatui.sandbox.github import keywords
from qatui.settings.types import ChecklistItem
from tests.domain.test_publishing import CANDIDATE, HASH, VERDICT

PARSER = MarkdownIt("gfm-like", {"linkify": False, "html": True})


def text(*pieces: Piece) -> str:
    return body(pieces, publisher="pat", base_branch="main", base_commit="1f3c9a2" * 6)


def comment(words: str, line: int | None = None) -> Comment:
    return Comment(1, 7, 2, "new" if line else None, line, words, "lee", 60_000)


def test_the_whole_record_of_one_test() -> None:
    piece = Piece(
        replace(CANDIDATE, customized=True, author="kim", verdict=replace(VERDICT, note="ok <b>")),
        new=True,
        generator={"name": "gen"},
        plan_item="#12",
        completes=True,
        checklist=(
            Ticked(ChecklistItem(id="a", text="asserts?"), True, "kim", 0),
            Ticked(ChecklistItem(id="b", text="cleans up?"), False),
        ),
        comments=(comment("first\nsecond", 3), comment("whole")),
    )
    assert text(piece) == (
        "Test files, 1 new, approved by `kim` and published by `pat` on top of `main` at `1f3c9a21f3c9`.\n\n"
        "Closes #12\n\n## Review record\n\n"
        "| test | verdict | by | at | candidate@revision and content |\n|---|---|---|---|---|\n"
        f"| `tests/test_a.py` new | approved | `kim` | 1970-01-01T00:00:00Z | `7@2 sha256:{HASH}` |\n\n"
        "### `tests/test_a.py`\n\n"
        "- Title: a\n- Change: +1 −0 lines, revision 2, written by `kim`\n- Generator: gen\n"
        "- Plan item: \\# 12\n- Verdict's note: ok \\<b\\>\n"
        "- Checklist ✓ asserts? (`kim`, 1970-01-01T00:00:00Z)\n- Checklist ○ cleans up?\n\n"
        "`lee` on line 3 (new), revision 2, 1970-01-01T00:01:00Z:\n\n> first\\\n> second\n\n"
        "`lee` on the test, revision 2, 1970-01-01T00:01:00Z:\n\n> whole\n"
    )


def test_threads_are_together_with_their_places() -> None:
    lines = replace(comment("first", 3), last=5, resolved_by="kim", resolved_at=0)
    file = replace(comment("file"), id=2, side="old")
    answer = replace(comment("because"), id=3, reply_to=1, author="kim")
    assert (
        "\n`lee` on lines 3-5 (new), revision 2, resolved by `kim`, 1970-01-01T00:01:00Z:\n\n> first\n\n"
        "`kim` answered, 1970-01-01T00:01:00Z:\n\n> because\n\n"
        "`lee` on the file (old), revision 2, 1970-01-01T00:01:00Z:\n\n> file\n"
    ) in text(Piece(CANDIDATE, new=True, comments=(lines, file, answer)))


def test_who_approved_is_named_and_nothing_is_claimed_of_how() -> None:
    def approved(by: str) -> Piece:
        return Piece(replace(CANDIDATE, verdict=replace(VERDICT, by=by)), new=True)

    assert ", approved by `a` and `b` and published by" in text(approved("a"), approved("b"), approved("a"))
    seven = text(*(approved(name) for name in "abcdefg"))
    assert ", approved by `a`, `b`, `c`, `d`, `e` and 2 more and published by" in seven
    assert "one by one" not in seven
    assert "1 new, published by" in text(Piece(replace(CANDIDATE, verdict=None), new=True))


@pytest.mark.parametrize("count", [1, 300, 3000])
@pytest.mark.parametrize("size", [0, 400, 30_000])
def test_what_does_not_fit_is_cut_with_a_remark(count: int, size: int) -> None:
    pieces = [
        Piece(replace(CANDIDATE, id=at, path=f"tests/test_{at}.py"), new=True, comments=(comment("#" * size),))
        for at in range(count)
    ]
    made = text(*pieces)
    assert len(made) <= BODY_LIMIT
    rows = made.count("sha256:")
    details = made.count("### `")
    if rows < count:
        assert f"_{count - rows} more tests do not fit here; every commit names its own._" in made
    elif details < count:
        assert f"_The remarks on {count - details} more tests do not fit here._" in made
    assert rows == min(count, rows)
    assert rows == 300 or count != 300


NASTY = st.text(st.one_of(st.sampled_from("`|\\<>[]()*_#@!&-+=: \n1."), st.characters()), min_size=1, max_size=60)


@settings(max_examples=60)
@given(NASTY, NASTY, NASTY, NASTY)
def test_nothing_of_a_candidate_makes_markup(path: str, name: str, note: str, by: str) -> None:
    verdict = replace(VERDICT, by=by, note=note)
    piece = Piece(
        replace(CANDIDATE, path=path, title=name, verdict=verdict),
        new=True,
        generator={"name": note},
        plan_item=name,
        comments=(replace(comment(note), author=by),),
    )
    tokens = PARSER.parse(text(piece))
    kinds = [token.type for token in tokens]
    assert kinds.count("tr_open") == 2
    assert kinds.count("td_open") == 5
    assert kinds.count("heading_open") == 2
    assert kinds.count("table_open") == 1
    inside = {child.type for token in tokens for child in token.children or []}
    assert inside <= {"text", "text_special", "code_inline", "hardbreak", "softbreak"}
    assert not {"html_block", "hr", "fence", "code_block", "ordered_list_open"} & set(kinds)


POWERS = st.lists(
    st.sampled_from(
        ["Closes #1", "fixes: #2", "resolve acme/pay#3", "@kim", "@acme/team", "GH-4", "`", "``", "\n", "|", " ", "#5",
         "https://github.com/acme/pay/issues/6", "[skip ci]", "Reviewed-by: E <e@x>", "<!--", "-->", "```", "x"]
    ),
    max_size=8,
).map("".join)  # fmt: skip


@settings(max_examples=150)
@given(path=POWERS, words=POWERS, by=POWERS, template=st.sampled_from(["", "## What\n\n<!-- x -->\n\n- [ ] a"]))
def test_no_word_closes_an_issue_or_calls_somebody(path: str, words: str, by: str, template: str) -> None:
    """Neither on GitHub's page nor in the commit that a squash makes of it, where backticks protect nothing."""
    piece = Piece(
        replace(CANDIDATE, path=path or "a", title=words, verdict=replace(VERDICT, by=by or "b", note=words)),
        new=True,
        generator={"name": words, "model": by},
        plan_item="#12",
        completes=True,
        checklist=(Ticked(ChecklistItem(id="a", text=words), True, by, 0),),
        comments=(replace(comment(words), author=by, resolved_by=by),),
    )
    made = body([piece], publisher=by, base_branch="main", base_commit="1f3c9a2" * 6, template=template)
    for each in (made, made.replace("`", " "), title([piece], "{title}"), title([piece], "{path}")):
        ours = each.replace("Closes #12", "", 1)
        assert keywords.closing(ours, "acme/pay") == []
        assert keywords.mentions(ours, "acme/pay") == []
        assert not re.search(r"(?<![A-Za-z0-9_])@[A-Za-z0-9]|\bGH-[0-9]|://|\[skip ci\]", ours)
    read = [token.content for token in PARSER.parse(made) if token.type == "inline"]
    assert read.count("Closes #12") == 1, "a paragraph of its own"
    trailers = subprocess.run(
        ["git", "interpret-trailers", "--parse"], input=made.encode(), capture_output=True, check=True
    )
    assert trailers.stdout == b""


def test_the_template_stays_as_it_is_and_the_record_comes_behind_it() -> None:
    template = "## What\n\n- [ ] I ran it\n"
    made = body([Piece(CANDIDATE, new=True)], publisher="p", base_branch="m", base_commit="1" * 40, template=template)
    assert made.startswith(f"{template}\n\n## Review record\n\nTest files, 1 new")
    assert made.count("## Review record") == 1


def test_closing_lines_leave_room_for_the_record() -> None:
    pieces = [Piece(replace(CANDIDATE, id=at), new=True, plan_item=f"#{at}", completes=True) for at in range(1, 9000)]
    made = body(pieces, publisher="p", base_branch="m", base_commit="1" * 40, template="x" * 30_000)
    assert len(made) <= BODY_LIMIT
    assert made.count("sha256:") > 50
    lines = [line for line in made.splitlines() if line.startswith("Closes #")]
    assert lines[-1] == f"Closes #{len(lines)}", "none is cut in the middle"


def test_a_long_title_is_cut() -> None:
    assert len(title([Piece(replace(CANDIDATE, title="x" * 1000), new=True)], "{title}")) == TITLE_LIMIT
