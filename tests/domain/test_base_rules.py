"""What a base branch asks for, in sentences."""

import pytest

from qatui.domain.base_rules import BaseRules, ways, words


def told(rules: BaseRules, *reviewers: str, signed: bool = False, signed_off: bool = False) -> tuple[str, ...]:
    return words(rules, signed=signed, signed_off=signed_off, reviewers=reviewers)


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        (BaseRules(approvals=1), "1 approving review by others, not by you."),
        (BaseRules(approvals=2, last_push=True), "2 approving reviews by others, not by you, after the last push."),
        (BaseRules(code_owners=True), "1 approving review by code owners, not by you; GitHub asks the code owners."),
        (BaseRules(conversations=True), "Every conversation must be resolved."),
        (BaseRules(checks=tuple("abcdefg")), "Checks must pass: a, b, c, d, e and 2 more."),
        (BaseRules(checks=("a\x1b[0m\nb",)), "Checks must pass: a\u241b[0m b."),
        (BaseRules(others=("max_file_size",)), "GitHub checks rules of its own: max_file_size."),
        (BaseRules(locked=True), "The branch is locked: only who may pass its rules by can merge."),
        (BaseRules(linear=True), "Merged by squash or rebase only (linear history)."),
        (BaseRules(methods=("rebase",)), "Merged by rebase only."),
        (
            BaseRules(linear=True, methods=("merge",)),
            "No way of merging is left: the branch wants a linear history and the repository only merge commits.",
        ),
        (BaseRules(queue=True, linear=True), "A merge queue merges it: it is put into the queue, not merged by hand."),
    ],
)
def test_each_rule_is_a_sentence(rules: BaseRules, sentence: str) -> None:
    assert told(rules) == (sentence,)


def test_nothing_asked_is_nothing_said() -> None:
    assert told(BaseRules()) == ()
    assert ways(BaseRules()) == ("merge", "squash", "rebase")
    assert not BaseRules(checks=("a",)).reviewed


def test_what_is_satisfied_is_said_as_well() -> None:
    rules = BaseRules(signatures=True, sign_off=True)
    assert told(rules, signed=True, signed_off=True) == (
        "Commits must be signed: yours are.", "Commits should be signed off: these are.",
    )  # fmt: skip
    assert "and these are not" in told(rules)[0]
    assert "and these are not" in told(rules)[1]
    assert told(BaseRules(approvals=1), "kim", "lee") == ("1 approving review by others, not by you; asked: kim, lee.",)
