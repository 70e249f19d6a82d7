"""What publishing will meet at GitHub, from answers that the embedded GitHub does not give."""

import pytest

from qatui.domain.base_rules import BaseRules
from qatui.errors import Refused
from qatui.flows.desk import Desk
from qatui.flows.preflight import ask, gathered, is_same, look_ahead, repository_at
from qatui.github.protocol import Repo
from qatui.github.repositories import Repository
from qatui.github.rules import (
    Check,
    Parameters,
    Protection,
    RequiredChecks,
    RequiredReviews,
    Rule,
    Switch,
)
from qatui.github.users import Account
from tests.written import hub, whole

REPOSITORY = Repository(1, "acme/pay", False, "main", "https://github.com/acme/pay", Account("acme"))


def test_of_rulesets_and_protection_the_stricter_counts() -> None:
    rules = [
        Rule("deletion"),
        Rule("commit_message_pattern"),
        Rule("merge_queue"),
        Rule("update"),
        Rule("required_linear_history"),
        Rule(
            "pull_request",
            Parameters(
                required_approving_review_count=1,
                require_last_push_approval=True,
                required_review_thread_resolution=True,
                allowed_merge_methods=("squash", "merge"),
            ),
        ),
        Rule("pull_request", Parameters(require_code_owner_review=True, allowed_merge_methods=("squash", "rebase"))),
        Rule("required_status_checks", Parameters(required_status_checks=(Check("a"), Check("b")))),
    ]
    kept = Protection(
        required_status_checks=RequiredChecks(strict=True, contexts=("b", "c")),
        required_pull_request_reviews=RequiredReviews(required_approving_review_count=3),
        required_signatures=Switch(enabled=True),
    )
    assert gathered(REPOSITORY, rules, kept) == BaseRules(
        by_pull=True,
        approvals=3,
        code_owners=True,
        last_push=True,
        conversations=True,
        signatures=True,
        linear=True,
        checks=("a", "b", "c"),
        up_to_date=True,
        queue=True,
        methods=("squash",),
        locked=True,
        others=("commit_message_pattern",),
    )
    assert gathered(REPOSITORY, [], None) == BaseRules()


def test_an_archived_repository_takes_nothing(desk: Desk) -> None:
    def answer(path: str) -> object:
        return whole(archived=True) if path == "/repos/acme/pay" else [] if "/rules/" in path else None

    with pytest.raises(Refused, match=r"^acme/pay is archived: nothing can be published to it"):
        look_ahead(desk, hub(answer))


def test_a_protection_that_only_administrators_see_is_told(desk: Desk) -> None:
    def answer(path: str) -> object:
        if path == "/repos/acme/pay":
            return whole(web_commit_signoff_required=True)
        if path.endswith("/branches/main") and "/rules/" not in path:
            return {"name": "main", "commit": {"sha": "a" * 40}, "protected": True}
        return []

    assert look_ahead(desk, hub(answer)).rules == (
        "Commits should be signed off, and these are not: set `commit: {sign_off: true}` in qatui.yaml.",
        "The branch is protected; its rules are shown to administrators only.",
    )


def test_a_repository_by_any_address() -> None:
    addresses = ("git@github.com:Acme/Pay.git", "ssh://git@gh-work/acme/pay", "work:acme/pay.git")
    assert {str(repository_at(each)) for each in addresses} == {"acme/pay"}
    assert [repository_at(each) for each in ("/srv/pay.git", "../pay", "https://git.test/a/b/c")] == [None] * 3
    assert is_same(Repo("Acme", "PAY"), Repo("a", "b"), Repo("acme", "pay"))


@pytest.mark.parametrize(
    ("rules", "protected", "admin", "takes"),
    [
        ([], False, True, True),
        (["non_fast_forward"], False, True, True),
        (["non_fast_forward"], True, False, False),
        ([], True, False, False),
        (["pull_request"], False, True, False),
        (["required_signatures"], False, True, False),
        (["update"], False, True, False),
    ],
)
def test_whether_a_commit_may_be_pushed_straight_to_the_base(
    rules: list[str], protected: bool, admin: bool, takes: bool
) -> None:
    def answer(path: str) -> object:
        if "/rules/" in path:
            return [{"type": each} for each in rules]
        if path.endswith("/protection"):
            return None
        if "/branches/" in path:
            return {"name": "main", "commit": {"sha": "a" * 40}, "protected": protected}
        return whole(permissions={"admin": admin, "push": True})

    assert ask(hub(answer), "main").rules.takes_commits is takes


def test_classic_protection_beside_a_ruleset_counts() -> None:
    kept = Protection(required_pull_request_reviews=RequiredReviews())
    assert not gathered(REPOSITORY, [Rule("non_fast_forward")], kept).takes_commits
