"""`diff`: a candidate, two files, folders or revisions side by side; on a terminal as a screen, else printed."""

import gc
import os
import re
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

import click

from qatui import wiring
from qatui.cli import diagnostics, interrupts, output, printing
from qatui.cli.session import Session, pass_session
from qatui.errors import ExitCode, QatuiError, UsageError
from qatui.settings.types import Theme

if TYPE_CHECKING:
    from qatui.cli.diff_text import Ended
    from qatui.domain.blanks import Blanks
    from qatui.flows.comparing import Comparison
    from qatui.render.part import Look
    from qatui.settings.types import User

EXTERNAL = (7, 9)
"""How many arguments git gives to its external diff; nine for a file that was renamed or copied."""
_COUNTER = "GIT_DIFF_PATH_COUNTER"
"""Set by git for what it runs in the place of its own diff."""
_EXTCMD = "GIT_DIFFTOOL_EXTCMD"
"""Set by `git difftool --extcmd`, which runs its command with two files."""
_ID = re.compile(r"[0-9a-f]{4,64}|\.")
_MODE = re.compile(r"[0-7]{6}|\.")

Layout = Literal["split", "unified"]


class _FromGit(click.Command):
    """A command that git may run: the names that git gives it are no options, whatever they look like."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, names_apart(args, os.environ))


def names_apart(arguments: list[str], environ: Mapping[str, str]) -> list[str]:
    """The arguments with `--` before the names, where it is git that appended them; a file may be called --help."""
    if _COUNTER not in environ:
        return arguments
    if environ.get(_EXTCMD):
        count = 2
    else:
        count = next((many for many in reversed(EXTERNAL) if _is_external(arguments[-many:], many)), 1)
    at = max(0, len(arguments) - count)
    return arguments if "--" in arguments[:at] else [*arguments[:at], "--", *arguments[at:]]


def _is_external(arguments: Sequence[str], many: int) -> bool:
    return len(arguments) == many and all(
        _ID.fullmatch(arguments[at]) and _MODE.fullmatch(arguments[at + 1]) for at in (2, 5)
    )


@click.command(cls=_FromGit)
@click.argument("names", metavar="ID | OLD NEW", nargs=-1, required=True, type=click.UNPROCESSED)
@click.option("--print", "to_print", is_flag=True, help="Print, on a terminal too.")
@click.option("--color", "when", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)
@click.option("--width", type=click.IntRange(printing.LEAST, 10_000), metavar="N", help="Columns to print in.")
@click.option("--unified/--side-by-side", "unified", default=None, help="One below the other, or two sides.")
@click.option("-U", "--context", type=click.IntRange(0, 2**31), metavar="N", help="Unchanged lines around changes.")
@click.option("-b", "space_change", is_flag=True, help="How many blanks stand somewhere is no change.")
@click.option("-w", "all_space", is_flag=True, help="Blanks are no change.")
@click.option("--ignore-blank-lines", "blank_lines", is_flag=True, help="Blank lines are no change.")
@click.option("--by-character", is_flag=True, help="Mark in a line the characters that differ, not the words.")
@click.option("--code-points", is_flag=True, help="Hidden characters by their code points.")
@click.option("--show-secrets", is_flag=True, help="Do not mask secrets.")
@click.option("-a", "--text", "as_text", is_flag=True, help="Print binary files line by line, too.")
@click.option("--theme", type=click.Choice(get_args(Theme)), help="Instead of your settings' theme.")
@click.option("--exit-code", is_flag=True, help="Exit with 1 where there are differences.")
@click.option(
    "--since",
    metavar="N|seen|rejected",
    help="Of ID: what its author changed since revision N, or since you saw or rejected it.",
)
@pass_session
def diff(
    session: Session, /, names: tuple[str, ...], to_print: bool, exit_code: bool, since: str | None, **options: Any
) -> ExitCode:
    """Show what a candidate changes (ID), or what is different in NEW: files, folders, revisions.

    A name is an existing path, else a candidate (ID, or ID@N for its revision N), else a revision of git (REV or
    REV:path). Between revisions of a candidate, what base changed meanwhile is no difference. On a terminal it is the
    diff screen, in a pipe or with --print it is printed. As git's external diff: git config diff.external "qatui diff".
    """
    if _COUNTER in os.environ and not os.environ.get(_EXTCMD) and len(names) == 1:
        _unmerged(session, names[0])
        return ExitCode.DONE
    interrupts.hear_hangup()
    is_external = len(names) in EXTERNAL
    is_screen = printing.has_screen(os.environ) and not (to_print or session.json or is_external)
    if is_screen:
        gc.disable()  # collecting while so much is being loaded costs a part of the start
    try:
        user = wiring.load_user(session.start)
        comparison = _compare(session, names, since)
        blanks = _blanks(**{name: options.pop(name) for name in ("space_change", "all_space", "blank_lines")})
        if is_screen:
            return _show(session, comparison, blanks, user, options)
    finally:
        gc.enable()
    ended = _print(session, comparison, blanks, user, options)
    if ended.trouble is not None:
        return ended.trouble.exit_code
    return ExitCode.NEEDS_PERSON if exit_code and ended.differs else ExitCode.DONE


def _unmerged(session: Session, path: str) -> None:
    """What git's own diff says of a path that a merge left in conflict."""
    if session.json:
        output.emit({"unmerged": path})
    else:
        output.line(f"* Unmerged path {path}")


def _compare(session: Session, names: Sequence[str], since: str | None) -> "Comparison":
    from qatui.flows import comparing

    where = comparing.Where(session.directory, lambda: session.desk)
    if since is not None and len(names) != 1:
        raise UsageError("--since is for one candidate.", "qatui diff ID --since N, or --since seen, or rejected")
    if len(names) in EXTERNAL:
        return comparing.external(names, session.directory)
    if len(names) == 1:
        return comparing.candidate(where, names[0], since)
    if len(names) == 2:
        return comparing.two(where, *names)
    raise UsageError(f"{len(names)} names cannot be compared.", comparing.WHAT_WORKS)


def _blanks(space_change: bool, all_space: bool, blank_lines: bool) -> "Blanks":
    from qatui.domain.blanks import Blanks

    if space_change + all_space + blank_lines > 1:
        raise UsageError("-b, -w and --ignore-blank-lines exclude each other.", "Give one of them.")
    ways = {Blanks.CHANGE: space_change, Blanks.ALL: all_space, Blanks.LINES: blank_lines}
    return next((way for way, given in ways.items() if given), Blanks.SHOW)


def _print(
    session: Session, comparison: "Comparison", blanks: "Blanks", user: "User", options: Mapping[str, Any]
) -> "Ended":
    """Print as the options say; what became of it."""
    from qatui.cli import diff_text

    depth = printing.depth("never" if session.color is False else options["when"], os.environ, sys.stdout)
    wanted = diff_text.Wanted(
        blanks,
        "character" if options["by_character"] else "word",
        options["context"],
        options["as_text"],
        coloured=depth is not None and not session.json,
    )
    if session.json:
        return diff_text.print_json(comparison, wanted)
    first = os.environ.get(_COUNTER, "1") == "1"
    return diff_text.print_text(comparison, wanted, _look(user, options), depth, first=first)


def _look(user: "User", options: Mapping[str, Any]) -> "Look":
    """How to draw what is printed."""
    from qatui.render import glyphs
    from qatui.render.part import WIDE, Look

    width = options["width"] or printing.columns(os.environ)
    is_unified = width < WIDE if options["unified"] is None else options["unified"]
    is_utf = "utf" in (sys.stdout.encoding or "").lower()
    return Look(
        options["theme"] or user.theme,
        glyphs.choose(user.glyphs if is_utf or user.glyphs != "auto" else "ascii", os.environ),
        width,
        layout="unified" if is_unified else "split",
        codes=options["code_points"],
        unmasked=options["show_secrets"],
        by="character" if options["by_character"] else "word",
    )


def _show(
    session: Session, comparison: "Comparison", blanks: "Blanks", user: "User", options: Mapping[str, Any]
) -> ExitCode:
    """The diff screen, until the person leaves it; the exit code. Raises QatuiError where there is nothing to show."""
    from msgspec import structs

    from qatui.flows.comparing import open_first
    from qatui.tui.aside import begin

    first = begin(open_first, comparison, blanks)  # git compares while the screens are being imported
    from qatui.domain.diff import CONTEXT
    from qatui.tui.diff_app import DiffApp, Viewed
    from qatui.tui.widgets.diff_view import Manner

    if session.color is False or options["when"] == "never":
        os.environ["NO_COLOR"] = "1"
    unified = options["unified"]
    manner = Manner(
        layout=None if unified is None else "unified" if unified else "split",
        context=CONTEXT if options["context"] is None else options["context"],
        by="character" if options["by_character"] else "word",
        codes=options["code_points"],
        unmasked=options["show_secrets"],
    )
    user = structs.replace(user, theme=options["theme"] or user.theme)
    app = DiffApp(Viewed(comparison, first, user, manner, blanks, _keep_what_is_loaded))
    ended = app.run()
    if isinstance(ended, QatuiError):
        raise ended
    if ended is not None:
        return diagnostics.bug(ended, as_json=False)
    return ExitCode(app.return_code or ExitCode.DONE)


def _keep_what_is_loaded() -> None:
    """From here on garbage is collected again, but what was loaded so far is never looked through for it."""
    gc.freeze()
    gc.enable()


COMMANDS: tuple[click.Command, ...] = (diff,)
