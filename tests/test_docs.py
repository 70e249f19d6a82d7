"""README tells the truth: its tables are the program's, every setting and exit code is in it, its pictures exist."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest
from msgspec import Struct, structs

from qatui.cli.main import qatui
from qatui.errors import ExitCode
from qatui.settings.types import REJECT_REASONS, Team, User
from qatui.tui.keymap import ACTIONS, Act
from tests.readme import README, with_parts

ROOT = README.parent
TEXT = README.read_text(encoding="utf-8")


def test_the_made_parts_are_fresh() -> None:
    assert with_parts(TEXT) == TEXT, "python -m tests.readme writes them anew"


def settings(type_: type[Struct], where: str = "") -> Iterator[str]:
    for field in structs.fields(type_):
        name = f"{where}{field.name}"
        if isinstance(field.type, type) and issubclass(field.type, Struct):
            yield from settings(field.type, f"{name}.")
        else:
            yield name


@pytest.mark.parametrize("name", [*settings(Team), *settings(User)])
def test_every_setting_is_named(name: str) -> None:
    assert f"`{name}`" in TEXT


@pytest.mark.parametrize("code", list(ExitCode))
def test_every_exit_code_is_told(code: ExitCode) -> None:
    assert re.search(rf"^\| {code.value} \|", TEXT, re.MULTILINE)


@pytest.mark.parametrize("reason", REJECT_REASONS)
def test_every_reject_reason_is_named(reason: str) -> None:
    assert f"`{reason}`" in TEXT


def test_every_picture_and_page_exists() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", TEXT)
    assert any(link.startswith("snapshots/") for link in links)
    for link in links:
        assert link.startswith("https://") or (ROOT / unquote(link)).is_file(), link


def one_command(text: str) -> click.Command:
    words = shlex.split(text)
    assert words.pop(0) == "qatui"
    command: click.Command = qatui
    while isinstance(command, click.Group) and words:
        found = command.get_command(click.Context(command), words.pop(0))
        assert found is not None, text
        command = found
    known = {option for parameter in command.params for option in parameter.opts + parameter.secondary_opts}
    for word in words:
        assert not word.startswith("-") or word in known, f"{text}: no option {word}"
    return command


@pytest.mark.parametrize("act", [act for act in ACTIONS if act.command.startswith("qatui")], ids=lambda act: act.id)
def test_the_command_of_an_action_exists(act: Act) -> None:
    for text in act.command.split(", "):
        assert one_command(text) is not qatui


def test_the_two_command_lines_are_there(tmp_path: Path) -> None:
    """One installs and opens the demo, one passes the tests; CI takes the second from README itself."""
    blocks = re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    assert any(block.count("\n") == 1 and block.endswith("bin/qatui demo\n") for block in blocks)
    assert re.search(r"<!-- test command -->\n```sh\n[^\n]*bin/tox\n```", TEXT)
