"""The parts of README that are made from the program: `python -m tests.readme` writes them anew."""

import re
from collections.abc import Callable
from pathlib import Path

import click

from qatui.cli.main import qatui
from qatui.tui.keymap import ACTIONS

README = Path(__file__).parent.parent / "README.md"


def keys() -> str:
    """The table of actions: keys, what they do, the id to remap them by, the command that does the same."""
    rows = ["| keys | does | id | command |", "|---|---|---|---|"]
    for act in ACTIONS:
        pressed = " ".join(f"`{key}`" for key in act.keys).replace("|", "\\|") or "palette"
        command = f"`{act.command}`" if act.command else ""
        rows.append(f"| {pressed} | {act.help} | `{act.id}` | {command} |")
    return "\n".join(rows)


def commands() -> str:
    """The table of commands, in alphabetical order, groups with their own commands."""
    rows = ["| command | does |", "|---|---|", "| `qatui` | the workstation for the repository in this folder |"]
    rows += _commands(qatui, "qatui")
    return "\n".join(rows)


def _commands(group: click.Group, name: str) -> list[str]:
    rows = []
    context = click.Context(group, info_name=name)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        if isinstance(command, click.Group):
            rows += _commands(command, f"{name} {word}")
        else:
            usage = " ".join(command.collect_usage_pieces(click.Context(command)))
            text = f"{name} {word} {usage}".replace(" [OPTIONS]", "").replace("|", "\\|")
            summary = " ".join((command.help or "").split("\n\n")[0].split())
            rows.append(f"| `{text}` | {summary.replace('|', '/')} |")
    return rows


PARTS: dict[str, Callable[[], str]] = {"keys": keys, "commands": commands}


def with_parts(text: str) -> str:
    """README's text with its made parts as they should be."""
    for name, make in PARTS.items():
        pattern = re.compile(rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- end of {name} -->)", re.DOTALL)
        assert pattern.search(text), f"README.md has no place for {name}"
        made = make()
        text = pattern.sub(lambda found, made=made: f"{found[1]}{made}\n{found[2]}", text)  # type: ignore[misc]
    return text


if __name__ == "__main__":
    README.write_text(with_parts(README.read_text(encoding="utf-8")), encoding="utf-8")
