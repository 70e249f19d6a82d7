"""Repositories and who may see them."""

import pytest

from tests.lookalike import Lookalike


@pytest.mark.parametrize(("login", "push"), [("mira", True), ("robin", True), ("rita", False)])
def test_a_repository_says_what_one_may_do(github: Lookalike, login: str, push: bool) -> None:
    with github.http(login) as http:
        shown = http.get("/repos/acme/payments-api").json()
    assert (shown["full_name"], shown["permissions"]["push"]) == ("acme/payments-api", push)


@pytest.mark.parametrize("login", ["rita", None])
def test_a_private_repository_is_not_there_for_others(github: Lookalike, login: str | None) -> None:
    """GITHUB.md, Answers: private without access is 404."""
    with github.http(login) as http:
        answer = http.get("/repos/acme/ledger")
    assert answer.status_code == 404
    assert answer.json() == {
        "message": "Not Found",
        "documentation_url": "https://docs.github.com/rest/repos/repos#get-a-repository",
        "status": "404",
    }


@pytest.mark.parametrize("kind", ["Bearer", "token", "bearer"])
def test_both_kinds_of_authorization_are_taken(github: Lookalike, kind: str) -> None:
    """GITHUB.md: accept both `Bearer` and `token`."""
    with github.http(None) as http:
        answer = http.get("/user", headers={"Authorization": f"{kind} {github.token('robin')}"})
    assert answer.json()["login"] == "robin"


def test_a_wrong_token_is_not_taken(github: Lookalike) -> None:
    """GITHUB.md, Answers: 401 `Bad credentials` / `Requires authentication`."""
    with github.http(None) as http:
        wrong = http.get("/repos/acme/payments-api", headers={"Authorization": "Bearer ghp_no"})
        nobody = http.get("/user")
    assert (wrong.status_code, wrong.json()["message"]) == (401, "Bad credentials")
    assert (nobody.status_code, nobody.json()["message"]) == (401, "Requires authentication")


def test_an_unchanged_answer_is_304(github: Lookalike) -> None:
    """GITHUB.md, Rate limits: conditional requests."""
    with github.http() as http:
        etag = http.get("/repos/acme/payments-api").headers["ETag"]
        again = http.get("/repos/acme/payments-api", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")


def test_enterprise_has_its_api_below_a_prefix(github: Lookalike) -> None:
    with github.http() as http:
        assert http.get("/api/v3/repos/acme/payments-api").json()["id"] == github.repository.id
        assert http.get(f"/repositories/{github.repository.id}").json()["id"] == github.repository.id
