"""The five mutations by name. https://docs.github.com/graphql/reference/mutations"""

from typing import Any

import pytest
from github import Auth, Github
from hypothesis import given
from hypothesis import strategies as st

from qatui.sandbox.github.founding import add_token, protect
from qatui.sandbox.github.graphql_text import DEEPEST, Unparsable, Variable, parse
from qatui.sandbox.github.records import Pull, Rules
from tests.lookalike import Lookalike
from tests.opened import opened, pull_of, review

_FILE = "tests/test_orders.py"


def asked(github: Lookalike, query: str, login: str | None = "mira", token: str | None = None, **more: Any) -> Any:
    """The answer to a request, which is 200 whatever went wrong."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with github.http(None if token else login) as http:
        answer = http.post("/graphql", json={"query": query, **more}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def mutated(github: Lookalike, name: str, inputs: dict[str, Any], fields: str, **more: Any) -> Any:
    """The answer to one mutation whose input comes as a variable."""
    title = name[0].upper() + name[1:]
    query = f"mutation Do($input: {title}Input!) {{\n  {name}(input: $input) {{ {fields} }}\n}}"
    return asked(github, query, variables={"input": inputs}, **more)


def node(pull: Pull) -> str:
    """The node id of a pull request."""
    return f"PR_kwDO{pull.id}"


def test_graphql_wants_a_credential(github: Lookalike) -> None:
    """GITHUB.md, Answers: 401 `Requires authentication`."""
    with github.http(None) as http:
        assert http.post("/graphql", json={"query": "{ viewer { login } }"}).status_code == 401
    with github.http() as http:
        assert http.post("/api/graphql", json={"query": "{ viewer { login } }"}).status_code == 200


def test_auto_merge_waits_for_the_rules(github: Lookalike) -> None:
    """GITHUB.md, GraphQL: enablePullRequestAutoMerge."""
    github.push("auto", {"a.txt": "a"}, parent="main")
    protect(github.world, github.repository, ["auto"], Rules(required_approvals=1))
    path = opened(github, base="auto")
    pull = pull_of(github, path)
    fields = (
        "clientMutationId actor { login } pullRequest { number autoMergeRequest { mergeMethod enabledBy { login } } }"
    )
    inputs = {"pullRequestId": node(pull), "mergeMethod": "SQUASH", "clientMutationId": "x"}
    done = mutated(github, "enablePullRequestAutoMerge", inputs, fields)
    assert done == {
        "data": {
            "enablePullRequestAutoMerge": {
                "clientMutationId": "x",
                "actor": {"login": "mira"},
                "pullRequest": {
                    "number": pull.number,
                    "autoMergeRequest": {"mergeMethod": "SQUASH", "enabledBy": {"login": "mira"}},
                },
            }
        }
    }
    review(github, "robin", path, "APPROVE")
    with github.http() as http:
        assert http.get(path).json()["merged"] is True


def test_pygithub_marks_as_ready_and_waits(github: Lookalike) -> None:
    """GITHUB.md, The embedded GitHub: real clients must work against it."""
    github.push("by-client", {"a.txt": "a"}, parent="main")
    protect(github.world, github.repository, ["by-client"], Rules(required_approvals=1))
    pull = pull_of(github, opened(github, base="by-client"))
    pull.draft = True
    auth = Auth.Token(github.token("mira"))
    with Github(base_url=github.url, auth=auth, seconds_between_requests=0, seconds_between_writes=0) as client:
        found = client.get_repo("acme/payments-api").get_pull(pull.number)
        found.mark_ready_for_review()
        found.enable_automerge("REBASE", commit_headline="one")
    assert (pull.draft, pull.auto_merge and (pull.auto_merge.method, pull.auto_merge.title)) == (
        False,
        ("rebase", "one"),
    )


def test_what_could_be_merged_at_once_is_refused(github: Lookalike) -> None:
    """GITHUB.md, GraphQL: `errors[]` come with HTTP 200."""
    pull = pull_of(github, opened(github))
    done = mutated(github, "enablePullRequestAutoMerge", {"pullRequestId": node(pull)}, "clientMutationId")
    assert done["data"] == {"enablePullRequestAutoMerge": None}
    assert done["errors"] == [
        {
            "type": "UNPROCESSABLE",
            "path": ["enablePullRequestAutoMerge"],
            "locations": [{"line": 2, "column": 3}],
            "message": "Pull request Pull request is in clean status",
        }
    ]


def test_the_merge_queue_takes_what_may_be_merged(github: Lookalike) -> None:
    """GITHUB.md, Branch rules: merge queue: REST merge answers 405; it is a state, not an error."""
    github.push("queued", {"a.txt": "a"}, parent="main")
    protect(github.world, github.repository, ["queued"], Rules(required_approvals=1, merge_queue=True))
    path = opened(github, base="queued")
    pull = pull_of(github, path)
    inputs = {"pullRequestId": node(pull)}
    fields = "mergeQueueEntry { position state pullRequest { isInMergeQueue number } }"
    assert mutated(github, "enqueuePullRequest", inputs, fields)["errors"][0]["type"] == "UNPROCESSABLE"
    review(github, "robin", path, "APPROVE")
    moved = mutated(github, "enqueuePullRequest", {**inputs, "expectedHeadOid": "0" * 40}, fields)
    assert moved["errors"][0]["message"].startswith("Head branch was modified.")
    with github.http() as http:
        merge = http.put(f"{path}/merge", json={"sha": pull.head_sha})
    assert (merge.status_code, "Changes must be made through the merge queue" in merge.json()["message"]) == (405, True)
    done = mutated(github, "enqueuePullRequest", inputs, fields)
    entry = {"position": 1, "state": "QUEUED", "pullRequest": {"isInMergeQueue": True, "number": pull.number}}
    assert done == {"data": {"enqueuePullRequest": {"mergeQueueEntry": entry}}}
    again = mutated(github, "enqueuePullRequest", inputs, fields)
    assert again["errors"][0]["message"] == "Pull request is already in the queue"
    other = {"pullRequestId": node(pull_of(github, opened(github)))}
    assert "not enabled" in mutated(github, "enqueuePullRequest", other, fields)["errors"][0]["message"]


def test_a_draft_becomes_ready(github: Lookalike) -> None:
    """GITHUB.md, GraphQL: markPullRequestReadyForReview."""
    pull = pull_of(github, opened(github))
    pull.draft = True
    query = f'mutation {{ ready: markPullRequestReadyForReview(input: {{pullRequestId: "{node(pull)}"}}) '
    query += "{ __typename pullRequest { isDraft } } }"
    refused = asked(github, query, "rita")
    assert refused["errors"][0]["type"] == "FORBIDDEN"
    payload = {"__typename": "MarkPullRequestReadyForReviewPayload", "pullRequest": {"isDraft": False}}
    assert asked(github, query) == {"data": {"ready": payload}}
    assert asked(github, query)["errors"][0]["message"] == "Pull request is not in draft"


def test_a_thread_is_resolved(github: Lookalike) -> None:
    """GITHUB.md, GraphQL: resolveReviewThread."""
    path = opened(github)
    pull = pull_of(github, path)
    with github.http("robin") as http:
        body = {"body": "why?", "commit_id": pull.head_sha, "path": _FILE, "line": 6}
        first = http.post(f"{path}/comments", json=body).json()["id"]
        answer = http.post(f"{path}/comments/{first}/replies", json={"body": "so"}).json()["id"]
    fields = "thread { id isResolved isOutdated path line resolvedBy { login } }"
    inputs = {"threadId": f"PRRT_kwDO{first}"}
    assert mutated(github, "resolveReviewThread", inputs, fields, login="rita")["errors"][0]["type"] == "FORBIDDEN"
    wanted = {
        "id": inputs["threadId"],
        "isResolved": True,
        "isOutdated": False,
        "path": _FILE,
        "line": 6,
        "resolvedBy": {"login": "mira"},
    }
    for _ in range(2):
        done = mutated(github, "resolveReviewThread", inputs, fields)
        assert done == {"data": {"resolveReviewThread": {"thread": wanted}}}
    wrong = mutated(github, "resolveReviewThread", {"threadId": f"PRRT_kwDO{answer}"}, fields)
    assert wrong["errors"][0]["type"] == "NOT_FOUND"


def test_a_file_is_marked_as_viewed(github: Lookalike) -> None:
    """GITHUB.md, GraphQL: markFileAsViewed."""
    pull = pull_of(github, opened(github))
    inputs = {"pullRequestId": node(pull), "path": _FILE}
    for _ in range(2):
        done = mutated(github, "markFileAsViewed", inputs, "pullRequest { id }", login="rita")
        assert done["data"]["markFileAsViewed"]["pullRequest"]["id"] == node(pull)
    assert pull.viewed == {"rita": [_FILE]}
    wrong = mutated(github, "markFileAsViewed", {**inputs, "path": "no"}, "clientMutationId")
    assert wrong["errors"][0]["type"] == "UNPROCESSABLE"


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("PR_kwDO99999", "Could not resolve to a node with the global id of 'PR_kwDO99999'"),
        ("nonsense", "Could not resolve to a node with the global id of 'nonsense'"),
        ("I_kwDO1", "Could not resolve to PullRequest node with the global id of 'I_kwDO1'."),
    ],
)
def test_an_unknown_node_is_not_found(github: Lookalike, wanted: str, words: str) -> None:
    done = mutated(github, "markPullRequestReadyForReview", {"pullRequestId": wanted}, "clientMutationId")
    assert [(each["type"], each["message"]) for each in done["errors"]] == [("NOT_FOUND", words)]


def test_a_token_needs_the_permission(github: Lookalike) -> None:
    """GITHUB.md, Access in words: the missing permission of a fine-grained token."""
    mira = github.world.user("mira")
    assert mira is not None
    pull = pull_of(github, opened(github))
    token = add_token(github.world, mira, permissions={"pull_requests": "read"})
    inputs = {"pullRequestId": node(pull), "path": _FILE}
    done = mutated(github, "markFileAsViewed", inputs, "clientMutationId", token=token.value)
    github.world.tokens.remove(token)
    message = "Resource not accessible by personal access token"
    assert [(each["type"], each["message"]) for each in done["errors"]] == [("FORBIDDEN", message)]


_READY = 'markPullRequestReadyForReview(input: {pullRequestId: "PR_kwDO1"})'


@pytest.mark.parametrize(
    ("query", "code", "words"),
    [
        ("{ viewer { login } }", "undefinedField", "Field 'viewer' doesn't exist on type 'Query'"),
        ("mutation { addStar { x } }", "undefinedField", "Field 'addStar' doesn't exist on type 'Mutation'"),
        (f"mutation {{ {_READY} {{ no }} }}", "undefinedField", "Field 'no' doesn't exist on type"),
        (f"mutation {{ {_READY} {{ pullRequest {{ no }} }} }}", "undefinedField", "on type 'PullRequest'"),
        (f"mutation {{ {_READY} }}", "selectionMismatch", "Field must have selections"),
        (f"mutation {{ {_READY} {{ pullRequest }} }}", "selectionMismatch", "returns PullRequest"),
        (f"mutation {{ {_READY} {{ clientMutationId {{ x }} }} }}", "selectionMismatch", "scalar"),
        ("mutation { resolveReviewThread { __typename } }", "missingRequiredArguments", "input"),
        (
            "mutation { resolveReviewThread(input: {}) { __typename } }",
            "missingRequiredInputObjectAttribute",
            "Argument 'threadId' on InputObject 'ResolveReviewThreadInput' is required. Expected type ID!",
        ),
        ('mutation { resolveReviewThread(input: {threadId: "x", a: 1}) { __typename } }', "argumentNotAccepted", "'a'"),
        (
            "mutation { resolveReviewThread(input: {threadId: 1}) { __typename } }",
            "argumentLiteralsIncompatible",
            "ID!",
        ),
        ("mutation { resolveReviewThread(input: $i) { __typename } }", "variableNotDefined", "$i"),
    ],
)
def test_nothing_is_done_where_the_request_is_unsound(github: Lookalike, query: str, code: str, words: str) -> None:
    done = asked(github, query)
    assert list(done) == ["errors"]
    assert done["errors"][0]["extensions"]["code"] == code
    assert words in done["errors"][0]["message"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "A query attribute must be specified"),
        ({"query": 1}, "A query attribute must be specified"),
        ({"query": "mutation {"}, "Unexpected end of document"),
        ({"query": "query A { a } query B { b }"}, "An operation name is required"),
        ({"query": "query A { a }", "operationName": "C"}, 'No operation named "C"'),
        ({"query": "mutation($i: I!) { a(input: $i) { b } }"}, "Variable $i of type I! was provided invalid value"),
    ],
)
def test_what_cannot_be_read_is_said_so(github: Lookalike, body: dict[str, Any], words: str) -> None:
    with github.http() as http:
        answer = http.post("/graphql", json=body)
    assert answer.status_code == 200
    assert words in answer.json()["errors"][0]["message"]


def test_values_of_every_kind_are_read() -> None:
    [operation] = parse(
        'mutation A($b: [ID!]! = ["x"]) { a: c(d: {e: [1, -2.5e1, true, null, F]}, g: "\\u00e9", h: $b) }'
    )
    assert (operation.kind, operation.name, operation.variables) == ("mutation", "A", {"b": "[ID!]!"})
    [field] = operation.selections
    assert (field.alias, field.name, operation.defaults) == ("a", "c", {"b": ["x"]})
    assert field.arguments == {"d": {"e": [1, -25.0, True, None, "F"]}, "g": "é", "h": Variable("b")}
    [block] = parse('{ # said\n a(b: """\nx "y" \\"""\n""") }')[0].selections
    assert (block.arguments["b"], block.line, block.column) == ('x "y" """', 2, 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        "{a",
        "a",
        "{a(b: 01)}",
        '{a(b: "\\ud800")}',
        '{a(b: "\n")}',
        "{...F}",
        "{a @b}",
        "\0",
        "{a" * (DEEPEST + 1),
    ],
)
def test_what_is_no_request_is_told_with_its_place(text: str) -> None:
    with pytest.raises(Unparsable) as caught:
        parse(text)
    assert (caught.value.line >= 1, caught.value.column >= 1) == (True, True)


_PIECES = st.sampled_from(
    ["mutation", "query", "a", "$b", "(", ")", "{", "}", "[", "]", ":", "=", "!", "1", '"x"', '"""', "é"]
)


@given(st.lists(_PIECES, max_size=20).map(" ".join) | st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        operations = parse(text)
    except Unparsable:
        return
    assert [each for each in operations if not each.selections] == []
    assert operations
