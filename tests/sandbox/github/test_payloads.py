"""What hooks are told is what GitHub's schemas of webhook events describe."""

import json
from functools import cache
from typing import Any

import httpx
import jsonschema_rs
import pytest

from qatui.sandbox.github import hooking
from tests.lookalike import Lookalike
from tests.openapi import SHARED

pytestmark = pytest.mark.skipif(SHARED is None, reason="the workshop's shared folder is absent")

R = "/repos/acme/payments-api"


@cache
def schemas() -> dict[str, Any]:
    """Definitions by `event$action`, or `event$event` where there is no action."""
    assert SHARED is not None
    text = (SHARED / "github" / "webhooks" / "schemas" / "webhooks-schema.json").read_text()
    found: dict[str, Any] = _open(json.loads(text)["definitions"])
    return found


def _open(value: Any) -> Any:
    """Without additionalProperties: GitHub has added keys since these schemas were written."""
    if isinstance(value, dict):
        return {name: _open(each) for name, each in value.items() if name != "additionalProperties"}
    return [_open(each) for each in value] if isinstance(value, list) else value


def problems(event: str, payload: dict[str, Any]) -> list[str] | None:
    """What is wrong with a payload; None where there is no schema."""
    name = next((each for each in (f"{event}${payload.get('action')}", f"{event}$event") if each in schemas()), None)
    if name is None:
        return None
    if event == "repository_dispatch":  # GitHub tells only Apps of it, and says of which installation
        payload = {**payload, "installation": {"id": 1, "node_id": "x"}}
    validator = jsonschema_rs.Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": schemas()})
    return [
        f"{name} at {'/'.join(map(str, each.instance_path))}: {each.message[:200]}"
        for each in validator.iter_errors(payload)
    ]


def talk(github: Lookalike, http: httpx.Client) -> None:
    """A bit of everything that hooks are told of."""

    def ask(method: str, path: str, **body: Any) -> Any:
        answer = http.request(method, path if path.startswith("/") else f"{R}/{path}", json=body)
        assert answer.is_success, f"{method} {path} {answer.text}"
        return answer.json() if answer.content else None

    milestone = ask("POST", "milestones", title="2.0")["number"]
    number = ask("POST", "issues", title="Refunds", body="Never more than was paid", labels=["bug"])["number"]
    issue = f"issues/{number}"
    ask("PATCH", issue, title="Refunds again", milestone=milestone)
    ask("POST", f"{issue}/labels", labels=["question"])
    ask("DELETE", f"{issue}/labels/question")
    ask("POST", f"{issue}/assignees", assignees=["robin"])
    comment = ask("POST", f"{issue}/comments", body="Seen")
    ask("PATCH", f"issues/comments/{comment['id']}", body="Seen again")
    ask("DELETE", f"issues/comments/{comment['id']}")
    ask("PATCH", issue, state="closed", state_reason="not_planned")
    ask("PATCH", issue, state="open")
    github.push("feature", {"src/orders.py": "def orders():\n    return []\n"})
    pull = ask("POST", "pulls", title="Orders", head="feature", base="main", body=f"Closes #{number}", draft=True)
    at = f"pulls/{pull['number']}"
    head = github.push("feature", {"src/more.py": "def more():\n    return 1\n"})
    ask("GET", at)
    ask("POST", f"{at}/requested_reviewers", reviewers=["robin"])
    ask("POST", f"issues/{pull['number']}/labels", labels=["bug"])
    ask("POST", f"statuses/{head}", state="success", context="unit")
    with github.http("robin") as robin:
        review = {
            "event": "REQUEST_CHANGES",
            "body": "Once more",
            "comments": [{"path": "src/more.py", "line": 1, "body": "Why?"}],
        }
        answer = robin.post(f"{R}/{at}/reviews", json=review)
        assert answer.status_code == 200, answer.text
    ask("PUT", f"{at}/reviews/{answer.json()['id']}/dismissals", message="Done")
    ask("PATCH", at, state="closed")
    ask("PATCH", at, state="open")
    mutation = "mutation($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { clientMutationId } }"
    ask("POST", "/graphql", query=mutation, variables={"id": pull["node_id"]})
    ask("PUT", f"{at}/merge", sha=head, merge_method="squash")
    content = "YSA9IDEK"
    ask("PUT", "contents/a.py", message="Add a", content=content)
    ask("POST", "dispatches", event_type="qa", client_payload={"a": 1})


def test_payloads_are_as_described(github: Lookalike) -> None:
    """GITHUB.md, Files here: webhooks/schemas."""
    with github.http() as http:
        # A hook that is told nothing, for its address is elsewhere, and remembers everything.
        made = http.post(
            f"{R}/hooks", json={"config": {"url": "http://example.com/", "content_type": "json"}, "events": ["*"]}
        )
        talk(github, http)
    assert github.github.deliveries.idle(20)
    told = [(each.event, hooking.payload_of(each)) for each in github.world.deliveries.under(made.json()["id"])]
    checked = {(event, payload.get("action")): problems(event, payload) for event, payload in told}
    wanted = {
        ("ping", None),
        ("push", None),
        ("status", None),
        ("repository_dispatch", "qa"),
        *(
            ("issues", each)
            for each in ("opened", "edited", "milestoned", "labeled", "unlabeled", "assigned", "closed", "reopened")
        ),
        *(("issue_comment", each) for each in ("created", "edited", "deleted")),
        *(
            ("pull_request", each)
            for each in (
                "opened",
                "synchronize",
                "review_requested",
                "labeled",
                "closed",
                "reopened",
                "ready_for_review",
            )
        ),
        ("pull_request_review", "submitted"),
        ("pull_request_review", "dismissed"),
        ("pull_request_review_comment", "created"),
    }
    assert wanted <= set(checked), wanted - set(checked)
    wrong = [each for found in checked.values() for each in found or ()]
    assert wrong == [], "\n".join(wrong)
