"""Reading YAML by the wanted type: every refusal names file, line and key, and none of YAML's guesses gets in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct, structs

from qatui.errors import ConfigError, ExitCode
from qatui.settings.document import DEEPEST, LARGEST, Document
from qatui.settings.template import scalar
from qatui.settings.types import ChecklistItem, CommitSettings, Person, PlanSettings, Team


def read(text: str | bytes) -> Team:
    """`text` as team settings, without the checks of meaning."""
    return Document("qatui.yaml on main").read(text.encode() if isinstance(text, str) else text, Team)


def refusal(text: str | bytes) -> ConfigError:
    """How `text` is refused."""
    with pytest.raises(ConfigError) as caught:
        read(text)
    assert caught.value.exit_code == ExitCode.USAGE
    return caught.value


@pytest.mark.parametrize(
    "word",
    [
        *("no", "on", "yes", "off", "y", "n", "true", "False"),
        *("1:30", "190:20:30", "0o17", "017", "0x1F", "1_000", "1e3", "1.5", ".inf", "-.INF", ".nan", "7"),
        *("2026-11-20", "2026-11-20T10:00:00Z", "=", "null-ish", "ünïcode", "a#b", "http://x", "'", "it's"),
    ],
)
def test_a_plain_word_is_the_text_that_was_written(word: str) -> None:
    if word == "'":
        word = "o'"
    assert read(f"base: {word}\nremote: {word}\n") == Team(base=word, remote=word)


@pytest.mark.parametrize("word", ["null", "~", ""])
def test_null_unsets_what_may_be_unset(word: str) -> None:
    assert read(f"base: {word}") == Team()


def test_null_is_a_text_where_only_a_text_fits() -> None:
    assert read("remote: null").remote == "null"
    assert read("base: 'null'").base == "null"


@pytest.mark.parametrize("key", ["no", "on", "1:30", "2026-11-20", "017", "~"])
def test_a_key_is_the_text_that_was_written(key: str) -> None:
    assert read(f"reject_reasons: {{{key}: words}}").reject_reasons == {key: "words"}


@pytest.mark.parametrize(("word", "value"), [("true", True), ("false", False)])
def test_true_and_false_are_the_booleans(word: str, value: bool) -> None:
    assert read(f"self_approve: {word}").self_approve is value


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("yes", "Write true, without quotes."),
        ("on", "Write true, without quotes."),
        ("True", "Write true, without quotes."),
        ('"true"', "Write true, without quotes."),
        ("no", "Write false, without quotes."),
        ("OFF", "Write false, without quotes."),
        ("1", ""),
        ("null", ""),
    ],
)
def test_no_other_word_is_a_boolean(word: str, hint: str) -> None:
    error = refusal(f"base: main\nself_approve: {word}\n")
    assert str(error) == (
        f"qatui.yaml on main, line 2: “self_approve” wants true or false, not “{word.strip(chr(34))}”."
    )
    assert error.hint == hint


@pytest.mark.parametrize(("word", "value"), [("12", 12), ("0", 0), ("-3", -3)])
def test_numbers_are_plain_decimal(word: str, value: int) -> None:
    assert read(f"plan: {{master_issue: {word}}}").plan.master_issue == value


@pytest.mark.parametrize(
    "word", ["017", "0o17", "0x1f", "1_000", "1e3", "1:30", "1.0", "'12'", "twelve", "²", "9" * 30]
)
def test_no_other_word_is_a_number(word: str) -> None:
    error = refusal(f"plan:\n  master_issue: {word}\n")
    assert str(error).startswith(
        "qatui.yaml on main, line 2: “plan.master_issue” wants a whole number in decimal digits"
    )


def test_an_unknown_key_is_refused_with_the_nearest_name() -> None:
    error = refusal("base: main\n\nchekclist: []\n")
    assert str(error) == "qatui.yaml on main, line 3: “chekclist” is no setting; did you mean “checklist”?"
    assert error.hint.startswith("Settings here: base, branch, checklist,")


def test_an_unknown_key_with_nothing_near() -> None:
    assert str(refusal("zzz: 1")) == "qatui.yaml on main, line 1: “zzz” is no setting."


def test_an_unknown_key_inside_names_where() -> None:
    error = refusal("checklist:\n  - id: a\n    txt: x\n")
    assert str(error) == "qatui.yaml on main, line 3: “txt” is no setting of “checklist[1]”; did you mean “text”?"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- a\n", "line 1: settings are `key: value` lines, not a list."),
        ("just words", "line 1: settings are `key: value` lines, not “just words”."),
        ("plan: later", "line 1: “plan” wants `key: value` lines, not “later”."),
        ("people: [robin]", "line 1: “people” wants `name: value` lines, not a list."),
        ("base:\n  - main", "line 2: “base” wants a text, not a list."),
        ("base: {a: b}", "line 1: “base” wants a text, not a mapping."),
        ("remote: ''\nself_approve: ''", "line 2: “self_approve” wants true or false, not nothing."),
        ("test_roots: tests", "line 1: “test_roots” wants a list, not “tests”."),
        ("test_roots: {a: b}", "line 1: “test_roots” wants a list, not a mapping."),
        ("test_roots:\n- a\n- [b]", "line 3: “test_roots[2]” wants a text, not a list."),
        ("people: {robin: {role: lead}}", "line 1: “people.robin.role” wants “reviewer” or “maintainer” or “qa-lead”"),
        ('base: "a\\nb"', "line 1: “base” wants a text of one line without control characters, not “a\nb”."),
        ("base: |\n  a\n  b\n", "line 1: “base” wants a text of one line"),
        ("base: a\nremote: b\nbase: c", "line 3: “base” is set twice; the first is on line 1."),
        ("reject_reasons: {a: b, a: b}", "line 1: “a” is set twice"),
        ("? [a]\n: b", "line 1: a key is a text, not a list."),
        ("'': b", "line 1: a key must be a text of one line."),
        ('"a\\nb": b', "line 1: a key must be a text of one line."),
        ("<<: {base: x}", "line 1: merge keys (`<<`) are not taken."),
        ("checklist:\n- id: a\n", "line 2: “text” of “checklist[1]” is missing."),
        ("checklist:\n- id:\n  text: x\n", "line 2: “checklist[1].id” wants a text, not nothing."),
        ("base: !!int 3", "line 1: tags (`!name`) are not taken."),
        ("a: !!python/object/apply:os.system [x]", "line 1: tags (`!name`) are not taken."),
        ("base: &x y", "line 1: anchors (`&name`) are not taken."),
        ("base: *x", "line 1: aliases (`*name`) are not taken."),
        ("test_roots:\n- **/tests/**", "line 2 is not valid YAML: a text cannot begin with “*” or “&” here."),
        ("commit:\n\tmode: batch", "line 2 is not valid YAML: a tab where YAML wants blanks."),
        ("base: a\n---\nbase: b\n", "line 2 is not valid YAML: a second document begins here."),
        ("base: a: b", "line 1 is not valid YAML: mapping values are not allowed here."),
        ("base: [", "line 1 is not valid YAML:"),
        ("base: 'open\nremote: x\n", "is not valid YAML:"),
        ("base: a\nremote: \x01", "line 2: the character U+0001 is not allowed here."),
        (b"base: a\nremote: \xff\xfe\n", "line 2: this is not UTF-8 text."),
        ("base: x".encode("utf-16"), "line 1: this is not UTF-8 text."),
    ],
)
def test_refusals_name_file_line_and_key(text: str | bytes, message: str) -> None:
    assert str(refusal(text)).startswith("qatui.yaml on main")
    assert message in str(refusal(text))


def test_an_id_that_is_missing_a_value_has_no_default() -> None:
    assert "wants a text" in str(refusal("checklist: [{id: , text: x}]"))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("base: a: b", "A text with a colon and a blank in it wants quotes around it."),
        ("checklist: [{id: a, text: Is it?, required: true}]", "Inside { } and [ ] a text with a question mark"),
        ("test_roots: [*/x]", "Put quotes around it."),
        ("test_roots: tests", "Write it as a list: [tests]"),
        ("commit: {mode: batsh}", "Did you mean “batch”?"),
        ("a: b\n---\nc: d", "Take away the `---` and what follows it."),
    ],
)
def test_a_refusal_says_what_to_do(text: str, hint: str) -> None:
    assert refusal(text).hint.startswith(hint)


def test_deep_nesting_is_refused_and_does_not_overflow() -> None:
    assert "nested too deep" in str(refusal("[" * 50_000))
    assert "nested too deep" in str(refusal("a:\n" + "".join(" " * n + "a:\n" for n in range(1, DEEPEST + 5))))


def test_a_file_that_is_too_large_is_refused() -> None:
    assert f"settings have {LARGEST} at most" in str(refusal(b"#" * (LARGEST + 1)))
    assert read(b"base: x" + b"\n" * (LARGEST - 7)).base == "x"


def test_a_bomb_of_aliases_is_refused_at_once() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert "are not taken" in str(refusal(bomb))


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "\ufeff", "{}", "--- {}\n...\n"])
def test_nothing_set_is_the_defaults(text: str) -> None:
    assert read(text) == Team()


def test_a_key_without_value_stands_for_its_default() -> None:
    assert read("plan:\ntest_roots:\nremote:\nchecklist:\nself_approve:\n") == Team()


def test_a_whole_file() -> None:
    text = """\
base: release/2
test_roots: [api/tests, "**/x/**"]
plan:
  files:
    - docs/plan.md
  master_issue: 12
people:
  robin: {role: qa-lead}
  "1:30": {}
commit:
  subject: "test: {title}"
checklist:
  - {id: asserts, text: "Does it fail?", required: true}
  - id: data
    text: >
      Folded into
      one line
"""
    assert read(text) == Team(
        base="release/2",
        test_roots=("api/tests", "**/x/**"),
        plan=PlanSettings(files=("docs/plan.md",), master_issue=12),
        people={"robin": Person(role="qa-lead"), "1:30": Person()},
        commit=CommitSettings(subject="test: {title}"),
        checklist=(
            ChecklistItem(id="asserts", text="Does it fail?", required=True),
            ChecklistItem(id="data", text="Folded into one line"),
        ),
    )


def test_wrong_names_the_nearest_line_above() -> None:
    document = Document("f")
    document.read(b"base: x\nplan:\n  files: [a]\n", Team)
    assert str(document.wrong(("plan", "files", 0), "m")) == "f, line 3: m"
    assert str(document.wrong(("plan", "mapping"), "m")) == "f, line 2: m"
    assert str(document.wrong(("remote",), "m")) == "f: m"


def test_long_values_are_cut_in_messages() -> None:
    assert len(str(refusal(f"self_approve: {'x' * 5000}"))) < 200
    assert len(str(refusal(f"{'x' * 500}: 1"))) < 200


def outcome(text: str | bytes) -> str:
    """The settings, or the refusal, as text; any other exception gets through."""
    try:
        return repr(read(text))
    except ConfigError as error:
        return str(error)


@given(st.text())
def test_any_text_is_settings_or_one_refusal(text: str) -> None:
    assert outcome(text.encode("utf-8", "surrogatepass")).startswith(("Team(", "qatui.yaml on main"))


@given(
    st.recursive(
        st.sampled_from(["base", "no", "1", "[x]", "{a: b}", "~", "'q'", "checklist:", "- id: a", "*a", "&a x", "|"]),
        lambda inner: st.lists(inner, max_size=4).map(lambda parts: "\n  ".join(map(str, parts)) + ": "),
        max_leaves=12,
    )
)
def test_anything_like_yaml_is_settings_or_one_refusal(text: str) -> None:
    assert outcome(text).startswith(("Team(", "qatui.yaml on main"))


class Texts(Struct, frozen=True):
    """One text and a list of them."""

    one: str = ""
    many: tuple[str, ...] = ()


ONE_LINE = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cn", "Co")), min_size=1)


@given(ONE_LINE, st.lists(ONE_LINE, min_size=1))
def test_what_is_written_is_read_back(one: str, many: list[str]) -> None:
    text = f"one: {scalar(one)}\nmany:\n" + "".join(f"- {scalar(item)}\n" for item in many)
    expected = Texts(one, tuple(many))
    assert structs.asdict(Document("f").read(text.encode(), Texts)) == structs.asdict(expected)
