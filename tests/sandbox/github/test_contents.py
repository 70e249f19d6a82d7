"""Files over the API, as GITHUB.md and https://docs.github.com/rest/repos/contents have them."""

import base64
from collections.abc import Iterator

import httpx
import pytest

from qatui.sandbox.github.founding import add_repository
from tests.conftest import run_git
from tests.lookalike import Lookalike

CONTENTS = "/repos/acme/payments-api/contents"


@pytest.fixture
def mira(github: Lookalike) -> Iterator[httpx.Client]:
    """Who may push."""
    with github.http("mira") as client:
        yield client


def encoded(text: str | bytes) -> str:
    """As `content` of a request."""
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def test_a_file_comes_in_base64_a_folder_as_a_list(mira: httpx.Client) -> None:
    """https://docs.github.com/rest/repos/contents#get-repository-content"""
    file = mira.get(f"{CONTENTS}/tests/test_orders.py").json()
    assert (file["type"], file["name"], file["encoding"]) == ("file", "test_orders.py", "base64")
    assert base64.b64decode(file["content"]).startswith(b"def test_list")
    assert file["size"] == len(base64.b64decode(file["content"]))
    assert max(map(len, file["content"].splitlines())) <= 60

    for url in (CONTENTS, f"{CONTENTS}/"):
        root = mira.get(url).json()
        assert [(each["name"], each["type"]) for each in root] == [
            ("README.md", "file"),
            ("src", "dir"),
            ("tests", "dir"),
        ]
    assert [each["path"] for each in mira.get(f"{CONTENTS}/src/").json()] == ["src/orders.py"]
    assert mira.get(file["url"]).json() == file, "what `url` says can be asked for"


def test_raw_and_object_are_media_types_of_their_own(mira: httpx.Client) -> None:
    """https://docs.github.com/rest/repos/contents#custom-media-types-for-repository-contents"""
    raw = mira.get(f"{CONTENTS}/README.md", headers={"Accept": "application/vnd.github.raw+json"})
    assert (raw.content, raw.headers["content-type"]) == (
        b"# payments\n",
        "application/vnd.github.raw+json; charset=utf-8",
    )
    old = mira.get(f"{CONTENTS}/README.md", headers={"Accept": "application/vnd.github.v3.raw"})
    assert old.content == b"# payments\n"
    folder = mira.get(f"{CONTENTS}/src", headers={"Accept": "application/vnd.github.object+json"}).json()
    assert folder["type"] == "dir"
    assert [each["name"] for each in folder["entries"]] == ["orders.py"]


@pytest.mark.parametrize(
    "path", ["nowhere.py", "README.md/below", "src/../README.md", "%2e%2e/x", "a%00b", ".git/HEAD"]
)
def test_what_is_not_there_is_404(mira: httpx.Client, path: str) -> None:
    """A path is only ever one inside the tree."""
    url = f"{mira.base_url}{CONTENTS}/{path}".replace("/../", "/%2e%2e/")
    assert mira.get(url).status_code == 404


def test_a_ref_chooses_the_commit(github: Lookalike, mira: httpx.Client) -> None:
    """Branch, tag or id; another one is 404 and says so."""
    sha = github.push("contents/ref", {"README.md": "# other\n"})
    for ref in ("contents/ref", sha, sha[:10]):
        found = mira.get(f"{CONTENTS}/README.md", params={"ref": ref}).json()
        assert base64.b64decode(found["content"]) == b"# other\n", ref
    for ref in ("nowhere", "--upload-pack=x", "main:README.md", "a..b", "x" * 5000):
        missing = mira.get(f"{CONTENTS}/README.md", params={"ref": ref})
        assert missing.status_code == 404
        assert missing.json()["message"].startswith("No commit found for the ref")


def test_links_and_submodules(github: Lookalike, mira: httpx.Client) -> None:
    """A link to a file is that file; one that leads nowhere shows its target; a submodule shows where it comes from."""
    base = run_git(github.bare, "rev-parse", "main")
    modules = '[submodule "lib"]\n\tpath = lib\n\turl = https://h.test/lib\n'
    lines = [
        "commit refs/heads/contents/kinds",
        "committer R <r@example.test> 1795000000 +0000",
        "data 1\nx",
        f"from {base}",
        "M 120000 inline to-file\ndata 9\nREADME.md",
        "M 120000 inline out\ndata 11\n/etc/passwd",
        f"M 100644 inline .gitmodules\ndata {len(modules)}\n{modules}",
        f"M 160000 {base} lib",
    ]
    run_git(github.bare, "fast-import", "--quiet", data=("\n".join(lines) + "\n").encode())
    ref = {"ref": "contents/kinds"}
    assert base64.b64decode(mira.get(f"{CONTENTS}/to-file", params=ref).json()["content"]) == b"# payments\n"
    out = mira.get(f"{CONTENTS}/out", params=ref).json()
    assert (out["type"], out["target"]) == ("symlink", "/etc/passwd")
    lib = mira.get(f"{CONTENTS}/lib", params=ref).json()
    assert (lib["type"], lib["submodule_git_url"]) == ("submodule", "https://h.test/lib")
    kinds = {each["name"]: each["type"] for each in mira.get(CONTENTS, params=ref).json()}
    assert kinds["lib"] == "file", "in lists GitHub calls a submodule a file"


def test_beyond_a_megabyte_only_raw_has_the_content(github: Lookalike, mira: httpx.Client) -> None:
    """https://docs.github.com/rest/repos/contents#get-repository-content: encoding is none, content empty."""
    github.push("contents/large", {"large.txt": "x" * (1024 * 1024 + 1)})
    ref = {"ref": "contents/large"}
    shown = mira.get(f"{CONTENTS}/large.txt", params=ref).json()
    assert (shown["content"], shown["encoding"], shown["size"]) == ("", "none", 1024 * 1024 + 1)
    raw = mira.get(f"{CONTENTS}/large.txt", params=ref, headers={"Accept": "application/vnd.github.raw"})
    assert len(raw.content) == 1024 * 1024 + 1


def test_a_file_is_written_as_one_commit(github: Lookalike, mira: httpx.Client) -> None:
    """https://docs.github.com/rest/repos/contents#create-or-update-file-contents"""
    before = github.push("contents/write", {})
    made = mira.put(
        f"{CONTENTS}/tests/new file.py",
        json={
            "message": "add a test",
            "content": encoded("assert True\n"),
            "branch": "contents/write",
            "author": {"name": "Ada <x>", "email": "ada@example.test", "date": "2026-01-02T03:04:05+01:00"},
        },
    )
    assert made.status_code == 201
    commit = made.json()["commit"]
    assert [each["sha"] for each in commit["parents"]] == [before]
    assert commit["author"] == {"name": "Ada x", "email": "ada@example.test", "date": "2026-01-02T02:04:05Z"}
    assert commit["committer"]["name"] == "mira"
    assert run_git(github.bare, "show", "contents/write:tests/new file.py") == "assert True"
    assert run_git(github.bare, "diff", "--name-only", before, "contents/write") == "tests/new file.py"

    again = mira.put(
        f"{CONTENTS}/tests/new file.py",
        json={
            "message": "change it",
            "content": encoded(b"\x00\xff"),
            "branch": "contents/write",
            "sha": made.json()["content"]["sha"],
        },
    )
    assert again.status_code == 200
    assert again.json()["commit"]["parents"][0]["sha"] == commit["sha"]
    assert run_git(github.bare, "fsck", "--strict", "--no-dangling") == ""


def test_a_stale_sha_is_409_a_missing_one_422(github: Lookalike, mira: httpx.Client) -> None:
    """GITHUB.md, Answers: stale sha 409 `<path> does not match <sha>`; sha missing 422; for a new path ignored."""
    head = github.push("contents/sha", {})
    asked = {"message": "m", "content": encoded("x"), "branch": "contents/sha"}
    stale = mira.put(f"{CONTENTS}/README.md", json={**asked, "sha": "a" * 40})
    assert (stale.status_code, stale.json()["message"]) == (409, f"README.md does not match {'a' * 40}")
    missing = mira.put(f"{CONTENTS}/README.md", json=asked)
    assert (missing.status_code, missing.json()["message"]) == (422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    assert run_git(github.bare, "rev-parse", "contents/sha") == head, "nothing was written"
    assert mira.put(f"{CONTENTS}/fresh.md", json={**asked, "sha": "a" * 40}).status_code == 201


@pytest.mark.parametrize(
    ("path", "more", "status"),
    [
        ("a/%2e%2e/b", {}, 422),
        (".git/config", {}, 422),
        ("a/.GIT/config", {}, 422),
        ("a//b", {}, 422),
        ("a/", {}, 422),
        ("README.md/below", {}, 422),
        ("%00", {}, 422),
        ("x.py", {"content": "not base64!"}, 422),
        ("x.py", {"content": None}, 422),
        ("x.py", {"message": "a\0b"}, 422),
        ("x.py", {"author": {"name": "a", "email": "b", "date": "yesterday"}}, 422),
        ("x.py", {"branch": "nowhere"}, 404),
        ("x.py", {"branch": "-d"}, 404),
    ],
)
def test_what_cannot_be_written_is_refused(
    github: Lookalike, mira: httpx.Client, path: str, more: dict[str, object], status: int
) -> None:
    """Nothing is written, and no input reaches git as anything but data."""
    before = run_git(github.bare, "for-each-ref")
    answer = mira.put(f"{mira.base_url}{CONTENTS}/{path}", json={"message": "m", "content": "eA==", **more})
    assert answer.status_code == status, answer.text
    assert run_git(github.bare, "for-each-ref") == before


def test_the_first_file_makes_the_default_branch(github: Lookalike, mira: httpx.Client) -> None:
    """An empty repository answers 404 to reading and takes a first file."""
    add_repository(github.world, github.world.user("mira"), "empty")  # type: ignore[arg-type]
    url = "/repos/mira/empty/contents"
    assert mira.get(f"{url}/README.md").json()["message"] == "This repository is empty."
    made = mira.put(f"{url}/README.md", json={"message": "first", "content": encoded("hello\n")})
    assert made.status_code == 201
    assert made.json()["commit"]["parents"] == []
    assert base64.b64decode(mira.get(f"{url}/README.md").json()["content"]) == b"hello\n"


def test_who_may_not_push_may_not_write(github: Lookalike) -> None:
    """Readers read; nobody signed in reads what is public."""
    with github.http("rita") as rita, github.http(None) as nobody:
        assert nobody.get(f"{CONTENTS}/README.md").status_code == 200
        assert rita.get("/repos/acme/ledger/contents/README.md").status_code == 404
        asked = {"message": "m", "content": encoded("x")}
        assert rita.put(f"{CONTENTS}/x.py", json=asked).status_code == 403
        assert nobody.put(f"{CONTENTS}/x.py", json=asked).status_code == 401
