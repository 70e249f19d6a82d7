"""Who may do what, and repositories that were renamed or transferred."""

from collections.abc import Iterator

import httpx
import pytest

from qatui.sandbox.github.founding import add_repository, rename
from qatui.sandbox.github.records import Repository
from tests.lookalike import Lookalike

R = "/repos/acme/payments-api"


@pytest.fixture
def http(github: Lookalike) -> Iterator[httpx.Client]:
    """Mira."""
    with github.http() as client:
        yield client


def test_collaborators(github: Lookalike, http: httpx.Client) -> None:
    """Whoever has a role, by what they may; not for those who may only read."""
    rows = {each["login"]: each for each in http.get(f"{R}/collaborators").json()}
    assert {name: row["role_name"] for name, row in rows.items()} == {"mira": "admin", "robin": "write", "kim": "write"}
    assert rows["robin"]["permissions"]["push"]
    assert not rows["robin"]["permissions"]["admin"]
    admins = http.get(f"{R}/collaborators", params={"permission": "admin"}).json()
    assert [each["login"] for each in admins] == ["mira"]
    with github.http("rita") as rita:
        assert rita.get(f"{R}/collaborators").status_code == 403


@pytest.mark.parametrize(
    ("login", "permission", "role"),
    [("mira", "admin", "admin"), ("robin", "write", "write"), ("rita", "read", "read")],
)
def test_permission(http: httpx.Client, login: str, permission: str, role: str) -> None:
    """What one person may."""
    shown = http.get(f"{R}/collaborators/{login}/permission").json()
    assert (shown["permission"], shown["role_name"], shown["user"]["login"]) == (permission, role, login)


def test_permission_of_strangers(http: httpx.Client) -> None:
    """None in a private repository; somebody who is not there is a 404."""
    assert http.get("/repos/acme/ledger/collaborators/rita/permission").json()["permission"] == "none"
    assert http.get(f"{R}/collaborators/nobody/permission").status_code == 404


def test_people_by_login(http: httpx.Client) -> None:
    """Whatever the case; nobody is a 404."""
    assert http.get("/users/ROBIN").json()["login"] == "robin"
    assert http.get("/user").json()["login"] == "mira"
    assert http.get("/users/nobody").status_code == 404


def moved(github: Lookalike, before: str, after: str, *, private: bool = False) -> Repository:
    """A repository of acme that was renamed."""
    with github.world.lock:
        acme = github.world.user("acme")
        mira = github.world.user("mira")
        assert acme is not None
        assert mira is not None
        made = add_repository(github.world, acme, before, collaborators={mira.id: "admin"}, private=private)
        rename(github.world, made, name=after)
        github.world.commit()
    return made


def test_renamed_is_followed(github: Lookalike, http: httpx.Client) -> None:
    """GITHUB.md, Answers: redirects 301, 302, 307 keep the method; renamed repositories answer 301."""
    repository = moved(github, "old-name", "new-name")
    answer = http.get("/repos/acme/old-name/labels?per_page=2")
    assert answer.status_code == 301
    assert answer.headers["location"] == f"{github.url}/repositories/{repository.id}/labels?per_page=2"
    assert answer.json()["url"] == answer.headers["location"]
    followed = http.get("/repos/Acme/Old-Name", follow_redirects=True)
    assert followed.json()["full_name"] == "acme/new-name"
    body = {"name": "moved", "color": "abcdef"}
    refused = http.post("/repos/acme/old-name/labels", json=body)
    assert refused.status_code == 307
    assert [each.name for each in github.world.labels.under(repository.id) if each.name == "moved"] == []
    made = http.post("/repos/acme/old-name/labels", json=body, follow_redirects=True)
    assert (made.status_code, made.request.method) == (201, "POST")
    assert [each.name for each in github.world.labels.under(repository.id) if each.name == "moved"] == ["moved"]


def test_name_taken_again(github: Lookalike, http: httpx.Client) -> None:
    """A new repository under the former name ends the redirect; a name in use is refused."""
    repository = moved(github, "first", "second")
    with github.world.lock:
        acme = github.world.user("acme")
        assert acme is not None
        with pytest.raises(ValueError, match="acme/second is taken"):
            add_repository(github.world, acme, "Second")
        again = add_repository(github.world, acme, "first")
    assert http.get("/repos/acme/first").json()["id"] == again.id
    with github.world.lock:
        with pytest.raises(ValueError, match="is taken"):
            rename(github.world, repository, name="first")
        rename(github.world, again, name="third")
    assert http.get("/repos/acme/first", follow_redirects=True).json()["id"] == again.id
    with github.world.lock:
        rename(github.world, repository, name="third-again")
    assert http.get("/repos/acme/second", follow_redirects=True).json()["id"] == repository.id


def test_transferred(github: Lookalike, http: httpx.Client) -> None:
    """GITHUB.md, Answers: transferred; the new owner has all rights."""
    repository = moved(github, "given", "given-away")
    with github.world.lock:
        rename(github.world, repository, owner=github.world.user("kim"))
    answer = http.get("/repos/acme/given-away", follow_redirects=True)
    assert answer.json()["full_name"] == "kim/given-away"
    assert http.get("/repos/acme/given", follow_redirects=True).json()["id"] == repository.id
    with github.http("kim") as kim:
        assert kim.get("/repos/kim/given-away").json()["permissions"]["admin"]


def test_former_name_of_a_private_one_tells_nothing(github: Lookalike) -> None:
    """GITHUB.md, Answers: private without access is 404."""
    moved(github, "secret", "more-secret", private=True)
    with github.http("rita") as rita:
        assert rita.get("/repos/acme/secret").status_code == 404
