"""What hooks are told of issues. https://docs.github.com/webhooks/webhook-events-and-payloads#issues"""

from collections.abc import Iterator
from typing import Any

import pytest

from qatui.sandbox.github import leaving
from qatui.sandbox.github.records import Hook
from tests.hook_schemas import problems
from tests.lookalike import Lookalike
from tests.opened import opened

REPO = "/repos/acme/payments-api"
ISSUES = f"{REPO}/issues"
Told = list[tuple[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def told(github: Lookalike) -> Iterator[Told]:
    """Events and payloads of everything that can happen to an issue, once each."""
    found: Told = []
    for repository in (github.repository, github.private):
        github.world.hooks.add(Hook(repository_id=repository.id, url="http://127.0.0.1/hook", events=["*"]))
    with pytest.MonkeyPatch.context() as patch, github.http() as http:
        patch.setattr(github.world, "emit", lambda repository, event, payload: found.append((event, payload)))
        one, above = (http.post(ISSUES, json={"title": "a", "body": "b", "labels": ["told"]}).json() for _ in range(2))
        path = f"{ISSUES}/{one['number']}"
        milestone = http.post(f"{REPO}/milestones", json={"title": "told"}).json()["number"]
        http.post(f"{REPO}/labels", json={"name": "told too"})
        http.patch(path, json={"title": "c", "body": None, "milestone": milestone, "assignees": ["robin"]})
        http.patch(path, json={"milestone": None, "assignees": [], "labels": []})
        http.patch(path, json={"state": "closed"})
        http.patch(path, json={"state": "open"})
        comment = http.post(f"{path}/comments", json={"body": "said"}).json()["id"]
        http.patch(f"{ISSUES}/comments/{comment}", json={"body": "said better"})
        http.delete(f"{ISSUES}/comments/{comment}")
        below = {"sub_issue_id": one["id"]}
        http.post(f"{ISSUES}/{above['number']}/sub_issues", json=below)
        http.request("DELETE", f"{ISSUES}/{above['number']}/sub_issue", json=below)
        http.post(f"{opened(github).replace('/pulls/', '/issues/')}/labels", json={"labels": ["told"]})
        mira = github.world.user("mira")
        assert mira
        leaving.transfer(github.world, github.world.issues[one["id"]], github.private, mira)
        leaving.delete(github.world, github.world.issues[above["id"]], mira)
        yield found


def test_every_change_is_told(told: Told) -> None:
    assert [f"{event}.{payload.get('action')}" for event, payload in told if event not in ("push", "create")] == [
        "issues.opened",
        "issues.labeled",
        "issues.opened",
        "issues.labeled",
        "milestone.created",
        "label.created",
        "issues.assigned",
        "issues.milestoned",
        "issues.edited",
        "issues.unassigned",
        "issues.demilestoned",
        "issues.unlabeled",
        "issues.closed",
        "issues.reopened",
        "issue_comment.created",
        "issue_comment.edited",
        "issue_comment.deleted",
        "sub_issues.sub_issue_added",
        "sub_issues.parent_issue_added",
        "sub_issues.sub_issue_removed",
        "sub_issues.parent_issue_removed",
        "pull_request.opened",
        "pull_request.labeled",
        "issues.transferred",
        "issues.opened",
        "issues.deleted",
    ]


def test_an_edit_says_what_was_there_before(told: Told) -> None:
    changes = [payload["changes"] for event, payload in told if payload.get("action") == "edited"]
    assert changes == [{"title": {"from": "a"}, "body": {"from": "b"}}, {"body": {"from": "said"}}]
    assert {payload["sender"]["login"] for event, payload in told if event == "issues"} == {"mira"}


def test_what_is_told_is_as_github_describes_it(github: Lookalike, told: Told) -> None:
    """GITHUB.md, Files here: JSON schema (draft 07) and OpenAPI 3.1 of the events."""
    with github.http() as http:
        repository = http.get(REPO).json()
    checked = set()
    for event, payload in told:
        wrong = problems(event, payload, repository)
        assert not wrong, f"{event}.{payload.get('action')}"
        if wrong is not None:
            checked.add(f"{event}.{payload.get('action')}")
    ours = {"issues", "issue_comment", "sub_issues"}
    assert {f"{event}.{payload['action']}" for event, payload in told if event in ours} <= checked
