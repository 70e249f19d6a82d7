"""The one function that runs git. It is the user's own git: their credentials, hooks and signing.

A prompt would paint over the screen and hang cron, so git gets no terminal: a new session, no standard
input, an askpass that fails. What needs one ends as NeedsTerminal, and the caller offers the foreground.
"""

import contextlib
import logging
import os
import re
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

# Without a git on PATH the import itself would fail; ours is the better sentence.
os.environ["GIT_PYTHON_REFRESH"] = "quiet"
from git.cmd import Git
from git.exc import GitCommandNotFound

from qatui.errors import GitError, GitKilled, GitTimeout, NeedsTerminal, NoGit
from qatui.workspace import running

_LOG = logging.getLogger("qatui.git")

READ_SECONDS = 60.0
"""Limit of commands that stay on this machine."""
NETWORK_SECONDS = 300.0
"""Limit of commands that talk to a remote, and of the hooks they run."""
LEFT_SECONDS = 1.0
"""How long after git's end its output is still read, where something that a hook left running holds it open."""

_QUIET = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "false",
    "SSH_ASKPASS": "false",
    "SSH_ASKPASS_REQUIRE": "force",
    "GCM_INTERACTIVE": "never",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_EDITOR": "false",
    "GIT_PAGER": "cat",
    "GPG_TTY": "",  # gpg-agent is in no session of ours: its pinentry would paint on the terminal that this names
    "LC_ALL": "C",
}
_PLAIN = {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
_CONFIG = ("-c", "core.fsmonitor=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false")

# Called from a hook, or from another git, these would turn every command to another repository
# (`git rev-parse --local-env-vars`, less those that only carry configuration).
for _name in (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
):
    os.environ.pop(_name, None)

_WANTS_TERMINAL = (
    "terminal prompts disabled",
    "could not read Username",
    "could not read Password",
    "unable to read askpass response",
    "Host key verification failed",
    "Permission denied (publickey",
    "gpg failed to sign",
    "incorrect passphrase supplied",
    "No such device or address",
    "/dev/tty",
)
_NOTHING_TO_TYPE = ("No secret key",)
"""What gpg says where typing would not help."""
_ASKS = re.compile(r"could not read (Username|Password) for '([^'\n]*)'")
_SAID_BYTES = 4096
"""How much of a failing command's standard output is kept for its error, its end."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What a git command left: exit status, output bytes, error text."""

    status: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        """Standard output as text without the last line's end."""
        return self.out.decode("utf-8", "surrogateescape").rstrip("\n")


def git(
    args: Sequence[str],
    *,
    cwd: Path,
    data: bytes | BinaryIO | None = None,
    env: Mapping[str, str] | None = None,
    accept: Sequence[int] = (0,),
    seconds: float = READ_SECONDS,
    log: Callable[[str], None] | None = None,
    foreground: bool = False,
    settings: Sequence[str] = (),
) -> Finished:
    """Run `git ARGS` in `cwd` with `data` (bytes, or an open file) on its standard input.

    `foreground` lets git, ssh and gpg ask the person at the terminal; for callers that have given it up.
    Hooks, filters and ssh of the user's configuration run inside of it and of the limit `seconds`.
    `settings` (NAME=VALUE) go before those of the user's configuration; the log leaves them out.
    `accept` lists the exit statuses that are answers; any other raises GitError with git's words (NoGit without git),
    NeedsTerminal where it wanted somebody to type, GitKilled where a signal ended it, GitTimeout (its whole process
    group is killed) after `seconds`. `log` gets the command and what git said, for the job's record.
    """
    chosen = [part for each in settings for part in ("-c", each)]
    command, verb = ["git", *_CONFIG, *chosen, *args], _verb(args)
    _tell(without_passwords("$ git " + " ".join(args)), log)
    try:
        begun = Git(str(cwd)).execute(
            command,
            as_process=True,
            istream=subprocess.PIPE if isinstance(data, bytes) else data,
            env={**(_at_terminal() if foreground else _QUIET), **(env or {})},
            start_new_session=not foreground,
        )
    except GitCommandNotFound as error:
        raise NoGit("git was not found or cannot start here.", "Install git 2.30 or newer.") from error
    process = begun.proc if isinstance(begun, Git.AutoInterrupt) else None
    assert process is not None
    try:
        with running.listed(process.pid, alone=foreground):
            out, err = _communicate(process, data if isinstance(data, bytes) else None, seconds)
    except subprocess.TimeoutExpired:
        _kill_group(process, alone=foreground)
        raise GitTimeout(
            f"git {verb} took longer than {seconds:.0f} s and was stopped.", "See why with the same command by hand."
        ) from None
    except BaseException:
        _kill_group(process, alone=foreground)
        raise
    words = without_passwords(err.decode("utf-8", "replace").strip())
    if words:
        _tell(words, log)
    if process.returncode in accept:
        return Finished(process.returncode, out, words)
    if why := _typing_wanted(words):
        raise NeedsTerminal(f"git {verb} needs a terminal: {why}", "Run it in the foreground, or set up an agent.")
    said = without_passwords(out[-_SAID_BYTES:].decode("utf-8", "replace").strip())
    if said:  # a hook may speak on either stream
        _tell(said, log)
    if process.returncode < 0:
        raise GitKilled(f"git {verb} was killed (signal {-process.returncode}).", "It is safe to run again.", words)
    raise GitError(f"git {verb} failed ({process.returncode}): {first_words(words)}", said=f"{said}\n{words}".strip())


def _typing_wanted(words: str) -> str | None:
    """What somebody would have had to type, None where that is not why git failed."""
    if any(sign in words for sign in _NOTHING_TO_TYPE):
        return None
    if asked := _ASKS.search(words):
        return f"{asked[2]} wants a {asked[1].lower()}"
    lines = (line.strip() for line in words.splitlines())
    return next((line for line in lines if any(sign in line for sign in _WANTS_TERMINAL)), None)


def _verb(args: Sequence[str]) -> str:
    """The command among git's arguments, behind `-c NAME=VALUE`."""
    at = 0
    while at + 2 < len(args) and args[at] == "-c":
        at += 2
    return args[at]


def _at_terminal() -> dict[str, str]:
    """What git is told beside, where it may ask: gpg must hear which terminal, for its own input is git's."""
    if "GPG_TTY" in os.environ:
        return _PLAIN
    for stream in range(3):
        with contextlib.suppress(OSError):
            return {**_PLAIN, "GPG_TTY": os.ttyname(stream)}
    return _PLAIN


def first_words(words: str) -> str:
    """What of git's words says most, in one line: its first complaint, else the first line."""
    lines = words.splitlines() or [""]
    return next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0])


def _tell(text: str, log: Callable[[str], None] | None) -> None:
    """To the job's record, if there is one, and to who listens (`qatui -v`)."""
    _LOG.debug("%s", text)
    if log:
        log(text)


def _communicate(process: "subprocess.Popen[bytes]", data: bytes | None, seconds: float) -> tuple[bytes, bytes]:
    """What git wrote until it ended: a daemon that its hook left running, which has the same output, is not waited for.

    Raises subprocess.TimeoutExpired where git itself takes longer than `seconds`.
    """
    if data is not None:  # what takes some runs no hook, and Popen cannot go on with it in a second call
        return process.communicate(data, timeout=seconds)
    deadline = time.monotonic() + seconds
    while True:
        ended = process.poll() is not None
        left = LEFT_SECONDS if ended else min(LEFT_SECONDS, deadline - time.monotonic())
        try:
            return process.communicate(timeout=max(0.0, left))
        except subprocess.TimeoutExpired as so_far:
            if ended:
                _close_streams(process)
                return so_far.output or b"", so_far.stderr or b""
            if time.monotonic() >= deadline and process.poll() is None:
                raise


def _close_streams(process: "subprocess.Popen[bytes]") -> None:
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()


def _kill_group(process: "subprocess.Popen[bytes]", *, alone: bool) -> None:
    """Stop git and everything it started: it leads a session of its own, unless it ran in ours (`alone`)."""
    running.kill(process.pid, alone=alone)
    process.wait()
    # Not until the end of its output: what left its session (an ssh master) may hold that open.
    _close_streams(process)


_WHO = re.compile(r"(?<!ssh://)(?<=://)[^/\s]*@|(?<=ssh://)[^/\s:@]*:[^/\s]*@", re.IGNORECASE)


def without_passwords(text: str) -> str:
    """`text` with what is before the @ taken out of every address in it: a token in a remote's URL stays with git.

    A token may stand alone there, as user and password in one; only ssh keeps a user without a password.
    """
    return _WHO.sub("", text)
