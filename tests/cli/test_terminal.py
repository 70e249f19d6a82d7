"""Who wants somebody to type: nothing is painted where nobody sits, and in the foreground the prompt is answered.

In a real pseudo-terminal: ssh, a hook and gpg's pinentry go to /dev/tty themselves, past git.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from qatui.domain.candidate import State
from qatui.flows.desk import Desk
from qatui.flows.outbox import jobs
from qatui.store.outbox import Job
from qatui.tui.turns import QUIET_SECONDS
from tests.conftest import Project, run_git
from tests.flows.test_publish import approved, only, state
from tests.tui.test_kill import Screen
from tests.workspace.test_attributes import executable

pytestmark = pytest.mark.pty

TOP = Path(__file__).parents[2]
SECONDS = 60
ASK = """printf 'Sesame? ' > /dev/tty || exit 255
read answer < /dev/tty
test "$answer" = sesame || exit 1
"""


def by_ssh(project: Project) -> None:
    """An ssh that asks for a passphrase at the terminal."""
    ssh = executable(project.root.parent / "ssh", f'{ASK}shift\ncd {project.remote.parent} && exec sh -c "$1"')
    project.git("config", "core.sshCommand", str(ssh))
    project.git("config", "ssh.variant", "simple")
    project.git("remote", "set-url", "--push", "origin", "work:remote.git")


def by_hook(project: Project) -> None:
    """A pre-push hook that wants a yes."""
    executable(project.root / ".git/hooks/pre-push", ASK)


def by_pinentry(project: Project) -> None:
    """A gpg that asks at the terminal it was told of, as gpg-agent's pinentry does: that is in no session of ours."""
    signature = "echo '[GNUPG:] SIG_CREATED D' >&2; echo '-----BEGIN PGP SIGNATURE-----'; echo x"
    asks = ASK.replace("/dev/tty", '"$GPG_TTY"')
    gpg = executable(
        project.root.parent / "gpg",
        f"cat > /dev/null\ntest -n \"$GPG_TTY\" || {{ echo 'gpg: Inappropriate ioctl for device' >&2; exit 2; }}\n"
        f"{asks}{signature}; echo '-----END PGP SIGNATURE-----'",
    )
    project.git("config", "commit.gpgSign", "true")
    project.git("config", "gpg.program", str(gpg))


def by_filter(project: Project) -> None:
    """A clean filter that asks for the key's passphrase, as of git-crypt or a password store."""
    project.commit({".gitattributes": "*.py filter=crypt\n"})
    crypt = executable(project.root.parent / "crypt", f"{ASK}tr a-z A-Z")
    project.git("config", "filter.crypt.clean", str(crypt))
    project.git("config", "filter.crypt.required", "true")


@pytest.fixture(params=[by_ssh, by_hook, by_pinentry, by_filter])
def asked(request: pytest.FixtureRequest, desk: Desk, project: Project) -> Project:
    """A clone with an approved candidate, where publishing asks."""
    approved(desk, {"tests/test_a.py": "a\n"})
    ask: Callable[[Project], None] = request.param
    ask(project)
    return project


Start = Callable[..., "pexpect.spawn[str]"]


@pytest.fixture
def start(desk: Desk, project: Project) -> Iterator[Start]:
    """Starts a shell's command at a terminal; `$QATUI` is qatui in the clone."""
    running: list[pexpect.spawn[str]] = []
    environment = {
        **os.environ,
        "QATUI": f"{sys.executable} -m qatui -C {project.root}",
        "QATUI_DATABASE": desk.db.url,
        "PYTHONPATH": str(TOP),
        "TERM": "xterm-256color",
    }
    environment.pop("GPG_TTY", None)

    def begin(command: str) -> "pexpect.spawn[str]":
        made = pexpect.spawn(
            "/bin/sh", ["-c", command], cwd=str(project.root), env=environment, timeout=SECONDS, encoding="utf-8",
            dimensions=(36, 120),
        )  # fmt: skip
        made.setecho(False)
        running.append(made)
        return made

    yield begin
    for each in running:
        each.close(force=True)


def the_job(desk: Desk) -> Job:
    (job,) = jobs(desk, every=True)
    return job


def test_in_the_background_nothing_is_painted_and_the_job_waits_for_a_terminal(
    asked: Project, desk: Desk, start: Start, tmp_path: Path
) -> None:
    # GPG_TTY as people export it in their shell's profile; the streams as cron has them.
    terminal = start(
        f"export GPG_TTY=$(tty); echo begun; $QATUI --json publish < /dev/null > {tmp_path}/out 2> {tmp_path}/err; "
        "echo ended $?; read line; echo read $line"
    )
    terminal.expect(r"ended (\d)")
    assert terminal.match[1] == "3", (tmp_path / "err").read_text()
    assert terminal.before == "begun\r\n", "nothing was painted"
    terminal.sendline("typed")
    terminal.expect("read typed")
    job = the_job(desk)
    assert (job.state, "needs a terminal" in job.words) == ("waiting", True), job
    assert '"needs_terminal": true' in (tmp_path / "out").read_text()
    assert "refs/heads/qatui" not in run_git(asked.remote, "for-each-ref")


def answering(terminal: "pexpect.spawn[str]", until: str) -> int:
    """Answer every prompt until that is shown; how many there were."""
    count = 0
    while terminal.expect([r"Sesame\? ", until]) == 0:
        terminal.sendline("sesame")
        count += 1
    return count


def test_in_the_foreground_it_is_asked_and_answered(asked: Project, desk: Desk, start: Start) -> None:
    terminal = start("$QATUI publish; echo ended $?")
    assert answering(terminal, r"ended (\d)") >= 1
    assert terminal.match[1] == "0", terminal.before
    assert run_git(asked.remote, "rev-parse", only(desk).branch) == only(desk).head_commit


@pytest.mark.parametrize("asked", [by_filter], indirect=True)
def test_a_job_that_waits_for_a_filter_is_done_in_the_foreground(asked: Project, desk: Desk, start: Start) -> None:
    terminal = start("$QATUI publish < /dev/null 2>&1; echo ended $?; $QATUI outbox retry 1; echo retried $?")
    terminal.expect(r"run qatui outbox retry 1 at a terminal\.\s+ended 3")
    assert answering(terminal, r"retried (\d)") == 1
    assert terminal.match[1] == "0", terminal.before
    assert run_git(asked.remote, "show", f"{only(desk).branch}:tests/test_a.py") == "A"


def test_the_workstation_is_not_painted_over_and_offers_the_foreground(
    desk: Desk, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted at the prompt the workstation is still there; what was approved meanwhile waits for its own yes."""
    approved(desk, {"tests/test_a.py": "a\n"})
    by_hook(project)
    monkeypatch.setenv("QATUI_DATABASE", desk.db.url)
    screen = Screen(project, 120, 36)
    try:
        screen.until(lambda text: "P publish what was approved" in text)
        screen.press("P")
        screen.until(lambda text: "y publish 1" in text)
        screen.press("y")
        shown = screen.until(lambda text: "needs a terminal" in text or "somebody to type" in text or "Sesame" in text)
        assert "Sesame" not in shown
        (later,) = approved(desk, {"tests/test_b.py": "b\n"})
        time.sleep(QUIET_SECONDS)  # a letter right after the dialog's is not heard: git may be quicker than that
        screen.press("F")
        screen.until(lambda text: "Sesame?" in text)
        screen.press("\x03")
        screen.until(lambda text: "Enter goes back to the workstation" in text)
        screen.press("\r")
        screen.until(lambda text: "it ended with 130" in text and "Sesame" not in text)
        screen.press("F")
        screen.until(lambda text: "Sesame?" in text)
        screen.press("sesame\r")
        screen.until(lambda text: "pushed" in text and "Sesame" not in text)
        assert run_git(project.remote, "rev-parse", only(desk).branch) == only(desk).head_commit
        assert state(desk, later) is State.APPROVED
    finally:
        screen.kill()
