"""Pull requests: made, shown, listed, changed. https://docs.github.com/rest/pulls/pulls"""

from itertools import count
from typing import Any

import httpx
import pytest

from tests.conftest import run_git
from tests.lookalike import Lookalike
from tests.opened import opened, pull_of

PULLS = "/repos/acme/payments-api/pulls"
_numbers = count(1)


def branch(github: Lookalike, files: dict[str, str | None] | None = None, **more: Any) -> str:
    """A new branch of one commit, with a file of its own."""
    name = f"work/{next(_numbers)}"
    github.push(name, files or {f"{name}.txt": "one\n"}, parent="main", **more)
    return name


def create(github: Lookalike, login: str = "mira", **asked: Any) -> httpx.Response:
    """The answer to asking for a pull request."""
    with github.http(login) as http:
        return http.post(PULLS, json={"title": "Add", "base": "main", **asked})


def errors(answer: httpx.Response) -> list[Any]:
    """What a 422 says."""
    assert answer.status_code == 422, answer.text
    told: list[Any] = answer.json()["errors"]
    return told


def test_a_pull_request_says_what_git_knows(github: Lookalike) -> None:
    head = branch(github, {"src/orders.py": "def order():\n    return 1\n", "new.txt": "a\nb\n"})
    answer = create(github, head=head, body="why", draft=True)
    made = answer.json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == made["url"]
    assert (made["commits"], made["changed_files"], made["additions"], made["deletions"]) == (1, 2, 3, 59)
    assert (made["head"]["label"], made["base"]["ref"], made["user"]["login"]) == (f"acme:{head}", "main", "mira")
    assert (made["draft"], made["merged"], made["body"]) == (True, False, "why")
    kept = run_git(github.bare, "rev-parse", f"refs/pull/{made['number']}/head")
    assert kept == made["head"]["sha"]


def test_mergeable_is_null_while_computed(github: Lookalike) -> None:
    """GITHUB.md, Answers: `mergeable` is null while computed: ask again."""
    path = opened(github)
    with github.http() as http:
        first, second = (http.get(path).json() for _ in range(2))
        assert (first["mergeable"], first["mergeable_state"]) == (None, "unknown")
        assert (second["mergeable"], second["rebaseable"], second["mergeable_state"]) == (True, True, "clean")
        github.push(second["head"]["ref"], {"more.txt": "more\n"})
        assert http.get(path).json()["mergeable"] is None
        assert http.get(path).json()["mergeable"] is True


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ({"head": "main"}, {"code": "custom", "message": "No commits between main and main"}),
        ({"head": "nowhere"}, {"field": "head", "code": "invalid"}),
        ({"head": "nobody:main"}, {"field": "head", "code": "invalid"}),
        ({"head": "a..b\0"}, {"field": "head", "code": "invalid"}),
        ({"head": "--upload-pack=x"}, {"field": "head", "code": "invalid"}),
        ({"base": "nowhere"}, {"field": "base", "code": "invalid"}),
        ({"title": None}, {"field": "title", "code": "missing_field"}),
        ({"issue": 10**9}, {"field": "issue", "code": "invalid"}),
        (
            {"title": "t" * 257},
            {"field": "title", "code": "custom", "message": "title is too long (maximum is 256 characters)"},
        ),
        (
            {"body": "b" * 65537},
            {"field": "body", "code": "custom", "message": "body is too long (maximum is 65536 characters)"},
        ),
    ],
)
def test_a_pull_request_that_cannot_be_is_refused(
    github: Lookalike, asked: dict[str, Any], wanted: dict[str, str]
) -> None:
    """GITHUB.md, Answers: create gives 422 with no commits between, an existing one, or a bad head; sizes."""
    head = branch(github)
    assert errors(create(github, **{"head": head, **asked})) == [{"resource": "PullRequest", **wanted}]


def test_a_branch_has_one_open_pull_request_for_a_base(github: Lookalike) -> None:
    """GITHUB.md, Answers: create gives 422 with an existing one."""
    head = branch(github)
    made = create(github, head=head).json()
    again = create(github, "robin", head=f"acme:{head}")
    message = f"A pull request already exists for acme:{head}."
    assert errors(again) == [{"resource": "PullRequest", "code": "custom", "message": message}]
    with github.http() as http:
        http.patch(f"{PULLS}/{made['number']}", json={"state": "closed"})
    assert create(github, head=head).status_code == 201


def test_a_missing_key_is_named(github: Lookalike) -> None:
    """GITHUB.md, Answers: missing required field."""
    with github.http() as http:
        answer = http.post(PULLS, json={"title": "Add", "base": "main"})
    assert (answer.status_code, answer.json()["message"]) == (422, 'Invalid request.\n\n"head" wasn\'t supplied.')
    assert "errors" not in answer.json()


def test_who_cannot_push_opens_none_for_a_branch_of_others(github: Lookalike) -> None:
    assert errors(create(github, "rita", head=branch(github)))[0]["message"] == "must be a collaborator"


def test_an_issue_becomes_a_pull_request(github: Lookalike) -> None:
    with github.http() as http:
        issue = http.post("/repos/acme/payments-api/issues", json={"title": "Orders are slow"}).json()
        made = http.post(PULLS, json={"issue": issue["number"], "head": branch(github), "base": "main"}).json()
        listed = http.get(f"/repos/acme/payments-api/issues/{issue['number']}").json()
    assert (made["number"], made["title"]) == (issue["number"], "Orders are slow")
    assert listed["pull_request"]["url"] == made["url"]


def test_lists_are_filtered_and_sorted(github: Lookalike) -> None:
    heads = [branch(github) for _ in range(3)]
    base = branch(github)
    first, second, third = (create(github, head=head).json()["number"] for head in heads)
    github.push(f"{base}-on-top", {"top.txt": "1\n"}, parent=base)
    fourth = create(github, head=f"{base}-on-top", base=base).json()["number"]
    with github.http() as http:
        http.patch(f"{PULLS}/{first}", json={"state": "closed"})

        def numbers(**query: str) -> list[int]:
            rows = [each["number"] for each in http.get(PULLS, params={"per_page": "100", **query}).json()]
            return [each for each in rows if each in (first, second, third, fourth)]

        assert numbers() == [fourth, third, second]
        assert numbers(direction="asc", state="all") == [first, second, third, fourth]
        assert numbers(state="closed") == [first]
        assert numbers(head=f"acme:{heads[1]}") == [second]
        assert numbers(head=f"rita:{heads[1]}") == []
        assert numbers(base=base) == [fourth]
        issue = github.world.issue(github.repository, third)
        assert issue is not None
        issue.updated_at -= 1000
        assert numbers(sort="updated") == [third, second, fourth]
        http.post(f"/repos/acme/payments-api/issues/{second}/comments", json={"body": "hm"})
        assert numbers(sort="popularity", direction="desc")[0] == second
        assert numbers(sort="long-running") == []
        last = http.get(PULLS, params={"per_page": "1", "state": "all"})
    assert 'rel="next"' in last.headers["Link"]


def test_files_say_what_changed(github: Lookalike) -> None:
    old = "".join(f"def order_{n}():\n    return {n}\n" for n in range(30))
    head = branch(
        github,
        {"src/orders.py": None, "src/moved.py": old + "\n# end\n", "README.md": None, "a b.txt": "x\n", "bin": "\0\1"},
    )
    number = create(github, head=head).json()["number"]
    with github.http() as http:
        rows = {each["filename"]: each for each in http.get(f"{PULLS}/{number}/files").json()}
        page = http.get(f"{PULLS}/{number}/files", params={"per_page": 1, "page": 2})
    told = {name: (each["status"], each["additions"], each["deletions"]) for name, each in rows.items()}
    assert told == {
        "README.md": ("removed", 0, 1),
        "a b.txt": ("added", 1, 0),
        "bin": ("added", 0, 0),
        "src/moved.py": ("renamed", 2, 0),
    }
    assert rows["src/moved.py"]["previous_filename"] == "src/orders.py"
    assert "patch" not in rows["bin"]
    assert rows["a b.txt"]["patch"] == "@@ -0,0 +1 @@\n+x"
    assert [each["filename"] for each in page.json()] == ["a b.txt"]


def test_commits_are_listed_oldest_first(github: Lookalike) -> None:
    head = branch(github, message="one")
    github.push(head, {"x.txt": "2\n"}, message="two")
    number = create(github, head=head).json()["number"]
    with github.http() as http:
        listed = http.get(f"{PULLS}/{number}/commits").json()
        mine = http.get(f"/repos/acme/payments-api/commits/{listed[0]['sha']}/pulls").json()
        missing = http.get(f"/repos/acme/payments-api/commits/{'0' * 40}/pulls")
    assert [each["commit"]["message"] for each in listed] == ["one", "two"]
    assert [each["number"] for each in mine] == [number]
    assert missing.status_code == 422


@pytest.mark.parametrize(("kind", "begins"), [("diff", "diff --git a/"), ("patch", "From ")])
def test_a_pull_request_is_given_as_text_too(github: Lookalike, kind: str, begins: str) -> None:
    path = opened(github)
    with github.http() as http:
        answer = http.get(path, headers={"Accept": f"application/vnd.github.{kind}"})
    assert answer.headers["Content-Type"].startswith(f"application/vnd.github.{kind}")
    assert answer.text.startswith(begins)
    assert "+def test_more():" in answer.text


def test_title_body_and_base_change(github: Lookalike) -> None:
    path, base = opened(github), branch(github, {"other.txt": "1\n"})
    with github.http() as http:
        shown = http.patch(path, json={"title": " New ", "body": "words", "base": base}).json()
        assert (shown["title"], shown["body"], shown["base"]["ref"]) == ("New", "words", base)
        assert http.patch(path, json={"body": None}).json()["body"] is None
        assert errors(http.patch(path, json={"base": "nowhere"}))[0]["field"] == "base"
        assert errors(http.patch(path, json={"base": shown["head"]["ref"]}))[0]["code"] == "invalid"
        assert errors(http.patch(path, json={"title": " "}))[0]["field"] == "title"
        timeline = http.get(path.replace("pulls", "issues") + "/timeline").json()
    assert [each["event"] for each in timeline if each["event"] in ("renamed", "base_ref_changed")] == [
        "renamed",
        "base_ref_changed",
    ]


def test_others_change_only_what_is_theirs(github: Lookalike) -> None:
    path = opened(github, "robin")
    with github.http("rita") as http:
        assert http.patch(path, json={"title": "mine"}).status_code == 403
    with github.http(None) as http:
        assert http.patch(path, json={"title": "mine"}).status_code == 401


def test_closing_and_reopening(github: Lookalike) -> None:
    path = opened(github)
    with github.http("robin") as http:
        closed = http.patch(path, json={"state": "closed"}).json()
        assert (closed["state"], closed["merged"], closed["changed_files"]) == ("closed", False, 1)
        assert errors(http.patch(path, json={"base": "work/none"}))[0]["message"] == (
            "Cannot change the base branch of a closed pull request."
        )
        assert http.patch(path, json={"state": "open"}).json()["closed_at"] is None
        events = [each["event"] for each in http.get(path.replace("pulls", "issues") + "/events").json()]
    assert events == ["closed", "reopened"]


def test_a_pull_request_without_its_branch_stays_closed(github: Lookalike) -> None:
    path = opened(github)
    pull = pull_of(github, path)
    run_git(github.bare, "update-ref", "-d", f"refs/heads/{pull.head_ref}")
    with github.http() as http:
        assert http.get(path).json()["state"] == "closed"
        assert errors(http.patch(path, json={"state": "open"})) == [
            {
                "resource": "PullRequest",
                "field": "state",
                "code": "custom",
                "message": f"state cannot be changed. The {pull.head_ref} branch has been deleted.",
            }
        ]
        github.push(pull.head_ref, {"another.txt": "1\n"}, parent="main")
        assert "force-pushed or recreated" in errors(http.patch(path, json={"state": "open"}))[0]["message"]
        run_git(github.bare, "update-ref", f"refs/heads/{pull.head_ref}", pull.head_sha)
        assert http.patch(path, json={"state": "open"}).json()["state"] == "open"


def test_reviewers_are_asked_but_never_the_author(github: Lookalike) -> None:
    path = opened(github)
    with github.http() as http:
        asked = http.post(f"{path}/requested_reviewers", json={"reviewers": ["robin", "KIM"], "team_reviewers": ["qa"]})
        assert [each["login"] for each in asked.json()["requested_reviewers"]] == ["robin", "kim"]
        again = http.post(f"{path}/requested_reviewers", json={"reviewers": ["robin"]})
        assert (asked.status_code, len(again.json()["requested_reviewers"])) == (201, 2)
        author = http.post(f"{path}/requested_reviewers", json={"reviewers": ["kim", "mira"]})
        stranger = http.post(f"{path}/requested_reviewers", json={"reviewers": ["rita"]})
        listed = http.get(f"{path}/requested_reviewers").json()
    assert author.json()["message"] == "Review cannot be requested from pull request author."
    assert stranger.json()["message"].startswith("Reviews may only be requested from collaborators.")
    assert [each["login"] for each in listed["users"]] == ["robin", "kim"]
    with github.http("rita") as http:
        assert http.post(f"{path}/requested_reviewers", json={"reviewers": ["kim"]}).status_code == 403


def test_there_is_no_other_number(github: Lookalike) -> None:
    with github.http() as http:
        issue = http.post("/repos/acme/payments-api/issues", json={"title": "no pull request"}).json()["number"]
        for number in (issue, 10**9, "x"):
            assert http.get(f"{PULLS}/{number}").status_code == 404


def test_owners_of_the_files_are_asked_for_reviews(github: Lookalike) -> None:
    """GITHUB.md, Branch rules: reviewers are requested (CODEOWNERS)."""
    github.push("owned", {"CODEOWNERS": "*.sql @kim @mira\n"}, parent="main")
    with github.http() as http:
        for draft, wanted in ((False, ["kim"]), (True, [])):
            head = f"owned-{draft}"
            github.push(head, {f"{head}.sql": "1\n"}, parent="owned")
            made = create(github, head=head, base="owned", draft=draft).json()
            listed = http.get(f"{PULLS}/{made['number']}/requested_reviewers").json()
            assert [each["login"] for each in listed["users"]] == wanted


def test_a_merge_is_kept_for_tests(github: Lookalike) -> None:
    path = opened(github, files={"rehearsed.txt": "1\n"})
    with github.http() as http:
        http.get(path)
        shown = http.get(path).json()
    ref = f"refs/pull/{shown['number']}/merge"
    assert shown["merge_commit_sha"] == run_git(github.bare, "rev-parse", ref)
    assert run_git(github.bare, "show", f"{ref}:rehearsed.txt") == "1"
    assert run_git(github.bare, "rev-parse", f"{ref}^2") == shown["head"]["sha"]


def test_a_pull_request_is_one_thing_as_an_issue_too(github: Lookalike) -> None:
    path = opened(github)
    with github.http() as http:
        assert http.get(path.replace("pulls", "issues")).json()["node_id"] == http.get(path).json()["node_id"]
        closed = http.patch(path.replace("pulls", "issues"), json={"state": "closed"}).json()
        assert (closed["state"], http.get(path).json()["state"]) == ("closed", "closed")


def test_no_more_than_3000_files_and_250_commits_are_listed(github: Lookalike) -> None:
    """GITHUB.md, Answers: PR files 3,000."""
    lines = []
    for number in range(251):
        start = ["from refs/heads/main^0"] if number == 0 else []
        lines += ["commit refs/heads/large", "committer R <r@example.test> 1795000000 +0000", "data 1\nc", *start]
        lines += [f"M 100644 inline large/{number}-{each}\ndata 1\nx" for each in range(12)]
    run_git(github.bare, "fast-import", "--quiet", data=("\n".join(lines) + "\n").encode())
    made = create(github, head="large").json()
    assert (made["commits"], made["changed_files"]) == (251, 3012)
    path = f"{PULLS}/{made['number']}"
    with github.http() as http:
        for what, last, size in (("files", 30, 100), ("commits", 3, 50)):
            full = http.get(f"{path}/{what}", params={"per_page": 100, "page": last})
            beyond = http.get(f"{path}/{what}", params={"per_page": 100, "page": last + 1})
            assert (len(full.json()), beyond.json()) == (size, [])
            assert "next" not in full.links
