"""Pull requests, from opening to merging (https://docs.github.com/en/rest/pulls/pulls)."""

from typing import Literal

from msgspec import Struct

from qatui.github.labels import Label
from qatui.github.protocol import Done, Repo, Request, Write, get, given, look, pages, path, same_text, send
from qatui.github.repositories import ChangedFile, Commit, compare
from qatui.github.users import Account

Method = Literal["merge", "squash", "rebase"]


class SideRepository(Struct, frozen=True):
    """Where a side's branch is."""

    full_name: str


class Side(Struct, frozen=True):
    """The head or the base of a pull request."""

    ref: str
    """The branch."""
    sha: str
    repo: SideRepository | None = None
    """None: that fork was deleted."""


class AutoMerge(Struct, frozen=True):
    """That it is merged as soon as it can be."""

    merge_method: str = ""


class Team(Struct, frozen=True):
    """A team of an organization."""

    slug: str


class Pull(Struct, frozen=True):
    """A pull request. Whether it can be merged is told only where it was asked for alone."""

    number: int
    node_id: str
    state: str
    """open or closed; merged is closed."""
    title: str
    html_url: str
    head: Side
    base: Side
    updated_at: str
    body: str | None = None
    user: Account | None = None
    draft: bool = False
    labels: tuple[Label, ...] = ()
    requested_reviewers: tuple[Account, ...] = ()
    requested_teams: tuple[Team, ...] = ()
    auto_merge: AutoMerge | None = None
    closed_at: str | None = None
    merged_at: str | None = None
    merge_commit_sha: str | None = None
    """What base got, once it is merged; before that a trial merge, or nothing."""
    merged_by: Account | None = None
    mergeable: bool | None = None
    """None while GitHub works it out: `GitHub.until(get, settled)` asks again."""
    mergeable_state: str = "unknown"
    """clean, dirty, blocked, behind, unstable, draft, has_hooks or unknown."""

    @property
    def merged(self) -> bool:
        """Whether it was merged."""
        return self.merged_at is not None


class Merged(Struct, frozen=True):
    """What a merge made."""

    sha: str
    merged: bool = True


def settled(pull: Pull) -> bool:
    """Whether GitHub knows if it can be merged, or need not know any more."""
    return pull.mergeable is not None or pull.state != "open"


def pull(repo: Repo, number: int) -> Request[Pull]:
    """One pull request."""
    return get(f"read the pull request {repo}#{number}", path("/repos/{}/pulls/{}", repo, number), Pull)


def pulls(
    repo: Repo, *, state: str = "open", head: str | None = None, base: str | None = None, sort: str = "created"
) -> Request[list[Pull]]:
    """Pull requests, newest first; `head` is `owner:branch`."""
    place = path("/repos/{}/pulls", repo)
    what = f"read the pull requests of {repo}"
    return pages(what, place, Pull, state=state, head=head, base=base, sort=sort, direction="desc")


def pulls_with(repo: Repo, commit: str) -> Request[list[Pull]]:
    """The pull requests that have a commit, or brought it in."""
    place = path("/repos/{}/commits/{}/pulls", repo, commit)
    return pages(f"see what brought {commit} into {repo}", place, Pull)


def files(repo: Repo, number: int) -> Request[list[ChangedFile]]:
    """What it changes; at most 3,000 files."""
    return pages(f"read the files of {repo}#{number}", path("/repos/{}/pulls/{}/files", repo, number), ChangedFile)


def commits(repo: Repo, number: int) -> Request[list[Commit]]:
    """Its commits, oldest first; at most 250."""
    return pages(f"read the commits of {repo}#{number}", path("/repos/{}/pulls/{}/commits", repo, number), Commit)


def create_pull(
    repo: Repo,
    *,
    title: str,
    head: str,
    head_sha: str,
    base: str,
    body: str,
    draft: bool = False,
    maintainer_can_modify: bool | None = None,
) -> Write[Pull]:
    """Open a pull request; `head` is a branch, of a fork `owner:branch`, and `head_sha` the commit that it is at.

    Done where one of that head and base is open. A closed or merged one is ours if it ended at exactly `head_sha`: of
    other commits it is of an earlier branch of this name, whatever its title.
    """
    owner, _, branch = head.rpartition(":")
    fields = given(
        title=title, head=head, base=base, body=body, draft=draft, maintainer_can_modify=maintainer_can_modify
    )
    request = send("POST", f"open a pull request for {head} in {repo}", path("/repos/{}/pulls", repo), Pull, fields)

    def found(page: list[Pull]) -> Pull | None:
        # Of an older server that does not know the parameter `head`, only what fits counts.
        ours = [each for each in page if (each.head.ref, each.base.ref) == (branch, base)]
        still = [each for each in ours if each.state == "open"]
        return next(iter(still or [each for each in ours if each.head.sha == head_sha]), None)

    there = pulls(repo, state="all", head=f"{owner or repo.owner}:{branch}", base=base)
    return Write(request, look(there, found), creates=True, perhaps_done=frozenset({422}))


def update_pull(
    repo: Repo,
    number: int,
    *,
    title: str | None = None,
    body: str | None = None,
    state: Literal["open", "closed"] | None = None,
    base: str | None = None,
) -> Write[Pull]:
    """Change what is given; the rest stays."""
    fields = given(title=title, body=body, state=state, base=base)
    request = send("PATCH", f"change {repo}#{number}", path("/repos/{}/pulls/{}", repo, number), Pull, fields)

    def found(now: Pull) -> Pull | None:
        same = (
            (title is None or same_text(title, now.title))
            and (body is None or same_text(body, now.body))
            and state in (None, now.state)
            and base in (None, now.base.ref)
        )
        return now if same else None

    return Write(request, look(pull(repo, number), found))


def request_reviewers(
    repo: Repo, number: int, logins: tuple[str, ...] = (), teams: tuple[str, ...] = ()
) -> Write[Pull]:
    """Ask people (by login) and teams (by slug) for a review; never the author, whom GitHub refuses."""
    place = path("/repos/{}/pulls/{}/requested_reviewers", repo, number)
    body = {"reviewers": list(logins), "team_reviewers": list(teams)}
    request = send("POST", f"ask for reviews of {repo}#{number}", place, Pull, body)

    def found(now: Pull) -> Pull | None:
        asked = {each.login.casefold() for each in now.requested_reviewers}
        asked_teams = {each.slug.casefold() for each in now.requested_teams}
        missing = {name.casefold() for name in logins} - asked or {name.casefold() for name in teams} - asked_teams
        return None if missing else now

    return Write(request, look(pull(repo, number), found))


def merge(
    repo: Repo, number: int, *, sha: str, method: Method, title: str | None = None, message: str | None = None
) -> Write[Merged]:
    """Merge it if its head is still at `sha`, which is always sent; done where exactly that is merged already.

    Raises MergeRefused, whose `why` tells a merge queue, a draft or a moved head from the rest.
    """
    body = given(sha=sha, merge_method=method, commit_title=title, commit_message=message)
    request = send("PUT", f"merge {repo}#{number}", path("/repos/{}/pulls/{}/merge", repo, number), Merged, body)

    def found(now: Pull) -> Merged | None:
        return Merged(now.merge_commit_sha or "") if now.merged and now.head.sha == sha else None

    return Write(request, look(pull(repo, number), found), perhaps_done=frozenset({404, 405, 409}))


def update_branch(repo: Repo, pull: Pull) -> Write[Done]:
    """Merge base into its branch if that is still where `pull` says; GitHub does it a little later.

    Done where all of base is in the branch; that the head is another one tells only that somebody pushed.
    """
    place = path("/repos/{}/pulls/{}/update-branch", repo, pull.number)
    request = send("PUT", f"bring {repo}#{pull.number} up to date", place, Done, {"expected_head_sha": pull.head.sha})
    owner = pull.head.repo.full_name.partition("/")[0] if pull.head.repo else repo.owner
    standing = compare(repo, pull.base.ref, f"{owner}:{pull.head.ref}")
    seen = look(standing, lambda now: Done() if now.behind_by == 0 else None)
    return Write(request, seen, perhaps_done=frozenset({422}))
