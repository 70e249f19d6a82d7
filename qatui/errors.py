"""Everything qatui raises on purpose.

    QatuiError
    ├── UsageError           the command line or a value in it is wrong
    │   └── NoTerminal       a screen was asked for where there is none
    ├── ConfigError          a settings file or an environment override is wrong
    ├── NotFound             an id, path or branch that names nothing
    ├── Refused              allowed in general, not now: the reason is the message
    ├── StoreError           the database cannot be used
    │   ├── StoreBusy        others held it for longer than the busy time-out
    │   └── StoreTooNew      written by a newer qatui
    ├── GitError             git failed on this machine; carries its words
    │   ├── NoGit            there is no git to run
    │   ├── GitTimeout       git took longer than its limit
    │   └── NeedsTerminal    git wants credentials, a passphrase or a pin
    ├── RemoteError          the remote refused
    │   └── Unreachable      the remote could not be reached: trying again later may do
    └── Locked               another run holds the lock

Each carries a sentence for the person (what, where), a hint (what to do next), a stable `code` for
`--json`, and the exit code of DESIGN's table. Only the three edges catch them: the screen backend,
the server, the command line.
"""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the process says to a script; the same for every command."""

    DONE = 0
    """Done, or already as it should be."""
    NEEDS_PERSON = 1
    """Done, but something needs a person: refused items, open drift."""
    USAGE = 2
    """Wrong usage or configuration."""
    REMOTE = 3
    """The remote could not be reached or refused; safe to run again."""
    LOCKED = 4
    """Another run holds the lock."""
    BUG = 5
    """A bug; the traceback is in the log file."""
    INTERRUPTED = 130
    """Interrupted by SIGINT."""


class QatuiError(Exception):
    """Base of all: `str(error)` is the sentence, `hint` the next step (may be empty)."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[ExitCode] = ExitCode.NEEDS_PERSON

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(QatuiError):
    """The command line, or a value in it, is wrong."""

    code = "usage"
    exit_code = ExitCode.USAGE


class NoTerminal(UsageError):
    """A screen was asked for where there is no terminal."""

    code = "no_terminal"


class ConfigError(QatuiError):
    """A settings file or an environment override is wrong; the message names file and line."""

    code = "config"
    exit_code = ExitCode.USAGE


class NotFound(QatuiError):
    """An id, path or branch that names nothing."""

    code = "not_found"
    exit_code = ExitCode.USAGE


class Refused(QatuiError):
    """Allowed in general, not now; the message is the reason."""

    code = "refused"


class StoreError(QatuiError):
    """The database cannot be used."""

    code = "store"
    exit_code = ExitCode.USAGE


class StoreBusy(StoreError):
    """Other processes held the database for longer than the busy time-out."""

    code = "store_busy"
    exit_code = ExitCode.LOCKED


class StoreTooNew(StoreError):
    """The database was written by a newer qatui."""

    code = "store_too_new"


class GitError(QatuiError):
    """git failed on this machine: a full disk, a broken configuration, a damaged clone; trying again does not help.

    The message carries its first words. What fails for the remote becomes a RemoteError where remotes are spoken to.
    """

    code = "git"
    exit_code = ExitCode.USAGE

    def __init__(self, message: str, hint: str = "", said: str = "") -> None:
        super().__init__(message, hint)
        self.said = said
        """All that git and its hooks said, output first, passwords in addresses left out: untrusted text."""


class NoGit(GitError):
    """There is no git on this machine that can be run."""

    code = "no_git"


class GitTimeout(GitError):
    """git took longer than its limit and was stopped."""

    code = "git_timeout"


class NeedsTerminal(GitError):
    """git wants credentials, a passphrase or a pin, and nobody is there to type it."""

    code = "needs_terminal"
    exit_code = ExitCode.REMOTE


class RemoteError(QatuiError):
    """The remote could not be reached, or refused."""

    code = "remote"
    exit_code = ExitCode.REMOTE


class Unreachable(RemoteError):
    """The remote could not be reached: trying again later may do."""

    code = "unreachable"


class Locked(QatuiError):
    """Another run holds the lock."""

    code = "locked"
    exit_code = ExitCode.LOCKED
