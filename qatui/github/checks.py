"""What ran for a commit: statuses (https://docs.github.com/en/rest/commits/statuses) and check runs
(https://docs.github.com/en/rest/checks/runs), which a commit may have both."""

from msgspec import Struct

from qatui.github.protocol import Repo, Request, get, pages, path


class Status(Struct, frozen=True):
    """A status, as older integrations report it."""

    context: str
    state: str
    """success, pending, failure or error."""
    description: str | None = None
    target_url: str | None = None


class CombinedStatus(Struct, frozen=True):
    """The newest status of each context."""

    state: str
    """success, pending or failure; pending also where there is none at all, so `total_count` counts."""
    total_count: int
    statuses: tuple[Status, ...] = ()


class App(Struct, frozen=True):
    """Who reports a check run."""

    id: int
    slug: str = ""


class CheckRun(Struct, frozen=True):
    """A check run."""

    id: int
    name: str
    status: str
    """queued, in_progress or completed, and some more for those that wait."""
    conclusion: str | None = None
    """success, failure, neutral, cancelled, skipped, timed_out or action_required, once it is completed."""
    head_sha: str = ""
    html_url: str | None = None
    app: App | None = None


def statuses(repo: Repo, ref: str) -> Request[CombinedStatus]:
    """The statuses of a commit; of more than a hundred contexts the first hundred."""
    place = path("/repos/{}/commits/{}/status", repo, ref)
    return get(f"read the statuses of {ref} in {repo}", place, CombinedStatus, per_page=100)


def check_runs(repo: Repo, ref: str) -> Request[list[CheckRun]]:
    """The newest check runs of a commit."""
    place = path("/repos/{}/commits/{}/check-runs", repo, ref)
    return pages(f"read the checks of {ref} in {repo}", place, CheckRun, within="check_runs")
