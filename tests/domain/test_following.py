"""What GitHub's answers mean for a publication."""

import pytest

from qatui.domain import following
from qatui.domain.base_rules import BaseRules
from qatui.domain.following import Check, Judged, PullSeen, Stand


def seen(**values: object) -> PullSeen:
    """An open pull request, otherwise as told."""
    return PullSeen(**{"open": True, "merged": False, "base": "main", "head": "h", "state": "clean", **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("events", "is_in"),
    [
        ([], False),
        (["committed", "added_to_merge_queue", "commented"], True),
        (["added_to_merge_queue", "removed_from_merge_queue"], False),
        (["added_to_merge_queue", "removed_from_merge_queue", "added_to_merge_queue"], True),
    ],
)
def test_the_last_event_tells_whether_a_merge_queue_has_it(events: list[str], is_in: bool) -> None:
    assert following.is_queued(events) is is_in


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, Stand.OPEN),
        ({"draft": True, "state": "draft"}, Stand.OPEN),
        ({"open": False}, Stand.CLOSED),
        ({"open": False, "merged": True}, Stand.MERGED),
        ({"open": False, "merged": True, "base": "release"}, Stand.ASTRAY),
        ({"base": "release"}, Stand.OPEN),
    ],
)
def test_where_a_pull_request_is(values: dict[str, object], expected: Stand) -> None:
    assert following.stand(seen(**values), "main") is expected


@pytest.mark.parametrize(
    ("state", "words", "person", "ready"),
    [
        ("clean", "it can be merged", False, True),
        ("has_hooks", "it can be merged", False, True),
        ("unstable", "it can be merged, but a check failed or is not done", False, True),
        ("dirty", "it conflicts with main", True, False),
        ("behind", "it is behind main, which wants it up to date", True, False),
        ("blocked", "it waits for what main asks for: reviews or checks", False, False),
        ("draft", "it is a draft", True, False),
        ("unknown", "GitHub works out whether it can be merged", False, False),
        ("a state of next year", "GitHub works out whether it can be merged", False, False),
    ],
)
def test_what_an_open_one_waits_for(state: str, words: str, person: bool, ready: bool) -> None:
    pull = seen(state=state, draft=state == "draft")
    assert following.waiting(pull) == words
    assert following.needs_person(pull) is person
    assert following.is_ready(pull) is ready


def test_exact_reasons_and_auto_merge_are_told() -> None:
    pull = seen(state="blocked", auto_merge=True)
    words = following.waiting(pull, ["it has 0 of 1 approvals", "check failed: lint"])
    assert words == "it has 0 of 1 approvals; check failed: lint; GitHub merges it as soon as it can"


@pytest.mark.parametrize(
    ("commits", "words"),
    [
        ([("a", "me"), ("b", "me"), ("c", "dependabot[bot]")], "others put 1 commit on its branch, by dependabot[bot]"),
        (
            [("a", "me"), ("c", "kim"), ("d", "bot"), ("e", "kim")],
            "others put 3 commits on its branch, 2 by kim, 1 by bot",
        ),
        ([("x", "kim\nQA-Candidate: 1"), ("y", "")], "its branch was rewritten: it has 2 commits "
         "1 by kim QA-Candidate: 1, 1 by somebody"),
        ([("a", "me")], "somebody took commits away from its branch"),
        ([], "somebody took commits away from its branch"),
    ],
)  # fmt: skip
def test_whose_commits_others_put_on_a_branch(commits: list[tuple[str, str]], words: str) -> None:
    assert following.others_commits(commits, {"a", "b"}) == words


APPROVED = Judged("kim", "APPROVED")
NONE_OF_ONE = ["it has 0 of 1 approvals; its author's own does not count"]


@pytest.mark.parametrize(
    ("checks", "reviews", "asked", "words"),
    [
        ([], [], BaseRules(), []),
        ([], [], BaseRules(approvals=1), NONE_OF_ONE),
        ([], [APPROVED], BaseRules(approvals=1), []),
        ([], [APPROVED, Judged("kim", "COMMENTED")], BaseRules(approvals=1), []),
        ([], [APPROVED, Judged("kim", "DISMISSED")], BaseRules(approvals=1), NONE_OF_ONE),
        ([], [Judged("Mira", "APPROVED")], BaseRules(approvals=1), NONE_OF_ONE),
        ([], [Judged("kim", "CHANGES_REQUESTED")], BaseRules(), ["kim asked for changes"]),
        ([], [Judged("kim", "CHANGES_REQUESTED"), APPROVED], BaseRules(approvals=1), []),
        ([Check("lint", "failed"), Check("unit", "pending")], [], BaseRules(checks=("unit", "e2e")), [
            "check failed: lint", "check not done yet: unit", "check expected, and not started: e2e",
        ]),
        ([Check(name, "failed") for name in "dcba"], [], BaseRules(), ["checks failed: a, b, c …"]),
        ([Check("lint", "failed"), Check("lint", "passed")], [], BaseRules(checks=("lint",)), []),
    ],
)  # fmt: skip
def test_why_a_base_does_not_take_it(
    checks: list[Check], reviews: list[Judged], asked: BaseRules, words: list[str]
) -> None:
    assert following.reasons(checks, reviews, asked, author="mira") == words


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        ("success", "passed"), ("neutral", "passed"), ("skipped", "passed"), ("pending", "pending"), (None, "pending"),
        ("failure", "failed"), ("error", "failed"), ("timed_out", "failed"), ("action_required", "failed"),
    ],
)  # fmt: skip
def test_how_a_check_went(state: str | None, outcome: str) -> None:
    assert following.check_outcome(state) == outcome


@pytest.mark.parametrize(
    ("blob", "at_merge", "at_tip", "words"),
    [
        ("b", "b", "b", None),
        ("b", "b", "c", None),  # base moved on since
        ("b", "b", None, None),
        ("b", None, "b", None),
        ("b", "c", "c", "its pull request is merged, but main has another content than was approved"),
        ("b", None, None, "its pull request is merged, but main has no such file"),
        (None, "c", "c", "its pull request is merged, but main has another content than was approved"),
        (None, None, None, "its pull request is merged, but main has no such file"),
    ],
)
def test_whether_a_merged_file_is_on_base(
    blob: str | None, at_merge: str | None, at_tip: str | None, words: str | None
) -> None:
    assert following.difference(blob, at_merge, at_tip, "main") == words


def test_differences_are_told_together() -> None:
    paths = {number: f"tests/{number}.py" for number in range(1, 6)}
    assert following.told_differences(paths, {}, 5) == ""
    assert following.told_differences(paths, dict.fromkeys(range(1, 5), "why"), 5) == (
        "merged, but 4 of 5 are not on the base as they were approved: tests/1.py, tests/2.py, tests/3.py …"
    )
