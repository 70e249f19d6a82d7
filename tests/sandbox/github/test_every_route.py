"""Every operation of GitHub's description: answered as promised, and never with a 500, whatever is asked.

`QATUI_FUZZ=500 pytest tests/sandbox/github/test_every_route.py` draws that many requests for each operation.
"""

import os
from functools import reduce
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from qatui.sandbox.github import bare
from qatui.sandbox.github.world import World
from tests.contract import Contract
from tests.drawn import Asked, Known, requests
from tests.openapi import Operation
from tests.sandbox.github.conversation import Talk
from tests.sandbox.github.worlds import Worlds

loaded = Contract.load()
if loaded is None:
    pytest.skip("the workshop's shared folder is absent", allow_module_level=True)
CONTRACT = loaded

EXAMPLES = int(os.environ.get("QATUI_FUZZ", "12"))
STEPS = 40
"""Writes of one walk."""
PEOPLE = ("mira",) * 8 + ("robin", "robin", "kim", "rita", "checks[bot]", "app", "nobody", "stranger")


def what_there_is(world: World) -> Known:
    """The values that requests about a world's acme/payments-api may name."""
    repository = next(each for each in world.repositories if each.name == "payments-api")
    git = world.bare(repository)
    refs = bare.refs(git)
    branches = [name.removeprefix("refs/heads/") for name in refs if name.startswith("refs/heads/")]
    shas = sorted(set(refs.values()))
    trees = [bare.text(git, "rev-parse", f"{each}^{{tree}}") for each in shas[:3]]
    heads = [each.head_sha for each in world.pulls if each.merged_at is None]
    issues, people = list(world.issues), [each.login for each in world.users]
    numbers = [each.number for each in issues]
    of_issues = [each.id for each in issues]
    labels = [each.name for each in world.labels.under(repository.id)]
    comments = [each.id for each in world.comments] + [each.id for each in world.review_comments]
    names: dict[str, list[Any]] = {
        "owner": ["acme"] * 12 + ["ACME", "rita"],
        "repo": ["payments-api"] * 12 + ["ledger", "my-payments"],
        "issue_number issue duplicate_issue_id": numbers[:1] * 5 + numbers,
        "milestone": [each.number for each in world.milestones],
        "pull_number": [each.number for each in world.pulls if each.merged_at is None] * 5 + numbers,
        "comment_id in_reply_to": comments,
        "review_id": [each.id for each in world.reviews],
        "hook_id": [each.id for each in world.hooks],
        "delivery_id": [each.id for each in world.deliveries],
        "check_run_id": [each.id for each in world.check_runs],
        "check_suite_id": [each.id for each in world.check_suites],
        "milestone_number": [each.number for each in world.milestones],
        "ruleset_id": [each.id for each in world.rulesets],
        "installation_id": [each.id for each in world.installations],
        "repository_ids": [each.id for each in world.repositories],
        "sub_issue_id issue_id after_id before_id": of_issues
        + [sub for each in issues for sub in each.sub_issue_ids] * 3,
        "username assignee assignees reviewers login creator mentioned": people,
        "name labels": [*labels, "Bug", "web", "new"],
        "title body message commit_title commit_message": ["words", "fixes #2, see @kim", "two\n\nparts"],
        "mode": ["100644"] * 6 + ["100755", "040000"],
        "type": ["blob"] * 6 + ["tree"],
        "branch": ["release", "main", *branches],
        "head": [*branches, "rita:main", "acme:free/two"],
        "head_repo": ["payments-api", "my-payments"],
        "base": ["main"] * 8 + branches,
        "ref": [
            "refs/heads/new/one",
            "refs/tags/v2",
            *branches,
            *refs,
            *(name.removeprefix("refs/") for name in refs),
            *shas,
            shas[0][:9],
        ],
        "sha commit_sha head_sha commit_id expected_head_sha parents object": [*shas, *heads, *heads, *heads],
        "tree_sha tree base_tree": [*trees, *shas[:1]],
        "basehead": [
            "main...feature/one",
            f"{shas[0]}...{shas[-1]}",
            "main...rita:main",
            "main..feature/one",
            "v1...main",
        ],
        "path": ["", "README.md", "tests", "src/orders.py", "tests/one.py", "tests/free/one.py", "new/file.txt"],
        "line start_line position start_column end_line": [1, 2, 3],
        "side start_side": ["LEFT", "RIGHT"],
        "events": ["push", "issues", "*", "pull_request"],
        "url": ["http://127.0.0.1:9/hook"],
        "content": ["aGk=", "", "aGk"],
        "context": ["ci", "unit"],
        "state": ["open", "closed", "all"],
        "encoding": ["utf-8", "base64"],
        "due_on": ["2026-12-01T08:00:00Z"],
        "per_page": [1, 2, 100],
        "page": [1, 2, 3],
        "q": [
            "repo:acme/payments-api is:open",
            "is:pr is:merged author:robin sort:updated-asc",
            "label:bug no:milestone -is:draft comments:0..3",
            '"first" in:title,body -label:"qa: review"',
            "author:@me assignee:kim mentions:kim milestone:one",
            "head:free/one base:main state:closed type:pr",
            "created:>=2026-01-01 updated:*..2030-01-01 closed:2026-13-45",
            "org:acme user:rita repo:acme/none reason:completed",
        ],
    }
    return {name: values or [1] for several, values in names.items() for name in several.split()}


def who_asks(operation: Operation) -> st.SearchStrategy[str]:
    """Mostly somebody who may."""
    of_app = operation.path.startswith("/app") or operation.path.endswith("/installation")
    of_checks = operation.method != "GET" and "/check-runs" in operation.path
    return st.sampled_from(PEOPLE + ("app",) * 16 * of_app + ("checks[bot]",) * 16 * of_checks)


def ask(talk: Talk, asked: Asked, who: str) -> int:
    """Ask, look at the answer; its status."""
    told = talk.send(asked, who)
    problems = talk.check(asked, told)
    assert problems == [], f"{who}: {asked}\n{told.status} {told.body[:3000]!r}\n" + "\n".join(problems)
    return told.status


def reading(operation: Operation, known: Known) -> list[str]:
    """Some paths by which an operation shows the newest things of acme/payments-api."""
    values = {name: list(dict.fromkeys(known[name]))[-4:] for name in operation.pattern().groupindex}
    values |= {"owner": ["acme"], "repo": ["payments-api"]}
    rows = product(*([(name, quote(str(each))) for each in several] for name, several in values.items()))
    return [reduce(lambda path, pair: path.replace(f"{{{pair[0]}}}", pair[1]), row, operation.path) for row in rows]


def test_every_operation_was_asked_and_did_what_it_promises(worlds: Worlds) -> None:
    assert worlds.heard == CONTRACT.operations.keys()


@pytest.mark.parametrize("operation", CONTRACT.operations)
def test_whatever_is_asked_the_answer_is_one_of_the_description(worlds: Worlds, operation: str) -> None:
    one = CONTRACT.operations[operation]
    talk = worlds.untouched() if one.method == "GET" else worlds.fresh()

    @settings(max_examples=EXAMPLES)
    @given(requests(one, what_there_is(talk.github.world)), who_asks(one))
    def any_request(asked: Asked, who: str) -> None:
        ask(talk, asked, who)

    any_request()


def test_whatever_was_written_can_be_read(worlds: Worlds) -> None:
    """Walks of many writes, and then every kind of list and of single thing is looked at."""
    operations = CONTRACT.operations.values()
    writes = [each.id for each in operations if each.method != "GET"]
    reads = [each for each in operations if each.method == "GET"]

    @settings(max_examples=max(2, EXAMPLES // 5))
    @given(st.data())
    def walk(data: st.DataObject) -> None:
        talk = worlds.fresh()
        for step in range(STEPS):
            if step % 8 == 0:
                known = what_there_is(talk.github.world)
            operation = CONTRACT.operations[data.draw(st.sampled_from(writes))]
            asked = data.draw(requests(operation, known, odd=60))
            who = "checks[bot]" if "/check-runs" in operation.path else "mira"
            note(f"{ask(talk, asked, who)} {asked}")
        known = what_there_is(talk.github.world)
        for operation in reads:
            for path in reading(operation, known):
                ask(talk, Asked("GET", path, "q=repo:acme/payments-api", (), b""), "mira")

    walk()
