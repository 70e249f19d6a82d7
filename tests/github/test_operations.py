"""Every request the client can make is one that GitHub describes, and every write knows how to look for itself."""

import inspect
import json
from collections.abc import Callable
from types import ModuleType
from typing import Any, Literal, get_type_hints

import pytest
from msgspec.structs import replace

from qatui.errors import Conflict, Invalid, UsageError
from qatui.github import (
    allowance,
    checks,
    comments,
    contents,
    graphql,
    issues,
    labels,
    milestones,
    pulls,
    refs,
    repositories,
    reviews,
    rules,
    timeline,
    users,
)
from qatui.github.issues import Issue, PullOfIssue
from qatui.github.labels import Label
from qatui.github.protocol import GRAPHQL, Done, Repo, Request, Write, encoded
from qatui.github.pulls import Merged, Pull, Side
from qatui.github.refs import Object, Ref
from qatui.github.reviews import LineComment, Review
from qatui.github.templates import template_of
from qatui.github.timeline import Event, Source
from qatui.github.users import Account
from tests.contract import Contract

REPO = Repo("acme", "shop")
SHA = "a" * 40
SINCE = "2026-11-20T08:00:00Z"
KIM = Account("kim", 1)
ISSUE = Issue(11, 5, "I", "t", "open", "u", SINCE, SINCE, body="b", user=KIM)
PULL = Pull(7, "PR_7", "open", "t", "u", Side("x", SHA), Side("main", "b" * 40), SINCE, body="b")
BEGUN = Review(3, "R", "PENDING", user=KIM, commit_id=SHA)
LINE = LineComment("tests/a.py", "why?", 3, "RIGHT")

MODULES = (
    allowance, checks, comments, contents, graphql, issues, labels, milestones, pulls, refs, repositories, reviews,
    rules, timeline, users,
)  # fmt: skip

CALLS: dict[str, list[Any]] = {
    "allowance.left": [allowance.left()],
    "checks.check_runs": [checks.check_runs(REPO, "feature/x")],
    "checks.statuses": [checks.statuses(REPO, SHA)],
    "comments.comment": [comments.comment(REPO, 1)],
    "comments.comments": [comments.comments(REPO, 7), comments.comments(REPO, 7, SINCE)],
    "comments.create_comment": [comments.create_comment(REPO, 7, login="kim", body="b", since=SINCE)],
    "comments.update_comment": [comments.update_comment(REPO, 1, "b")],
    "contents.file": [contents.file(REPO, "docs/test plan.md"), contents.file(REPO, "a", "main")],
    "contents.folder": [contents.folder(REPO, ".github", "main")],
    "contents.put": [
        contents.put(REPO, "docs/ü#?.md", b"x", message="m", branch="main", sha=SHA),
        contents.put(REPO, "new.md", b"", message="m", branch="main"),
    ],
    "graphql.enable_auto_merge": [graphql.enable_auto_merge(REPO, PULL, "squash", sha=SHA)],
    "graphql.enqueue": [graphql.enqueue(REPO, PULL, sha=SHA)],
    "graphql.mark_ready": [graphql.mark_ready(REPO, PULL)],
    "graphql.mark_viewed": [graphql.mark_viewed(PULL, "tests/a.py")],
    "graphql.resolve_thread": [graphql.resolve_thread("PRRT_1")],
    "issues.add_sub_issue": [issues.add_sub_issue(REPO, 5, ISSUE)],
    "issues.create_issue": [
        issues.create_issue(REPO, login="kim", title="t", body="b"),
        issues.create_issue(
            REPO, login="kim", title="t", body="b", labels=["a"], milestone=1, assignees=["kim"]
        ),
    ],
    "issues.issue": [issues.issue(REPO, 5)],
    "issues.issues": [
        issues.issues(REPO),
        issues.issues(REPO, state="closed", since=SINCE, labels=["a", "b c"], creator="kim", direction="desc"),
    ],
    "issues.sub_issues": [issues.sub_issues(REPO, 5)],
    "issues.update_issue": [
        issues.update_issue(REPO, 5, title="t", body="b", labels=[], milestone=2),
        *(issues.update_issue(REPO, 5, state="closed", reason=r) for r in ("completed", "not_planned", "duplicate")),
        issues.update_issue(REPO, 5, state="open", reason="reopened"),
    ],
    "labels.add_labels": [labels.add_labels(REPO, 5, ["qa-item", "b"])],
    "labels.create_label": [
        labels.create_label(REPO, "qa-item", "0e8a16"),
        labels.create_label(REPO, "qa-item", "0e8a16", "an item of the test plan"),
    ],
    "labels.labels": [labels.labels(REPO)],
    "labels.labels_of": [labels.labels_of(REPO, 5)],
    "labels.remove_label": [labels.remove_label(REPO, 5, "a/b ü")],
    "milestones.create_milestone": [milestones.create_milestone(REPO, "1.0", "first", "2026-12-24T00:00:00Z")],
    "milestones.milestones": [milestones.milestones(REPO), milestones.milestones(REPO, "open")],
    "pulls.commits": [pulls.commits(REPO, 7)],
    "pulls.create_pull": [
        pulls.create_pull(REPO, title="t", head="x", head_sha=SHA, base="main", body="b"),
        pulls.create_pull(
            REPO, title="t", head="kim:x", head_sha=SHA, base="main", body="b", draft=True, maintainer_can_modify=True
        ),
    ],
    "pulls.files": [pulls.files(REPO, 7)],
    "pulls.merge": [
        pulls.merge(REPO, 7, sha=SHA, method="merge"),
        pulls.merge(REPO, 7, sha=SHA, method="squash", title="t", message="m"),
        pulls.merge(REPO, 7, sha=SHA, method="rebase"),
    ],
    "pulls.pull": [pulls.pull(REPO, 7)],
    "pulls.pulls": [pulls.pulls(REPO), pulls.pulls(REPO, state="all", head="kim:x", base="main", sort="updated")],
    "pulls.pulls_with": [pulls.pulls_with(REPO, SHA)],
    "pulls.request_reviewers": [pulls.request_reviewers(REPO, 7, ("kim",), ("qa",))],
    "pulls.update_branch": [pulls.update_branch(REPO, PULL)],
    "pulls.update_pull": [
        pulls.update_pull(REPO, 7, title="t", body="b", base="main"),
        pulls.update_pull(REPO, 7, state="closed"),
    ],
    "refs.create_ref": [refs.create_ref(REPO, "heads/qatui/x", SHA)],
    "refs.delete_ref": [refs.delete_ref(REPO, "heads/qatui/x"), refs.delete_ref(REPO, "heads/x", sha=SHA)],
    "refs.ref": [refs.ref(REPO, "heads/qatui/x")],
    "refs.refs_under": [refs.refs_under(REPO, "heads/qatui")],
    "refs.update_ref": [
        refs.update_ref(REPO, "heads/x", SHA),
        refs.update_ref(REPO, "heads/x", SHA, expected="b" * 40),
    ],
    "repositories.commit": [repositories.commit(REPO, SHA)],
    "repositories.compare": [repositories.compare(REPO, "main", "kim:feature/x")],
    "repositories.dispatch": [repositories.dispatch(REPO, "published", {"number": 7})],
    "repositories.permission": [repositories.permission(REPO, "kim")],
    "repositories.repository": [repositories.repository(REPO)],
    "reviews.comment_line": [reviews.comment_line(REPO, 7, login="kim", commit=SHA, comment=LINE)],
    "reviews.review": [
        reviews.review(REPO, 7, login="kim", commit=SHA, event="APPROVE", body=""),
        reviews.review(REPO, 7, login="kim", commit=SHA, event="COMMENT", body="b", comments=[LINE]),
        reviews.review(REPO, 7, login="kim", commit=SHA, event="REQUEST_CHANGES", body="b", begun=BEGUN),
    ],
    "reviews.review_comments": [reviews.review_comments(REPO, 7)],
    "reviews.reviews": [reviews.reviews(REPO, 7)],
    "rules.branch": [rules.branch(REPO, "release/1")],
    "rules.protection": [rules.protection(REPO, "main")],
    "rules.rules": [rules.rules(REPO, "main")],
    "timeline.timeline": [timeline.timeline(REPO, 5)],
    "users.me": [users.me()],
    "users.person": [users.person("kim")],
}  # fmt: skip
EVERY = [(name, made) for name, many in CALLS.items() for made in many]


def makers(module: ModuleType) -> dict[str, Callable[..., Any]]:
    """The module's own functions that make a Request or a Write."""
    found: dict[str, Callable[..., Any]] = {}
    for name, value in vars(module).items():
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_"):
            told = str(get_type_hints(value).get("return"))
            if "Request[" in told or "Write[" in told:
                found[f"{module.__name__.rpartition('.')[2]}.{name}"] = value
    return found


def test_none_is_missing_here() -> None:
    assert sorted(CALLS) == sorted(name for module in MODULES for name in makers(module))


def requests(made: Any) -> list[Request[Any]]:
    """The request, and the look's of a write."""
    if isinstance(made, Write):
        return [made.request, *([made.look.request] if made.look else [])]
    return [made]


@pytest.mark.parametrize(("name", "made"), EVERY, ids=[name for name, _ in EVERY])
def test_it_is_as_github_describes_it(name: str, made: Any) -> None:
    contract = Contract.load()
    if contract is None:
        pytest.skip("GitHub's description is not at hand")
    for request in requests(made):
        body = encoded(request)
        sent = json.loads(body) if body is not None else None
        if request.path == GRAPHQL:
            assert sent is not None
            assert set(sent) == {"query", "variables"}
            continue
        query: dict[str, list[str]] = {}
        for key, value in request.query:
            query.setdefault(key, []).append(value)
        assert contract.check_request(request.method, request.path, query, sent) == []


@pytest.mark.parametrize(("name", "made"), [each for each in EVERY if isinstance(each[1], Write)])
def test_a_write_is_looked_for_or_harmless_or_says_that_it_cannot_be(name: str, made: Write[Any]) -> None:
    assert made.request.method != "GET"
    if name == "repositories.dispatch":
        assert (made.look, made.harmless) == (None, False)
    else:
        assert made.look or made.harmless
    if made.look:
        assert made.look.request.method == "GET"


def test_a_list_is_asked_for_by_its_most_and_newest_first_where_something_new_is_looked_for() -> None:
    """GITHUB.md, Answers: per_page at most 100."""
    for name, made in EVERY:
        for request in requests(made):
            assert dict(request.query).get("per_page", "100") == "100", name
    for write in (
        reviews.comment_line(REPO, 7, login="kim", commit=SHA, comment=LINE),
        issues.create_issue(REPO, login="", title="t", body="b"),
    ):
        assert write.look is not None
        assert dict(write.look.request.query)["direction"] == "desc"
        assert "creator" not in dict(write.look.request.query)


@pytest.mark.parametrize(("name", "made"), [each for each in EVERY if isinstance(each[1], Write)])
def test_what_counts_as_content_creation(name: str, made: Write[Any]) -> None:
    """GITHUB.md, Rate limits: content creation 80 a minute and 500 an hour."""
    words = {
        "comments.create_comment", "issues.create_issue", "pulls.create_pull", "reviews.comment_line", "reviews.review",
    }  # fmt: skip
    assert made.creates is (name in words)


@pytest.mark.parametrize("side", ["LEFT", "RIGHT"])
def test_a_comment_on_a_line_says_which_side_it_is_on(side: Literal["LEFT", "RIGHT"]) -> None:
    comment = LineComment("tests/a.py", "why?", 3, side)
    alone = reviews.comment_line(REPO, 7, login="kim", commit=SHA, comment=comment)
    within = reviews.review(REPO, 7, login="kim", commit=SHA, event="COMMENT", body="b", comments=[comment])
    assert within is not None
    placed = {"path": "tests/a.py", "body": "why?", "line": 3, "side": side}
    assert json.loads(encoded(alone.request) or b"") == {"commit_id": SHA, **placed}
    assert json.loads(encoded(within.request) or b"")["comments"] == [placed]


def found(write: Write[Any], answer: Any) -> Any:
    """What the write's look makes of an answer."""
    assert write.look is not None
    return write.look.found(answer)


def test_an_issue_is_known_by_its_words() -> None:
    write = issues.create_issue(REPO, login="kim", title="[QA-7K3F9X] Orders ", body="a\nb <!-- qa:7K3F9X -->")
    ours = Issue(1, 9, "I", "[QA-7K3F9X] Orders", "closed", "u", SINCE, SINCE, body="a\r\nb <!-- qa:7K3F9X -->")
    assert found(write, [ISSUE, ours]) is ours
    pull = Issue(1, 9, "I", ours.title, "open", "u", SINCE, SINCE, body=ours.body, pull_request=PullOfIssue())
    assert found(write, [ISSUE, pull]) is None
    marked = issues.create_issue(REPO, login="kim", title="t", body="a <!-- qa:7K3F9X -->", marker="<!-- qa:7K3F9X -->")
    edited = Issue(1, 9, "I", "Orders, again", "closed", "u", SINCE, SINCE, body="by hand\n<!-- qa:7K3F9X -->")
    assert found(marked, [ISSUE, edited]) is edited
    assert found(marked, [replace(edited, body="a <!-- qa:7K3F9Y -->"), replace(edited, body=None)]) is None
    with pytest.raises(UsageError, match="not in the issue's body"):
        issues.create_issue(REPO, login="kim", title="t", body="b", marker="<!-- qa:7K3F9X -->")


def test_a_change_of_an_issue_is_known_by_what_was_changed() -> None:
    closing = issues.update_issue(REPO, 5, state="closed", reason="completed")
    assert found(closing, ISSUE) is None
    closed = Issue(11, 5, "I", "t", "closed", "u", SINCE, SINCE, state_reason="completed")
    assert found(closing, closed) is closed
    relabel = issues.update_issue(REPO, 5, labels=["QA", "b"])
    labelled = Issue(11, 5, "I", "t", "open", "u", SINCE, SINCE, labels=(Label("qa"), "B"))
    assert found(relabel, labelled) is labelled
    assert found(relabel, ISSUE) is None
    assert found(issues.update_issue(REPO, 5, milestone=1), ISSUE) is None


def test_a_pull_request_is_known_by_its_branches_and_its_commit() -> None:
    write = pulls.create_pull(REPO, title="t", head="kim:x", head_sha=SHA, base="main", body="b")
    closed = Pull(6, "P", "closed", "another", "u", Side("x", SHA), Side("main", SHA), SINCE)
    earlier = Pull(5, "P", "closed", "t", "u", Side("x", "c" * 40), Side("main", SHA), SINCE)
    elsewhere = Pull(4, "P", "open", "t", "u", Side("y", SHA), Side("main", SHA), SINCE)
    assert found(write, [elsewhere, earlier]) is None
    assert found(write, [elsewhere, earlier, closed]) is closed
    assert found(write, [closed, PULL]) is PULL


def test_a_merge_is_known_by_its_head() -> None:
    """GITHUB.md, Pull requests: merge: always send `sha`."""
    write = pulls.merge(REPO, 7, sha=SHA, method="merge")
    merged = Pull(
        7, "P", "closed", "t", "u", Side("x", SHA), Side("main", SHA), SINCE, merged_at=SINCE, merge_commit_sha="m"
    )
    assert found(write, PULL) is None
    assert found(write, merged) == Merged("m")
    assert found(pulls.merge(REPO, 7, sha="c" * 40, method="merge"), merged) is None
    of_base = repositories.CommitName(SHA)
    assert found(pulls.update_branch(REPO, PULL), repositories.Comparison("diverged", 9, 1, 9, of_base)) is None
    assert found(pulls.update_branch(REPO, PULL), repositories.Comparison("ahead", 2, 0, 2, of_base)) == Done()


def test_reviewers_are_asked_once() -> None:
    write = pulls.request_reviewers(REPO, 7, ("Kim",), ("qa",))
    asked = Pull(
        7, "P", "open", "t", "u", Side("x", SHA), Side("main", SHA), SINCE, requested_reviewers=(KIM,),
        requested_teams=(pulls.Team("QA"),),
    )  # fmt: skip
    assert found(write, PULL) is None
    assert found(write, asked) is asked


def test_a_review_is_known_by_person_commit_and_words() -> None:
    write = reviews.review(REPO, 7, login="Kim", commit=SHA, event="COMMENT", body="looks right")
    assert write is not None
    ours = Review(4, "R", "COMMENTED", body="looks right", user=KIM, commit_id=SHA)
    others = [
        Review(1, "R", "APPROVED", body="looks right", user=KIM, commit_id=SHA),
        Review(2, "R", "COMMENTED", body="looks right", user=Account("robin"), commit_id=SHA),
        Review(3, "R", "COMMENTED", body="looks right", user=KIM, commit_id="c" * 40),
        Review(5, "R", "COMMENTED", body="looks right", user=None, commit_id=SHA),
    ]
    assert found(write, others) is None
    assert found(write, [*others, ours]) is ours


def test_reviews_that_cannot_be() -> None:
    """GITHUB.md, Pull requests: one pending review per person; an empty one: skip it; nobody approves their own."""
    assert reviews.review(REPO, 7, login="kim", commit=SHA, event="COMMENT", body=" \n") is None
    with pytest.raises(UsageError, match="a text of its own"):
        reviews.review(REPO, 7, login="kim", commit=SHA, event="COMMENT", body="", comments=[LINE])
    with pytest.raises(UsageError, match="begun elsewhere"):
        reviews.review(REPO, 7, login="kim", commit=SHA, event="COMMENT", body="b", comments=[LINE], begun=BEGUN)
    with pytest.raises(UsageError, match="by an App needs a text"):
        reviews.review(REPO, 7, login="", commit=SHA, event="APPROVE", body=" ")
    assert reviews.pending([Review(1, "R", "PENDING", user=Account("x")), BEGUN], "KIM") is BEGUN
    assert reviews.pending([], "kim") is None
    own = Invalid("m", status=422, said="Unprocessable Entity; Can not approve your own pull request")
    assert reviews.is_own(own)
    assert not reviews.is_own(Invalid("m", status=422, said="Validation Failed"))


def test_refs_labels_and_files_are_known_by_what_they_are() -> None:
    at = Ref("refs/heads/x", Object(SHA))
    assert found(refs.create_ref(REPO, "heads/x", SHA), at) is at
    assert found(refs.create_ref(REPO, "heads/x", "b" * 40), at) is None
    gone = refs.delete_ref(REPO, "heads/x")
    assert found(gone, [at]) is None
    assert found(gone, []) == found(gone, [Ref("refs/heads/x-1", Object(SHA))]) == Done()
    with pytest.raises(Conflict, match="no longer at cccc"):
        found(refs.delete_ref(REPO, "heads/x", sha="c" * 40), [at])
    assert found(refs.update_ref(REPO, "heads/x", SHA, expected="b" * 40), at) is at
    with pytest.raises(Conflict, match="no longer at cccc"):
        found(refs.update_ref(REPO, "heads/x", "b" * 40, expected="c" * 40), at)
    assert found(labels.create_label(REPO, "QA-item", "000000"), [Label("bug"), Label("qa-ITEM")]) == Label("qa-ITEM")
    assert found(labels.add_labels(REPO, 5, ["A"]), [Label("b")]) is None
    assert found(labels.add_labels(REPO, 5, ["A"]), [Label("a"), Label("b")]) == [Label("a"), Label("b")]
    assert found(labels.remove_label(REPO, 5, "a"), [Label("A")]) is None
    assert found(labels.remove_label(REPO, 5, "a"), []) == []
    put = contents.put(REPO, "a.md", b"x\n", message="m", branch="main", sha=SHA)
    same = contents.Content("a.md", "587be6b4c3f93f93c489c0111bba5596147a26cb", 2, "file")
    assert found(put, same).content.sha == same.sha
    assert found(put, contents.Content("a.md", SHA, 2, "file")) is None


def test_words_are_known_by_person_and_text() -> None:
    theirs = comments.Comment(1, "u", SINCE, SINCE, body="b", user=Account("robin"))
    ours = comments.Comment(2, "u", SINCE, SINCE, body="b\r\n", user=KIM)
    say = comments.create_comment(REPO, 7, login="KIM", body="b", since=SINCE)
    assert found(say, [theirs, comments.Comment(3, "u", SINCE, SINCE)]) is None
    assert found(say, [theirs, ours]) is ours
    assert found(comments.update_comment(REPO, 2, "b"), ours) is ours
    assert found(comments.update_comment(REPO, 2, "c"), ours) is None
    on_line = reviews.comment_line(REPO, 7, login="kim", commit=SHA, comment=LINE)
    mine = reviews.ReviewComment(
        1, "tests/a.py", "why?", line=5, original_line=3, side="RIGHT", user=KIM, commit_id="c" * 40,
        original_commit_id=SHA,
    )  # fmt: skip
    nearly = [
        replace(mine, path="tests/b.py"),
        replace(mine, body="why not?"),
        replace(mine, user=None),
        replace(mine, original_line=5),
        replace(mine, side="LEFT"),
        replace(mine, original_commit_id="c" * 40),
    ]
    assert found(on_line, nearly) is None
    assert found(on_line, [*nearly, mine]) is mine


def test_a_change_of_a_pull_request_is_known_by_what_was_changed() -> None:
    assert found(pulls.update_pull(REPO, 7, title="t", body="b", base="main", state="open"), PULL) is PULL
    assert found(pulls.update_pull(REPO, 7, title="x"), PULL) is None
    assert found(pulls.update_pull(REPO, 7, body="x"), PULL) is None
    assert found(pulls.update_pull(REPO, 7, base="x"), PULL) is None
    assert found(pulls.update_pull(REPO, 7, state="closed"), PULL) is None


def test_the_bytes_of_a_file() -> None:
    assert contents.Content("a", SHA, 3, "file", "base64", "4oKs\n").data == "€".encode()
    for encoding, text, type_ in (("none", "", "file"), ("base64", "x", "file"), ("", "", "submodule")):
        with pytest.raises(Exception, match="GitHub sent no bytes of a"):
            _ = contents.Content("a", SHA, 3, type_, encoding, text).data


def test_how_an_issue_was_closed() -> None:
    merged = Issue(9, 8, "I", "t", "closed", "u", SINCE, SINCE, pull_request=PullOfIssue(merged_at=SINCE))
    mention = Event("cross-referenced", KIM, SINCE, source=Source(merged))
    closed = Event("closed", KIM, SINCE, commit_id="m", state_reason="completed")
    assert timeline.closing([]) is None
    assert timeline.closing([mention, closed, Event("reopened", KIM)]) is None
    how = timeline.closing([Event("labeled"), mention, closed])
    assert how is not None
    assert (how.by, how.commit, how.reason, how.merged_pulls) == ("kim", "m", "completed", (merged,))
    by_nobody = timeline.closing([Event("closed")])
    assert by_nobody is not None
    assert by_nobody.by == ""


def test_which_file_is_the_template() -> None:
    """GITHUB.md, The REST API does not fill PR templates: fetch it."""
    assert template_of(["a.md", "docs/readme.md"]) is None
    assert template_of(["docs/pull_request_template.md", "PULL_REQUEST_TEMPLATE.md"]) == "PULL_REQUEST_TEMPLATE.md"
    folder = [".github/PULL_REQUEST_TEMPLATE/b.md", ".github/PULL_REQUEST_TEMPLATE/a.md", "x/pull_request_template.md"]
    assert template_of(folder) == ".github/PULL_REQUEST_TEMPLATE/a.md"


def test_ways_of_merging() -> None:
    whole = repositories.Repository(1, "a/b", False, "main", "u", KIM)
    assert whole.merge_methods == ("merge", "squash", "rebase")
    some = repositories.Repository(
        1, "a/b", False, "main", "u", KIM, allow_merge_commit=False, allow_rebase_merge=False
    )
    assert some.merge_methods == ("squash",)
