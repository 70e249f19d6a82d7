"""The one function that runs git: no terminal, no other repository, a limit, words without passwords."""

import os
import pty
import re
import select
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from qatui.errors import ExitCode, GitError, GitTimeout, NeedsTerminal, NoGit
from qatui.workspace.git import git, without_passwords
from tests.conftest import Project

TOP = Path(__file__).parents[2]


class AsksForPassword(BaseHTTPRequestHandler):
    """A remote that lets nobody in without one."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="tests"')
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def prompting() -> Iterator[str]:
    """The address of a remote that wants a password."""
    server = HTTPServer(("127.0.0.1", 0), AsksForPassword)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/a/b.git"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_remote_that_asks_ends_as_one_that_needs_a_terminal(project: Project, prompting: str) -> None:
    asked = re.escape(prompting.removesuffix("/a/b.git"))
    with pytest.raises(NeedsTerminal, match=f"^git ls-remote needs a terminal: {asked} wants a username$"):
        git(["ls-remote", prompting], cwd=project.root)


ASKS = """
import sys
from pathlib import Path
from qatui.errors import NeedsTerminal
from qatui.workspace.git import git
print("ready")
try:
    git(["ls-remote", sys.argv[1]], cwd=Path(sys.argv[2]), foreground=sys.argv[3] == "yes", seconds=30)
except NeedsTerminal:
    print("needs a terminal")
print("read:", input())
"""


def in_a_terminal(script: str, *args: str, answer: bytes, until: bytes, when: bytes) -> bytes:
    """Run a script whose terminal we are; type `answer` when it shows `when`; what it showed up to `until`."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(TOP)
        os.execv(sys.executable, [sys.executable, "-c", script, *args])
    shown, typed, deadline = b"", False, time.monotonic() + 60
    try:
        while until not in shown and time.monotonic() < deadline:
            if select.select([terminal], [], [], 1)[0]:
                try:
                    shown += os.read(terminal, 4096)
                except OSError:  # Linux: the other end is gone
                    break
            if not typed and when in shown:
                os.write(terminal, answer)
                typed = True
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)
    return shown


@pytest.mark.pty
def test_git_neither_paints_on_the_terminal_nor_reads_from_it(project: Project, prompting: str) -> None:
    shown = in_a_terminal(
        ASKS, prompting, str(project.root), "no", answer=b"typed ahead\n", when=b"ready", until=b"read: typed ahead"
    )
    assert b"needs a terminal" in shown
    assert b"read: typed ahead" in shown
    assert b"Username" not in shown


@pytest.mark.pty
def test_in_the_foreground_git_asks_the_person(project: Project, prompting: str) -> None:
    shown = in_a_terminal(
        ASKS, prompting, str(project.root), "yes", answer=b"kim\n", when=b"Username", until=b"Password"
    )
    assert b"Username for 'http://127.0.0.1" in shown
    assert b"Password for" in shown


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc to see other processes")
@pytest.mark.parametrize("foreground", [False, True])
def test_the_limit_stops_git_and_in_the_background_all_it_started(project: Project, foreground: bool) -> None:
    script = "!sleep 300 & echo $! > child; wait"
    with pytest.raises(GitTimeout, match=r"git slow took longer than 1 s and was stopped"):
        git(["-c", f"alias.slow={script}", "slow"], cwd=project.root, seconds=1, foreground=foreground)
    started = int((project.root / "child").read_text())
    deadline = time.monotonic() + 10
    while not foreground and alive(started) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert alive(started) is foreground
    if foreground:
        os.kill(started, 9)


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc to see other processes")
def test_what_a_hook_left_running_is_neither_waited_for_nor_stopped(project: Project) -> None:
    script = "!echo out; echo err >&2; sleep 300 & echo $! > child"
    done = git(["-c", f"alias.leave={script}", "leave"], cwd=project.root, seconds=60)
    started = int((project.root / "child").read_text())
    assert alive(started)
    os.kill(started, 9)
    assert (done.status, done.text, done.err) == (0, "out", "err")


def test_much_is_read_over_many_looks(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qatui.workspace.git.LEFT_SECONDS", 0.001)
    out = git(["-c", "alias.much=!head -c 8000000 /dev/zero; sleep 0.2; echo end", "much"], cwd=project.root).out
    assert out == bytes(8_000_000) + b"end\n"


def test_an_interruption_stops_git_too(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    import subprocess

    communicate = subprocess.Popen.communicate
    seen: list[subprocess.Popen[bytes]] = []

    def interrupted(self: "subprocess.Popen[bytes]", *args: object, **kwargs: object) -> tuple[bytes, bytes]:
        if not seen:
            seen.append(self)
            raise KeyboardInterrupt
        return communicate(self, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        git(["-c", "alias.slow=!sleep 300", "slow"], cwd=project.root)
    assert seen[0].returncode == -9


def test_git_sees_no_terminal_no_pager_and_no_editor(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_EDITOR", "vi")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    out = git(["-c", "alias.show-env=!env; test -t 0 || echo no-tty; ps -o sid= $$", "show-env"], cwd=project.root).text
    lines = out.splitlines()
    for line in (
        "GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=false", "SSH_ASKPASS=false", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C",
        "GIT_EDITOR=false", "no-tty",
    ):  # fmt: skip
        assert line in lines, line
    assert int(lines[-1]) != os.getsid(0)


def test_called_from_a_hook_git_still_works_where_it_is_told_to(project: Project, tmp_path: Path) -> None:
    import subprocess

    environment = {**os.environ, "GIT_DIR": str(tmp_path / "nowhere"), "GIT_INDEX_FILE": "/nowhere/index"}
    script = (
        "import sys; from pathlib import Path; from qatui.workspace.git import git;"
        "print(git(['rev-parse', 'HEAD'], cwd=Path(sys.argv[1])).text)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(project.root)],
        cwd=TOP, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.strip() == project.git("rev-parse", "HEAD"), done.stderr


def test_statuses_that_are_answers_are_given_back(project: Project) -> None:
    assert git(["config", "--get", "no.such"], cwd=project.root, accept=(0, 1)).status == 1
    with pytest.raises(GitError, match=r"git config failed \(1\)"):
        git(["config", "--get", "no.such"], cwd=project.root)


def test_an_error_has_gits_own_words_and_the_log_all_of_them(project: Project) -> None:
    lines: list[str] = []
    with pytest.raises(GitError, match=r"^git rev-parse failed \(128\): fatal: ambiguous argument 'nope'"):
        git(["rev-parse", "nope"], cwd=project.root, log=lines.append)
    assert lines[0] == "$ git rev-parse nope"
    assert "Use '--' to separate paths" in lines[1]


def test_data_goes_in_as_bytes_or_as_a_file(project: Project, tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.write_bytes(b"\0\xff")
    with file.open("rb") as stream:
        from_file = git(["hash-object", "--stdin"], cwd=project.root, data=stream).text
    assert from_file == git(["hash-object", "--stdin"], cwd=project.root, data=b"\0\xff").text


def test_without_git_it_says_so(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(NoGit, match="git was not found") as caught:
        git(["version"], cwd=project.root)
    assert "Install git" in caught.value.hint


@pytest.mark.parametrize("command", ["list", "status"])
def test_a_start_without_git_on_the_path_says_so(project: Project, tmp_path: Path, command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "qatui", "-C", str(project.root), command],
        cwd=TOP, capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": "/nowhere", "QATUI_DATABASE": str(tmp_path / "db"), "GIT_PYTHON_REFRESH": "raise"},
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (ExitCode.USAGE, ""), done.stderr
    assert "git was not found or cannot start here." in done.stderr
    assert "Install git 2.30 or newer." in done.stderr


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://me:s3cret@host/a", "https://host/a"),
        ("x https://:t@h/a and ssh://git@h/b", "x https://h/a and ssh://git@h/b"),
        ("https://ghp_s3cret@github.com/o/r.git", "https://github.com/o/r.git"),
        ("fatal: 'HTTPS://t:p@ss@h/b': no", "fatal: 'HTTPS://h/b': no"),
        ("ssh://git:s3cret@h/b", "ssh://h/b"),
        ("git@host:a/b", "git@host:a/b"),
        ("http://127.0.0.1:80/a@b", "http://127.0.0.1:80/a@b"),
    ],
)
def test_passwords_are_taken_out_of_addresses(text: str, shown: str) -> None:
    assert without_passwords(text) == shown
