"""What hooks are told of reviews. https://docs.github.com/webhooks/webhook-events-and-payloads#pull_request_review"""

from collections.abc import Iterator
from typing import Any

import pytest

from qatui.sandbox.github import reviews
from qatui.sandbox.github.founding import protect
from qatui.sandbox.github.records import Hook, Rules
from tests.hook_schemas import problems
from tests.lookalike import Lookalike
from tests.opened import opened, pull_of, review

REPO = "/repos/acme/payments-api"
Told = list[tuple[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def told(github: Lookalike) -> Iterator[Told]:
    """Events and payloads of everything that can happen to reviews, once each."""
    found: Told = []
    world = github.world
    hook = world.hooks.add(Hook(repository_id=github.repository.id, url="http://127.0.0.1:1/", events=[]))
    protect(world, github.repository, ["told"], Rules(dismiss_stale_reviews=True))
    github.push("told", {"told.txt": "a"}, parent="main")
    path = opened(github, base="told")
    pull = pull_of(github, path)
    place = {"path": "tests/test_orders.py", "line": 6, "start_line": 5}
    with pytest.MonkeyPatch.context() as patch, github.http("robin") as http:
        patch.setattr(world, "emit", lambda repository, event, payload: found.append((event, payload)))
        pending = review(github, "robin", path, None, comments=[{**place, "body": "why?"}]).json()
        http.put(f"{path}/reviews/{pending['id']}", json={"body": "not told"})
        http.post(f"{path}/reviews/{pending['id']}/events", json={"event": "REQUEST_CHANGES", "body": "no"})
        http.put(f"{path}/reviews/{pending['id']}", json={"body": "no!"})
        http.put(f"{path}/reviews/{pending['id']}/dismissals", json={"message": "settled"})
        review(github, "robin", path, "APPROVE")
        first = http.get(f"{path}/comments").json()[0]["id"]
        answer = http.post(f"{path}/comments/{first}/replies", json={"body": "so"}).json()["id"]
        http.patch(f"{REPO}/pulls/comments/{answer}", json={"body": "so!"})
        query = f'mutation {{ resolveReviewThread(input: {{threadId: "PRRT_kwDO{first}"}}) {{ __typename }} }}'
        http.post("/graphql", json={"query": query})
        with world.lock:
            pull.head_sha = github.push(pull.head_ref, {"tests/test_orders.py": "pass\n"})
            reviews.after_push(world, pull, world.users[world.issues[pull.issue_id].user_id])
        http.delete(f"{REPO}/pulls/comments/{first}")
        yield [each for each in found if each[0].startswith("pull_request_review")]
    world.hooks.remove(hook)


def test_every_change_of_reviews_is_told(told: Told) -> None:
    assert [f"{event.removeprefix('pull_request_')}.{payload['action']}" for event, payload in told] == [
        "review.submitted",
        "review_comment.created",
        "review.edited",
        "review.dismissed",
        "review.submitted",
        "review.submitted",
        "review_comment.created",
        "review_comment.edited",
        "review_thread.resolved",
        "review.dismissed",
        "review_comment.deleted",
    ]
    states = [payload["review"]["state"] for event, payload in told if event == "pull_request_review"]
    assert states == ["changes_requested", "changes_requested", "dismissed", "approved", "commented", "dismissed"]


def test_what_is_told_says_what_was_there_and_who_did_it(told: Told) -> None:
    changes = [payload["changes"] for _, payload in told if payload["action"] == "edited"]
    assert changes == [{"body": {"from": "no"}}, {"body": {"from": "so"}}]
    assert [payload["sender"]["login"] for _, payload in told] == ["robin"] * 9 + ["mira", "robin"]
    [resolved] = [payload["thread"] for event, payload in told if event == "pull_request_review_thread"]
    assert [each["body"] for each in resolved["comments"]] == ["why?", "so!"]
    assert told[-1][1]["comment"]["line"] is None


def test_reviews_are_told_as_github_describes_it(github: Lookalike, told: Told) -> None:
    """GITHUB.md, Files here: JSON schema (draft 07) and OpenAPI 3.1 of the events."""
    with github.http() as http:
        repository = http.get(REPO).json()
    described = set()
    for event, payload in told:
        wrong = problems(event, payload, repository)
        if wrong is not None:
            described.add(f"{event}.{payload['action']}")
        assert not wrong, f"{event}.{payload['action']}"
    assert {event for event, _ in told} - {each.partition(".")[0] for each in described} == {
        "pull_request_review_thread"
    }
