"""What the website does, by the look-alike's own interface: and that what it set up holds over REST."""

from itertools import count
from typing import Any

import httpx
import pytest

from qatui.sandbox.github.founding import add_repository
from qatui.sandbox.github.records import Repository
from tests.lookalike import Lookalike, push
from tests.opened import opened, review

R = "/repos/acme/payments-api"
_NUMBERS = count(1)


@pytest.fixture
def other(github: Lookalike) -> Repository:
    """A repository of acme's for one test."""
    world = github.world
    with world.lock:
        acme, mira = world.user("acme"), world.user("mira")
        assert acme is not None
        assert mira is not None
        made = add_repository(world, acme, f"other-{next(_NUMBERS)}", collaborators={mira.id: "admin"})
        push(world.bare(made), "main", {"README.md": "other\n"})
        world.commit()
    return made


def knock(github: Lookalike, door: str, **asked: Any) -> Any:
    """Go through a door."""
    answer = httpx.post(f"{github.url}/_qatui/{door}", json=asked)
    assert answer.status_code == 201, answer.text
    assert answer.json()["schema"] == 1
    return answer.json()


def as_(github: Lookalike, token: str) -> httpx.Client:
    """A client with some token."""
    return httpx.Client(base_url=github.url, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def test_people_and_their_roles(github: Lookalike, other: Repository) -> None:
    path = github.world.full_name(other)
    new = knock(github, "people", login="nina", repository=path, role="write")
    with as_(github, new["token"]) as nina:
        assert nina.get("/user").json()["login"] == "nina"
        assert nina.get(f"/repos/{path}").json()["permissions"]["push"] is True
        assert knock(github, "people", login="nina", repository=path, role="none")["token"] == new["token"]
        assert nina.get(f"/repos/{path}").json()["permissions"]["push"] is False
    assert knock(github, "people", login="mira")["token"] == github.token("mira")


def test_rules_hold_until_they_are_others(github: Lookalike) -> None:
    """A required review blocks the merge, another person's review lets it go."""
    github.push("guarded", {"a": "a\n"})
    asked = {"repository": "acme/payments-api", "branches": ["guarded"], "name": "guarded"}
    knock(github, "rules", **asked, rules={"required_approvals": 2})
    knock(github, "rules", **asked, rules={"required_approvals": 1})
    path = opened(github, "mira", base="guarded")
    with github.http() as http:
        refused = http.put(f"{path}/merge")
        assert (refused.status_code, "review" in refused.json()["message"]) == (405, True)
        assert review(github, "robin", path, "APPROVE").status_code == 200
        assert http.put(f"{path}/merge").status_code == 200
    names = [each.name for each in github.world.rulesets.under(github.repository.id)]
    assert names.count("guarded") == 1


def test_a_former_name_redirects(github: Lookalike, other: Repository) -> None:
    before = github.world.full_name(other)
    assert knock(github, "rename", repository=before, name="Other.New")["repository"] == "acme/Other.New"
    assert knock(github, "rename", repository="acme/Other.New", owner="kim")["repository"] == "kim/Other.New"
    with github.http() as http:
        assert http.get(f"/repos/{before}").status_code == 301
        assert http.get(f"/repos/{before}", follow_redirects=True).json()["full_name"] == "kim/Other.New"


def test_an_archived_repository_is_read_only(github: Lookalike, other: Repository) -> None:
    """https://docs.github.com/repositories/archiving-a-github-repository/archiving-repositories: over REST too."""
    path = f"/repos/{github.world.full_name(other)}"
    with github.http() as http:
        knock(github, "archive", repository=github.world.full_name(other))
        refused = http.post(f"{path}/issues", json={"title": "a"})
        assert (refused.status_code, refused.json()["message"]) == (403, "Repository was archived so is read-only.")
        assert http.get(path).json()["archived"] is True
        assert http.get(f"{path}/issues").json() == []
        knock(github, "archive", repository=github.world.full_name(other), archived=False)
        assert http.post(f"{path}/issues", json={"title": "a"}).status_code == 201


def test_a_token_waits_for_single_sign_on(github: Lookalike) -> None:
    """GITHUB.md, Access in words: 403 with X-GitHub-SSO, for what an organization owns, reading and writing."""
    url = "https://sso.example.test/authorize?a=b"
    made = knock(github, "tokens", login="mira", sso_url=url)
    with as_(github, made["token"]) as http:
        for answer in (http.get(R), http.post(f"{R}/issues", json={"title": "a"})):
            assert answer.status_code == 403
            assert answer.headers["x-github-sso"] == f"required; url={url}"
            assert "SAML" in answer.json()["message"]
        assert http.get("/user").status_code == 200


def test_a_token_may_be_fine_grained_and_end(github: Lookalike) -> None:
    made = knock(github, "tokens", login="mira", permissions={"issues": "read"}, expires_in=3600)
    assert made["expires_at"].endswith("Z")
    with as_(github, made["token"]) as http:
        refused = http.post(f"{R}/issues", json={"title": "a"})
        assert refused.status_code == 403
        assert refused.headers["x-accepted-github-permissions"] == "issues=write"
        assert "x-oauth-scopes" not in refused.headers
        assert "github-authentication-token-expiration" in http.get("/user").headers
    over = knock(github, "tokens", login="mira", expires_in=0)
    with as_(github, over["token"]) as http:
        assert http.get("/user").status_code == 401


@pytest.mark.parametrize(
    ("door", "asked", "status"),
    [
        ("people", {"login": "../x"}, 422),
        ("people", {"login": "a\n"}, 422),
        ("people", {"login": "nora", "role": "write"}, 422),
        ("people", {"login": "acme"}, 422),
        ("people", {"login": "nora", "repository": "acme/none", "role": "write"}, 404),
        ("rules", {"repository": "acme/payments-api", "branches": [], "rules": {}}, 422),
        ("rules", {"repository": "acme/payments-api", "branches": ["x"], "rules": {"required_approval": 1}}, 422),
        ("rules", {"repository": "acme/payments-api", "branches": ["x"], "rules": {}, "bypass": ["nobody"]}, 404),
        ("rename", {"repository": "acme/payments-api"}, 422),
        ("rename", {"repository": "acme/payments-api", "name": ".."}, 422),
        ("rename", {"repository": "acme/payments-api", "name": "ledger"}, 422),
        ("rename", {"repository": "acme/payments-api", "owner": "nobody"}, 404),
        ("archive", {"repository": "acme", "archived": True}, 404),
        ("tokens", {"login": "nobody"}, 404),
        ("tokens", {"login": "mira", "permissions": {"issues": "all"}}, 422),
        ("tokens", {"login": "mira", "sso_url": "https://x/\r\nSet-Cookie: a"}, 422),
        ("tokens", {"login": "mira", "expires_in": -1}, 422),
    ],
)
def test_what_is_not_understood_changes_nothing(
    github: Lookalike, door: str, asked: dict[str, Any], status: int
) -> None:
    world = github.world
    before = [len(list(each)) for each in (world.users, world.tokens, world.rulesets)]
    answer = httpx.post(f"{github.url}/_qatui/{door}", json=asked)
    assert (answer.status_code, answer.json()["schema"]) == (status, 1)
    assert [len(list(each)) for each in (world.users, world.tokens, world.rulesets)] == before
    assert world.full_name(github.repository) == "acme/payments-api"
