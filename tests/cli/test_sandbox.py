"""`qatui sandbox`, started as a program: what it prints first, who may do what, and how it ends."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conftest import run_git, unmeasured


@contextmanager
def sandbox(*args: str, ends_with: signal.Signals = signal.SIGTERM) -> Iterator[dict[str, Any]]:
    """What its first line says; at the end the signal, and that it ended cleanly."""
    command = [sys.executable, "-m", "qatui", "sandbox", "--json", *args]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, process.communicate()
        yield json.loads(line)
    finally:
        process.send_signal(ends_with)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


def client(told: dict[str, Any], who: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {told['tokens'][who]}"}
    return httpx.Client(base_url=told["api_url"], headers=headers, timeout=30)


@pytest.mark.parametrize("ends_with", [signal.SIGINT, signal.SIGTERM])
def test_it_says_where_it_is_and_ends_cleanly(ends_with: signal.Signals) -> None:
    with sandbox(ends_with=ends_with) as told:
        assert told["schema"] == 1
        assert set(told) == {"schema", "api_url", "tokens", "repository", "private_repository"}
        with client(told, "maintainer") as http:
            assert http.get(f"/repos/{told['repository']}").json()["permissions"]["push"] is True
            assert http.get(f"/repos/{told['private_repository']}").status_code == 200
        with client(told, "reader") as http:
            assert http.get(f"/repos/{told['repository']}").json()["permissions"]["push"] is False
            assert http.get(f"/repos/{told['private_repository']}").status_code == 404
            assert http.post(f"/repos/{told['repository']}/labels", json={"name": "x"}).status_code == 403


def test_its_repository_is_ready(tmp_path: Path) -> None:
    with sandbox() as told:
        with client(told, "maintainer") as http:
            issues = http.get(f"/repos/{told['repository']}/issues").json()
            (pull,) = http.get(f"/repos/{told['repository']}/pulls").json()
            files = http.get(f"/repos/{told['repository']}/pulls/{pull['number']}/files").json()
        assert len(issues) == 7
        assert {each["status"] for each in files} == {"added"}
        place = told["api_url"].replace("://", f"://x-access-token:{told['tokens']['maintainer']}@")
        run_git(tmp_path, "clone", "-q", f"{place}/{told['repository']}.git", "clone")
        assert (tmp_path / "clone" / "docs" / "test-plan.md").exists()


def test_what_it_prints_can_be_pasted(tmp_path: Path) -> None:
    """Also by somebody whose own settings and tokens are for another GitHub; README's lines with $API too."""
    (tmp_path / "config.yaml").write_text("api_url: https://git.acme.test/api/v3\n")
    mine = {"QATUI_CONFIG": "config.yaml", "QATUI_DATABASE": "qatui.db", "GH_TOKEN": "ghp_mine"}
    paths = {name: str(tmp_path / value) if "." in value else value for name, value in mine.items()}
    environment = {**os.environ, **paths, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    process = subprocess.Popen(
        [sys.executable, "-m", "qatui", "sandbox"], stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdout is not None
    try:
        lines: list[str] = []
        while not lines or not lines[-1].startswith("curl"):
            lines.append(process.stdout.readline())
            assert lines[-1], "it ended"
        pasted = "".join(lines[lines.index("# In another terminal:\n") :])
        readme = (Path(__file__).parents[2] / "README.md").read_text()
        pasted += "".join(line + "\n" for line in readme.splitlines() if line.startswith("curl") and "$API" in line)
        done = subprocess.run(
            ["sh", "-eu"], input=pasted, cwd=tmp_path, env=environment, text=True, capture_output=True, check=False
        )
    finally:
        process.terminate()
        process.communicate(timeout=20)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok   permissions  admin in acme/payments-api" in done.stdout
    assert "ok   clock" in done.stdout
    assert '"title"' in done.stdout  # of the issues
    assert '"fault":"502_after"' in done.stdout.replace(" ", "")
    assert "secondary rate limit" in done.stdout
    assert '"by_operation"' in done.stdout


def test_with_a_folder_it_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "kept"
    with sandbox("--dir", "kept") as told, client(told, "maintainer") as http:
        made = http.post(f"/repos/{told['repository']}/issues", json={"title": "Kept"}).json()
    with sandbox("--dir", str(place)) as again, client(again, "maintainer") as http:
        assert again["tokens"] == told["tokens"]
        assert http.get(f"/repos/{told['repository']}/issues/{made['number']}").json()["title"] == "Kept"


def test_nothing_is_left_of_one_without_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with sandbox(ends_with=signal.SIGHUP):
        assert len(os.listdir(tmp_path)) == 1
    assert os.listdir(tmp_path) == []


def refused(*args: str, cwd: Path, largest_file: int = resource.RLIM_INFINITY) -> tuple[int, str]:
    """The exit code and the words of one that does not start; `largest_file` in bytes stands for a full disk."""
    limit = (largest_file, largest_file)
    done = subprocess.run(
        [sys.executable, "-B", "-m", "qatui", "sandbox", *args],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=unmeasured(),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_other_peoples_things_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "repositories").write_text("precious")
    code, words = refused("--dir", "mine", cwd=tmp_path)
    assert (code, "has other things in it" in words) == (2, True)
    assert [each.name for each in tmp_path.rglob("*")] == ["mine", "repositories"]


def test_the_folder_one_is_in_will_do_and_one_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with sandbox("--dir", "."):
        assert {each.name for each in tmp_path.iterdir()} >= {"github.db", "repositories"}
        code, words = refused("--dir", ".", cwd=tmp_path)
        assert (code, "is in use by another sandbox" in words) == (4, True)


def test_no_room_is_told_and_what_was_begun_is_begun_anew(tmp_path: Path) -> None:
    code, words = refused("--dir", "kept", cwd=tmp_path, largest_file=20_000)
    assert (code, "cannot be written" in words) == (2, True)
    assert not (tmp_path / "kept" / "repositories").exists()
    with sandbox("--dir", str(tmp_path / "kept")) as told, client(told, "maintainer") as http:
        assert len(http.get(f"/repos/{told['repository']}/issues").json()) == 7


def test_killed_at_the_beginning_it_is_begun_anew(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "qatui", "sandbox", "--dir", str(tmp_path / "kept")]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while not (tmp_path / "kept" / "repositories").exists():
            assert process.poll() is None
        process.kill()
    with sandbox("--dir", str(tmp_path / "kept")) as told, client(told, "maintainer") as http:
        assert len(http.get(f"/repos/{told['repository']}/issues").json()) == 7


def test_a_port_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "qatui", "sandbox", "--port", str(port)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"port {port}" in done.stderr
    assert "Traceback" not in done.stderr
