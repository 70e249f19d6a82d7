"""`viewed`: which hunks of a candidate the reviewer has viewed."""

from typing import TYPE_CHECKING

import click

from qatui.cli import output, records
from qatui.cli.session import Session, pass_session
from qatui.errors import UsageError

if TYPE_CHECKING:
    from qatui.domain.diff import Hunk
    from qatui.domain.viewed import Viewing
    from qatui.flows.review import Dossier


@click.command()
@click.argument("number", metavar="ID", type=int)
@click.option("--hunk", "hunks", type=int, metavar="N", multiple=True, help="Mark hunk N as viewed; repeatable.")
@click.option("--all", "every", is_flag=True, help="Mark all hunks as viewed.")
@click.option("--undo", is_flag=True, help="With --hunk or --all: as not viewed.")
@pass_session
def viewed(session: Session, number: int, hunks: tuple[int, ...], every: bool, undo: bool) -> None:
    """The hunks of a candidate and which of them you have viewed; with --hunk or --all, mark them.

    A mark belongs to what a hunk says: in the next revision, hunks that changed are unviewed again, others stay viewed.
    """
    from dataclasses import replace

    from qatui.flows import viewed as flow
    from qatui.flows.review import look

    if hunks and every:
        raise UsageError("--hunk and --all exclude each other.", "Give one of them.")
    if undo and not (hunks or every):
        raise UsageError("Which hunks?", "--hunk N, or --all.")
    dossier = look(session.desk, number)
    found = flow.viewing_of(dossier)
    if hunks or every:
        keys = set(found.keys) if every else {_key(number, found, each) for each in hunks}
        flow.mark(session.desk, number, keys, viewed=not undo)
        found = replace(found, marks=found.marks - keys if undo else found.marks | keys)
    if session.json:
        of = dossier.candidate
        told = {"candidate": of.id, "revision": of.revision, "content_hash": of.content_hash}
        output.emit({**told, **records.viewing(found)})
    else:
        _print(dossier, found)


def _key(number: int, found: "Viewing", hunk: int) -> str:
    if not 1 <= hunk <= len(found.keys):
        raise UsageError(f"Candidate {number} has no hunk {hunk}.", f"It has {len(found.keys)}: qatui viewed {number}")
    return found.keys[hunk - 1]


def _print(dossier: "Dossier", found: "Viewing") -> None:
    of = dossier.candidate
    output.line(f"{of.id}  {of.path}  rev {of.revision}  {share(found)}")
    rows = []
    for number, (hunk, key) in enumerate(zip(found.hunks, found.keys, strict=True), start=1):
        box = "[x]" if key in found.marks else "[ ]"
        rows.append((f"  {box}", str(number), _lines(hunk), f"+{hunk.new_count} −{hunk.old_count}"))
    output.table(rows, right=(1,))


def share(found: "Viewing") -> str:
    """How much is viewed, in words."""
    many = f"{found.viewed} of {len(found.hunks)} hunks"
    return f"viewed {found.percent} %, {many}" if found.hunks else "nothing changed"


def _lines(hunk: "Hunk") -> str:
    """Where a hunk is in what is proposed; in the file on base where it only takes lines away."""
    side, start, count = ("", hunk.new_start, hunk.new_count)
    if not count:
        side, start, count = ("old ", hunk.old_start, hunk.old_count)
    return f"{side}line {start + 1}" if count == 1 else f"{side}lines {start + 1}-{start + count}"


COMMANDS: tuple[click.Command, ...] = (viewed,)
