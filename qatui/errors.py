"""Everything qatui raises on purpose.

    QatuiError
    ├── UsageError           the command line or a value in it is wrong
    │   └── NoTerminal       a screen was asked for where there is none
    ├── ConfigError          a settings file or an environment override is wrong
    ├── NotFound             an id, path or branch that names nothing
    ├── Refused              allowed in general, not now: the reason is the message
    │   └── PlanEditRefused  an edit of the test plan would change more than was asked for
    ├── StoreError           the database cannot be used
    │   ├── StoreBusy        others held it for longer than the busy time-out
    │   └── StoreTooNew      written by a newer qatui
    ├── GitError             git failed on this machine; carries its words
    │   ├── NoGit            there is no git to run
    │   ├── GitTimeout       git took longer than its limit
    │   ├── GitKilled        something else ended git by a signal
    │   └── NeedsTerminal    git wants credentials, a passphrase or a pin
    ├── RemoteError          the remote refused
    │   ├── Unreachable      the remote could not be reached: trying again later may do
    │   │   ├── ServerTrouble    GitHub is in trouble: 5xx, or answers that break off
    │   │   └── Uncertain        a write was sent, no answer came, and it could not be looked for
    │   └── GitHubRefused    GitHub answered, and not with what was asked for
    │       ├── BadToken         it does not know the token
    │       ├── SignOnNeeded     the organization wants single sign-on for the token; carries the page
    │       ├── NoPermission     the token, or its owner, may not do this; names the permission if it is known
    │       ├── NoAccess         not there, or not to be seen with this token
    │       ├── Gone             deleted, or a feature that is switched off
    │       ├── Transferred      an issue that lives in another repository now
    │       ├── Redirected       sent to a place that must not have the token
    │       ├── Conflict         what was asked for does not fit what is there now
    │       │   └── MergeRefused     a pull request that cannot be merged now; says why
    │       ├── Invalid          the request is refused for what is in it
    │       ├── RateLimited      too many requests; says until when
    │       └── StrangeAnswer    an answer that is not of the documented form
    └── Locked               another run holds the lock

Each carries a sentence for the person (what, where), a hint (what to do next), a stable `code` for
`--json`, and the exit code of DESIGN's table. Only the three edges catch them: the screen backend,
the server, the command line.
"""

from enum import IntEnum
from typing import ClassVar, Literal, NamedTuple


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


class PlanEditRefused(Refused):
    """An edit of the test plan would change more than was asked for; nothing was written."""

    code = "plan_edit"


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


class GitKilled(GitError):
    """A signal ended git: no memory was left, or somebody stopped it."""

    code = "git_killed"


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


class ServerTrouble(Unreachable):
    """GitHub answers with 5xx, breaks off its answers or takes too long; asked several times."""

    code = "server_trouble"


class Uncertain(Unreachable):
    """A write was sent and its answer never came; whether it happened could not be found out."""

    code = "uncertain"


class GitHubRefused(RemoteError):
    """GitHub answered, and not with what was asked for."""

    code = "github"

    def __init__(self, message: str, hint: str = "", *, status: int = 0, said: str = "") -> None:
        super().__init__(message, hint)
        self.status = status
        """The HTTP status."""
        self.said = said
        """GitHub's own words, cut to a few hundred characters: untrusted text."""


class BadToken(GitHubRefused):
    """GitHub does not know the token, or it has run out."""

    code = "bad_token"


class SignOnNeeded(GitHubRefused):
    """The organization wants the token to be authorized by single sign-on."""

    code = "sign_on"

    def __init__(self, message: str, hint: str = "", *, status: int = 0, said: str = "", url: str = "") -> None:
        super().__init__(message, hint, status=status, said=said)
        self.url = url
        """The page where the token's owner does that; empty if GitHub named none."""


class NoPermission(GitHubRefused):
    """The token, or the person it belongs to, may not do this."""

    code = "no_permission"


class NoAccess(GitHubRefused):
    """It is not there, or this token may not see it: GitHub does not tell one from the other."""

    code = "no_access"


class Gone(GitHubRefused):
    """It was deleted, or the feature is switched off in this repository."""

    code = "gone"


class Transferred(GitHubRefused):
    """The issue lives in another repository now."""

    code = "transferred"

    def __init__(self, message: str, hint: str = "", *, status: int = 0, said: str = "", to: str = "") -> None:
        super().__init__(message, hint, status=status, said=said)
        self.to = to
        """Its address in the API there."""


class Redirected(GitHubRefused):
    """GitHub sent the request to a place that must not have the token, or in a circle."""

    code = "redirected"


class Conflict(GitHubRefused):
    """What was asked for does not fit what is there now: somebody was quicker."""

    code = "conflict"


class MergeRefused(Conflict):
    """The pull request cannot be merged now."""

    code = "merge_refused"

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        status: int = 0,
        said: str = "",
        why: Literal["not_mergeable", "draft", "queue", "base_moved", "head_moved", "method", "rules"],
    ) -> None:
        super().__init__(message, hint, status=status, said=said)
        self.why = why
        """`base_moved` passes by itself; `queue` is the way this branch is merged, no fault."""


class Problem(NamedTuple):
    """One entry of a refusal's `errors`; what GitHub did not say is empty."""

    resource: str
    field: str
    code: str
    """missing, missing_field, invalid, already_exists, unprocessable or custom."""
    message: str


class Invalid(GitHubRefused):
    """The request is refused for what is in it."""

    code = "invalid"

    def __init__(
        self, message: str, hint: str = "", *, status: int = 0, said: str = "", problems: tuple[Problem, ...] = ()
    ) -> None:
        super().__init__(message, hint, status=status, said=said)
        self.problems = problems


class RateLimited(GitHubRefused):
    """Too many requests, and the wait is longer than this run may wait."""

    code = "rate_limited"

    def __init__(
        self, message: str, hint: str = "", *, status: int = 0, said: str = "", until: int, secondary: bool = False
    ) -> None:
        super().__init__(message, hint, status=status, said=said)
        self.until = until
        """When asking again makes sense, in milliseconds since 1970."""
        self.secondary = secondary
        """Too much at once, rather than too much this hour."""


class StrangeAnswer(GitHubRefused):
    """The answer is not of the form that GitHub documents."""

    code = "strange_answer"


class Locked(QatuiError):
    """Another run holds the lock."""

    code = "locked"
    exit_code = ExitCode.LOCKED
