"""The client and the look-alike, which share no code: what GITHUB's documentation says of both."""

from collections.abc import Iterator
from typing import Any

import pytest

from qatui import errors
from qatui.errors import Gone, MergeRefused, NoAccess, NoPermission, RateLimited, Transferred
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
from qatui.github.client import GitHub
from qatui.github.protocol import Done, Repo
from qatui.sandbox.github.founding import add_repository, add_token, protect, rename
from qatui.sandbox.github.leaving import transfer
from qatui.sandbox.github.records import Rules
from qatui.store.answers import Answers
from qatui.store.database import Database
from tests.conftest import Clock
from tests.lookalike import Lookalike, lookalike, push

REPO = Repo("acme", "payments-api")
LEDGER = Repo("acme", "ledger")
SINCE = "2020-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookalike]:
    with lookalike(tmp_path_factory.mktemp("github") / "world") as made:
        yield made


def client(server: Lookalike, login: str = "robin", token: str | None = None, **options: Any) -> GitHub:
    """Somebody's client, whose clock moves by its own sleeps."""
    clock = Clock()
    value = token or server.token(login)
    return GitHub(server.url, value, now=clock, sleep=lambda each: clock.forward(round(each * 1000)), **options)


@pytest.fixture
def robin(server: Lookalike) -> Iterator[GitHub]:
    with client(server) as made:
        yield made


def opened(server: Lookalike, github: GitHub, name: str, *, base: str = "main", draft: bool = False) -> pulls.Pull:
    """A pull request with one new file."""
    tip = server.push(name, {f"tests/test_{name}.py": f"# {name}\n"}, parent=base)
    made = pulls.create_pull(REPO, title=name, head=name, head_sha=tip, base=base, body="b", draft=draft)
    return github.write(made)


def test_who_asks_and_what_they_may(server: Lookalike, robin: GitHub) -> None:
    assert robin.ask(users.me()).login == "robin"
    assert robin.ask(users.person("kim")).login == "kim"
    assert robin.ask(repositories.repository(REPO)).permissions.push
    assert robin.ask(repositories.permission(REPO, "kim")).permission == "write"
    assert robin.ask(allowance.left()).core.limit == 5000
    with client(server, "rita") as reader:
        assert not reader.ask(repositories.repository(REPO)).permissions.push
        with pytest.raises(NoAccess, match="no such thing, or does not show it"):
            reader.ask(repositories.repository(LEDGER))
    with client(server, token="ghp_unknown") as nobody, pytest.raises(errors.BadToken, match="Bad credentials"):
        nobody.ask(users.me())


def test_a_missing_permission_is_named(server: Lookalike) -> None:
    person = server.world.user("robin")
    assert person is not None
    token = add_token(server.world, person, permissions={"metadata": "read", "issues": "read"})
    with client(server, token=token.value) as github, pytest.raises(NoPermission) as caught:
        github.write(issues.create_issue(REPO, login="robin", title="t", body="not mine to make"))
    assert "The token needs the permission issues: write" in caught.value.hint


def test_what_did_not_change_costs_nothing(server: Lookalike, db: Database) -> None:
    """GITHUB.md, Rate limits: a 304 is free."""
    clock = Clock()
    kept = Answers(db, clock)
    with client(server, "kim", answers=kept) as kim:
        first = list(kim.every(labels.labels(REPO)))
        before = kim.ask(allowance.left()).core.used
        assert list(kim.every(labels.labels(REPO))) == first
        assert kim.ask(allowance.left()).core.used == before
        kim.write(labels.create_label(REPO, "fresh", "123456"))
        assert len(list(kim.every(labels.labels(REPO)))) == len(first) + 1


def test_pages(server: Lookalike, robin: GitHub) -> None:
    owner = server.world.users[server.repository.owner_id]
    made = add_repository(server.world, owner, "many", collaborators=dict(server.repository.collaborators))
    with server.http() as http:
        for number in range(5):
            assert http.post("/repos/acme/many/labels", json={"name": f"l{number}"}).status_code == 201
    request = labels.labels(Repo("acme", made.name))
    few = type(request)(request.to, "GET", request.path, request.type, (("per_page", "4"),))
    names = [each.name for each in robin.every(few)]
    assert len(names) == len(set(names)) == 9 + 5


def test_a_renamed_repository(server: Lookalike, robin: GitHub) -> None:
    """GITHUB.md, Access in words: renamed repositories answer 301."""
    owner = server.world.users[server.repository.owner_id]
    made = add_repository(server.world, owner, "before", collaborators=dict(server.repository.collaborators))
    push(server.world.bare(made), "main", {"README.md": "x\n"}, "begin")
    old = Repo("acme", "before")
    number = robin.write(issues.create_issue(old, login="robin", title="t", body="b")).number
    rename(server.world, made, name="after")
    with client(server) as fresh:
        # The first thing asked is something of an issue: the rename must not be taken for a transfer.
        assert fresh.write(issues.update_issue(old, number, state="closed")).state == "closed"
        assert fresh.ask(repositories.repository(old)).full_name == "acme/after"
        assert fresh.ask(contents.file(old, "README.md")).data == b"x\n"
    assert robin.ask(issues.issue(old, number)).state == "closed"
    assert robin.write(comments.create_comment(old, number, login="robin", body="b", since=SINCE)).body == "b"


def test_a_transferred_and_a_deleted_issue(server: Lookalike, robin: GitHub) -> None:
    """GITHUB.md, Answers: 410 deleted, 301 transferred: do not follow blindly."""
    number = robin.write(issues.create_issue(REPO, login="robin", title="leaves", body="b")).number
    record = server.world.issue(server.repository, number)
    mira = server.world.user("mira")
    assert record is not None
    assert mira is not None
    transfer(server.world, record, server.private, mira)
    for ask in (
        lambda: robin.ask(issues.issue(REPO, number)),
        lambda: robin.write(issues.update_issue(REPO, number, state="closed")),
        lambda: robin.write(comments.create_comment(REPO, number, login="robin", body="b", since=SINCE)),
        lambda: list(robin.every(timeline.timeline(REPO, number))),
    ):
        with pytest.raises(Transferred) as caught:
            ask()
        assert "/repos/acme/ledger/issues/" in caught.value.to
    gone = robin.write(issues.create_issue(REPO, login="robin", title="goes", body="b")).number
    record = server.world.issue(server.repository, gone)
    assert record is not None
    record.deleted = True
    with pytest.raises(Gone, match="This issue was deleted"):
        robin.ask(issues.issue(REPO, gone))


def test_why_a_pull_request_is_not_merged(server: Lookalike, robin: GitHub) -> None:
    """GITHUB.md, Pull requests: 405, 409. Branch rules: merge queue: REST merge answers 405."""

    def refused(pull: pulls.Pull, method: pulls.Method = "merge", sha: str | None = None) -> str:
        with pytest.raises(MergeRefused) as caught:
            robin.write(pulls.merge(REPO, pull.number, sha=sha or pull.head.sha, method=method))
        assert caught.value.hint
        return caught.value.why

    server.push("queued", {"q.md": "q\n"}, parent="main")
    server.push("strict", {"s.md": "s\n"}, parent="main")
    protect(server.world, server.repository, ["queued"], Rules(merge_queue=True), name="queue")
    protect(server.world, server.repository, ["strict"], Rules(required_approvals=1), name="strict")
    draft = opened(server, robin, "drafted", draft=True)
    assert refused(draft) == "draft"
    assert robin.write(graphql.mark_ready(REPO, draft)) == Done()
    assert not robin.ask(pulls.pull(REPO, draft.number)).draft
    assert refused(draft, sha="0" * 40) == "head_moved"
    queued = opened(server, robin, "to-queued", base="queued")
    assert refused(queued) == "queue"
    strict = opened(server, robin, "to-strict", base="strict")
    assert refused(strict) == "rules"
    for name in ("clash-a", "clash-b"):
        server.push(name, {"README.md": f"{name}\n"}, parent="main")
    tips = [robin.ask(refs.ref(REPO, f"heads/clash-{name}")).object.sha for name in "ab"]
    first, second = (
        robin.write(pulls.create_pull(REPO, title=name, head=f"clash-{name}", head_sha=tip, base="main", body=""))
        for name, tip in zip("ab", tips, strict=True)
    )
    assert robin.write(pulls.merge(REPO, first.number, sha=first.head.sha, method="rebase")).merged
    assert robin.until(pulls.pull(REPO, second.number), pulls.settled).mergeable is False
    assert refused(second) == "not_mergeable"


def test_the_rules_of_a_branch_can_be_read(server: Lookalike, robin: GitHub) -> None:
    """GITHUB.md, Branch rules: what the base wants, read before publish."""
    server.push("ruled", {"r.md": "r\n"}, parent="main")
    wanted = Rules(required_approvals=2, required_checks=["ci"], signed_commits=True, linear_history=True)
    protect(server.world, server.repository, ["ruled"], wanted, name="ruled")
    found = {each.type: each.parameters for each in robin.every(rules.rules(REPO, "ruled"))}
    assert {"pull_request", "required_status_checks", "required_signatures", "required_linear_history"} <= set(found)
    reviews_wanted, checks_wanted = found["pull_request"], found["required_status_checks"]
    assert reviews_wanted is not None
    assert reviews_wanted.required_approving_review_count == 2
    assert checks_wanted is not None
    assert [each.context for each in checks_wanted.required_status_checks] == ["ci"]
    assert robin.ask(rules.branch(REPO, "ruled")).protected
    with client(server, "mira") as mira:
        protection = mira.ask(rules.protection(REPO, "ruled"))
    assert protection.required_pull_request_reviews is not None
    assert protection.required_pull_request_reviews.required_approving_review_count == 2


def test_nobody_approves_a_pull_request_of_their_own(server: Lookalike, robin: GitHub) -> None:
    """GITHUB.md, Pull requests: 422; comment instead."""
    pull = opened(server, robin, "own")
    approve = reviews.review(REPO, pull.number, login="robin", commit=pull.head.sha, event="APPROVE", body="")
    assert approve is not None
    with pytest.raises(errors.Invalid) as caught:
        robin.write(approve)
    assert reviews.is_own(caught.value)
    line = reviews.LineComment("tests/test_own.py", "why?", 1, "RIGHT")
    say = reviews.review(
        REPO, pull.number, login="robin", commit=pull.head.sha, event="COMMENT", body="as I said", comments=[line]
    )
    assert say is not None
    assert robin.write(say).state == "COMMENTED"
    assert robin.write(say, again=True).state == "COMMENTED"
    assert [each.body for each in robin.every(reviews.reviews(REPO, pull.number))] == ["as I said"]
    assert [each.line for each in robin.every(reviews.review_comments(REPO, pull.number))] == [1]
    with client(server, "kim") as kim:
        theirs = reviews.review(REPO, pull.number, login="kim", commit=pull.head.sha, event="APPROVE", body="")
        assert theirs is not None
        assert kim.write(theirs).state == "APPROVED"


def test_a_review_that_was_begun_is_used(server: Lookalike, robin: GitHub) -> None:
    """GITHUB.md, Pull requests: one pending review per person: reuse it."""
    pull = opened(server, robin, "begun")
    with server.http("kim") as http:
        begun = http.post(f"/repos/{REPO}/pulls/{pull.number}/reviews", json={"body": "draft"})
        assert begun.json()["state"] == "PENDING"
    with client(server, "kim") as kim:
        mine = reviews.pending(kim.every(reviews.reviews(REPO, pull.number)), "kim")
        assert mine is not None
        submit = reviews.review(
            REPO, pull.number, login="kim", commit=pull.head.sha, event="COMMENT", body="done", begun=mine
        )
        assert submit is not None
        assert kim.write(submit).id == mine.id


def test_writes_that_are_so_already(server: Lookalike, robin: GitHub) -> None:
    main = robin.ask(rules.branch(REPO, "main")).commit.sha
    for _ in range(2):
        assert robin.write(refs.create_ref(REPO, "heads/twice", main)).object.sha == main
        assert robin.write(labels.create_label(REPO, "Twice", "abcdef")).name == "Twice"
        assert robin.write(milestones.create_milestone(REPO, "twice")).title == "twice"
    for _ in range(2):
        assert robin.write(refs.delete_ref(REPO, "heads/twice")) == Done()
    put = contents.put(REPO, "docs/twice.md", b"x\n", message="m", branch="main")
    assert robin.write(put).commit is not None
    assert robin.write(put).content.sha == contents.blob_sha(b"x\n")
    stale = contents.put(REPO, "docs/twice.md", b"y\n", message="m", branch="main", sha="0" * 40)
    with pytest.raises(errors.Conflict, match="does not match"):
        robin.write(stale)
    pull = opened(server, robin, "once")
    again = pulls.create_pull(REPO, title="another", head="once", head_sha=pull.head.sha, base="main", body="b")
    assert robin.write(again).number == pull.number
    assert robin.write(pulls.merge(REPO, pull.number, sha=pull.head.sha, method="squash")).merged
    assert robin.write(pulls.merge(REPO, pull.number, sha=pull.head.sha, method="squash")).merged


def test_issues_under_issues_and_their_labels(robin: GitHub) -> None:
    upper = robin.write(issues.create_issue(REPO, login="robin", title="upper", body="b", labels=["bug"]))
    lower = robin.write(issues.create_issue(REPO, login="robin", title="lower", body="b"))
    for _ in range(2):
        assert robin.write(issues.add_sub_issue(REPO, upper.number, lower)) == Done()
    assert [each.number for each in robin.every(issues.sub_issues(REPO, upper.number))] == [lower.number]
    assert upper.label_names == ("bug",)
    both = robin.write(labels.add_labels(REPO, upper.number, ["wontfix"]))
    assert {each.name for each in both} == {"bug", "wontfix"}
    for _ in range(2):
        assert [each.name for each in robin.write(labels.remove_label(REPO, upper.number, "bug"))] == ["wontfix"]
    closed = robin.write(issues.update_issue(REPO, lower.number, state="closed", reason="not_planned"))
    assert (closed.state, closed.state_reason) == ("closed", "not_planned")
    how = timeline.closing(robin.every(timeline.timeline(REPO, lower.number)))
    assert how is not None
    assert (how.by, how.reason) == ("robin", "not_planned")
    since = list(robin.every(issues.issues(REPO, since=lower.updated_at, labels=["wontfix"], creator="robin")))
    assert [each.number for each in since] == [upper.number]


def test_what_a_pull_request_brings(server: Lookalike, robin: GitHub) -> None:
    pull = opened(server, robin, "brings")
    assert [each.filename for each in robin.every(pulls.files(REPO, pull.number))] == ["tests/test_brings.py"]
    assert [each.sha for each in robin.every(pulls.commits(REPO, pull.number))] == [pull.head.sha]
    assert robin.ask(repositories.compare(REPO, "main", "brings")).ahead_by == 1
    assert robin.ask(repositories.commit(REPO, pull.head.sha)).files[0].filename == "tests/test_brings.py"
    assert robin.write(pulls.request_reviewers(REPO, pull.number, ("kim",))).requested_reviewers[0].login == "kim"
    assert robin.ask(checks.statuses(REPO, pull.head.sha)).total_count == 0
    assert list(robin.every(checks.check_runs(REPO, pull.head.sha))) == []
    assert [each.number for each in robin.every(pulls.pulls_with(REPO, pull.head.sha))] == [pull.number]
    changed = robin.write(pulls.update_pull(REPO, pull.number, title="new", state="closed"))
    assert (changed.title, changed.state) == ("new", "closed")
    assert robin.write(repositories.dispatch(REPO, "published", {"pull": pull.number})) == Done()
    assert "README.md" in {each.name for each in robin.ask(contents.folder(REPO, ""))}


def test_what_only_graphql_does(server: Lookalike, robin: GitHub) -> None:
    """GITHUB.md, GraphQL: these five only."""
    server.push("lined-up", {"l.md": "l\n"}, parent="main")
    protect(server.world, server.repository, ["lined-up"], Rules(merge_queue=True), name="line")
    pull = opened(server, robin, "by-name", base="lined-up")
    assert robin.write(graphql.mark_viewed(pull, "tests/test_by-name.py")) == Done()
    for _ in range(2):
        assert robin.write(graphql.enqueue(REPO, pull, sha=pull.head.sha)) == Done()
    elsewhere = opened(server, robin, "clean")
    with pytest.raises(errors.GitHubRefused, match="Could not have acme/payments-api#") as caught:
        robin.write(graphql.enable_auto_merge(REPO, elsewhere, "squash", sha=elsewhere.head.sha))
    assert caught.value.said
    with pytest.raises(NoAccess, match="does not find it"):
        robin.write(graphql.resolve_thread("PRRT_nothing"))


def test_a_limit_that_is_met(server: Lookalike) -> None:
    with server.http() as http:
        asked = {"fault": "primary=120", "path": "/user"}
        assert http.post("/_qatui/faults", json=asked).status_code == 201
    with client(server) as github, pytest.raises(RateLimited, match="the requests of this hour are used up"):
        github.ask(users.me())
