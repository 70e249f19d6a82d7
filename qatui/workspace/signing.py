"""Commits signed as the user's git signs them: `commit-tree -S`, with gpg, an SSH key or X.509.

https://git-scm.com/docs/git-config#Documentation/git-config.txt-commitgpgSign. Two signatures of the same commit may
differ, and so its id: what was signed once and is in the ref is taken again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from qatui.errors import GitError, NeedsTerminal
from qatui.workspace.branches import Author
from qatui.workspace.git import NETWORK_SECONDS, git
from qatui.workspace.locks import moving
from qatui.workspace.repository import Repository


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, and how git may go about it."""

    author: Author
    foreground: bool = False
    """Whether it may ask for a passphrase or a pin at the terminal."""
    log: Callable[[str], None] | None = None


def signs(repository: Repository) -> bool:
    """Whether the user's git signs commits by itself."""
    found = repository.git("config", "--type=bool", "--get", "commit.gpgSign", accept=(0, 1))
    return found.text == "true"


def sign_commits(repository: Repository, ref: str, base: str, drafts: Sequence[str], signer: Signer) -> list[str]:
    """Commits like `drafts` (on top of `base`, each on the one before) but signed, and `ref` on the last; their ids.

    Raises NeedsTerminal where a passphrase is wanted, GitError where the user's git cannot sign.
    """
    wanted = _cores(repository, drafts)
    before = repository.refs(ref).get(ref)
    if made := _signed_before(repository, base, before, wanted):
        return made
    made = []
    for tree, message in wanted:
        made.append(_sign(repository, tree, made[-1] if made else base, message, signer))
    try:
        with moving(repository, ref):
            repository.git("update-ref", ref, made[-1], before or "0" * len(base))
    except GitError:
        # Another run of the same job may have been quicker: there is one branch, and it has that one's commits.
        if others := _signed_before(repository, base, repository.refs(ref).get(ref), wanted):
            return others
        raise
    return made


Core = tuple[str, bytes]
"""Tree and message of a commit."""


def _sign(repository: Repository, tree: str, parent: str, message: bytes, signer: Signer) -> str:
    who = signer.author
    when = f"@{who.at // 1000} +0000"
    env = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", who.name), ("EMAIL", who.email), ("DATE", when))
    }
    try:
        return git(
            ["-c", "i18n.commitEncoding=UTF-8", "commit-tree", "-S", "-p", parent, tree],
            cwd=repository.root,
            data=message,
            env=env,
            seconds=NETWORK_SECONDS,
            log=signer.log,
            foreground=signer.foreground,
        ).text
    except NeedsTerminal:
        raise
    except GitError as error:
        raise type(error)(
            f"git could not sign a commit: {error.message}", "Mend it, or set commit.gpgSign to false.", error.said
        ) from error


def _signed_before(repository: Repository, base: str, tip: str | None, wanted: Sequence[Core]) -> list[str]:
    """The commits from `base` to `tip`, if they are the wanted ones and signed; else none."""
    if tip is None:
        return []
    ids = repository.git("rev-list", "--reverse", "--first-parent", f"{base}..{tip}").text.split()
    if len(ids) != len(wanted) or _cores(repository, ids, signed=True) != wanted:
        return []
    return ids


def _cores(repository: Repository, commits: Sequence[str], *, signed: bool = False) -> list[Core]:
    """Tree and message of each commit; of those only that are signed."""
    found = repository.blobs(commits)
    cores = []
    for commit in commits:
        head, _, message = found[commit].partition(b"\n\n")
        if not signed or b"\ngpgsig" in head:
            cores.append((head.partition(b"\n")[0].removeprefix(b"tree ").decode(), message))
    return cores
