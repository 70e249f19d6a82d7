"""Real git over HTTP: clone, fetch and push. https://git-scm.com/docs/gitprotocol-http"""

import gzip
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from qatui.sandbox.github.founding import add_repository, protect
from qatui.sandbox.github.records import Rules
from tests.conftest import run_git
from tests.lookalike import Lookalike


def address(github: Lookalike, login: str | None = None, path: str = "acme/payments-api.git") -> str:
    """Where to clone from, with somebody's token as password."""
    who = f"x-access-token:{github.token(login)}@" if login else ""
    return github.url.replace("http://", f"http://{who}") + f"/{path}"


def git(cwd: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """git that asks nobody, whatever it says."""
    env = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    return subprocess.run(["git", *args], cwd=cwd, capture_output=True, text=True, check=False, env=env)


def clone(github: Lookalike, tmp_path: Path, login: str | None = "mira", *options: str) -> Path:
    """A clone."""
    target = tmp_path / f"clone-{login}"
    run_git(tmp_path, "clone", "-q", *options, address(github, login), str(target))
    return target


def commit(folder: Path, name: str, text: str | bytes = "x\n") -> str:
    """A commit with one more file."""
    (folder / name).write_bytes(text.encode() if isinstance(text, str) else text)
    run_git(folder, "add", "--", name)
    run_git(folder, "commit", "-q", "-m", f"add {name}")
    return run_git(folder, "rev-parse", "HEAD")


@pytest.mark.parametrize("path", ["acme/payments-api.git", "acme/payments-api", "ACME/Payments-Api.git"])
@pytest.mark.parametrize("version", ["0", "2"])
def test_clone_without_a_token(github: Lookalike, tmp_path: Path, path: str, version: str) -> None:
    """Public repositories are everybody's, with and without `.git`, by either protocol."""
    run_git(tmp_path, "-c", f"protocol.version={version}", "clone", "-q", address(github, None, path), "here")
    assert run_git(tmp_path / "here", "rev-parse", "HEAD") == run_git(github.bare, "rev-parse", "main")
    assert run_git(tmp_path / "here", "symbolic-ref", "HEAD") == "refs/heads/main"


def test_push_and_fetch(github: Lookalike, tmp_path: Path) -> None:
    """What one pushes another fetches; the API sees it, too."""
    here, other = clone(github, tmp_path), clone(github, tmp_path, "robin")
    sha = commit(here, "pushed.txt")
    run_git(here, "push", "-q", "origin", "HEAD:refs/heads/smart/push")
    run_git(here, "tag", "-a", "v-smart", "-m", "tagged")
    run_git(here, "push", "-q", "origin", "v-smart")
    run_git(other, "fetch", "-q", "origin")
    assert run_git(other, "rev-parse", "origin/smart/push", "v-smart^{commit}").split() == [sha, sha]
    with github.http("mira") as api:
        assert api.get("/repos/acme/payments-api/branches/smart/push").json()["commit"]["sha"] == sha
    run_git(here, "push", "-q", "origin", ":refs/heads/smart/push")
    assert "smart/push" not in run_git(github.bare, "branch")


def test_who_pushes_is_known(github: Lookalike, tmp_path: Path) -> None:
    """A push to the branch of a pull request is the pusher's, whatever its commits say."""
    github.push("smart/known", {"a.txt": "a"})
    with github.http("mira") as api:
        pull = {"title": "t", "head": "smart/known", "base": "main"}
        number = api.post("/repos/acme/payments-api/pulls", json=pull).json()["number"]
        here = clone(github, tmp_path, "kim", "-b", "smart/known")
        sha = commit(here, "b.txt")
        run_git(here, "push", "-q")
        assert api.get(f"/repos/acme/payments-api/pulls/{number}").json()["head"]["sha"] == sha
    found = github.world.pull(github.repository, number)
    kim = github.world.user("kim")
    assert found is not None
    assert kim is not None
    assert found.last_pusher_id == kim.id


def test_a_shallow_and_a_partial_clone(github: Lookalike, tmp_path: Path) -> None:
    """`--depth` and `--filter` work, and a shallow clone can push."""
    github.push("smart/deep", {"1": "1"})
    github.push("smart/deep", {"2": "2"})
    here = clone(github, tmp_path, "mira", "--depth=1", "-b", "smart/deep")
    assert run_git(here, "rev-list", "--count", "HEAD") == "1"
    sha = commit(here, "3")
    run_git(here, "push", "-q")
    assert run_git(github.bare, "rev-parse", "smart/deep") == sha
    run_git(here, "fetch", "-q", "--unshallow")
    assert int(run_git(here, "rev-list", "--count", "HEAD")) >= 3
    clone(github, tmp_path, "kim", "--filter=blob:none")


def test_a_fetch_into_a_long_history_of_ones_own(github: Lookalike, tmp_path: Path) -> None:
    """What a client has is a long list then, which git sends compressed."""
    here = clone(github, tmp_path)
    lines = []
    for number in range(600):
        lines += ["commit refs/heads/own", f"committer R <r@example.test> {1795000000 + number} +0000", "data 1\nx"]
    run_git(here, "fast-import", "--quiet", data=("\n".join(lines) + "\n").encode())
    sha = github.push("smart/theirs", {"a": "a"})
    for version in ("0", "2"):
        run_git(here, "-c", f"protocol.version={version}", "fetch", "-q", "origin", f"smart/theirs:got-{version}")
        assert run_git(here, "rev-parse", f"got-{version}") == sha


def test_a_private_repository_is_not_there_without_a_token(github: Lookalike, tmp_path: Path) -> None:
    """GITHUB.md, Answers: 404 may mean no access; a client without a token is asked for one first."""
    ledger = "acme/ledger.git"
    for path in (ledger, "acme/nowhere.git"):
        asked = httpx.get(f"{address(github, None, path)}/info/refs?service=git-upload-pack")
        assert (asked.status_code, asked.headers["www-authenticate"]) == (401, 'Basic realm="GitHub"')
        denied = git(tmp_path, "clone", address(github, "rita", path), "no")
        assert denied.returncode == 128
        assert "not found" in denied.stderr
    bad = git(tmp_path, "clone", github.url.replace("//", "//x:nonsense@") + f"/{ledger}", "no")
    assert "Authentication failed" in bad.stderr
    run_git(tmp_path, "clone", "-q", address(github, "kim", ledger), "yes")
    assert (tmp_path / "yes" / "README.md").exists()


def test_who_may_not_push_is_told_why(github: Lookalike, tmp_path: Path) -> None:
    """Words that git shows after `remote:`."""
    here = clone(github, tmp_path, "rita")
    commit(here, "x")
    denied = git(here, "push", "origin", "HEAD:refs/heads/smart/denied")
    assert denied.returncode == 128
    assert "remote: Permission to acme/payments-api.git denied to rita." in denied.stderr
    assert "403" in denied.stderr
    nobody = git(here, "push", address(github), "HEAD:refs/heads/smart/denied")
    assert "could not read Username" in nobody.stderr
    with github.world.lock:
        github.repository.archived = True
    try:
        archived = git(here, "push", address(github, "mira"), "HEAD:refs/heads/smart/denied")
    finally:
        github.repository.archived = False
    assert "remote: This repository was archived so it is read-only." in archived.stderr


def test_a_protected_branch_refuses_and_the_others_do_not(github: Lookalike, tmp_path: Path) -> None:
    """https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/troubleshooting-rules"""
    before = github.push("guarded/a", {"a": "a"})
    protect(github.world, github.repository, ["guarded/*"], Rules(required_approvals=1))
    here = clone(github, tmp_path, "mira", "-b", "guarded/a")
    sha = commit(here, "b")
    both = ("HEAD:refs/heads/guarded/a", "HEAD:refs/heads/smart/free")
    pushed = git(here, "push", "origin", *both)
    assert pushed.returncode == 1
    assert "remote: error: GH013: Repository rule violations found for refs/heads/guarded/a." in pushed.stderr
    assert "remote: - Changes must be made through a pull request." in pushed.stderr
    reason = "push declined due to repository rule violations"
    assert f"! [remote rejected] HEAD -> guarded/a ({reason})" in pushed.stderr
    assert "* [new branch]      HEAD -> smart/free" in pushed.stderr
    assert run_git(github.bare, "rev-parse", "guarded/a", "smart/free").split() == [before, sha]
    assert run_git(github.bare, "log", "-1", "--format=%s", "smart/free") == "add b", "its objects came"

    atomic = git(here, "push", "--atomic", "origin", both[0], "HEAD:refs/heads/smart/atomic")
    assert atomic.returncode == 1
    assert "smart/atomic (atomic push" in atomic.stderr
    assert "smart/atomic" not in run_git(github.bare, "branch")
    for options in (["--delete", "origin", "guarded/a"], ["--force", "origin", f"{before}~1:refs/heads/guarded/a"]):
        assert git(here, "push", *options).returncode == 1
    assert run_git(github.bare, "rev-parse", "guarded/a") == before
    assert run_git(github.bare, "fsck", "--strict", "--no-dangling") == ""


def test_rules_look_at_what_is_pushed(github: Lookalike, tmp_path: Path) -> None:
    """A branch that wants signatures refuses commits without, and takes those that it has already."""
    protect(github.world, github.repository, ["signed/*"], Rules(signed_commits=True))
    here = clone(github, tmp_path)
    commit(here, "unsigned")
    refused = git(here, "push", "origin", "HEAD:refs/heads/signed/a")
    assert "remote: - Commits must have verified signatures." in refused.stderr
    raw = run_git(here, "cat-file", "commit", "HEAD").replace("\n\n", "\ngpgsig of somebody\n\n", 1)
    signed = run_git(here, "hash-object", "-w", "-t", "commit", "--stdin", data=f"{raw}\n".encode())
    run_git(github.bare, "branch", "signed/b", "main")
    for name in ("signed/b", "signed/new"):
        taken = git(here, "push", "origin", f"{signed}:refs/heads/{name}")
        assert taken.returncode == 0, taken.stderr
        assert run_git(github.bare, "rev-parse", name) == signed


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("refs/pull/1/head", "deny updating a hidden ref"),
        (f"refs/heads/{'a' * 40}", "GH002"),
        ("refs/heads/refs/heads/x", "GH002"),
    ],
)
def test_names_that_are_not_taken(github: Lookalike, tmp_path: Path, ref: str, words: str) -> None:
    """GITHUB.md, Answers: no 40-hex names, nothing beginning `refs/`; pull requests keep refs/pull for themselves."""
    here = clone(github, tmp_path)
    before = run_git(github.bare, "for-each-ref")
    pushed = git(here, "push", "origin", f"HEAD:{ref}")
    assert pushed.returncode == 1
    assert words in pushed.stderr
    assert run_git(github.bare, "for-each-ref") == before


def test_twenty_megabytes(github: Lookalike, tmp_path: Path) -> None:
    """A large push comes in chunks."""
    here = clone(github, tmp_path)
    run_git(here, "config", "core.compression", "0")
    sha = commit(here, "large.bin", os.urandom(20_000_000))
    run_git(here, "push", "-q", "origin", "HEAD:refs/heads/smart/large")
    assert run_git(github.bare, "rev-parse", "smart/large") == sha
    run_git(here, "push", "-q", "origin", ":refs/heads/smart/large")


def test_pushes_at_the_same_time(github: Lookalike, tmp_path: Path) -> None:
    """Each lands; of two for one branch one does, and the other hears that it has to fetch first."""
    here = clone(github, tmp_path)
    start = run_git(here, "rev-parse", "HEAD")
    shas = []
    for number in range(6):
        run_git(here, "checkout", "-q", "--detach", start)
        shas.append(commit(here, f"{number}.txt"))
    refs = [f"{sha}:refs/heads/many/{number}" for number, sha in enumerate(shas)]
    one = [f"{sha}:refs/heads/many/one" for sha in shas[:2]]
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda refspec: git(here, "push", "origin", refspec).returncode, [*refs, *one]))
    assert done[:6] == [0] * 6
    assert sorted(done[6:]) == [0, 1]
    assert run_git(github.bare, "for-each-ref", "--format=%(objectname)", "refs/heads/many/[0-5]").split() == shas


def test_the_first_branch_of_an_empty_repository_is_its_default_branch(github: Lookalike, tmp_path: Path) -> None:
    """Whatever it is called."""
    mira = github.world.user("mira")
    assert mira is not None
    add_repository(github.world, mira, "fresh")
    here = clone(github, tmp_path)
    run_git(here, "push", "-q", address(github, "mira", "mira/fresh.git"), "HEAD:refs/heads/trunk")
    with github.http("mira") as api:
        assert api.get("/repos/mira/fresh").json()["default_branch"] == "trunk"
    run_git(tmp_path, "clone", "-q", address(github, None, "mira/fresh"), "fresh")
    assert run_git(tmp_path / "fresh", "symbolic-ref", "HEAD") == "refs/heads/trunk"


def test_a_renamed_repository_leads_on(github: Lookalike, tmp_path: Path) -> None:
    """https://docs.github.com/repositories/creating-and-managing-repositories/renaming-a-repository"""
    mira = github.world.user("mira")
    assert mira is not None
    made = add_repository(github.world, mira, "after")
    made.former.append("mira/before")
    here = clone(github, tmp_path)
    pushed = git(here, "push", address(github, "mira", "mira/before.git"), "HEAD:refs/heads/main")
    assert pushed.returncode == 0, pushed.stderr
    run_git(tmp_path, "clone", "-q", address(github, None, "mira/before.git"), "led")
    assert (tmp_path / "led" / "README.md").exists()


def test_a_fine_grained_token_wants_contents(github: Lookalike, tmp_path: Path) -> None:
    """https://docs.github.com/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens"""
    here = clone(github, tmp_path)
    token = next(each for each in github.world.tokens if each.value == github.token("kim"))
    token.permissions = {"contents": "read"}
    try:
        denied = git(here, "push", address(github, "kim"), "HEAD:refs/heads/smart/grained")
        token.permissions = {"issues": "write"}
        unread = git(tmp_path, "clone", address(github, "kim", "acme/ledger.git"), "no")
    finally:
        token.permissions = None
    assert "remote: Write access to repository not granted." in denied.stderr
    assert "remote: Read access to repository not granted." in unread.stderr


def test_hostile_requests_are_refused_in_one_answer(github: Lookalike) -> None:
    """Nothing of a request becomes an option or a path of git; what is no protocol is 4xx."""
    url, token = address(github), github.token("mira")
    before = run_git(github.bare, "for-each-ref")
    with httpx.Client(auth=("x", token), timeout=30) as client:
        for query in ("", "?service=git-upload-archive", "?service=--help", "?service=git-upload-pack%00"):
            assert client.get(f"{url}/info/refs{query}").status_code == 403, query
        odd = {"Git-Protocol": "version=9:--upload-pack=x"}
        assert client.get(f"{url}/info/refs?service=git-upload-pack", headers=odd).status_code == 200
        for name in ("..", "%2e%2e", "--upload-pack=x", "a%00b", "x" * 3000):
            path = f"{github.url}/acme/{name}/info/refs?service=git-upload-pack"
            assert client.get(path).status_code == 404, name
        kind = {"Content-Type": "application/x-git-receive-pack-request"}
        zero, one = "0" * 40, run_git(github.bare, "rev-parse", "main")
        for body in (b"", b"0000", b"zzzz", b"ffff", b"0003", b"0005x", b"0010" + b"x" * 12, b"\0" * 100):
            assert client.post(f"{url}/git-receive-pack", content=body, headers=kind).status_code in (200, 400), body
        for ref in (
            b"refs/heads/--upload-pack=x",
            b"--all",
            b"refs/heads/a\0b",
            b"refs/heads/..",
            b"HEAD",
            b"\xff\xfe",
        ):
            line = f"{zero} {one} ".encode() + ref + b"\0 report-status"
            body = b"%04x" % (len(line) + 4) + line + b"0000"
            told = client.post(f"{url}/git-receive-pack", content=body, headers=kind)
            assert told.status_code in (200, 400), (ref, told.text)
        packed = {**kind, "Content-Encoding": "gzip"}
        assert client.post(f"{url}/git-receive-pack", content=b"no gzip", headers=packed).status_code == 400
        assert client.post(f"{url}/git-receive-pack", content=gzip.compress(b"0000"), headers=packed).status_code == 200
        assert client.post(f"{url}/git-receive-pack", content=b"0000").status_code == 415
        odd = {"Content-Type": "application/x-git-upload-pack-request"}
        assert client.post(f"{url}/git-upload-pack", content=b"zzzz" * 9, headers=odd).status_code == 200
    assert run_git(github.bare, "for-each-ref") == before
