"""Statuses, check runs and check suites as GitHub shows them."""

from typing import Any

from qatui.sandbox.github import bare, checks, objects
from qatui.sandbox.github.records import CheckRun, CheckSuite, Pull, Repository, Status
from qatui.sandbox.github.views.apps import integration
from qatui.sandbox.github.views.commits import simple_commit
from qatui.sandbox.github.views.people import moment, moment_or_none, node_id, user_or_none
from qatui.sandbox.github.views.repositories import api_url, html_url, minimal
from qatui.sandbox.github.world import World


def status(world: World, repository: Repository, shown: Status) -> dict[str, Any]:
    """`status`: one by itself, with who gave it."""
    return {**simple_status(world, repository, shown), "creator": user_or_none(world, shown.creator_id)}


def simple_status(world: World, repository: Repository, shown: Status) -> dict[str, Any]:
    """`simple-commit-status`: as it stands in the combined one."""
    return {
        "url": f"{api_url(world, repository)}/statuses/{shown.sha}",
        "avatar_url": f"{world.api_url}/avatars/{shown.creator_id}",
        "id": shown.id,
        "node_id": node_id("Status", shown.id),
        "state": shown.state,
        "description": shown.description,
        "target_url": shown.target_url,
        "context": shown.context,
        "created_at": moment(shown.created_at),
        "updated_at": moment(shown.created_at),
    }


def run(world: World, repository: Repository, shown: CheckRun) -> dict[str, Any]:
    """`check-run`."""
    url = f"{api_url(world, repository)}/check-runs/{shown.id}"
    web = f"{html_url(world, repository)}/runs/{shown.id}"
    suite = world.check_suites[shown.suite_id]
    return {
        "id": shown.id,
        "node_id": node_id("CheckRun", shown.id),
        "head_sha": shown.head_sha,
        "external_id": shown.external_id,
        "url": url,
        "html_url": web,
        "details_url": shown.details_url or web,
        "status": shown.status,
        "conclusion": shown.conclusion,
        "started_at": moment_or_none(shown.started_at),
        "completed_at": moment_or_none(shown.completed_at),
        "output": {
            "title": shown.output.get("title"),
            "summary": shown.output.get("summary"),
            "text": shown.output.get("text"),
            "annotations_count": len(shown.annotations),
            "annotations_url": f"{url}/annotations",
        },
        "name": shown.name,
        "check_suite": {"id": suite.id},
        "app": integration(world, world.apps[suite.app_id]),
        "pull_requests": [pull(world, each) for each in checks.waiting(world, repository, shown.head_sha)],
    }


def suite(world: World, repository: Repository, shown: CheckSuite) -> dict[str, Any]:
    """`check-suite`."""
    url = f"{api_url(world, repository)}/check-suites/{shown.id}"
    runs = checks.latest_runs(checks.runs_of(world, shown))
    state, conclusion = checks.outcome(runs)
    head = objects.read(world.bare(repository), [shown.head_sha])[0]
    return {
        "id": shown.id,
        "node_id": node_id("CheckSuite", shown.id),
        "head_branch": shown.head_branch,
        "head_sha": shown.head_sha,
        "status": state,
        "conclusion": conclusion,
        "url": url,
        "before": head.parents[0] if head.parents else bare.ZERO,
        "after": shown.head_sha,
        "pull_requests": [pull(world, each) for each in checks.waiting(world, repository, shown.head_sha)],
        "app": integration(world, world.apps[shown.app_id]),
        "repository": minimal(world, repository),
        "created_at": moment(shown.created_at),
        "updated_at": moment(shown.updated_at),
        "head_commit": simple_commit(head),
        "latest_check_runs_count": len(runs),
        "check_runs_url": f"{url}/check-runs",
        "rerequestable": True,
        "runs_rerequestable": True,
    }


def pull(world: World, shown: Pull) -> dict[str, Any]:
    """`pull-request-minimal`: where a check is about a pull request."""
    base = world.repositories[shown.repository_id]
    head = world.repositories.get(shown.head_repository_id) or base
    return {
        "id": shown.id,
        "number": shown.number,
        "url": f"{api_url(world, base)}/pulls/{shown.number}",
        "head": {"ref": shown.head_ref, "sha": shown.head_sha, "repo": _named(world, head)},
        "base": {"ref": shown.base_ref, "sha": shown.base_sha, "repo": _named(world, base)},
    }


def _named(world: World, repository: Repository) -> dict[str, Any]:
    return {"id": repository.id, "url": api_url(world, repository), "name": repository.name}
