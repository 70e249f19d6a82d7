"""A remote, by its address: what branches it has, what its base is now, and a branch pushed to it.

Only refs under refs/qatui change here: fetching is told one refspec and no FETCH_HEAD, no tags, no clean-up; pushing
goes to the address, so that no remote-tracking ref moves.
"""

import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qatui.domain.marks import visible
from qatui.errors import GitError, GitTimeout, NeedsTerminal, NoGit, Unreachable
from qatui.workspace.git import NETWORK_SECONDS, Finished, git, without_passwords
from qatui.workspace.locks import moving
from qatui.workspace.repository import Base, Repository, base_ref, seen_ref

_FETCH = (
    "-c",
    "fetch.writeCommitGraph=false",
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-prune",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--no-recurse-submodules",
    "--refmap=",
)


@dataclass(frozen=True, slots=True)
class Remote:
    """An address that branches are pushed to, seen from a clone."""

    repository: Repository
    url: str
    foreground: bool = False
    """Whether git may ask for a password at the terminal."""
    log: Callable[[str], None] | None = None
    seconds: float | None = None
    """How long one command may take; None: NETWORK_SECONDS."""

    @property
    def name(self) -> str:
        """The address as people may see it and the store may keep it: without a password."""
        return without_passwords(self.url)

    def heads(self, *branches: str) -> dict[str, str]:
        """Branch to commit, of all or of those named; raises Unreachable, NeedsTerminal."""
        refs = [f"refs/heads/{branch}" for branch in branches]
        rows = self._reach("ls-remote", "--heads", "--", self.url, *refs).out.splitlines()
        found = (row.decode("utf-8", "surrogateescape").split("\t", 1) for row in rows)
        return {ref.removeprefix("refs/heads/"): commit for commit, ref in found}

    def fetch_base(self, branch: str, remote: str = "origin") -> Base:
        """The branch as it is there now, kept as the base of the clone's `remote`.

        Raises Unreachable, NeedsTerminal.
        """
        kept, seen, tracking = base_ref(remote, branch), seen_ref(remote, branch), f"refs/remotes/{remote}/{branch}"
        before = self.repository.refs(tracking).get(tracking)
        _in_turn(lambda: self._fetch(branch, kept))
        with moving(self.repository, seen):
            _in_turn(lambda: self.repository.git("update-ref", *(("-d", seen) if before is None else (seen, before))))
        return Base(branch, self.repository.refs(kept)[kept])

    def push(self, commit: str, branch: str, seen: str = "") -> None:
        """Make the branch there, at `commit`, or move it there from where it was `seen`.

        Never over what others did meanwhile: the lease expects exactly that, or that there is no such branch.
        The clone's pre-push hook runs, as it does for the person: HookRefused where it says no. Raises GitError,
        NeedsTerminal; Unreachable where it took too long.
        """
        ref = f"refs/heads/{branch}"
        try:
            self._run(
                "push",
                "--quiet",
                "--no-follow-tags",
                "--recurse-submodules=no",
                f"--force-with-lease={ref}:{seen}",
                "--",
                self.url,
                f"{commit}:{ref}",
            )
        except GitTimeout as error:
            raise Unreachable(error.message, error.hint) from error
        except NeedsTerminal:
            raise
        except GitError as error:
            if self._is_of_hook(error):
                raise HookRefused(error.message, error.hint, error.said) from error
            raise

    def _is_of_hook(self, error: GitError) -> bool:
        """Whether a push came to nothing by the person's own hook: git says no more of that than that it failed."""
        if any(line.strip().startswith(_BY_REMOTE) for line in error.said.splitlines()):
            return False
        hook = self.repository.git("rev-parse", "--path-format=absolute", "--git-path", "hooks/pre-push").text
        return _FAILED in error.said and os.access(hook, os.X_OK)

    def holds(self, commit: str, branch: str, tip: str, scratch: str) -> bool:
        """Whether the branch there, now at `tip`, was made from `commit`; looked at through the ref `scratch`."""
        self._fetch(branch, scratch)
        try:
            return self.repository.git("merge-base", "--is-ancestor", commit, tip, accept=(0, 1)).status == 0
        finally:
            with moving(self.repository, scratch):
                self.repository.git("update-ref", "-d", scratch)

    def _fetch(self, branch: str, ref: str) -> None:
        self._reach(*_FETCH, "--", self.url, f"+refs/heads/{branch}:{ref}", moves=[ref])

    def _reach(self, *args: str, moves: Sequence[str] = ()) -> Finished:
        """Run what fails only where the remote cannot be reached, or does not let us look."""
        try:
            with moving(self.repository, *moves):
                return self._run(*args)
        except (NeedsTerminal, NoGit):
            raise
        except GitError as error:
            words = re.sub(r"unable to access '[^']*': ", "", error.message)  # it is named once already
            raise Unreachable(
                f"The remote {self.name} could not be reached: {words}", "It is safe to run again."
            ) from error

    def _pinned(self) -> list[str]:
        """Keep the address as it is: `insteadOf` made it, and git would look whether that makes it another again."""
        if "=" in self.url:  # git reads such a setting up to there
            return []
        return [f"url.{self.url}.{name}={self.url}" for name in ("insteadOf", "pushInsteadOf")]

    def _run(self, *args: str) -> Finished:
        return git(
            args,
            settings=self._pinned(),
            cwd=self.repository.root,
            seconds=NETWORK_SECONDS if self.seconds is None else self.seconds,
            log=self.log,
            foreground=self.foreground,
        )


TURNS = 6
"""So often a ref of ours is tried that another qatui moves at the same moment."""
_TURN_SECONDS = 0.05
"""Until the second try; each pause is twice the one before."""


def _in_turn(move: Callable[[], object]) -> None:
    """Move a ref; where another process is at it, once more a moment later: that one is done then."""
    for turn in range(TURNS):
        try:
            move()
        except (GitError, Unreachable) as error:
            if "cannot lock ref" not in error.message or turn == TURNS - 1:
                raise
            time.sleep(_TURN_SECONDS * 2**turn)
        else:
            return


_FAILED = "error: failed to push some refs"
_BY_REMOTE = ("fatal:", "! [")
"""How lines begin that git writes where the remote did not answer, or did not take a ref."""
_LAST_WORDS = 4
"""Lines of a refusal that a person is shown; the job's log has them all."""
_LINE_LENGTH = 200
_CHATTER = re.compile(r"To |hint:|error: failed to push some refs|(?:remote:)?\s*$")
"""Lines that say nothing of why a push was refused."""


class HookRefused(GitError):
    """The clone's own pre-push hook did not let something out: the remote never heard of it."""


def last_words(error: GitError) -> str:
    """Why a push was refused, and if by the clone's own hook.

    The last lines of hook, server and git, hidden characters as marks, on one line.
    """
    lines = [line.strip() for line in error.said.splitlines()]
    telling = [visible(line[:_LINE_LENGTH]) for line in lines if not _CHATTER.match(line)]
    words = "; ".join(telling[-_LAST_WORDS:]) or visible(error.message)
    return f"this clone's pre-push hook refused it: {words}" if isinstance(error, HookRefused) else words
