"""What branches ask, as the API shows it, and what it refuses. https://docs.github.com/rest/repos/rules"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from qatui.sandbox.github import bare, rules
from qatui.sandbox.github.code_owners import owners, read
from qatui.sandbox.github.founding import protect
from qatui.sandbox.github.globs import covers, matches
from qatui.sandbox.github.records import CheckRun, Rules, Status, User
from tests.conftest import run_git
from tests.lookalike import Lookalike
from tests.opened import opened, pull_of, review

_PREFIX = "/repos/acme/payments-api"
_ONE_APPROVAL = "At least 1 approving review is required by reviewers with write access."
_CHANGES = "Changes have been requested by reviewers with write access."


@contextmanager
def ruled(github: Lookalike, found: Rules, base: str) -> Iterator[str]:
    """A pull request of mira to a branch `base` with rules; its path."""
    github.push(base, {"base.txt": base})
    ruleset = protect(github.world, github.repository, [base], found)
    yield opened(github, base=base)
    github.world.rulesets.remove(ruleset)


def user(github: Lookalike, login: str) -> User:
    """Somebody of the look-alike."""
    found = github.world.user(login)
    assert found is not None
    return found


def lacks(github: Lookalike, path: str) -> list[str]:
    """What a pull request still lacks before mira may merge it; a request lets the look-alike notice pushes."""
    with github.http() as http:
        assert http.get(path).status_code == 200
    return rules.unmet(github.world, pull_of(github, path), user(github, "mira"))


def test_everybody_reads_the_rules_of_a_branch(github: Lookalike) -> None:
    """GITHUB.md, Branch rules: before publish read GET .../rules/branches/{base}."""
    asked = Rules(
        required_approvals=2, required_checks=["ci"], signed_commits=True, linear_history=True, merge_queue=True
    )
    made = protect(github.world, github.repository, ["seen/*"], asked, name="seen", bypass=[user(github, "kim")])
    with github.http("rita") as http, github.http("mira") as mira, github.http("kim") as kim:
        shown = {each["type"]: each for each in http.get(f"{_PREFIX}/rules/branches/seen/a").json()}
        assert http.get(f"{_PREFIX}/rules/branches/seen/a/b").json() == []
        assert made.id in [each["id"] for each in http.get(f"{_PREFIX}/rulesets?per_page=100").json()]
        assert http.get(f"{_PREFIX}/rulesets?targets=tag").json() == []
        one = http.get(f"{_PREFIX}/rulesets/{made.id}").json()
        assert "bypass_actors" not in one
        assert len(mira.get(f"{_PREFIX}/rulesets/{made.id}").json()["bypass_actors"]) == 1
        assert kim.get(f"{_PREFIX}/rulesets/{made.id}").json()["current_user_can_bypass"] == "always"
        assert http.get(f"{_PREFIX}/rulesets/999").status_code == 404
    assert set(shown) == {
        "deletion",
        "non_fast_forward",
        "required_linear_history",
        "merge_queue",
        "required_signatures",
        "pull_request",
        "required_status_checks",
    }
    assert shown["pull_request"]["parameters"]["required_approving_review_count"] == 2
    assert shown["required_status_checks"]["parameters"]["required_status_checks"] == [{"context": "ci"}]
    assert shown["deletion"]["ruleset_source"] == "acme/payments-api"
    assert [each["type"] for each in one["rules"]] == list(shown)
    made.enforcement = "disabled"
    with github.http("rita") as http:
        assert http.get(f"{_PREFIX}/rules/branches/seen/a").json() == []


def test_protection_is_for_administrators(github: Lookalike) -> None:
    """GITHUB.md, Branch rules: before publish read branch protection; 404 may mean no access."""
    github.push("guarded", {"a.txt": "a"}, parent="main")
    url = f"{_PREFIX}/branches/guarded/protection"
    with github.http("mira") as http:
        assert http.get(url).json()["message"] == "Branch not protected"
        assert http.get(f"{_PREFIX}/branches/none/protection").json()["message"] == "Branch not found"
        assert http.get(f"{_PREFIX}/branches/a%00b/protection").status_code == 404
        protect(github.world, github.repository, ["guarded"], Rules(signed_commits=True))
        assert http.get(url).json()["required_signatures"]["enabled"] is True
        for part in ("required_pull_request_reviews", "required_status_checks"):
            assert part not in http.get(url).json()
            assert http.get(f"{url}/{part}").status_code == 404
        protect(github.world, github.repository, ["guard*"], Rules(required_approvals=1, required_checks=["ci"]))
        whole = http.get(url).json()
        for part in ("required_pull_request_reviews", "required_status_checks"):
            assert http.get(f"{url}/{part}").json() == whole[part]
        assert whole["required_pull_request_reviews"]["required_approving_review_count"] == 1
        assert whole["required_status_checks"]["contexts"] == ["ci"]
    for login in ("robin", "rita"):
        with github.http(login) as http:
            assert http.get(url).json()["message"] == "Not Found"


def test_an_approval_counts_from_others_who_may_write(github: Lookalike) -> None:
    """GITHUB.md, The embedded GitHub: a required review, no self-approval."""
    with ruled(github, Rules(required_approvals=1), "approved") as path:
        assert lacks(github, path) == [_ONE_APPROVAL]
        review(github, "rita", path, "APPROVE")
        assert lacks(github, path) == [_ONE_APPROVAL]
        review(github, "robin", path, "REQUEST_CHANGES", body="no")
        assert lacks(github, path) == [_CHANGES, _ONE_APPROVAL]
        review(github, "kim", path, "APPROVE")
        assert lacks(github, path) == [_CHANGES]
        review(github, "robin", path, "COMMENT", body="still no")
        assert lacks(github, path) == [_CHANGES]
        review(github, "robin", path, "APPROVE")
        assert lacks(github, path) == []


def test_a_dismissed_verdict_counts_no_more(github: Lookalike) -> None:
    with ruled(github, Rules(required_approvals=1), "dismissed") as path:
        good = review(github, "robin", path, "APPROVE").json()
        assert lacks(github, path) == []
        with github.http("kim") as http:
            http.put(f"{path}/reviews/{good['id']}/dismissals", json={"message": "wait"})
        assert lacks(github, path) == [_ONE_APPROVAL]


def test_the_last_push_is_approved_by_somebody_else(github: Lookalike) -> None:
    with ruled(github, Rules(require_last_push_approval=True), "pushed-last") as path:
        words = ["New changes require approval from someone other than the last pusher."]
        assert lacks(github, path) == words
        pull_of(github, path).last_pusher_id = user(github, "robin").id
        review(github, "robin", path, "APPROVE")
        assert lacks(github, path) == words
        review(github, "kim", path, "APPROVE")
        assert lacks(github, path) == []


def test_code_owners_have_to_approve(github: Lookalike) -> None:
    """GITHUB.md, Branch rules: reviewers are requested (CODEOWNERS)."""
    text = "* @robin\n# @kim\n/tests/ @kim @acme/team nobody@example.test\ndocs/\n"
    github.push("owned", {".github/CODEOWNERS": text}, parent="main")
    commit = run_git(github.bare, "rev-parse", "owned")
    paths = ["tests/a.py", "docs/a.md", "src/a.py"]
    found = owners(github.world, read(github.world, github.repository, commit), paths)
    assert {path: [each.login for each in people] for path, people in found.items()} == {
        "tests/a.py": ["kim"],
        "src/a.py": ["robin"],
    }
    with ruled(github, Rules(require_code_owner_review=True), "owned") as path:
        assert pull_of(github, path).requested_reviewer_ids == [user(github, "kim").id]
        assert lacks(github, path) == ["Waiting on code owner review from kim."]
        review(github, "robin", path, "APPROVE")
        assert lacks(github, path) == ["Waiting on code owner review from kim."]
        review(github, "kim", path, "APPROVE")
        assert lacks(github, path) == []


def test_required_checks_are_green_on_the_head(github: Lookalike) -> None:
    """GITHUB.md, Access in words: checks not started yet are not green."""
    with ruled(github, Rules(required_checks=["ci", "lint"], strict_checks=True), "checked") as path:
        world, head, repository = github.world, pull_of(github, path).head_sha, github.repository.id
        say = 'Required status check "{}" is {}.'.format
        assert lacks(github, path) == [say("ci", "expected"), say("lint", "expected")]
        world.statuses.add(Status(repository_id=repository, sha=head, state="pending", context="ci"))
        run = CheckRun(repository_id=repository, suite_id=1, head_sha=head, name="lint", status="in_progress")
        world.check_runs.add(run)
        assert lacks(github, path) == [say("ci", "pending"), say("lint", "pending")]
        assert rules.failing(world, pull_of(github, path))
        run.status, run.conclusion = "completed", "failure"
        world.statuses.add(Status(repository_id=repository, sha=head, state="success", context="ci"))
        assert lacks(github, path) == [say("lint", "failing")]
        run.conclusion = "skipped"
        assert lacks(github, path) == []
        assert not rules.failing(world, pull_of(github, path))
        github.push("checked", {"base.txt": "newer"})
        assert lacks(github, path) == ["The head branch is not up to date with the base branch."]


def test_commits_have_to_be_signed(github: Lookalike) -> None:
    """GITHUB.md, The embedded GitHub: signed commits."""
    with ruled(github, Rules(signed_commits=True), "signed") as path:
        assert lacks(github, path) == ["Commits must have verified signatures."]
        pull = pull_of(github, path)
        raw = run_git(github.bare, "cat-file", "commit", pull.head_sha)
        head, _, message = raw.partition("\n\n")
        text = f"{head}\ngpgsig -----BEGIN SSH SIGNATURE-----\n abc\n\n{message}\n"
        pull.head_sha = run_git(github.bare, "hash-object", "-t", "commit", "-w", "--stdin", data=text.encode())
        assert lacks(github, path) == []


@pytest.mark.parametrize(
    ("found", "broken"),
    [
        (Rules(pull_request=True), "Changes must be made through a pull request."),
        (Rules(required_approvals=1), "Changes must be made through a pull request."),
        (Rules(merge_queue=True), "Changes must be made through the merge queue."),
        (Rules(required_checks=["ci"]), 'Required status check "ci" is expected.'),
        (Rules(signed_commits=True), "Commits must have verified signatures."),
        (Rules(linear_history=True), "This branch must not contain merge commits."),
    ],
)
def test_what_a_direct_push_may_not_bring(github: Lookalike, found: Rules, broken: str) -> None:
    """GITHUB.md, The embedded GitHub: branch rules are enforced."""
    old = github.push("direct", {"a.txt": "a"}, parent="main")
    side = github.push("direct-side", {"b.txt": "b"}, parent="main")
    tree = run_git(github.bare, "rev-parse", "direct^{tree}")
    who = {f"GIT_{role}_{what}": "x" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    new = bare.run(github.bare, "commit-tree", tree, "-p", old, "-p", side, "-m", "merge", env=who).decode().strip()
    ruleset = protect(github.world, github.repository, ["direct"], found, bypass=[user(github, "kim")])

    def refused(login: str, **more: str) -> str | None:
        return rules.refuses_push(github.world, github.repository, "direct", user(github, login), **more)

    words = f"Repository rule violations found\n\n{broken}\n\n"
    assert refused("mira", old=old, new=new) == words
    assert refused("mira") == words
    assert refused("kim", old=old, new=new) is None
    assert (
        refused("mira", old=old, new=bare.ZERO) == "Repository rule violations found\n\nCannot delete this branch\n\n"
    )
    assert "Cannot force-push to this branch" in (refused("mira", old=new, new=old) or "")
    github.world.rulesets.remove(ruleset)
    assert refused("mira", old=old, new=new) is None


def test_merge_methods_are_the_rules_too() -> None:
    linear = Rules(linear_history=True)
    assert rules.refuses_method(linear, "merge") == "This branch must not contain merge commits."
    assert rules.refuses_method(linear, "squash") is None
    assert rules.refuses_method(Rules(allowed_merge_methods=["squash"]), "rebase") is not None


def test_several_rulesets_are_as_strict_as_the_strictest(github: Lookalike) -> None:
    one = Rules(required_approvals=2, required_checks=["a"], allowed_merge_methods=["merge", "squash"])
    two = Rules(required_approvals=1, required_checks=["b", "a"], linear_history=True, allowed_merge_methods=["squash"])
    protect(github.world, github.repository, ["strict/*"], one, bypass=[user(github, "kim")])
    protect(github.world, github.repository, ["strict/**"], two)
    both = rules.of_branch(github.world, github.repository, "strict/x")
    assert (both.required_approvals, both.required_checks, both.linear_history) == (2, ["a", "b"], True)
    assert (both.allowed_merge_methods, both.pull_request) == (["squash"], True)
    assert rules.of_branch(github.world, github.repository, "strict/x", user(github, "kim")).required_approvals == 1


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("*", "a/b", True),
        ("*.py", "a/b.py", True),
        ("/*.py", "a/b.py", False),
        ("docs/", "x/docs/a", True),
        ("/docs/", "x/docs/a", False),
        ("docs/", "docs", False),
        ("docs/*", "docs/a", True),
        ("docs/*", "docs/a/b", False),
        ("apps/github", "apps/github/x", True),
        ("**/logs", "deep/in/logs/x", True),
        ("/src/**/t?.py", "src/a/b/t1.py", True),
        ("a+b", "a+b", True),
    ],
)
def test_patterns_of_code_owners(pattern: str, path: str, covered: bool) -> None:
    assert covers(pattern, path) is covered


def test_patterns_of_branches_stop_at_a_slash() -> None:
    assert [matches("release/*", each) for each in ("release/1", "release/1/2", "release")] == [True, False, False]
    assert matches("release/**", "release/1/2")
