"""`qatui sandbox`, started as a program: what it prints first, who may do what, and how it ends."""

import json
import os
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

from tests.conftest import run_git


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
    with sandbox():
        assert len(os.listdir(tmp_path)) == 1
    assert os.listdir(tmp_path) == []


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
