"""Where steps are met: GitPython's start of a process, SQLAlchemy's dialect, httpx's transport, `os.replace`.

For a process that was forked for one run: nothing is ever put back.
"""

import contextlib
import errno
import os
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from git.cmd import Git
from sqlalchemy.engine.default import DefaultDialect

from tests.faults.steps import CRASH, KILL, Kind, Passed, Steps, Trouble, When, die

BEFORE, IN, AFTER = When


def install(steps: Steps, hooks: Path, alive: int) -> None:
    """Meet every step of this process; each git inherits the file `alive`, and `hooks` kill it in mid-transaction."""
    _meet_git(steps, hooks, alive)
    _meet_sql(steps)
    _meet_http(steps)
    _meet_files(steps)


def troubles(number: int, step: Passed) -> Iterator[Trouble]:
    """Everything that can befall a step: deaths first.

    Dying after a step that only reads is dying before the next one.
    """
    yield Trouble(number, BEFORE, KILL)
    if step.writes:
        yield Trouble(number, AFTER, KILL)
    faults = {Kind.GIT: _git_faults, Kind.SQL: _sql_faults, Kind.HTTP: _http_faults, Kind.FILE: _file_faults}
    yield from (replace(each, step=number) for each in faults[step.kind](step))


# git

_GIT_WRITES = frozenset({"commit-tree", "fast-import", "fetch", "hash-object", "push", "update-index", "update-ref"})
_GIT_REACHES = frozenset({"fetch", "push", "ls-remote"})
_GIT_WORDS = {
    "fails": "fatal: Out of memory, malloc failed (tried to allocate 8192 bytes)",
    "full": "fatal: sha1 file '<stdout>' write error: No space left on device",
    "hangup": "fatal: Could not read from remote repository.",
}
"""Fault -> what git says when it ends with status 128."""


def _git_faults(step: Passed) -> Iterator[Trouble]:
    verb = step.what.split()[1]
    for how in ("fails", "killed", "timeout", *["hangup"] * (verb in _GIT_REACHES), *["full"] * step.writes):
        yield Trouble(0, BEFORE, how)
        if step.writes and how != "timeout":  # a git that has ended took its time, and its answer counts
            yield Trouble(0, AFTER, how)
    if step.writes:
        half = step.seconds / 2
        yield Trouble(0, IN, KILL, half)
        yield Trouble(0, IN, "killed", half)
        yield Trouble(0, IN, "timeout", half)
        if verb != "push":  # its locks are the server's own to clear
            yield Trouble(0, IN, "holding-locks")
            yield Trouble(0, IN, CRASH)


def _meet_git(steps: Steps, hooks: Path, alive: int) -> None:
    execute = Git.execute

    def stepping(git: Git, command: list[str], **options: Any) -> Any:
        verb = _verb(command)
        met = steps.begin(Kind.GIT, f"git {verb}", writes=verb in _GIT_WRITES)
        running: Any = execute(git, _troubled(command, met, hooks), pass_fds=(alive,), **options)
        communicate = running.proc.communicate
        slow = met is not None and met.how == "timeout"

        def communicating(data: bytes | None = None, timeout: float | None = None) -> tuple[bytes, bytes]:
            if met and met.when is IN and met.how == KILL:
                _wait(running.proc, met.after)
                die()
            nonlocal slow
            if met and slow:
                slow = False
                if met.when is IN:
                    _wait(running.proc, met.after)
                _let_pass(FOREVER)
                raise subprocess.TimeoutExpired(command, timeout or 0)
            answer: tuple[bytes, bytes] = communicate(data, timeout=timeout)
            if met and met.how == CRASH:
                die()
            steps.end()
            return answer

        running.proc.communicate = communicating
        return running

    Git.execute = stepping  # type: ignore[method-assign, assignment]


FOREVER = 10**6
"""Seconds that no git of ours may take."""


def _let_pass(seconds: float) -> None:
    """Let time pass, by the clock that limits are counted with."""
    clock = time.monotonic
    time.monotonic = lambda: clock() + seconds


def _wait(process: "subprocess.Popen[bytes]", seconds: float) -> None:
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)


def _verb(command: list[str]) -> str:
    """The verb of a command line of git."""
    words = iter(command[1:])
    for word in words:
        if word == "-c":
            next(words)
        elif not word.startswith("-"):
            return word
    return "?"


def _troubled(command: list[str], met: Trouble | None, hooks: Path) -> list[str]:
    """The command line that a git in trouble becomes."""
    match met:
        case None | Trouble(how="kill"):
            return command
        case Trouble(how="timeout", when=When.BEFORE):
            return ["sleep", "600"]
        case Trouble(how="timeout"):
            return command
        case Trouble(how="holding-locks" | "crash"):
            return [command[0], "-c", f"core.hooksPath={hooks}", *command[1:]]
        case Trouble(how="killed", when=When.IN, after=seconds):
            return _shell(f'"$@" <&3 3<&- & sleep {seconds:.4f}; kill -9 0', command, "exec 3<&0;")
        case Trouble(how="killed"):
            end = "kill -9 $$"
        case Trouble(how=how):
            end = f'echo "{_GIT_WORDS[how]}" >&2; exit 128'
    work = '"$@" >/dev/null 2>&1; ' if met.when is AFTER else ""
    return _shell(work + end, command)


def _shell(script: str, command: list[str], first: str = "") -> list[str]:
    return ["sh", "-c", f"{first} {script}", "sh", *command]


def write_hooks(folder: Path) -> None:
    """Hooks with which git dies when its refs are locked and not moved yet (githooks: reference-transaction)."""
    folder.mkdir()
    hook = folder / "reference-transaction"
    hook.write_text('#!/bin/sh\ntest "$1" = prepared && kill -9 $PPID\n')
    hook.chmod(0o755)


# SQL


def _sql_faults(step: Passed) -> Iterator[Trouble]:
    """What SQLite can answer there: it waits for its turn at the beginning only, and reads need no room."""
    match step.what.split()[0]:
        case "BEGIN":
            faults = ["locked"] * step.writes
        case "COMMIT":
            yield Trouble(0, AFTER, "io")
            faults = ["io", "full"]
        case _:
            faults = ["full" if step.writes else "io"]
    yield from (Trouble(0, BEFORE, how) for how in faults)


_SQL_WORDS = {"locked": "database is locked", "io": "disk I/O error", "full": "database or disk is full"}
_READS = ("SELECT", "PRAGMA")


def _meet_sql(steps: Steps) -> None:
    """SQLAlchemy hands every statement, and every COMMIT, to these methods of its dialect."""

    def met_by(method: Callable[..., None]) -> Callable[..., None]:
        def stepping(dialect: Any, cursor: Any, statement: str, *rest: Any, **options: Any) -> None:
            words = _statement(statement)
            with steps.step(Kind.SQL, words, writes=not (words.startswith(_READS) or words == "BEGIN")) as met:
                _refuse_sql(met, BEFORE)
                method(dialect, cursor, statement, *rest, **options)
                _refuse_sql(met, AFTER)

        return stepping

    def commit(dialect: Any, connection: Any) -> None:
        with steps.step(Kind.SQL, "COMMIT", writes=True) as met:
            _refuse_sql(met, BEFORE)
            do_commit(dialect, connection)
            _refuse_sql(met, AFTER)

    do_commit: Callable[..., None] = DefaultDialect.do_commit
    for name in ("do_execute", "do_executemany", "do_execute_no_params"):
        setattr(DefaultDialect, name, met_by(getattr(DefaultDialect, name)))
    DefaultDialect.do_commit = commit  # type: ignore[method-assign]


def _refuse_sql(met: Trouble | None, when: When) -> None:
    if met and met.when is when:
        raise sqlite3.OperationalError(_SQL_WORDS[met.how])


def _statement(text: str) -> str:
    """A statement's verb and table."""
    words = text.replace("(", " ").split()
    match words[0].upper():
        case "SELECT":
            table = words[words.index("FROM") + 1] if "FROM" in words else ""
            return f"SELECT {table}".strip()
        case "INSERT" | "DELETE" | "CREATE":
            return " ".join([words[0], *words[2:3]])
        case "BEGIN":
            return " ".join(words)
        case first:
            return " ".join([first, *words[1:2]])


# HTTP


def _http_faults(step: Passed) -> Iterator[Trouble]:
    yield from (Trouble(0, BEFORE, how) for how in ("refused", "reset", "timeout", "500", "502"))
    yield Trouble(0, AFTER, "cut")
    if step.writes:
        yield from (Trouble(0, AFTER, how) for how in ("reset", "timeout", "500", "502"))


_HTTP_ERRORS: Mapping[str, Callable[[str], Exception]] = {
    "refused": httpx.ConnectError,
    "reset": httpx.ReadError,
    "timeout": httpx.ReadTimeout,
}


def _meet_http(steps: Steps) -> None:
    handle = httpx.HTTPTransport.handle_request

    def stepping(transport: httpx.HTTPTransport, request: httpx.Request) -> httpx.Response:
        words = f"{request.method} {request.url.path}"
        with steps.step(Kind.HTTP, words, writes=request.method not in ("GET", "HEAD")) as met:
            if met and met.when is BEFORE:
                return _fault_answer(met.how, request)
            answer = handle(transport, request)
            if met and met.when is AFTER:
                return _fault_answer(met.how, request, answer)
        return answer

    httpx.HTTPTransport.handle_request = stepping  # type: ignore[method-assign, assignment]


def _fault_answer(how: str, request: httpx.Request, real: httpx.Response | None = None) -> httpx.Response:
    """What the client gets in place of the real answer, which is read to its end where there is one."""
    body = b""
    if real is not None:
        assert isinstance(real.stream, httpx.SyncByteStream)
        body = b"".join(real.stream)
        real.close()
    if how in _HTTP_ERRORS:
        raise _HTTP_ERRORS[how](f"{request.url}: {how}, says the step killer")
    if how == "cut":
        assert real is not None
        return httpx.Response(real.status_code, headers=real.headers, stream=_Cut(body))
    return httpx.Response(int(how), text="<html>Unicorn!</html>")


class _Cut(httpx.SyncByteStream):
    """Half of a body, then the end of the connection."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        yield self._body[: len(self._body) // 2]
        raise httpx.RemoteProtocolError("peer closed connection without sending complete message body")


# Files


def _file_faults(_: Passed) -> Iterator[Trouble]:
    yield from (Trouble(0, BEFORE, how) for how in ("full", "io"))


def _meet_files(steps: Steps) -> None:
    put: Any = os.replace
    numbers = {"full": errno.ENOSPC, "io": errno.EIO}

    def stepping(source: Any, target: Any, **options: Any) -> None:
        with steps.step(Kind.FILE, f"replace {Path(target).name}", writes=True) as met:
            if met:
                raise OSError(numbers[met.how], os.strerror(numbers[met.how]), str(target))
            put(source, target, **options)

    os.replace = stepping  # type: ignore[assignment]
