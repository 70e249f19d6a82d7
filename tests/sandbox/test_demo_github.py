"""The demo's GitHub in its process: there as long as it is wanted, and nobody's tokens but its own are of any use."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from qatui.errors import UsageError
from qatui.sandbox import demo_github
from qatui.sandbox.demo_github import FOLDER, LOG, REMOTE, Served, serving_beside
from qatui.sandbox.demo_repository import make_remote
from tests.conftest import run_git

REPOSITORY = "/repos/acme/payments-api"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's remote, and the GitHub of whoever came first."""
    folder = tmp_path_factory.mktemp("demo")
    make_remote(folder / REMOTE)
    return folder


def ask(served: Served, path: str, token: str = "") -> httpx.Response:
    headers = {"Authorization": f"Bearer {token or served.token}"}
    return httpx.get(f"{served.api_url}{path}", headers=headers, timeout=30)


def test_it_is_founded_once_over_the_remote(place: Path) -> None:
    with serving_beside(place) as first:
        assert ask(first, "/user").json()["login"] == "you"
        may = ask(first, REPOSITORY).json()["permissions"]
        assert (may["push"], may["admin"]) == (True, False)
        found = ask(first, f"{REPOSITORY}/branches/main").json()
        assert found["commit"]["sha"] == run_git(place / REMOTE, "rev-parse", "main").strip()
        assert not found["protected"]
        issues = ask(first, f"{REPOSITORY}/issues").json()
    with serving_beside(place) as second:
        assert first.token != second.token
        assert first.token not in repr(first)
        assert ask(second, f"{REPOSITORY}/issues/1").json()["title"] == issues[-1]["title"]
        assert ask(second, "/user", first.token).status_code == 401
    with pytest.raises(httpx.ConnectError):
        ask(second, "/user")
    assert (place / LOG).read_bytes() == b""
    assert (place / FOLDER).stat().st_mode & 0o077 == 0


def test_its_token_is_on_no_command_line(place: Path) -> None:
    with serving_beside(place) as served:
        assert ask(served, "/user").status_code == 200
        shown = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        assert "qatui.sandbox.demo_github" in shown
        assert served.token not in shown


def test_it_ends_with_a_parent_that_is_killed_and_the_next_goes_on(place: Path) -> None:
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom qatui.sandbox.demo_github import serving_beside\n"
        "with serving_beside(Path(sys.argv[1])) as served:\n"
        "    print(served.api_url, served.token, flush=True)\n    time.sleep(60)\n"
    )
    command = [sys.executable, "-c", program, str(place)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        served = Served(*parent.stdout.readline().split())
        assert ask(served, "/user").status_code == 200
        parent.send_signal(signal.SIGKILL)
    with serving_beside(place) as again:
        assert ask(again, "/user").status_code == 200
        with pytest.raises(httpx.TransportError):
            ask(served, "/user")


def test_too_old_a_git_is_told(place: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "git").write_text("#!/bin/sh\necho git version 2.34.1\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(UsageError, match=r"newer git than 2\.34\.1"), demo_github.serving_beside(place):
        pass
