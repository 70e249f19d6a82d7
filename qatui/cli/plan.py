"""The test plan: `plan items`, `plan tick`, `plan untick`. They work on any Markdown file, and open no store."""

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qatui.cli import diagnostics, output
from qatui.cli.session import Session, pass_session
from qatui.errors import NotFound, UsageError

if TYPE_CHECKING:
    from qatui.domain.plan_items import Item

LARGEST = 4 * 1024 * 1024
"""Bytes of a plan; GitHub shows no Markdown nearly as large."""
_LOOKED_AT = 8000
"""As many bytes as git looks at to tell a binary file."""


@click.group()
def plan() -> None:
    """The test plan: the task-list items of a Markdown file, as GitHub shows them."""


@plan.command()
@click.argument("file")
@pass_session
def items(session: Session, file: str) -> None:
    """The items of FILE, any Markdown file: number, line, whether it is ticked, and its text."""
    from qatui.domain.plan_items import items as items_of

    found = items_of(_read(session.directory / file))
    if session.json:
        output.emit({"items": [_record(item) for item in found]})
        return
    if not found:
        diagnostics.say(f"{file} has no task-list item.", quiet=session.quiet)
        return
    rows = [("item", "line", "done", "text")]
    for item in found:
        rows.append((str(item.number), str(item.line), "x" if item.checked else "·", "  " * item.depth + item.text))
    output.table(rows, right=(0, 1))
    diagnostics.say(f"{sum(item.checked for item in found)} of {len(found)} done", quiet=session.quiet)


_ITEM_HELP = "ITEM is its number, the id of its marker, an #issue it is linked to, or its exact text."


@plan.command(help=f"Tick an item of FILE: one byte changes. {_ITEM_HELP}")
@click.argument("file")
@click.argument("item")
@pass_session
def tick(session: Session, file: str, item: str) -> None:
    """Tick it."""
    _toggle(session, file, item, True)


@plan.command(help=f"Take the tick from an item of FILE: one byte changes. {_ITEM_HELP}")
@click.argument("file")
@click.argument("item")
@pass_session
def untick(session: Session, file: str, item: str) -> None:
    """Take its tick."""
    _toggle(session, file, item, False)


COMMANDS = (plan,)


def _record(item: "Item") -> dict[str, object]:
    return {
        "item": item.number,
        "line": item.line,
        "offset": item.offset,
        "checked": item.checked,
        "text": item.text,
    }


def _toggle(session: Session, file: str, named: str, checked: bool) -> None:
    from qatui.domain.plan_edits import toggle
    from qatui.files import edit_atomically

    path = session.directory / file
    chosen: list[Item] = []

    def change(data: bytes) -> bytes:
        chosen[:] = [_chosen(data, named)]
        return toggle(data, chosen[0].number, checked)

    _read(path)  # says what is wrong with it, if anything is
    if not os.access(path, os.W_OK):
        raise UsageError(f"{path} is write-protected.")
    try:
        changed = edit_atomically(path, change)
    except OSError as error:
        raise UsageError(f"{path} could not be written: {error.strerror}.") from None
    (item,) = chosen
    if session.json:
        output.emit({"file": file, "item": item.number, "line": item.line, "changed": changed})
        return
    word = "ticked" if checked else "unticked"
    already = "" if changed else "already "
    output.line(f"{already}{word}: item {item.number}, line {item.line}: {item.text}")


def _chosen(data: bytes, named: str) -> "Item":
    """The item a person means: a number in the plan counts as one."""
    from qatui.domain.plan_edits import item_at
    from qatui.domain.plan_items import items as items_of
    from qatui.domain.plan_match import NoMatch, matching

    found = items_of(data)
    if named.isascii() and named.isdecimal() and len(named) < 10 and not (len(named) == 6 and int(named) > len(found)):
        return item_at(data, int(named))
    match = matching(found, named)
    if isinstance(match, NoMatch):
        raise NotFound(
            f"Which item is {named!r}? {match.reason[:1].upper()}{match.reason[1:]}.", "See: qatui plan items"
        )
    return match


def _read(path: Path) -> bytes:
    """The bytes of a plan; raises UsageError for what cannot be one."""
    try:
        kind = os.stat(path)
        if stat.S_ISDIR(kind.st_mode):
            raise UsageError(f"{path} is a folder.", "Name a Markdown file.")
        if not stat.S_ISREG(kind.st_mode):
            raise UsageError(f"{path} is no ordinary file.", "Name a Markdown file.")
        if kind.st_size > LARGEST:
            raise UsageError(f"{path} is too large for a plan: more than {LARGEST // 1024**2} MiB.")
        data = path.read_bytes()
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.", "Name a Markdown file.") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise UsageError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from None
    if b"\0" in data[:_LOOKED_AT]:
        raise UsageError(f"{path} is a binary file, no Markdown.")
    return data
