"""The other doors of the look-alike: GraphQL, git's own protocol, its own interface. Whatever comes in, no 500.

QATUI_FUZZ says how many are drawn, as for every route.
"""

import json
import os
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qatui.sandbox.github.views.people import node_id
from tests.contract import Contract
from tests.drawn import HOSTILE_BODIES, ODD, TEXT, Asked, Draw, Known, rare
from tests.sandbox.github.worlds import Worlds

pytestmark = pytest.mark.skipif(Contract.load() is None, reason="the workshop's shared folder is absent")
EXAMPLES = int(os.environ.get("QATUI_FUZZ", "12"))


def torn(draw: Draw, whole: str) -> str:
    """A text with a part taken out and another put in, or whole."""
    if not rare(draw, 3):
        return whole
    start, end = sorted((draw(st.integers(0, len(whole))), draw(st.integers(0, len(whole)))))
    signs = ("", "{", "}", '"', '"""', "...", "$", "#", ":", "@")
    return f"{whole[:start]}{draw(st.sampled_from(signs) | TEXT)}{whole[end:]}"


INPUTS = {
    "enablePullRequestAutoMerge": ("pullRequestId", "mergeMethod", "commitHeadline", "expectedHeadOid"),
    "enqueuePullRequest": ("pullRequestId", "expectedHeadOid", "clientMutationId"),
    "markPullRequestReadyForReview": ("pullRequestId", "clientMutationId"),
    "resolveReviewThread": ("threadId", "clientMutationId"),
    "markFileAsViewed": ("pullRequestId", "path"),
}


@st.composite
def graphql(draw: Draw, known: Known) -> Asked:
    """A request for one of the five mutations, or nearly."""
    name = draw(st.sampled_from(sorted(INPUTS)))
    title = name[0].upper() + name[1:]
    inputs = {
        key: draw(ODD) if rare(draw, 8) else draw(st.sampled_from(known[key]))
        for key in INPUTS[name]
        if not rare(draw, 6)
    }
    shown = {"resolveReviewThread": "thread { id isResolved }", "enqueuePullRequest": "mergeQueueEntry { id }"}.get(
        name, "pullRequest { id number state }"
    )
    if draw(st.booleans()):
        text = f"mutation Go($input: {title}Input!) {{ {name}(input: $input) {{ clientMutationId {shown} }} }}"
        body = {"query": torn(draw, text), "variables": draw(ODD) if rare(draw, 20) else {"input": inputs}}
    else:
        given = ", ".join(
            f"{key}: {value if key == 'mergeMethod' else json.dumps(value)}" for key, value in inputs.items()
        )
        body = {"query": torn(draw, f"mutation {{ a: {name}(input: {{{given}}}) {{ {shown} }} }}")}
    if rare(draw, 20):
        body[draw(st.sampled_from(("query", "operationName", "variables")))] = draw(ODD)
    return Asked("POST", draw(st.sampled_from(("/graphql", "/api/graphql"))), "", (), json.dumps(body).encode())


def test_graphql_answers_anything(worlds: Worlds) -> None:
    talk = worlds.fresh()
    world = talk.github.world
    listed = talk.send(Asked("GET", "/repos/acme/payments-api/pulls", "state=all", (), b"")).json
    known = {
        "pullRequestId": [each["node_id"] for each in listed],
        "threadId": [node_id("ReviewThread", each.id) for each in world.review_comments],
        "mergeMethod": ["MERGE", "SQUASH", "REBASE"],
        "expectedHeadOid": [each.head_sha for each in world.pulls],
        "path": ["tests/one.py", "src/orders.py"],
        "commitHeadline": ["words"],
        "clientMutationId": ["1"],
    }

    @settings(max_examples=EXAMPLES * 10)
    @given(graphql(known), st.sampled_from(("mira", "mira", "robin", "rita", "nobody", "stranger")))
    def any_request(asked: Asked, who: str) -> None:
        told = talk.send(asked, who)
        assert (told.status, talk.bugs()) in [(each, []) for each in (200, 400, 401, 422)], (who, asked, told)
        assert told.status != 200 or told.json.keys() & {"data", "errors"}, (who, asked, told)

    any_request()


@st.composite
def pushed(draw: Draw, commits: Sequence[str]) -> bytes:
    """What git sends to a repository, or nearly: lines with their lengths before them, then anything."""
    zero, other = "0" * 40, draw(st.sampled_from(commits))
    one = draw(st.sampled_from((*commits, "1" * 40, "x", "f" * 39)))
    kinds = (
        f"want {one} no-progress\n",
        f"have {one}\n",
        "done\n",
        f"{zero} {one} refs/heads/a\0 report-status side-band-64k\n",
        f"{one} {zero} refs/heads/free/one\0 report-status atomic push-options\n",
        f"{one} {other} refs/heads/main\0 report-status-v2 object-format=sha1\n",
        f"{zero} {one} {draw(TEXT)}\n",
        "command=ls-refs\n",
        "push-option=a",
    )
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4))
    lines = [each.encode("utf-8", "surrogatepass")[:60_000] for each in chosen]
    ends = (b"0000", b"0000", b"0000PACK", b"", b"0001", b"zzzz", b"ffff", b"0003")
    end: bytes = draw(st.sampled_from(ends)) + draw(st.just(b"") | st.binary(max_size=40))
    return b"".join(f"{len(each) + 4:04x}".encode() + each for each in lines) + end


def test_git_is_answered_whatever_it_sends(worlds: Worlds) -> None:
    talk = worlds.fresh()
    commits = sorted({each.head_sha for each in talk.github.world.pulls})
    names = ("/acme/payments-api.git",) * 6 + ("/acme/ledger", "/acme/none.git", "/a%2Fb/..%2F.git", "/-/--.git")
    name, door = st.sampled_from(names), st.sampled_from(("git-upload-pack", "git-receive-pack"))
    kinds = (
        (),
        (),
        (("git-protocol", "version=2"),),
        (("git-protocol", "version=1:\xff"),),
        (("content-encoding", "gzip"),),
    )
    headers = st.sampled_from(kinds)

    @settings(max_examples=EXAMPLES * 3)
    @given(name, door, headers, pushed(commits), st.sampled_from(("mira", "robin", "nobody")), st.booleans())
    def any_request(
        name: str, door: str, headers: tuple[tuple[str, str], ...], body: bytes, who: str, listing: bool
    ) -> None:
        of_door = (*headers, ("content-type", f"application/x-{door}-request"))
        post = Asked("POST", f"{name}/{door}", "", of_door, body)
        asked = Asked("GET", f"{name}/info/refs", f"service={door}", headers, b"") if listing else post
        told = talk.send(asked, who)
        assert told.status < 500, (who, asked, told)
        assert talk.bugs() == [], (who, asked, told)

    any_request()


def test_the_look_alikes_own_interface_answers_anything(worlds: Worlds) -> None:
    talk = worlds.untouched()
    rule = st.fixed_dictionaries(
        {},
        optional={
            "fault": st.sampled_from(("500", "slow=0.1", "slow=", "slow=nan", "cut=-1")) | ODD,
            "method": st.sampled_from(("GET", "post")) | ODD,
            "path": st.sampled_from(("/user", "/repos/*", "[")) | ODD,
            "after": ODD,
            "times": ODD,
            "more": ODD,
        },
    )
    bodies = st.sampled_from(HOSTILE_BODIES) | rule.map(lambda each: json.dumps(each).encode())
    doors = ("people", "rules", "rename", "archive", "tokens")
    paths = st.sampled_from(("faults", "requests", "", "%00", "faults/1", *doors))

    @settings(max_examples=EXAMPLES * 3)
    @given(
        st.sampled_from(("GET", "POST", "DELETE", "PUT")), paths, st.sampled_from(("", "since=1", "since=x")), bodies
    )
    def any_request(method: str, path: str, query: str, body: bytes) -> None:
        told = talk.send(Asked(method, f"/_qatui/{path}", query, (), body), "nobody")
        assert told.status < 500, (method, path, body, told)
        assert told.json["schema"] == 1

    any_request()
