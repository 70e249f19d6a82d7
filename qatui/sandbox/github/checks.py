"""Statuses and check runs of a commit: which count, and what they come to together.

https://docs.github.com/rest/commits/statuses and https://docs.github.com/rest/checks
"""

from qatui.sandbox.github import bare
from qatui.sandbox.github.records import CheckRun, CheckSuite, Pull, Repository, Status
from qatui.sandbox.github.world import World

_WORST_FIRST = ("action_required", "timed_out", "cancelled", "failure", "neutral", "skipped", "success")
"""What a suite's conclusion is, when one of its runs has it and none before it in this order."""


def statuses_of(world: World, repository: Repository, sha: str) -> list[Status]:
    """Every status of a commit, newest first."""
    return [each for each in reversed(world.statuses.under(repository.id)) if each.sha == sha]


def latest_statuses(world: World, repository: Repository, sha: str) -> list[Status]:
    """The last status of each context, newest first."""
    found: dict[str, Status] = {}
    for each in statuses_of(world, repository, sha):
        found.setdefault(each.context, each)
    return list(found.values())


def combined(statuses: list[Status]) -> str:
    """`failure` if any is that or an error, `pending` if there is none or any is pending, else `success`."""
    states = {each.state for each in statuses}
    if states & {"failure", "error"}:
        return "failure"
    return "success" if states == {"success"} else "pending"


def suite_of(world: World, repository: Repository, sha: str, app_id: int) -> CheckSuite:
    """The App's suite for a commit, made if it is the first time."""
    for each in world.check_suites.under(repository.id):
        if (each.head_sha, each.app_id) == (sha, app_id):
            return each
    heads = bare.refs(world.bare(repository), "refs/heads")
    branch = next((name.removeprefix("refs/heads/") for name, tip in heads.items() if tip == sha), None)
    now = world.now()
    made = CheckSuite(
        repository_id=repository.id, head_sha=sha, head_branch=branch, app_id=app_id, created_at=now, updated_at=now
    )
    return world.check_suites.add(made)


def runs_of(world: World, suite: CheckSuite) -> list[CheckRun]:
    """Every run of a suite, newest first."""
    return [each for each in reversed(world.check_runs.under(suite.repository_id)) if each.suite_id == suite.id]


def latest_runs(runs: list[CheckRun]) -> list[CheckRun]:
    """Of runs, newest first, the last of each name in each suite."""
    found: dict[tuple[int, str], CheckRun] = {}
    for each in runs:
        found.setdefault((each.suite_id, each.name), each)
    return list(found.values())


def outcome(runs: list[CheckRun]) -> tuple[str, str | None]:
    """Status and conclusion of a suite with these (latest) runs."""
    if not runs or all(each.status == "queued" for each in runs):
        return "queued", None
    if any(each.status != "completed" for each in runs):
        return "in_progress", None
    had = {each.conclusion for each in runs}
    return "completed", next((each for each in _WORST_FIRST if each in had), None)


def waiting(world: World, repository: Repository, sha: str) -> list[Pull]:
    """The open pull requests of the repository whose last commit this is."""
    found = [pull for pull in world.pulls.under(repository.id) if pull.head_sha == sha]
    return [pull for pull in found if world.issues[pull.issue_id].state == "open"]
