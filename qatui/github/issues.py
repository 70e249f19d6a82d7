"""Issues (https://docs.github.com/en/rest/issues/issues)."""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from qatui.errors import UsageError
from qatui.github.labels import Label
from qatui.github.milestones import Milestone
from qatui.github.protocol import Done, Repo, Request, Write, get, given, look, pages, path, same_text, send, short
from qatui.github.users import Account

Reason = Literal["completed", "not_planned", "duplicate", "reopened"]


class PullOfIssue(Struct, frozen=True):
    """That an issue is a pull request, and when it was merged."""

    html_url: str | None = None
    merged_at: str | None = None


class SubIssues(Struct, frozen=True):
    """How many issues are under it."""

    total: int = 0
    completed: int = 0


class Issue(Struct, frozen=True):
    """An issue; the lists of issues have pull requests in them too."""

    id: int
    """Its number all over GitHub: what `add_sub_issue` takes."""
    number: int
    node_id: str
    title: str
    state: str
    """open or closed."""
    html_url: str
    created_at: str
    updated_at: str
    state_reason: str | None = None
    """completed, not_planned, duplicate or reopened."""
    body: str | None = None
    user: Account | None = None
    labels: tuple[Label | str, ...] = ()
    assignees: tuple[Account, ...] | None = ()
    milestone: Milestone | None = None
    closed_at: str | None = None
    closed_by: Account | None = None
    comments: int = 0
    pull_request: PullOfIssue | None = None
    sub_issues_summary: SubIssues = SubIssues()

    @property
    def is_pull(self) -> bool:
        """Whether it is a pull request."""
        return self.pull_request is not None

    @property
    def label_names(self) -> tuple[str, ...]:
        """The names of its labels."""
        return tuple(each if isinstance(each, str) else each.name for each in self.labels)


def issue(repo: Repo, number: int) -> Request[Issue]:
    """One issue. Raises NoAccess, Gone (deleted) or Transferred where it is not there any more."""
    return get(f"read the issue {repo}#{number}", path("/repos/{}/issues/{}", repo, number), Issue)


def issues(
    repo: Repo,
    *,
    state: Literal["open", "closed", "all"] = "all",
    since: str | None = None,
    labels: Sequence[str] = (),
    creator: str | None = None,
    direction: Literal["asc", "desc"] = "asc",
) -> Request[list[Issue]]:
    """Issues and pull requests in the order they were made; those that have all of `labels`.

    `since` (ISO 8601, UTC): only those that were updated at that second or later.
    """
    return pages(
        f"read the issues of {repo}",
        path("/repos/{}/issues", repo),
        Issue,
        state=state,
        since=since,
        labels=",".join(labels) or None,
        creator=creator,
        sort="created",
        direction=direction,
    )


def create_issue(
    repo: Repo,
    *,
    login: str,
    title: str,
    body: str,
    marker: str = "",
    labels: Sequence[str] = (),
    milestone: int | None = None,
    assignees: Sequence[str] = (),
) -> Write[Issue]:
    """Make an issue as `login`. It is found again by `marker`, a part of its body that nothing else has.

    People edit titles and bodies, and a marker outlives that. Without one the whole title and body must be as they
    were. With an empty `login`, an App's, everybody's issues are looked through. Raises UsageError where the marker is
    not in the body.
    """
    if marker not in body:
        raise UsageError(f"The marker “{short(marker)}” is not in the issue's body.")
    fields = given(
        title=title, body=body, labels=list(labels) or None, milestone=milestone, assignees=list(assignees) or None
    )

    def found(page: list[Issue]) -> Issue | None:
        for each in page:
            whole = same_text(title, each.title) and same_text(body, each.body)
            if not each.is_pull and (marker in (each.body or "") if marker else whole):
                return each
        return None

    # The list, not the search: its index lags (https://docs.github.com/en/rest/search/search).
    newest = issues(repo, creator=login or None, direction="desc")
    request = send("POST", f"make the issue “{title[:60]}” in {repo}", path("/repos/{}/issues", repo), Issue, fields)
    return Write(request, look(newest, found, pages=20), creates=True)


def update_issue(
    repo: Repo,
    number: int,
    *,
    title: str | None = None,
    body: str | None = None,
    state: Literal["open", "closed"] | None = None,
    reason: Reason | None = None,
    labels: Sequence[str] | None = None,
    milestone: int | None = None,
) -> Write[Issue]:
    """Change what is given; the rest stays. `reason` goes with `state`; `labels` replace those it has."""
    names = None if labels is None else list(labels)
    fields = given(title=title, body=body, state=state, state_reason=reason, labels=names, milestone=milestone)

    def found(now: Issue) -> Issue | None:
        same = (
            (title is None or same_text(title, now.title))
            and (body is None or same_text(body, now.body))
            and state in (None, now.state)
            and reason in (None, now.state_reason)
            and (names is None or {each.casefold() for each in names} == {each.casefold() for each in now.label_names})
            and (milestone is None or (now.milestone is not None and now.milestone.number == milestone))
        )
        return now if same else None

    request = send(
        "PATCH", f"change the issue {repo}#{number}", path("/repos/{}/issues/{}", repo, number), Issue, fields
    )
    return Write(request, look(issue(repo, number), found))


def sub_issues(repo: Repo, number: int) -> Request[list[Issue]]:
    """The issues under an issue (https://docs.github.com/en/rest/issues/sub-issues)."""
    place = path("/repos/{}/issues/{}/sub_issues", repo, number)
    return pages(f"read what is under the issue {repo}#{number}", place, Issue)


def add_sub_issue(repo: Repo, number: int, child: Issue) -> Write[Done]:
    """Put an issue under another; done where it is there."""
    place = path("/repos/{}/issues/{}/sub_issues", repo, number)
    what = f"put the issue #{child.number} under {repo}#{number}"
    request = send("POST", what, place, Done, {"sub_issue_id": child.id})

    def found(page: list[Issue]) -> Done | None:
        return Done() if any(each.id == child.id for each in page) else None

    return Write(request, look(sub_issues(repo, number), found, pages=5), perhaps_done=frozenset({422}))
