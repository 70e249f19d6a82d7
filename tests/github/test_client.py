"""The client on a written-down server: what it repeats, what it looks for, how long it waits."""

import hashlib
import threading
from typing import Any

import httpx
import pytest

from qatui import __version__
from qatui.errors import (
    BadToken,
    ConfigError,
    Invalid,
    MergeRefused,
    NoAccess,
    RateLimited,
    Redirected,
    ServerTrouble,
    StrangeAnswer,
    Uncertain,
    Unreachable,
)
from qatui.github import comments, graphql, issues, pulls, refs, repositories, reviews, users
from qatui.github.client import LOOKS, PAUSES, GitHub
from qatui.github.protocol import Done, Repo, Write
from qatui.store.answers import Answers
from qatui.store.database import Database
from tests.conftest import NOW, Clock
from tests.github.conftest import API, TOKEN, Line, Reply, reply

REPO = Repo("acme", "shop")
ME = {"login": "kim", "id": 1}
REF = {"ref": "refs/heads/x", "object": {"sha": "a" * 40, "type": "commit"}}
SIDE = {"ref": "x", "sha": "a" * 40}
PULL = {
    "number": 7,
    "node_id": "PR_7",
    "state": "open",
    "title": "t",
    "html_url": "https://github.com/acme/shop/pull/7",
    "head": SIDE,
    "base": {**SIDE, "ref": "main"},
    "updated_at": "2026-01-01T00:00:00Z",
}
TIMEOUT = httpx.ReadTimeout("timed out")
CUT = httpx.RemoteProtocolError("peer closed connection without sending complete message body")
NO_ROUTE = httpx.ConnectError("[Errno 111] Connection refused")
TROUBLE: list[Reply] = [reply(500), reply(502, b"<html>"), reply(503), TIMEOUT, CUT, reply(200, b'{"login": "k')]


def limited(status: int = 403, **headers: str) -> httpx.Response:
    """A secondary limit."""
    return reply(status, {"message": "You have exceeded a secondary rate limit."}, **headers)


def spent(seconds: int) -> httpx.Response:
    """The primary limit, full again in so many seconds."""
    told = {"limit": "5000", "remaining": "0", "used": "5000", "reset": str(NOW // 1000 + seconds), "resource": "core"}
    headers = {f"x_ratelimit_{name}": text for name, text in told.items()}
    return reply(403, {"message": "API rate limit exceeded for user ID 1."}, **headers)


def test_every_request_says_who_asks_and_how(line: Line) -> None:
    """GITHUB.md, Answers: send User-Agent, Accept, X-GitHub-Api-Version.

    https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api#headers
    """
    with line.client(reply(200, ME)) as github:
        assert github.ask(users.me()).login == "kim"
    headers = line.asked[0].headers
    assert headers["user-agent"] == f"qatui/{__version__}"
    assert headers["accept"] == "application/vnd.github+json"
    assert headers["x-github-api-version"] == "2022-11-28"
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert "content-type" not in headers
    assert line.slept == []


@pytest.mark.parametrize("url", ["http://git.acme.test/api/v3", "https://me@h/", "nonsense", "https://h\r\nX: y"])
def test_where_a_token_must_not_go(url: str) -> None:
    with pytest.raises(ConfigError, match="GitHub's API cannot be at"):
        GitHub(url, TOKEN)


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: y", "tökén", "a\x00"])
def test_what_is_no_token(token: str) -> None:
    with pytest.raises(ConfigError) as caught:
        GitHub(API, token)
    assert not token or token not in str(caught.value)


def test_pages_are_followed_as_given_and_when_they_are_wanted(line: Line) -> None:
    """GITHUB.md, Answers: follow `Link` as given."""

    def page(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("page", "1"))
        link = f'<{API}/repositories/1/labels?cursor=abc&page={number + 1}>; rel="next"' if number < 3 else ""
        return reply(200, [{"filename": f"{number}", "status": "added"}], **({"link": link} if link else {}))

    with line.client(page) as github:
        entries = github.every(pulls.files(REPO, 7))
        assert next(entries).filename == "1"
        assert len(line.asked) == 1
        assert [each.filename for each in entries] == ["2", "3"]
    assert line.seen == [
        "GET /repos/acme/shop/pulls/7/files?per_page=100",
        "GET /repositories/1/labels?cursor=abc&page=2",
        "GET /repositories/1/labels?cursor=abc&page=3",
    ]


def test_pages_in_a_circle_end(line: Line) -> None:
    page = reply(200, [], link=f'<{API}/repos/acme/shop/pulls/7/files?per_page=100>; rel="next"')
    with line.client(page) as github, pytest.raises(Redirected, match="in a circle"):
        list(github.every(pulls.files(REPO, 7)))
    assert len(line.asked) == 1


def test_headers_can_be_heard(line: Line) -> None:
    with line.client(reply(200, ME, X_OAuth_Scopes="repo")) as github:
        person, headers = github.hear(users.me())
    assert (person.login, headers["x-oauth-scopes"]) == ("kim", "repo")


@pytest.mark.parametrize("trouble", TROUBLE)
def test_a_read_is_asked_again(line: Line, trouble: Reply) -> None:
    """GITHUB.md, Rate limits: 5xx, time-outs, cut answers: retry reads."""
    with line.client(trouble, trouble, reply(200, ME)) as github:
        assert github.ask(users.me()).login == "kim"
    assert line.slept == list(PAUSES[:2])


@pytest.mark.parametrize("trouble", [*TROUBLE, NO_ROUTE])
def test_and_not_for_ever(line: Line, trouble: Reply) -> None:
    with (
        line.client(trouble) as github,
        pytest.raises(Unreachable, match="Could not see whose token it is: ") as caught,
    ):
        github.ask(users.me())
    assert len(line.asked) == len(PAUSES)
    assert "safe to run again" in caught.value.hint
    assert isinstance(caught.value, ServerTrouble) is (trouble is not NO_ROUTE)


def test_who_cannot_wait_says_how_often(line: Line) -> None:
    with line.client(TIMEOUT, pauses=(0.5, 0.0)) as github, pytest.raises(ServerTrouble):
        github.ask(users.me())
    assert (len(line.asked), line.slept) == (2, [0.5])


def test_what_a_server_in_trouble_asks_to_wait_is_waited_by_the_patient(line: Line) -> None:
    with line.client(reply(503, retry_after="20"), reply(200, ME), patience=60) as github:
        github.ask(users.me())
    assert line.slept == [20.0]
    with line.client(reply(503, retry_after="20")) as github, pytest.raises(ServerTrouble):
        github.ask(users.me())
    assert line.slept == [20.0]


def test_an_answer_of_another_shape_is_not_asked_for_again(line: Line) -> None:
    with line.client(reply(200, {"login": 7})) as github, pytest.raises(StrangeAnswer, match=r"\$\.login"):
        github.ask(users.me())
    assert len(line.asked) == 1


@pytest.mark.parametrize("lost", [TIMEOUT, CUT, reply(500), reply(502), reply(201, b'{"ref": ')])
def test_a_write_that_happened_is_found_and_not_sent_twice(line: Line, lost: Reply) -> None:
    """GITHUB.md, Rate limits: a write that may have happened is looked for."""
    with line.client(lost, reply(200, REF)) as github:
        assert github.write(refs.create_ref(REPO, "heads/x", "a" * 40)).object.sha == "a" * 40
    assert line.seen == ["POST /repos/acme/shop/git/refs", "GET /repos/acme/shop/git/ref/heads/x"]


@pytest.mark.parametrize(
    ("lost", "looks"),
    [
        (reply(500), PAUSES[:1]),  # the server has done what it will do
        (reply(503), PAUSES[:1]),
        (reply(502), LOOKS),  # it may still be at it
        (reply(504), LOOKS),
        (CUT, LOOKS),
        (reply(201, b'{"ref": '), LOOKS),
        (TIMEOUT, LOOKS),
    ],
)
def test_a_write_that_did_not_happen_is_sent_again_after_looks(
    line: Line, lost: Reply, looks: tuple[float, ...]
) -> None:
    absent = [reply(404, {"message": "Not Found"})] * len(looks)
    with line.client(lost, *absent, reply(201, REF)) as github:
        github.write(refs.create_ref(REPO, "heads/x", "a" * 40))
    assert [each.method for each in line.asked] == ["POST", *["GET"] * len(looks), "POST"]
    assert line.slept == list(looks)


@pytest.mark.parametrize("lost", [TIMEOUT, CUT, reply(502)])
def test_a_write_that_lands_after_the_first_look_is_found_by_a_later_one(line: Line, lost: Reply) -> None:
    make = issues.create_issue(REPO, login="kim", title="t", body="b")
    late = line.clock() + 10_000

    def server(request: httpx.Request) -> Reply:
        if request.method == "POST":
            return lost
        landed = {"number": 7, "id": 7, "node_id": "I", "state": "open", "title": "t", "body": "b", "user": ME}
        times = dict.fromkeys(("created_at", "updated_at"), "2026-01-01T00:00:00Z")
        page = {"html_url": "https://github.com/acme/shop/issues/7"}
        return reply(200, [{**landed, **times, **page}] if line.clock() >= late else [])

    with line.client(server) as github:
        assert github.write(make).number == 7
    assert [each.method for each in line.asked] == ["POST", "GET", "GET", "GET"]
    assert line.slept == list(LOOKS)


def test_after_a_time_out_nothing_is_made_twice_in_one_run(line: Line) -> None:
    """Nobody knows how late it may land; a run that looks first is safe."""
    make = issues.create_issue(REPO, login="kim", title="t", body="b")
    with line.client(TIMEOUT, reply(200, [])) as github, pytest.raises(Uncertain, match="may still come") as caught:
        github.write(make)
    assert caught.value.hint == "Run it again: it looks first whether it is there."
    assert [each.method for each in line.asked] == ["POST", *["GET"] * len(LOOKS)]
    assert line.slept == list(LOOKS)


def test_a_write_that_never_left_is_sent_again_without_a_look(line: Line) -> None:
    with line.client(NO_ROUTE, reply(201, REF)) as github:
        github.write(refs.create_ref(REPO, "heads/x", "a" * 40))
    assert [each.method for each in line.asked] == ["POST", "POST"]
    with line.client(NO_ROUTE) as github, pytest.raises(Unreachable) as caught:
        github.write(refs.create_ref(REPO, "heads/x", "a" * 40))
    assert type(caught.value) is Unreachable


def test_a_write_that_never_happens_says_so_after_a_look_each(line: Line) -> None:
    def down(request: httpx.Request) -> httpx.Response:
        return reply(500) if request.method == "POST" else reply(404, {})

    with line.client(down) as github, pytest.raises(ServerTrouble, match="it answered 500"):
        github.write(refs.create_ref(REPO, "heads/x", "a" * 40))
    assert [each.method for each in line.asked] == ["POST", "GET"] * 3


def test_where_the_look_fails_too_a_person_is_told_what_is_unknown(line: Line) -> None:
    with line.client(TIMEOUT) as github, pytest.raises(Uncertain, match="It may have been done all the same") as caught:
        github.write(refs.create_ref(REPO, "heads/x", "a" * 40))
    assert caught.value.hint == "Run it again: it looks first whether it is there."
    assert [each.method for each in line.asked] == ["POST", "GET", "GET", "GET"]
    bad = reply(401, {"message": "Bad credentials"})
    with line.client(TIMEOUT, bad) as github, pytest.raises(Uncertain, match="does not accept the token"):
        github.write(refs.create_ref(REPO, "heads/x", "a" * 40))
    with line.client(reply(503, retry_after="600")) as github, pytest.raises(Uncertain, match="left alone"):
        github.write(refs.create_ref(REPO, "heads/x", "a" * 40))


def test_what_leaves_no_trace_is_never_sent_twice(line: Line) -> None:
    with line.client(TIMEOUT) as github, pytest.raises(Uncertain, match="no trace") as caught:
        github.write(repositories.dispatch(REPO, "published", {"number": 7}))
    assert len(line.asked) == 1
    assert caught.value.hint == "Look at GitHub whether it is there, before you run this again."
    with line.client(reply(204)) as github, pytest.raises(Uncertain, match="an earlier run may have sent it") as caught:
        github.write(repositories.dispatch(REPO, "published", {}), again=True)
    assert len(line.asked) == 1
    assert caught.value.hint == "Look at GitHub whether it is there, before you run this again."


@pytest.mark.parametrize("seen", [reply(200, []), reply(500), reply(200, {"not": "a list"}), reply(404, {})])
def test_what_is_granted_in_another_shape_is_looked_for_and_not_sent_twice(line: Line, seen: Reply) -> None:
    """GITHUB.md, Rate limits: a write that may have happened is looked for before it is repeated."""
    made = {"number": 7, "id": 7, "node_id": "I", "state": "open", "title": "t", "body": "b", "html_url": "u"}
    issue = made | {"user": ME} | dict.fromkeys(("created_at", "updated_at"), "2026-01-01T00:00:00Z")
    make = issues.create_issue(REPO, login="kim", title="t", body="b")
    strange = reply(201, {"ok": True})
    with line.client(strange, reply(200, [issue])) as github:
        assert github.write(make).number == 7
    with line.client(strange, seen) as github, pytest.raises(Uncertain, match="not what GitHub documents") as caught:
        github.write(make)
    assert caught.value.hint == "Run it again: it looks first whether it is there."
    assert [each.method for each in line.asked].count("POST") == 2


def test_what_can_be_done_twice_is(line: Line) -> None:
    granted = reply(200, {"data": {"markFileAsViewed": {"clientMutationId": None}}})
    with line.client(TIMEOUT, reply(502), granted) as github:
        target = pulls.Pull(7, "PR_7", "open", "t", "u", pulls.Side("x", "a"), pulls.Side("main", "b"), "now")
        assert github.write(graphql.mark_viewed(target, "tests/a.py")) == Done()
    assert [each.method for each in line.asked] == ["POST"] * 3
    line.slept.clear()
    with line.client(TIMEOUT) as github, pytest.raises(ServerTrouble):
        github.write(graphql.mark_viewed(target, "tests/a.py"))
    assert line.slept == list(PAUSES[:-1])  # after the last try there is nothing to wait for


def test_an_earlier_run_may_have_sent_it(line: Line) -> None:
    with line.client(reply(200, REF)) as github:
        github.write(refs.create_ref(REPO, "heads/x", "a" * 40), again=True)
    assert [each.method for each in line.asked] == ["GET"]
    with line.client(reply(404, {}), reply(201, REF)) as github:
        github.write(refs.create_ref(REPO, "heads/x", "a" * 40), again=True)
    assert [each.method for each in line.asked] == ["GET", "GET", "POST"]


def test_a_list_that_cannot_be_seen_says_nothing_of_a_write(line: Line) -> None:
    """The token lost its access between the two: 404 is no reason to make the issue once more."""
    make = issues.create_issue(REPO, login="kim", title="t", body="b")
    with line.client(TIMEOUT, reply(404, {})) as github, pytest.raises(Uncertain, match="does not show it"):
        github.write(make)
    with line.client(reply(404, {})) as github, pytest.raises(NoAccess):
        github.write(make, again=True)
    assert [each.method for each in line.asked] == ["POST", "GET", "GET"]


def test_a_refusal_may_mean_that_it_is_so_already(line: Line) -> None:
    """GITHUB.md, Refs: duplicate 422; DELETE of a missing one 422. Merged: a branch already deleted is success."""
    exists = reply(422, {"message": "Reference already exists"})
    with line.client(exists, reply(200, REF)) as github:
        github.write(refs.create_ref(REPO, "heads/x", "a" * 40))
    with line.client(exists, reply(200, REF)) as github, pytest.raises(Invalid, match="Reference already exists"):
        github.write(refs.create_ref(REPO, "heads/x", "b" * 40))
    with line.client(reply(422, {"message": "Reference does not exist"}), reply(200, [])) as github:
        assert github.write(refs.delete_ref(REPO, "heads/x")) == Done()


def test_a_base_that_moves_at_this_moment_passes(line: Line) -> None:
    """GITHUB.md, Pull requests: 405 `Base branch was modified` is transient."""
    busy = reply(405, {"message": "Base branch was modified. Review and try the merge again."})
    merge = pulls.merge(REPO, 7, sha="a" * 40, method="merge")
    with line.client(busy, busy, reply(200, {"sha": "m", "merged": True, "message": "ok"})) as github:
        assert github.write(merge).sha == "m"
    with line.client(busy) as github, pytest.raises(MergeRefused) as caught:
        github.write(merge)
    assert caught.value.why == "base_moved"
    assert len(line.asked) == 3 + len(PAUSES)
    assert line.slept == [*PAUSES[:2], *PAUSES[:-1]]


def test_until_it_is_computed(line: Line) -> None:
    """GITHUB.md, Pull requests: `mergeable` is null while computed: ask again."""
    with line.client(reply(200, PULL), reply(200, PULL), reply(200, {**PULL, "mergeable": True})) as github:
        assert github.until(pulls.pull(REPO, 7), pulls.settled).mergeable
    assert line.slept == list(PAUSES[:2])
    with line.client(reply(200, PULL)) as github:
        assert github.until(pulls.pull(REPO, 7), pulls.settled).mergeable is None
    assert len(line.asked) == 3 + 1 + len(PAUSES)


def test_writes_are_a_second_apart_and_reads_are_not(line: Line) -> None:
    """GITHUB.md, Rate limits: serial writes, at least 1 s apart."""
    with line.client(reply(201, REF)) as github:
        for _ in range(3):
            github.write(refs.create_ref(REPO, "heads/x", "a" * 40))
    assert line.slept == [1.0, 1.0]
    with line.client(reply(200, ME)) as github:
        for _ in range(180):  # 900 points a minute would be spent if they counted 5 each
            github.ask(users.me())
        github.ask(users.me())
    assert line.slept == [1.0, 1.0]


MADE = {"body": "b", "user": ME, "html_url": "u", "path": "a.py", "original_line": 3, "side": "RIGHT"}
MADE |= {"number": 7, "id": 7, "node_id": "I", "title": "t", "commit_id": "a" * 40}
MADE |= dict.fromkeys(("created_at", "updated_at", "submitted_at"), "2026-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("write", "state"),
    [
        (issues.create_issue(REPO, login="kim", title="t", body="b"), "open"),
        (comments.create_comment(REPO, 7, login="kim", body="b", since="2026-01-01T00:00:00Z"), ""),
        (reviews.review(REPO, 7, login="kim", commit="a" * 40, event="COMMENT", body="b"), "COMMENTED"),
        (
            reviews.comment_line(
                REPO, 7, login="kim", commit="a" * 40, comment=reviews.LineComment("a.py", "b", 3, "RIGHT")
            ),
            "",
        ),
    ],
    ids=["issue", "comment", "review", "line"],
)
def test_what_was_made_is_found_behind_two_thousand_others(line: Line, write: Write[Any], state: str) -> None:
    """GITHUB.md, Answers: follow `Link` as given; per_page at most 100."""

    def server(request: httpx.Request) -> httpx.Response:
        number = int(request.url.params.get("page", "1"))
        follow = f'<{request.url.copy_merge_params({"page": number + 1})}>; rel="next"'
        return reply(200, [{**MADE, "state": state}] if number == 20 else [], link=follow)

    with line.client(server) as github:
        assert github.write(write, again=True).id == 7
    assert {each.method for each in line.asked} == {"GET"}
    assert len(line.asked) == 20
    assert line.asked[0].url.params["per_page"] == "100"


def test_a_clock_that_is_set_back_stops_nothing(line: Line) -> None:
    with line.client(reply(201, REF)) as github:
        for _ in range(3):
            github.write(refs.create_ref(REPO, "heads/x", "a" * 40))
            line.clock.forward(-3_600_000)
    assert line.slept == [1.0, 1.0]


def test_a_limit_is_waited_for_by_the_patient(line: Line) -> None:
    """GITHUB.md, Rate limits: `retry-after`, else until reset, else a minute."""
    write = refs.create_ref(REPO, "heads/x", "a" * 40)
    told: list[int] = []
    answers = (limited(retry_after="7"), spent(30), limited(429), reply(201, REF))
    with line.client(*answers, patience=900, waiting=told.append) as github:
        github.write(write)
    assert told == [NOW + 7_000, NOW + 31_000, NOW + 91_000], "until when, in time"
    # 7 s as told, the rest of 30 s and a second, a minute where nothing is told.
    assert line.slept == [7.0, 24.0, 60.0]
    assert [each.method for each in line.asked] == ["POST"] * 4  # refused did not happen: no look


def test_and_not_by_those_who_cannot_wait(line: Line) -> None:
    with line.client(limited(retry_after="7")) as github:
        with pytest.raises(RateLimited, match="too many requests at once") as caught:
            github.ask(users.me())
        assert (caught.value.until, caught.value.secondary) == (NOW + 7000, True)
        with pytest.raises(RateLimited):
            github.ask(users.me())
        assert len(line.asked) == 1  # nothing is sent while it lasts
        line.clock.forward(7000)
        with pytest.raises(RateLimited):
            github.ask(users.me())
    assert len(line.asked) == 2
    with line.client(spent(600), patience=60) as github, pytest.raises(RateLimited) as caught:
        github.ask(users.me())
    assert not caught.value.secondary
    assert caught.value.until == NOW + 601_000
    assert line.slept == []


def test_the_patience_is_for_a_call_not_for_each_wait(line: Line) -> None:
    """GITHUB.md, Rate limits: then give up with a clear error."""
    with line.client(limited(), patience=900) as github, pytest.raises(RateLimited, match="secondary rate limit"):
        github.ask(users.me())
    assert line.slept == [60.0, 120.0, 240.0]  # the fourth refusal in a row is the last
    assert len(line.asked) == 4
    with line.client(limited(retry_after="50"), patience=120) as github, pytest.raises(RateLimited):
        github.ask(users.me())
    assert line.slept[3:] == [50.0, 50.0]


def test_a_limit_without_a_wait_ends_too(line: Line) -> None:
    with line.client(limited(retry_after="0")) as github, pytest.raises(RateLimited):
        github.ask(users.me())
    assert len(line.asked) == 4


def test_what_did_not_change_is_not_sent_again(line: Line, db: Database, clock: Clock) -> None:
    """GITHUB.md, Rate limits: conditional requests: a 304 is free."""
    link = f'<{API}/repositories/1/x?page=2>; rel="next"'

    def pages(request: httpx.Request) -> httpx.Response:
        etag = hashlib.sha256(str(request.url).encode()).hexdigest()
        if request.headers.get("if-none-match") == etag:
            return reply(304, etag=etag)
        more = {} if "page=2" in str(request.url) else {"link": link}
        return reply(200, [{"filename": str(request.url.path), "status": "added"}], etag=etag, **more)

    kept = Answers(db, clock)
    names = []
    for _ in range(2):  # two starts of the program
        with line.client(pages, answers=kept) as github:
            names.append([each.filename for each in github.every(pulls.files(REPO, 7))])
    assert names[0] == names[1] == ["/repos/acme/shop/pulls/7/files", "/repositories/1/x"]
    assert ["if-none-match" in each.headers for each in line.asked] == [False, False, True, True]
    other = GitHub(API, "ghp_other", answers=kept, transport=httpx.MockTransport(pages), now=clock)
    assert other.ask(pulls.files(REPO, 7))
    with db.read() as connection:
        rows = str(connection.exec_driver_sql("SELECT key, etag, link FROM answer").all())
    assert rows.count("repositories") == 2  # one more for the other's token
    assert TOKEN not in rows
    assert "acme" not in rows


def test_only_what_can_be_read_is_kept(line: Line, db: Database, clock: Clock) -> None:
    kept = Answers(db, clock)
    page = reply(200, b"<html>maintenance</html>", etag='"x"')
    with line.client(page, reply(200, ME, etag='"y"'), reply(304), answers=kept) as github:
        assert github.ask(users.me()).login == "kim"
        assert github.ask(users.me()).login == "kim"
    assert line.asked[-1].headers["if-none-match"] == '"y"'


def test_a_304_that_was_not_asked_for(line: Line) -> None:
    with line.client(reply(304)) as github, pytest.raises(StrangeAnswer, match="304"):
        github.ask(users.me())


def test_graphql_errors_come_with_status_200(line: Line) -> None:
    target = pulls.Pull(7, "PR_7", "open", "t", "u", pulls.Side("x", "a"), pulls.Side("main", "b"), "now")
    refused = reply(200, {"data": None, "errors": [{"type": "UNPROCESSABLE", "message": "Auto merge is not allowed"}]})
    with line.client(refused) as github, pytest.raises(Invalid, match="Auto merge is not allowed"):
        github.write(graphql.enable_auto_merge(REPO, target, "squash", sha="a"))
    queued = reply(200, {"errors": [{"type": "UNPROCESSABLE", "message": "Pull request is already in the queue"}]})
    with line.client(queued) as github:
        assert github.write(graphql.enqueue(REPO, target, sha="a")) == Done()
    assert line.seen == ["POST /graphql", "POST /graphql"]


def test_nobody_sees_the_token(line: Line, caplog: pytest.LogCaptureFixture) -> None:
    """Not even when a server sends back what it was sent."""
    echo = {"message": f"no such token: {TOKEN}", "errors": [TOKEN]}
    location = f"{API}/x?{TOKEN}"
    caplog.set_level("DEBUG")
    for answer in (reply(401, echo), reply(422, echo), reply(403, echo), reply(302, echo, location=f"http://{TOKEN}/")):
        with line.client(answer) as github, pytest.raises(Exception, match="Could not") as caught:
            github.write(comments.create_comment(REPO, 7, login="kim", body="b", since="2026-01-01T00:00:00Z"))
        assert TOKEN not in f"{caught.value} {caught.value.__dict__} {caught.value.__cause__}"
        assert TOKEN not in repr(github)
        assert TOKEN not in str(vars(github))
    broken = httpx.ReadError(f"sent {TOKEN}")
    with line.client(reply(302, {}, location=location), broken) as github, pytest.raises(Unreachable) as lost:
        github.ask(users.me())
    assert TOKEN not in f"{lost.value} {lost.value.hint}"
    assert TOKEN not in caplog.text


def test_a_bad_token_is_asked_once(line: Line) -> None:
    with line.client(reply(401, {"message": "Bad credentials"})) as github, pytest.raises(BadToken):
        list(github.every(issues.issues(REPO)))
    assert len(line.asked) == 1


def test_several_threads_write_one_after_the_other(line: Line) -> None:
    """GITHUB.md, Rate limits: serial writes."""
    inside = threading.Semaphore(1)
    another = threading.Event()

    def slow(_request: httpx.Request) -> httpx.Response:
        if not inside.acquire(blocking=False):
            another.set()
            return reply(201, REF)
        if len(line.asked) == 1:
            another.wait(0.2)  # as long as the five others would need to come in here
        inside.release()
        return reply(201, REF)

    with line.client(slow) as github:
        write = refs.create_ref(REPO, "heads/x", "a" * 40)
        threads = [threading.Thread(target=github.write, args=(write,)) for _ in range(6)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert not another.is_set()
    assert len(line.asked) == 6
    assert line.slept == [1.0] * 5
