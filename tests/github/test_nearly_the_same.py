"""Writes beside something that is nearly the same: lost or said once more they happen once, and never not at all."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from qatui import errors
from qatui.domain.moments import iso
from qatui.github import comments, issues, labels, milestones, pulls, refs, reviews
from qatui.github.client import GitHub
from qatui.github.protocol import Done, Repo, Write
from qatui.github.reviews import LineComment
from tests.conftest import Clock, run_git
from tests.github.conversation import Faulty
from tests.lookalike import Lookalike, lookalike

REPO = Repo("acme", "payments-api")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lookalike]:
    with lookalike(tmp_path_factory.mktemp("github") / "world") as made:
        yield made


def client(server: Lookalike, login: str = "robin", **options: Any) -> GitHub:
    """Somebody's client, whose clock moves by its own sleeps."""
    clock = Clock()
    return GitHub(
        server.url, server.token(login), now=clock, sleep=lambda each: clock.forward(round(each * 1000)), **options
    )


@pytest.fixture
def robin(server: Lookalike) -> Iterator[GitHub]:
    with client(server) as made:
        yield made


def fail_next(server: Lookalike, fault: str, method: str, path: str) -> None:
    """Let the next such request below acme/payments-api meet a fault."""
    with server.http() as http:
        asked = {"fault": fault, "method": method, "path": f"/repos/acme/payments-api{path}"}
        assert http.post("/_qatui/faults", json=asked).status_code == 201


def opening(server: Lookalike, branch: str, text: str) -> Write[pulls.Pull]:
    """A pull request for a new commit of a branch; always the same words."""
    tip = server.push(branch, {f"tests/{branch}.py": text})
    return pulls.create_pull(REPO, title="Tests: 1 of x", head=branch, head_sha=tip, base="main", body="b")


@pytest.mark.parametrize("lost", [True, False])
def test_a_closed_pull_request_of_other_commits_is_not_ours(server: Lookalike, robin: GitHub, lost: bool) -> None:
    branch = f"republished-{lost}".lower()
    first = robin.write(opening(server, branch, "1\n"))
    robin.write(pulls.update_pull(REPO, first.number, state="closed"))
    make = opening(server, branch, "2\n")
    if lost:
        fail_next(server, "502", "POST", "/pulls")
    second = robin.write(make, again=not lost)
    assert (second.number != first.number, second.state) == (True, "open")
    robin.write(pulls.update_pull(REPO, second.number, state="closed"))
    assert robin.write(make, again=True).number == second.number  # somebody closed exactly that one


def test_a_merged_pull_request_is_ours_at_the_very_commit_only(server: Lookalike, robin: GitHub) -> None:
    """GITHUB.md, Pull requests: create gives 422 with no commits between."""
    make = opening(server, "ended", "1\n")
    first = robin.write(make)
    assert robin.write(pulls.merge(REPO, first.number, sha=first.head.sha, method="merge")).merged
    assert robin.write(make).number == first.number
    main = run_git(server.bare, "rev-parse", "main")
    run_git(server.bare, "update-ref", "refs/heads/ended", main)
    behind = pulls.create_pull(REPO, title="Tests: 1 of x", head="ended", head_sha=main, base="main", body="b")
    with pytest.raises(errors.Invalid, match="No commits between"):
        robin.write(behind)


@pytest.mark.parametrize("login", ["robin", ""])
def test_the_same_words_on_another_line_are_another_comment(server: Lookalike, robin: GitHub, login: str) -> None:
    branch = f"lines-of-{login or 'nobody'}"
    pull = robin.write(opening(server, branch, "a\nb\nc\n"))
    place = f"/pulls/{pull.number}/comments"
    for number, fault in ((1, ""), (2, "502"), (3, "502_after")):
        said = LineComment(f"tests/{branch}.py", "no assertion", number, "RIGHT")
        write = reviews.comment_line(REPO, pull.number, login=login, commit=pull.head.sha, comment=said)
        if fault:
            fail_next(server, fault, "POST", place)
        first = robin.write(write)
        assert first.line == number
        assert robin.write(write, again=True).id == first.id
    assert [each.line for each in robin.every(reviews.review_comments(REPO, pull.number))] == [1, 2, 3]


@pytest.mark.parametrize("ahead", [-60, 0, 60, 540])
@pytest.mark.parametrize("login", ["robin", ""])
def test_a_comment_is_made_once_whatever_our_clock_says_and_whoever_we_are(
    server: Lookalike, robin: GitHub, login: str, ahead: int
) -> None:
    """GITHUB.md, Rate limits: a write that may have happened is looked for before it is repeated."""
    number = robin.write(issues.create_issue(REPO, login="robin", title=f"{login} {ahead}", body=f"{ahead}")).number
    since = iso((server.world.now() + ahead) * 1000)
    fail_next(server, "502_after", "POST", f"/issues/{number}/comments")
    robin.write(comments.create_comment(REPO, number, login=login, body="hello", since=since))
    assert [each.body for each in robin.every(comments.comments(REPO, number))] == ["hello"]


def test_a_comment_of_somebody_else_is_not_ours(server: Lookalike, robin: GitHub) -> None:
    number = robin.write(issues.create_issue(REPO, login="robin", title="two", body="of the same words")).number
    for login in ("kim", "robin"):
        with client(server, login) as github:
            since = iso(server.world.now() * 1000)
            github.write(comments.create_comment(REPO, number, login=login, body="+1", since=since), again=True)
    assert len(list(robin.every(comments.comments(REPO, number)))) == 2
    with pytest.raises(errors.UsageError, match="is no moment"):
        comments.create_comment(REPO, number, login="robin", body="b", since="yesterday")


def test_an_issue_that_somebody_edited_is_the_one_with_its_marker(server: Lookalike, robin: GitHub) -> None:
    marker = "<!-- qa:AAAAAA -->"
    for login in ("robin", ""):
        make = issues.create_issue(REPO, login=login, title="item", body=f"{login} {marker}", marker=marker)
        number = robin.write(make, again=True).number
        robin.write(issues.update_issue(REPO, number, title="renamed", body=f"more words {marker}"))
        assert robin.write(make, again=True).number == number
    assert sum(marker in (each.body or "") for each in robin.every(issues.issues(REPO))) == 1


@pytest.mark.parametrize("repo", [Repo("acme", "ledger"), Repo("acme", "nothing")])
def test_what_cannot_be_seen_is_not_taken_for_removed(server: Lookalike, repo: Repo) -> None:
    """GITHUB.md, Access in words: 404 may mean no access. Merged: a branch already deleted is success."""
    with client(server, "rita") as rita:
        for write in (refs.delete_ref(repo, "heads/main"), refs.delete_ref(repo, "heads/main", sha="a" * 40)):
            with pytest.raises(errors.NoAccess):
                rita.write(write)
            with pytest.raises(errors.NoAccess):
                rita.write(write, again=True)
        assert rita.write(refs.delete_ref(REPO, "heads/never-there"), again=True) == Done()


class Meanwhile(httpx.BaseTransport):
    """Real HTTP, where something happens after the first request of a method, whose answer is then lost."""

    def __init__(self, method: str, then: Callable[[], object], lost: Callable[[], Exception]) -> None:
        self._inner = httpx.HTTPTransport(verify=False)
        self._method, self._then, self._lost = method, then, lost
        self._done = False

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it on."""
        answer = self._inner.handle_request(request)
        if request.method == self._method and not self._done:
            self._done = True
            answer.read()
            self._then()
            raise self._lost()
        return answer

    def close(self) -> None:
        """Give back the connections."""
        self._inner.close()


CUT = functools.partial(httpx.RemoteProtocolError, "cut")
SILENT = functools.partial(httpx.ReadTimeout, "silent")
NO_ROUTE = functools.partial(httpx.ConnectError, "no route")


@pytest.mark.parametrize("lost", [CUT, SILENT, NO_ROUTE])
def test_what_a_bot_pushed_meanwhile_is_never_overwritten_or_removed(
    server: Lookalike, lost: Callable[[], Exception]
) -> None:
    """GITHUB.md, Merged: never force but with a lease."""
    old = server.push("leased", {"a.txt": "1\n"}, parent="main")
    new = server.push("other", {"a.txt": "2\n"}, parent="main")
    pushed: list[str] = []

    def bot() -> None:
        pushed.append(server.push("leased", {"bot.txt": "1\n"}, parent=old))

    move = refs.update_ref(REPO, "heads/leased", new, expected=old)
    remove = refs.delete_ref(REPO, "heads/leased", sha=old)
    writes: list[tuple[str, Write[Any]]] = [("PATCH", move), ("DELETE", remove)]
    for method, write in writes:
        run_git(server.bare, "update-ref", "refs/heads/leased", old)
        with client(server, transport=Meanwhile(method, bot, lost)) as github:
            with pytest.raises(errors.Conflict, match=f"no longer at {old[:12]}"):
                github.write(write)
            with pytest.raises(errors.Conflict):
                github.write(write)
        assert run_git(server.bare, "rev-parse", "refs/heads/leased") == pushed[-1]


def test_a_lease_that_holds_is_used_once(server: Lookalike, robin: GitHub) -> None:
    old = server.push("held", {"a.txt": "1\n"}, parent="main")
    new = server.push("held-new", {"a.txt": "2\n"}, parent="main")
    fail_next(server, "502_after", "PATCH", "/git/refs/heads/held")
    assert robin.write(refs.update_ref(REPO, "heads/held", new, expected=old)).object.sha == new
    fail_next(server, "502", "DELETE", "/git/refs/heads/held")
    assert robin.write(refs.delete_ref(REPO, "heads/held", sha=new)) == Done()
    assert robin.ask(refs.refs_under(REPO, "heads/held")) == [refs.Ref("refs/heads/held-new", refs.Object(new))]


@pytest.mark.parametrize(("branch", "lost"), [("late-cut", CUT), ("late-unsent", NO_ROUTE)])
def test_a_branch_brought_up_to_date_a_little_later_is_done(
    server: Lookalike, robin: GitHub, branch: str, lost: Callable[[], Exception]
) -> None:
    pull = robin.write(opening(server, branch, "1\n"))
    server.push("main", {"else.txt": branch})
    update = pulls.update_branch(REPO, pull)
    with client(server, transport=Meanwhile("PUT", lambda: None, lost)) as github:
        assert github.write(update) == Done()
    assert len(list(robin.every(pulls.commits(REPO, pull.number)))) == 2
    assert robin.write(update) == robin.write(update, again=True) == Done()


def test_somebody_else_s_push_brings_no_branch_up_to_date(server: Lookalike, robin: GitHub) -> None:
    pull = robin.write(opening(server, "pushed-to", "1\n"))
    server.push("main", {"again.txt": "1\n"})
    server.push("pushed-to", {"bot.txt": "1\n"})
    for again in (False, True):
        with pytest.raises(errors.Invalid, match="expected_head_sha"):
            robin.write(pulls.update_branch(REPO, pull), again=again)


@pytest.mark.parametrize(("fault", "sent"), [("502", 2), ("502_after", 1)])
def test_each_of_the_other_writes_happens_once(server: Lookalike, robin: GitHub, fault: str, sent: int) -> None:
    """GITHUB.md, Rate limits: a write that may have happened is looked for before it is repeated."""
    branch = f"others-{fault.replace('_', '-')}"
    pull = robin.write(opening(server, branch, "1\n"))
    item, child = (
        robin.write(issues.create_issue(REPO, login="robin", title=f"{branch} {name}", body=name, labels=["bug"]))
        for name in ("item", "child")
    )
    said = robin.write(comments.create_comment(REPO, item.number, login="robin", body="a", since=item.created_at))
    start = run_git(server.bare, "rev-parse", f"{branch}^")
    run_git(server.bare, "update-ref", f"refs/heads/{branch}-moved", start)
    writes: list[Write[Any]] = [
        issues.update_issue(REPO, item.number, title="new", state="closed", reason="completed"),
        issues.add_sub_issue(REPO, item.number, child),
        comments.update_comment(REPO, said.id, "b"),
        labels.create_label(REPO, branch, "abcdef"),
        labels.remove_label(REPO, item.number, "bug"),
        milestones.create_milestone(REPO, branch),
        pulls.update_pull(REPO, pull.number, title="new", body="new"),
        pulls.request_reviewers(REPO, pull.number, ("kim",)),
        refs.update_ref(REPO, f"heads/{branch}-moved", pull.head.sha),
    ]
    for write in writes:
        transport = Faulty(fault, only=(write.request.method,))
        with client(server, transport=transport) as github:
            assert type(github.write(write)) is type(github.write(write, again=True))
        assert [each.startswith(write.request.method) for each in transport.asked].count(True) == sent, write.request.to
    now = robin.ask(issues.issue(REPO, item.number))
    assert (now.title, now.state, now.label_names, now.sub_issues_summary.total) == ("new", "closed", (), 1)
    assert robin.ask(refs.ref(REPO, f"heads/{branch}-moved")).object.sha == pull.head.sha
