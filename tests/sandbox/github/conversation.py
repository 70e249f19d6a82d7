"""A conversation with the look-alike that asks every operation of GitHub's description once, and gets what it promises.

What it leaves behind is a world with something of everything, in which other tests draw their requests.
"""

import asyncio
import base64
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

from qatui.sandbox.github.app import GitHub, make_app
from qatui.sandbox.github.founding import add_user
from qatui.sandbox.github.records import App, Installation, Rules, Ruleset
from qatui.sandbox.github.world import World
from tests.contract import Contract
from tests.drawn import Asked
from tests.lookalike import found_world, push

START = 1_795_000_000
"""Seconds since 1970 when the conversation starts."""
R = "/repos/acme/payments-api"
Ask = Callable[..., Any]
"""Talk.ask."""


@dataclass
class Told:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded; None for none."""
        return json.loads(self.body) if self.body else None


@dataclass
class Ticking:
    """A clock that goes on a little whenever it is looked at, so that two runs of a test see the same moments."""

    moment: float = START

    def __call__(self) -> float:
        self.moment += 0.05
        return self.moment


@dataclass
class Talk:
    """One look-alike and what has been said with it, straight through its ASGI application."""

    github: GitHub
    contract: Contract
    runner: asyncio.Runner
    app: ASGIApp = field(init=False)
    tokens: dict[str, str] = field(default_factory=dict)
    """Authorization headers, by who sends them."""
    heard: dict[str, Told] = field(default_factory=dict)
    """The last good answer, by operation."""

    def __post_init__(self) -> None:
        self.app = make_app(self.github)
        users = {each.id: each.login for each in self.github.world.users}
        self.tokens = {users[each.user_id]: f"token {each.value}" for each in self.github.world.tokens}
        self.tokens |= {"app": f"Bearer {_web_token(self.github.world)}", "nobody": "", "stranger": "token ghp_wrong"}

    def send(self, asked: Asked, who: str = "mira") -> Told:
        """Ask, as it goes over the wire."""
        return self.runner.run(self._send(asked, self.tokens[who]))

    async def _send(self, asked: Asked, authorization: str) -> Told:
        fields = [*asked.headers, ("host", "127.0.0.1"), ("user-agent", "tests")]
        fields += [("authorization", authorization)] if authorization else []
        fields += [("content-length", str(len(asked.body)))] if asked.body else []
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "scheme": "http",
            "method": asked.method,
            "path": unquote(asked.path),
            "raw_path": asked.path.encode("ascii"),
            "root_path": "",
            "query_string": asked.query.encode("ascii"),
            "headers": [(name.encode("ascii"), value.encode("latin-1")) for name, value in fields],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }
        inbox: list[Message] = [{"type": "http.request", "body": asked.body}]
        outbox: list[Message] = []

        async def receive() -> Message:
            if not inbox:
                await asyncio.Event().wait()  # nobody hangs up before the answer is there
            return inbox.pop()

        async def send(message: Message) -> None:
            outbox.append(message)

        await self.app(scope, receive, send)
        start, *rest = outbox
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
        return Told(start["status"], headers, b"".join(each["body"] for each in rest))

    def bugs(self) -> list[str]:
        """The tracebacks there were since this was last asked."""
        found, self.github.bugs[:] = self.github.bugs[:], []
        return found

    def check(self, asked: Asked, told: Told) -> list[str]:
        """What is wrong with an answer: anything but what the description says, and any 500."""
        bugs = self.bugs()
        wrong = self.contract.check_answer(asked.method, asked.path, told.status, told.headers, told.body, strict=True)
        return bugs + wrong + (["a failure of the server"] if told.status >= 500 else [])

    def ask(self, operation: str, path: str, body: object = None, who: str = "mira", query: str = "") -> Any:
        """Ask one operation, which must go well and be answered as described; its answer."""
        known = self.contract.operations[operation]
        assert self.contract.operation(known.method, path) is known, (operation, path)
        data = b"" if body is None else json.dumps(body).encode()
        asked = Asked(known.method, path, query, (), data)
        told = self.send(asked, who)
        assert told.status < 300, f"{operation}: {asked}\n{told}"
        assert (wrong := self.check(asked, told)) == [], f"{operation}: {asked}\n{wrong}"
        self.heard[operation] = told
        return told.json


def _web_token(world: World) -> str:
    parts = {"alg": "RS256"}, {"iss": 1, "exp": int(world.clock()) + 500}
    words = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*words, "c2ln"])


def found(directory: Path) -> None:
    """A world in a folder, with an App and rules for the branch `release` beside what every Lookalike has."""
    world, repository, _ = found_world(directory, keep=True, now=Ticking())
    acme = world.user("acme")
    assert acme is not None
    bot = add_user(world, "checks[bot]", kind="Bot")
    may = {"checks": "write", "contents": "write", "statuses": "write", "metadata": "read"}
    app = world.apps.add(App(slug="checks", name="Checks", owner_id=acme.id, bot_id=bot.id, permissions=may))
    world.installations.add(Installation(app_id=app.id, account_id=acme.id))
    rules = Rules(
        required_approvals=1,
        require_code_owner_review=True,
        dismiss_stale_reviews=True,
        required_checks=["unit"],
        strict_checks=True,
        linear_history=True,
    )
    world.rulesets.add(Ruleset(repository_id=repository.id, name="release", branches=["release"], rules=rules))
    bare = world.bare(repository)
    for branch in ("release", "feature/one", "feature/two", "feature/three"):
        parent = push(bare, branch, {f"tests/{branch[-3:]}.py": "def test_a():\n    assert 1\n"}, "add", "main")
        changed = "src/users.py" if branch == "feature/three" else "src/orders.py"  # the others conflict
        push(bare, branch, {changed: f"def {branch[-3:]}():\n    return 1\n"}, "change", parent)
    for name in ("free/one", "free/two", "free/three"):
        push(bare, name, {f"tests/{name}.py": "def test_b():\n    assert 2\n"}, "more", "main")
    push(bare, "release", {"CODEOWNERS": "tests/ @kim @acme/none\n* @nobody @robin\n"}, "own")
    push(bare, "main", {"NOTES.md": "notes\n"}, "note")
    world.close()


def open_copy(template: Path, directory: Path, contract: Contract, runner: asyncio.Runner) -> Talk:
    """A look-alike on a copy of a world in a folder."""
    shutil.copytree(template, directory)
    return Talk(GitHub(World(directory, keep=True, now=Ticking(START + 1_000))), contract, runner)


def converse(talk: Talk) -> None:
    """The whole conversation."""
    _people(talk.ask)
    made = talk.heard["apps/create-installation-access-token"].json
    talk.tokens["checks[bot]"] = f"token {made['token']}"
    for part in (_issues, _relations, _git, _pulls, _reviews, _checks, _branches, _forks):
        part(talk.ask)
    _hooks(talk)


def _people(ask: Ask) -> None:
    ask("rate-limit/get", "/rate_limit")
    ask("users/get-authenticated", "/user")
    ask("users/get-by-username", "/users/robin")
    ask("repos/get", R)
    ask("repos/list-collaborators", f"{R}/collaborators")
    ask("repos/get-collaborator-permission-level", f"{R}/collaborators/robin/permission")
    ask("apps/get-authenticated", "/app", who="app")
    installation = ask("apps/get-repo-installation", f"{R}/installation", who="app")
    ask(
        "apps/create-installation-access-token",
        f"/app/installations/{installation['id']}/access_tokens",
        {"repositories": ["payments-api"]},
        who="app",
    )


def _issues(ask: Ask) -> None:
    ask("issues/create-label", f"{R}/labels", {"name": "qa: review", "color": "00ff00", "description": "to do"})
    ask("issues/list-labels-for-repo", f"{R}/labels", query="per_page=3&page=2")
    ask("issues/create-milestone", f"{R}/milestones", {"title": "one", "due_on": "2026-12-01T08:00:00Z"})
    ask("issues/list-milestones", f"{R}/milestones")
    ask("issues/get-milestone", f"{R}/milestones/1")
    full = {"title": "first", "body": "b", "labels": ["bug"], "assignees": ["robin"], "milestone": 1}
    first = ask("issues/create", f"{R}/issues", full)
    at = f"{R}/issues/{first['number']}"
    ask("issues/get", at)
    ask("issues/update", at, {"state": "closed", "state_reason": "not_planned", "milestone": None})
    ask("issues/update", at, {"state": "open", "title": "first again", "labels": ["bug", "question"]})
    ask("issues/list-for-repo", f"{R}/issues", query="state=all&labels=Bug")
    ask("issues/add-assignees", f"{at}/assignees", {"assignees": ["kim"]})
    ask("issues/add-labels", f"{at}/labels", {"labels": ["qa: review"]})
    ask("issues/set-labels", f"{at}/labels", {"labels": ["bug", "wontfix"]})
    ask("issues/list-labels-on-issue", f"{at}/labels")
    ask("issues/remove-label", f"{at}/labels/wontfix")
    gone = ask("issues/create-comment", f"{at}/comments", {"body": "to go"}, who="robin")
    kept = ask("issues/create-comment", f"{at}/comments", {"body": "a comment on #1"}, who="rita")
    ask("issues/list-comments", f"{at}/comments")
    ask("issues/get-comment", f"{R}/issues/comments/{kept['id']}")
    ask("issues/update-comment", f"{R}/issues/comments/{kept['id']}", {"body": "another"})
    ask("issues/delete-comment", f"{R}/issues/comments/{gone['id']}")
    ask("issues/list-events", f"{at}/events")
    ask("issues/list-events-for-timeline", f"{at}/timeline")
    ask("search/issues-and-pull-requests", "/search/issues", query="q=repo:acme/payments-api+first+in:title")


def _relations(ask: Ask) -> None:
    made = [ask("issues/create", f"{R}/issues", {"title": f"part {n}"})["id"] for n in range(3)]
    subs = f"{R}/issues/1/sub_issues"
    for each in made:
        ask("issues/add-sub-issue", subs, {"sub_issue_id": each})
    ask("issues/reprioritize-sub-issue", f"{subs}/priority", {"sub_issue_id": made[2], "before_id": made[0]})
    ask("issues/remove-sub-issue", f"{R}/issues/1/sub_issue", {"sub_issue_id": made[1]})
    ask("issues/list-sub-issues", subs)
    ask("issues/get-parent", f"{R}/issues/2/parent")
    ask("issues/add-blocked-by-dependency", f"{R}/issues/1/dependencies/blocked_by", {"issue_id": made[1]})
    ask("issues/list-dependencies-blocked-by", f"{R}/issues/1/dependencies/blocked_by")


def _git(ask: Ask) -> None:
    main = ask("git/get-ref", f"{R}/git/ref/heads/main")["object"]["sha"]
    blob = ask("git/create-blob", f"{R}/git/blobs", {"content": "aGk=", "encoding": "base64"})["sha"]
    base = ask("git/get-commit", f"{R}/git/commits/{main}")["tree"]["sha"]
    entries = [
        {"path": "tests/hi.txt", "mode": "100644", "type": "blob", "sha": blob},
        {"path": "tests/run.sh", "mode": "100755", "type": "blob", "content": "true\n"},
    ]
    tree = ask("git/create-tree", f"{R}/git/trees", {"tree": entries, "base_tree": base})["sha"]
    ask("git/get-tree", f"{R}/git/trees/{tree}", query="recursive=1")
    commit = ask("git/create-commit", f"{R}/git/commits", {"message": "made", "tree": tree, "parents": [main]})["sha"]
    ask("git/create-ref", f"{R}/git/refs", {"ref": "refs/heads/made/by-api", "sha": main})
    ask("git/create-ref", f"{R}/git/refs", {"ref": "refs/tags/v1", "sha": main})
    ask("git/update-ref", f"{R}/git/refs/heads/made/by-api", {"sha": commit})
    ask("git/list-matching-refs", f"{R}/git/matching-refs/")
    ask("git/list-matching-refs", f"{R}/git/matching-refs/heads/made")
    ask("repos/list-tags", f"{R}/tags")
    content = {"message": "write", "content": "aGkK", "branch": "made/by-api"}
    wrote = ask("repos/create-or-update-file-contents", f"{R}/contents/tests/new.txt", content)["content"]["sha"]
    again = content | {"content": "aGkh", "sha": wrote}
    ask("repos/create-or-update-file-contents", f"{R}/contents/tests/new.txt", again)
    for path in ("", "tests", "tests/new.txt"):
        ask("repos/get-content", f"{R}/contents/{path}", query="ref=made/by-api")
    ask("repos/list-commits", f"{R}/commits", query="sha=made/by-api&path=tests")
    ask("repos/get-commit", f"{R}/commits/made/by-api")
    ask("repos/compare-commits-with-basehead", f"{R}/compare/main...made/by-api")
    ask("git/create-ref", f"{R}/git/refs", {"ref": "refs/heads/spare", "sha": main})
    ask("repos/merge", f"{R}/merges", {"base": "spare", "head": "made/by-api", "commit_message": "join"})
    ask("git/delete-ref", f"{R}/git/refs/heads/spare")


def _pulls(ask: Ask) -> None:
    for name in ("one", "two"):
        body = {"title": name, "head": f"feature/{name}", "base": "main", "body": "Closes #3"}
        made = ask("pulls/create", f"{R}/pulls", body, who="robin")
    merged = f"{R}/pulls/{made['number']}"
    ask("pulls/list", f"{R}/pulls", query="state=all")
    ask("pulls/get", merged)
    ask("pulls/update", merged, {"title": "two, better", "body": "Closes #3"})
    ask("pulls/list-files", f"{merged}/files")
    ask("pulls/list-commits", f"{merged}/commits")
    ask("repos/list-pull-requests-associated-with-commit", f"{R}/commits/{made['head']['sha']}/pulls")
    ask("pulls/merge", f"{merged}/merge", {"merge_method": "squash", "sha": made["head"]["sha"]})
    ask("pulls/check-if-merged", f"{merged}/merge")
    ask("pulls/create", f"{R}/pulls", {"title": "free", "head": "free/one", "base": "main"})
    ask("pulls/create", f"{R}/pulls", {"title": "ruled", "head": "free/two", "base": "release"}, who="robin")
    third = {"title": "three", "head": "feature/three", "base": "main", "draft": True}
    made = ask("pulls/create", f"{R}/pulls", third, who="robin")
    ask("pulls/update-branch", f"{R}/pulls/{made['number']}/update-branch", {})


def _reviews(ask: Ask) -> None:
    number = ask("pulls/list", f"{R}/pulls", query="head=acme:feature/one")[0]["number"]
    at = f"{R}/pulls/{number}"
    head = ask("pulls/get", at)["head"]["sha"]
    ask("pulls/request-reviewers", f"{at}/requested_reviewers", {"reviewers": ["kim"]}, who="robin")
    ask("pulls/list-requested-reviewers", f"{at}/requested_reviewers")
    line = {"path": "src/orders.py", "line": 1, "side": "RIGHT", "body": "why?"}
    first = ask("pulls/create-review-comment", f"{at}/comments", line | {"commit_id": head})
    ask("pulls/create-reply-for-review-comment", f"{at}/comments/{first['id']}/replies", {"body": "so"}, who="robin")
    ask("pulls/update-review-comment", f"{R}/pulls/comments/{first['id']}", {"body": "why so?"})
    gone = ask("pulls/create-review-comment", f"{at}/comments", line | {"commit_id": head})
    ask("pulls/delete-review-comment", f"{R}/pulls/comments/{gone['id']}")
    ask("pulls/list-review-comments", f"{at}/comments")
    pending = ask("pulls/create-review", f"{at}/reviews", {"comments": [line]}, who="kim")
    ask("pulls/delete-pending-review", f"{at}/reviews/{pending['id']}", who="kim")
    pending = ask("pulls/create-review", f"{at}/reviews", {"body": "hm", "comments": [line]}, who="kim")
    review = f"{at}/reviews/{pending['id']}"
    ask("pulls/update-review", review, {"body": "well"}, who="kim")
    ask("pulls/list-comments-for-review", f"{review}/comments", who="kim")
    ask("pulls/submit-review", f"{review}/events", {"event": "REQUEST_CHANGES", "body": "no"}, who="kim")
    ask("pulls/get-review", review)
    ask("pulls/dismiss-review", f"{review}/dismissals", {"message": "stale", "event": "DISMISS"})
    ask("pulls/create-review", f"{at}/reviews", {"event": "APPROVE", "commit_id": head}, who="kim")
    ask("pulls/list-reviews", f"{at}/reviews")
    ask("issues/list-events-for-timeline", f"{R}/issues/{number}/timeline")


def _checks(ask: Ask) -> None:
    head = ask("repos/get-branch", f"{R}/branches/feature/one")["commit"]["sha"]
    status = {"state": "success", "context": "ci", "target_url": "https://ci.example.test/1"}
    ask("repos/create-commit-status", f"{R}/statuses/{head}", status)
    ask("repos/get-combined-status-for-ref", f"{R}/commits/feature/one/status")
    ask("repos/list-commit-statuses-for-ref", f"{R}/commits/feature/one/statuses")
    run = {"name": "unit", "head_sha": head, "status": "in_progress", "output": {"title": "t", "summary": "s"}}
    made = ask("checks/create", f"{R}/check-runs", run, who="checks[bot]")
    at = f"{R}/check-runs/{made['id']}"
    ask("checks/update", at, {"status": "completed", "conclusion": "success"}, who="checks[bot]")
    ask("checks/get", at)
    ask("checks/list-for-ref", f"{R}/commits/{head}/check-runs")
    ask("checks/list-suites-for-ref", f"{R}/commits/{head}/check-suites")
    ask("checks/list-for-suite", f"{R}/check-suites/{made['check_suite']['id']}/check-runs")


def _branches(ask: Ask) -> None:
    ask("repos/list-branches", f"{R}/branches", query="protected=true")
    at = f"{R}/branches/release/protection"
    ask("repos/get-branch-protection", at)
    ask("repos/get-pull-request-review-protection", f"{at}/required_pull_request_reviews")
    ask("repos/get-status-checks-protection", f"{at}/required_status_checks")
    ask("repos/get-branch-rules", f"{R}/rules/branches/release")
    ruleset = ask("repos/get-repo-rulesets", f"{R}/rulesets")[0]
    ask("repos/get-repo-ruleset", f"{R}/rulesets/{ruleset['id']}")


def _forks(ask: Ask) -> None:
    fork = ask("repos/create-fork", f"{R}/forks", {"name": "my-payments"}, who="rita")
    ask("repos/list-forks", f"{R}/forks")
    change = {"message": "upstream", "content": "aGk=", "branch": "main"}
    ask("repos/create-or-update-file-contents", f"{R}/contents/UPSTREAM.md", change)
    ask("repos/merge-upstream", f"/repos/{fork['full_name']}/merge-upstream", {"branch": "main"}, who="rita")


def _hooks(talk: Talk) -> None:
    ask, deliveries = talk.ask, talk.github.deliveries
    config = {"url": "http://127.0.0.1:9/hook", "content_type": "json", "secret": "s"}
    hook = ask("repos/create-webhook", f"{R}/hooks", {"config": config, "events": ["issues", "pull_request"]})
    at = f"{R}/hooks/{hook['id']}"
    ask("repos/list-webhooks", f"{R}/hooks")
    ask("repos/get-webhook", at)
    deliveries.open()
    ask("repos/ping-webhook", f"{at}/pings")
    ask("repos/create-dispatch-event", f"{R}/dispatches", {"event_type": "run", "client_payload": {"a": 1}})
    assert deliveries.idle(10)
    deliveries.close()  # from here on nothing happens but what is asked
    delivery = ask("repos/list-webhook-deliveries", f"{at}/deliveries")[0]["id"]
    ask("repos/get-webhook-delivery", f"{at}/deliveries/{delivery}")
    ask("repos/redeliver-webhook-delivery", f"{at}/deliveries/{delivery}/attempts")
    gone = ask("repos/create-webhook", f"{R}/hooks", {"config": config | {"url": "http://127.0.0.1:9/other"}})
    ask("repos/delete-webhook", f"{R}/hooks/{gone['id']}")
