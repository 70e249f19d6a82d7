"""A repository, who may do what in it, and its commits (https://docs.github.com/en/rest/repos)."""

from typing import Any

from msgspec import Struct

from qatui.github.protocol import Done, Repo, Request, Write, get, path, send
from qatui.github.users import Account


class Permissions(Struct, frozen=True):
    """What the token's owner may do; a fine-grained token may be allowed less."""

    admin: bool = False
    maintain: bool = False
    push: bool = False
    triage: bool = False
    pull: bool = False


class Parent(Struct, frozen=True):
    """What a fork was made from."""

    full_name: str
    default_branch: str = ""


class Repository(Struct, frozen=True):
    """A repository; what it says of merging is told only to those who may push."""

    id: int
    full_name: str
    """owner/name as it is now: another one than was asked for means that it was renamed."""
    private: bool
    default_branch: str
    html_url: str
    owner: Account
    clone_url: str = ""
    ssh_url: str = ""
    fork: bool = False
    parent: Parent | None = None
    source: Parent | None = None
    """Where the whole network of forks began."""
    archived: bool = False
    has_issues: bool = True
    permissions: Permissions = Permissions()
    allow_merge_commit: bool | None = None
    allow_squash_merge: bool | None = None
    allow_rebase_merge: bool | None = None
    allow_auto_merge: bool | None = None
    delete_branch_on_merge: bool = False
    web_commit_signoff_required: bool = False

    @property
    def merge_methods(self) -> tuple[str, ...]:
        """The ways of merging that are not switched off: merge, squash, rebase."""
        ways = (
            ("merge", self.allow_merge_commit),
            ("squash", self.allow_squash_merge),
            ("rebase", self.allow_rebase_merge),
        )
        return tuple(name for name, allowed in ways if allowed is not False)


class Permission(Struct, frozen=True):
    """What one person may do in a repository."""

    permission: str
    """admin, write, read or none."""
    role_name: str = ""


class Signature(Struct, frozen=True):
    """Who wrote a commit, and when."""

    name: str = ""
    email: str = ""
    date: str = ""


class Verification(Struct, frozen=True):
    """Whether GitHub takes a commit's signature for good."""

    verified: bool
    reason: str = ""


class CommitText(Struct, frozen=True):
    """What git knows of a commit."""

    message: str
    author: Signature | None = None
    committer: Signature | None = None
    verification: Verification | None = None


class CommitName(Struct, frozen=True):
    """A commit by its name alone."""

    sha: str


class ChangedFile(Struct, frozen=True):
    """A file of a diff."""

    filename: str
    status: str
    """added, removed, modified, renamed, copied, changed or unchanged."""
    sha: str | None = None
    """The blob's name afterwards."""
    previous_filename: str | None = None
    additions: int = 0
    deletions: int = 0


class Commit(Struct, frozen=True):
    """A commit; its files are there when it was asked for alone."""

    sha: str
    commit: CommitText
    author: Account | None = None
    committer: Account | None = None
    parents: tuple[CommitName, ...] = ()
    files: tuple[ChangedFile, ...] = ()


class Comparison(Struct, frozen=True):
    """How a head stands to a base."""

    status: str
    """identical, ahead, behind or diverged."""
    ahead_by: int
    behind_by: int
    total_commits: int
    merge_base_commit: CommitName
    commits: tuple[Commit, ...] = ()
    files: tuple[ChangedFile, ...] = ()
    """At most 300."""


def repository(repo: Repo) -> Request[Repository]:
    """The repository itself."""
    return get(f"read the repository {repo}", path("/repos/{}", repo), Repository)


def permission(repo: Repo, login: str) -> Request[Permission]:
    """What somebody may do in it."""
    place = path("/repos/{}/collaborators/{}/permission", repo, login)
    return get(f"see what {login} may do in {repo}", place, Permission)


def commit(repo: Repo, ref: str) -> Request[Commit]:
    """One commit, by name, branch or tag."""
    return get(f"read the commit {ref} of {repo}", path("/repos/{}/commits/{}", repo, ref), Commit)


def compare(repo: Repo, base: str, head: str) -> Request[Comparison]:
    """How `head` stands to `base`: branches, tags or commits; of a fork as `owner:branch`."""
    place = path("/repos/{}/compare/{}", repo, f"{base}...{head}")
    return get(f"compare {head} with {base} in {repo}", place, Comparison)


def dispatch(repo: Repo, event: str, payload: dict[str, Any]) -> Write[Done]:
    """Start the workflows that wait for `event` (`repository_dispatch`). It leaves nothing that could be looked for."""
    body = {"event_type": event, "client_payload": payload}
    return Write(
        send("POST", f"send the event {event} to {repo}", path("/repos/{}/dispatches", repo), Done, body), None
    )
