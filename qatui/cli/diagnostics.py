"""The only writer to standard error, and the keeper of exit codes."""

import contextlib
import errno
import io
import json
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import click

from qatui.cli.printing import encodable
from qatui.domain.marks import visible
from qatui.errors import ExitCode, QatuiError, UsageError


def say(text: str, *, quiet: bool = False) -> None:
    """A remark for the person; silent with -q."""
    if not quiet:
        _write(visible(text) + "\n")


def ask(question: str, default: str, read: Callable[[str], Any]) -> Any:
    """Ask on stderr until `read` takes the answer (it refuses with a click.UsageError); `default` for an empty one."""
    shown = f" [{default}]" if default else ""
    while True:
        _write(f"{visible(question + shown)}: ")
        answer = sys.stdin.readline()
        if not answer:
            raise click.Abort
        try:
            return read(answer.strip() or default)
        except click.UsageError as error:
            say(error.message)


def confirm(question: str) -> bool:
    """Ask on stderr whether to go on; anything but y or yes is No."""
    # Not click.confirm: it writes a blank to stdout, which is for data.
    _write(f"{visible(question)} [y/N] ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


NAMED = 5
"""Things that are named for one reason; the others are counted."""


def refusals(rows: Iterable[tuple[str, str]], verb: str = "refused") -> None:
    """What was not taken, by reason: the first few things by name, one line each, and how many more there are."""
    grouped: dict[str, list[str]] = {}
    for thing, reason in rows:
        grouped.setdefault(reason, []).append(thing)
    for reason, things in grouped.items():
        for thing in things[:NAMED]:
            _write(visible(f"{verb} {thing}: {reason}") + "\n")
        if len(things) > NAMED:
            _write(visible(f"{verb} {len(things) - NAMED:,} more: {reason}") + "\n")


def progress(done: int, total: int | None) -> None:
    """How far something is: on a terminal a bar that the next one replaces, else a line."""
    text = f"{done:,} done" if total is None else f"{done:,} of {total:,}"
    if not sys.stderr.isatty():
        _write(text + "\n")
        return
    if total:
        filled = min(_BAR_CELLS, _BAR_CELLS * done // total)
        text = f"[{'#' * filled}{'.' * (_BAR_CELLS - filled)}] {text}"
    _write("\r" + text[: _cells()].ljust(_cells()))


def passing(text: str) -> None:
    """What is being waited for: on a terminal a line that the next one, or `progress_done`, wipes; else nothing."""
    if sys.stderr.isatty():
        _write("\r" + visible(text)[: _cells()].ljust(_cells()))


def progress_done() -> None:
    """Wipe such a line, for what is said next."""
    if sys.stderr.isatty():
        _write("\r" + " " * _cells() + "\r")


def _cells() -> int:
    """Of a line at the terminal, but for the last one, which would begin the next line."""
    return shutil.get_terminal_size().columns - 1


_BAR_CELLS = 30


@contextlib.contextmanager
def showing_git() -> Iterator[None]:
    """Show each command of git as it starts, and what git says; passwords in addresses are left out."""
    import logging

    class Shown(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            for line in record.getMessage().splitlines():
                say(line)

    log, shown = logging.getLogger("qatui.git"), Shown()
    log.setLevel(logging.DEBUG)
    log.addHandler(shown)
    try:
        yield
    finally:
        log.removeHandler(shown)
        log.setLevel(logging.NOTSET)


def fail(error: QatuiError, *, as_json: bool) -> ExitCode:
    """Print an error for the person, or as `{"schema": 1, "error": {...}}`; its exit code."""
    if as_json:
        told = {"code": error.code, "message": error.message, "hint": error.hint}
        _write(json.dumps({"schema": 1, "error": told}) + "\n")
    else:
        _write(f"qatui: {visible(error.message)}\n")
        if error.hint:
            _write(f"       {visible(error.hint)}\n")
    return error.exit_code


def wrong_usage(error: click.ClickException, *, as_json: bool) -> ExitCode:
    """Print what click found wrong, in our form."""
    hint = ""
    if isinstance(error, click.UsageError):
        hint = f"See: {error.ctx.command_path if error.ctx else 'qatui'} --help"
    message = error.format_message()
    return fail(UsageError(message, hint), as_json=as_json)


def bug(error: BaseException, *, as_json: bool) -> ExitCode:
    """Keep the traceback in the log file and show its path, once."""
    from qatui import paths

    text = "".join(traceback.format_exception(error))
    try:
        place = str(paths.append_log(text))
    except OSError:
        place = "nowhere: the log folder cannot be written"
    told = _Bug(f"This is a bug in qatui: {type(error).__name__}.", f"The traceback is in {place}; please report it.")
    return fail(told, as_json=as_json)


class _Bug(QatuiError):
    code = "bug"
    exit_code = ExitCode.BUG


def interrupted(*, as_json: bool) -> ExitCode:
    """Say that the person stopped it."""
    return fail(_Interrupted("interrupted"), as_json=as_json)


class _Interrupted(QatuiError):
    code = "interrupted"
    exit_code = ExitCode.INTERRUPTED


def open_missing_streams() -> None:
    """Give the program streams where its caller closed them (`>&-`): using them must not be a bug.

    They go nowhere, but stdout is for data, and those must not be lost unsaid.
    """
    for name, mode in (("stdin", "rb"), ("stdout", "wb"), ("stderr", "wb")):
        if getattr(sys, name) is None:
            kind = _Closed if name == "stdout" else io.TextIOWrapper
            setattr(sys, name, kind(open(os.devnull, mode), encoding="utf-8"))  # noqa: SIM115 - open as long as we run


class _Closed(io.TextIOWrapper):
    """A stdout that was closed: writing to it raises QatuiError."""

    def write(self, text: str, /) -> int:
        if text:
            raise _NoRoom("The output could not be written: stdout is closed.", _ELSEWHERE)
        return 0


def silence_stdout() -> None:
    """Let the interpreter's last flush go nowhere: the reader (`| head`) has gone, or the disk is full."""
    _to_nowhere(sys.stdout.fileno())


def _to_nowhere(descriptor: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


_FULL = (errno.ENOSPC, errno.EDQUOT)
_ELSEWHERE = "Make room, or write to another place."


def system_fault(error: OSError, *, as_json: bool) -> ExitCode:
    """Say that there is no room for what was to be written, mostly the output; any other fault is a bug."""
    if error.errno not in _FULL:
        return bug(error, as_json=as_json)
    silence_stdout()
    told = _NoRoom(f"The output could not be written: {error.strerror}.", _ELSEWHERE)
    return fail(told, as_json=as_json)


class _NoRoom(QatuiError):
    code = "no_room"
    exit_code = ExitCode.USAGE


def _write(text: str) -> None:
    try:
        sys.stderr.write(encodable(text, sys.stderr.encoding))
        sys.stderr.flush()
    except BrokenPipeError:
        # Nobody is there to read it; that changes nothing about the exit code, nor may the last flush.
        _to_nowhere(sys.stderr.fileno())
