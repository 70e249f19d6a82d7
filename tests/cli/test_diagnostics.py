"""Talk on standard error."""

import io
import json
import sys

import click
import pytest

from qatui.cli import diagnostics
from qatui.errors import ConfigError, ExitCode


def test_say_shows_what_is_hidden_and_can_be_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    diagnostics.say("done \x1b[2J")
    diagnostics.say("never", quiet=True)
    assert capsys.readouterr() == ("", "done ␛[2J\n")


def test_refusals_are_one_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    diagnostics.refusals([("7", "it is\napproved"), ("\u202ex", "no")])
    assert capsys.readouterr() == ("", "refused 7: it is␊approved\nrefused ‹U+202E›x: no\n")


def test_many_refusals_are_grouped_by_reason(capsys: pytest.CaptureFixture[str]) -> None:
    """Five of each by name, in their order, and how many more; a hundred thousand lines say nothing."""
    rows = [(str(number), "claimed by @sam" if number % 2 else "no such candidate") for number in range(1, 2_011)]
    diagnostics.refusals([*rows, ("x", "it is held")], "held")
    assert capsys.readouterr().err.splitlines() == [
        *(f"held {number}: claimed by @sam" for number in (1, 3, 5, 7, 9)),
        "held 1,000 more: claimed by @sam",
        *(f"held {number}: no such candidate" for number in (2, 4, 6, 8, 10)),
        "held 1,000 more: no such candidate",
        "held x: it is held",
    ]


def test_an_error_shows_what_is_hidden_and_is_ascii_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    error = ConfigError("“\x1b]0;x\x07” is wrong", "See \u202e.")
    assert diagnostics.fail(error, as_json=False) == ExitCode.USAGE
    assert capsys.readouterr().err == "qatui: “␛]0;x␇” is wrong\n       See ‹U+202E›.\n"
    assert diagnostics.fail(error, as_json=True) == ExitCode.USAGE
    err = capsys.readouterr().err
    assert err.isascii()
    assert json.loads(err)["error"]["message"] == error.message


def test_an_error_without_a_hint_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    diagnostics.fail(ConfigError("It is wrong."), as_json=False)
    assert capsys.readouterr().err == "qatui: It is wrong.\n"


def test_wrong_usage_names_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    context = click.Context(click.Command("init"), info_name="init")
    diagnostics.wrong_usage(click.UsageError("no \x1b such", context), as_json=False)
    assert capsys.readouterr().err == "qatui: no ␛ such\n       See: init --help\n"


def test_confirm_defaults_to_no(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    assert diagnostics.confirm("Really \x1b?") is False
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert diagnostics.confirm("Really?") is True
    out, err = capsys.readouterr()
    assert (out, "\x1b" in err, "Really ␛?" in err) == ("", False, True)


def test_ask_repeats_until_the_answer_is_taken(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("bad\n good \n"))

    def read(text: str) -> str:
        if text == "bad":
            raise click.BadParameter("not this")
        return text.strip()

    assert diagnostics.ask("Which", "de\x1bfault", read) == "good"
    out, err = capsys.readouterr()
    assert out == ""
    assert "Which [de␛fault]" in err
    assert "not this" in err


def test_ask_takes_the_default_for_an_empty_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n\n"))
    assert diagnostics.ask("Which", "main", str) == "main"
    assert diagnostics.ask("Which", "", str) == ""


def test_ask_ends_where_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(click.Abort):
        diagnostics.ask("Which", "main", str)
