"""The program's edge: what is loaded, exit codes, the forms of an error, and how it ends."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from qatui import __main__ as program
from qatui import __version__, errors, paths
from qatui.cli import main
from qatui.cli.session import Session, pass_session, take_json
from qatui.errors import ExitCode
from qatui.store.database import Database
from tests.conftest import NOW, Project, unmeasured

HEAVY = ("textual", "rich", "sqlalchemy", "alembic", "httpx", "git", "starlette", "uvicorn", "yaml")
PROGRAM = [sys.executable, "-m", "qatui"]

Add = Callable[[Callable[[], object]], None]


@pytest.fixture
def act(monkeypatch: pytest.MonkeyPatch) -> Add:
    """Makes what `qatui act` does."""

    def add(do: Callable[[], object]) -> None:
        command = click.Command("act", callback=do)
        take_json(command)
        monkeypatch.setitem(main.qatui.commands, "act", command)

    return add


def raising(error: BaseException) -> Callable[[], object]:
    """A command that raises this."""

    def do() -> object:
        raise error

    return do


# -- what is loaded


def commands() -> list[list[str]]:
    """Every command, and every command of a group, as arguments."""
    found = []
    for name, command in main.qatui.commands.items():
        found.append([name])
        if isinstance(command, click.Group):
            found += [[name, below] for below in command.commands]
    return found


@pytest.mark.parametrize("args", [["--version"], ["--help"], ["-h"]])
def test_help_and_version_load_nothing_heavy(args: list[str]) -> None:
    code = (
        f"import sys; from qatui.cli.main import run; code = run({args})\n"
        f"print(code, [name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 []"
    assert done.stderr == ""


def test_the_help_of_every_command_loads_nothing_heavy() -> None:
    code = (
        "import sys; from qatui.cli.main import run\n"
        f"codes = {{run([*args, '--help']) for args in {commands()}}}\n"
        f"print(codes, [name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "{0} []"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--version"]) == 0
    assert capsys.readouterr().out == f"qatui {__version__}\n"


def test_both_names_start_the_program() -> None:
    from importlib.metadata import entry_points

    scripts = {script.name: script.value for script in entry_points(group="console_scripts")}
    assert scripts["qatui"] == scripts["qa-review"] == "qatui.__main__:main"


def test_every_command_has_a_help_that_says_what_it_does() -> None:
    for name, command in main.qatui.commands.items():
        assert command.get_short_help_str(), name


# -- exit codes


def tree(error: type[errors.QatuiError]) -> list[type[errors.QatuiError]]:
    """An error class and all below it."""
    return [
        error,
        *(one for below in error.__subclasses__() if below.__module__ == errors.__name__ for one in tree(below)),
    ]


TOLD: dict[type[errors.QatuiError], dict[str, object]] = {
    errors.MergeRefused: {"why": "draft"},
    errors.RateLimited: {"until": 0},
}
"""What a kind cannot be raised without, beside its words."""


@pytest.mark.parametrize("kind", tree(errors.QatuiError), ids=lambda kind: kind.__name__)
def test_every_error_ends_in_one_sentence_and_its_code(
    kind: type[errors.QatuiError], act: Add, capsys: pytest.CaptureFixture[str]
) -> None:
    act(raising(kind("It is so.", "Do this.", **TOLD.get(kind, {}))))
    assert main.run(["act"]) == kind.exit_code
    assert capsys.readouterr() == ("", "qatui: It is so.\n       Do this.\n")
    for args in (["act", "--json"], ["--json", "act"]):
        assert main.run(args) == kind.exit_code
        out, err = capsys.readouterr()
        assert out == ""
        assert json.loads(err) == {
            "schema": 1,
            "error": {"code": kind.code, "message": "It is so.", "hint": "Do this."},
        }


def test_the_codes_are_the_documented_ones() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "DONE": 0,
        "NEEDS_PERSON": 1,
        "USAGE": 2,
        "REMOTE": 3,
        "LOCKED": 4,
        "BUG": 5,
        "INTERRUPTED": 130,
    }
    codes = [kind.code for kind in tree(errors.QatuiError)]
    assert len(codes) == len(set(codes))


def test_what_a_command_returns_is_the_exit_code(act: Add) -> None:
    act(lambda: None)
    assert main.run(["act"]) == 0
    act(lambda: ExitCode.NEEDS_PERSON)
    assert main.run(["act"]) == 1
    act(raising(click.exceptions.Exit(3)))
    assert main.run(["act"]) == 3


def test_main_leaves_with_the_code(act: Add, monkeypatch: pytest.MonkeyPatch) -> None:
    act(lambda: ExitCode.LOCKED)
    monkeypatch.setattr(sys, "argv", ["qatui", "act"])
    with pytest.raises(SystemExit) as left:
        program.main()
    assert left.value.code == 4


def test_an_interrupt_before_the_edge_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["qatui"])
    monkeypatch.setattr(main, "run", lambda args: raising(KeyboardInterrupt())())
    with pytest.raises(SystemExit) as left:
        program.main()
    assert left.value.code == ExitCode.INTERRUPTED


@pytest.mark.parametrize(
    ("args", "message", "hint"),
    [
        (["nope"], "No such command 'nope'.", "See: qatui --help"),
        (["--nope"], "No such option", "See: qatui --help"),
        (["init", "--nope"], "No such option", "See: qatui init --help"),
        (["init", "--base"], "Option '--base' requires an argument.", "See: qatui --help"),
        (["-C", "/nowhere/at all", "init"], "Directory '/nowhere/at all' does not exist.", "See: qatui --help"),
    ],
)
def test_wrong_usage(args: list[str], message: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(args) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("qatui: ")
    assert message in err
    assert err.endswith(f"       {hint}\n")
    assert main.run(["--json", *args]) == ExitCode.USAGE
    told = json.loads(capsys.readouterr().err)["error"]
    assert told["code"] == "usage"
    assert message in told["message"]


def test_a_click_error_without_a_place(act: Add, capsys: pytest.CaptureFixture[str]) -> None:
    act(raising(click.ClickException("It is so.")))
    assert main.run(["act"]) == ExitCode.USAGE
    assert capsys.readouterr().err == "qatui: It is so.\n"


def test_without_a_terminal_the_workstation_says_what_to_use(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.run(["-C", str(project.root)]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert "qatui list" in err


# -- global options


def test_the_session_holds_the_global_options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[Session] = []
    command = click.Command("act", callback=pass_session(seen.append))
    monkeypatch.setitem(main.qatui.commands, "act", command)
    assert main.run(["act"]) == 0
    assert main.run(["-C", str(tmp_path), "--config", "x.yaml", "--json", "-q", "-v", "--no-color", "act"]) == 0
    assert seen == [
        Session(Path(), None, False, False, None),
        Session(tmp_path, Path("x.yaml"), True, True, False),
    ]
    assert (seen[1].start.directory, seen[1].start.user_file) == (tmp_path, Path("x.yaml"))


def test_the_desk_is_opened_once(project: Project) -> None:
    session = Session(project.root, None, False, False, None)
    with session.desk.db.read():
        assert session.desk is session.desk
    session.desk.db.close()


def test_the_desk_is_given_back(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []
    close = Database.close

    def note(db: Database) -> None:
        closed.append(db.url)
        close(db)

    def look(session: Session) -> None:
        assert session.desk.db
        monkeypatch.setattr(Database, "close", note)

    monkeypatch.setitem(main.qatui.commands, "act", click.Command("act", callback=pass_session(look)))
    assert main.run(["-C", str(project.root), "act"]) == 0
    assert len(closed) == 1


def test_verbose_shows_the_commands_of_git(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["-C", str(project.root), "-v", "status"]) == 0
    told = capsys.readouterr()
    assert told.err.startswith("$ git rev-parse ")
    assert "\n$ git remote get-url --all origin\n" in told.err
    assert "$ git" not in told.out
    assert main.run(["-C", str(project.root), "-v", "list"]) == 0
    assert capsys.readouterr().err.count("$ git remote get-url --all origin\n") == 1
    assert main.run(["-C", str(project.root), "status"]) == 0
    assert capsys.readouterr().err == ""


def test_json_may_stand_after_a_command_of_a_group(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def note(session: Session) -> None:
        seen.append(session.json)

    group = click.Group("jobs", commands={"see": click.Command("see", callback=pass_session(note))})
    take_json(group)
    monkeypatch.setitem(main.qatui.commands, "jobs", group)
    for args in (["jobs", "see"], ["jobs", "see", "--json"], ["--json", "jobs", "see"]):
        assert main.run(args) == 0
    assert seen == [False, True, True]


def test_every_command_takes_json() -> None:
    for name, command in main.qatui.commands.items():
        for one in command.commands.values() if isinstance(command, click.Group) else [command]:
            options = [option for param in one.params for option in param.opts]
            assert options.count("--json") == 1, name


def test_a_command_that_is_asked_for_completion_has_no_session() -> None:
    environ = {**os.environ, "_QATUI_COMPLETE": "bash_complete", "COMP_WORDS": "qatui init --js", "COMP_CWORD": "2"}
    done = subprocess.run(PROGRAM, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "plain,--json\n", "")


def test_the_shell_gets_its_completion_script(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_QATUI_COMPLETE", "zsh_source")
    assert main.run([]) == 0
    assert "#compdef qatui" in capsys.readouterr().out


# -- bugs, signals, readers that go


def test_a_bug_is_one_sentence_and_one_entry_in_the_log(act: Add, capsys: pytest.CaptureFixture[str]) -> None:
    act(raising(RuntimeError("the secret detail")))
    assert main.run(["act"]) == ExitCode.BUG
    out, err = capsys.readouterr()
    log = paths.log_file()
    assert out == ""
    assert err == f"qatui: This is a bug in qatui: RuntimeError.\n       The traceback is in {log}; please report it.\n"
    text = log.read_text()
    assert text.count("Traceback (most recent call last)") == 1
    assert text.endswith("RuntimeError: the secret detail\n")
    assert main.run(["--json", "act"]) == ExitCode.BUG
    told = json.loads(capsys.readouterr().err)
    assert told["error"]["code"] == "bug"
    assert str(log) in told["error"]["hint"]
    assert log.read_text().count("Traceback") == 2


def test_a_bug_where_no_log_can_be_written(
    act: Add, capsys: pytest.CaptureFixture[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").write_text("")
    monkeypatch.setattr(paths, "log_file", lambda: home / "file" / "qatui.log")
    act(raising(KeyError("x")))
    assert main.run(["act"]) == ExitCode.BUG
    assert "nowhere: the log folder cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_interrupted(error: BaseException, act: Add, capsys: pytest.CaptureFixture[str]) -> None:
    act(raising(error))
    assert main.run(["act"]) == ExitCode.INTERRUPTED
    assert capsys.readouterr() == ("", "qatui: interrupted\n")
    assert main.run(["act", "--json"]) == ExitCode.INTERRUPTED
    assert json.loads(capsys.readouterr().err)["error"]["code"] == "interrupted"


WAITING = """
import click, sys, time
from qatui.cli import main
def wait():
    print("ready", flush=True)
    time.sleep(60)
main.qatui.add_command(click.Command("wait", callback=wait))
sys.exit(main.run(["wait"]))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_without_a_traceback(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (130, "qatui: interrupted\n")


FINALIZED = """
import os, signal, sys, time
from qatui.cli import interrupts
class Finalized:
    def __del__(self):
        os.kill(os.getpid(), {number})
        for _ in range(1000):
            pass
interrupts.listen()
try:
    made = Finalized()
    del made
    print("swallowed", flush=True)
    time.sleep(30)
except KeyboardInterrupt:
    print("heard")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_that_comes_in_a_finalizer_is_heard_behind_it(number: signal.Signals) -> None:
    code = FINALIZED.format(number=int(number))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=20, check=False)
    assert (done.stdout, done.stderr) == ("swallowed\nheard\n", "")


HANGING = """
import threading, time, click
from qatui.cli import main
def hang():
    threading.Thread(target=time.sleep, args=(60,)).start()
    print("ready", flush=True)
main.qatui.add_command(click.Command("hang", callback=hang))
import sys
from qatui.__main__ import main as program
sys.argv = ["qatui", "hang"]
program()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_what_only_waits_for_a_thread(number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HANGING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        while process.poll() is None:  # some come before it leaves: each is an interruption, none a traceback
            process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
        assert process.stderr is not None
        err = process.stderr.read()
    assert (process.returncode, err.replace("qatui: interrupted\n", "")) == (130, "")


@pytest.mark.parametrize("quiet", [False, True])
def test_a_wait_for_github_is_said_with_its_end(quiet: bool, capsys: pytest.CaptureFixture[str]) -> None:
    Session(Path(), None, False, quiet, None).waits(NOW)
    assert capsys.readouterr().err == ("" if quiet else "Waiting until 2026-11-18T11:06:40Z, as GitHub asks.\n")


FLOODING = """
import click, sys
from qatui.cli import main, output
def flood():
    for number in range(200_000):
        output.line(str(number))
main.qatui.add_command(click.Command("flood", callback=flood))
sys.exit(main.run(["flood"]))
"""


@pytest.mark.parametrize("lines", [0, 1])
def test_a_reader_that_goes_is_no_error(lines: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", FLOODING], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for number in range(lines):
            assert process.stdout.readline() == f"{number}\n"
        process.stdout.close()
        err = process.stderr.read()
        code = process.wait(timeout=30)
    assert (code, err) == (128 + signal.SIGPIPE, "")


def test_a_reader_that_goes_before_a_short_text() -> None:
    read, write = os.pipe()
    os.close(read)
    with open(write, "wb") as out:
        done = subprocess.run([*PROGRAM, "--help"], stdout=out, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (128 + signal.SIGPIPE, b"")


def test_a_reader_of_stderr_that_goes_does_not_change_the_code() -> None:
    read, write = os.pipe()
    os.close(read)
    with open(write, "wb") as err:
        command = [*PROGRAM, "nope"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=err, env=unmeasured(), check=False)
    assert (done.returncode, done.stdout) == (2, b"")


@pytest.mark.parametrize(("words", "code"), [("--version", 2), ("nope", 2), ("-h", 2)])
def test_closed_streams(words: str, code: int) -> None:
    script = f'"$0" -m qatui {words} <&- >&- 2>&-'
    assert subprocess.run(["sh", "-c", script, sys.executable], check=False).returncode == code


@pytest.mark.parametrize("words", [["--version"], ["diff", "--help"], ["diff", "a", "b"]])
def test_a_closed_stdout_is_told(words: list[str], tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a\n")
    (tmp_path / "b").write_text("b\n")
    command = ["sh", "-c", '"$0" -m qatui "$@" >&-', sys.executable, *words]
    done = subprocess.run(command, cwd=tmp_path, env=unmeasured(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        ExitCode.USAGE,
        "qatui: The output could not be written: stdout is closed.\n       Make room, or write to another place.\n",
    )


def test_what_writes_nothing_does_not_mind_a_closed_stdout(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a\n")
    command = ["sh", "-c", '"$0" -m qatui diff a a >&-', sys.executable]
    done = subprocess.run(command, cwd=tmp_path, env=unmeasured(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_locale_without_unicode() -> None:
    code = "from qatui.cli import output, diagnostics; output.line('\\xe9\\u2192'); diagnostics.say('\\u2192')"
    environ = {**os.environ, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"<U+00E9>>\n", b">\n")


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["--json", "nope"], ["nope"]])
def test_a_disk_that_is_full_is_no_bug(words: list[str]) -> None:
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*PROGRAM, *words], stdout=full, stderr=subprocess.PIPE, check=False, text=True)
    assert done.returncode == ExitCode.USAGE
    assert "bug" not in done.stderr
    if "nope" not in words:
        assert done.stderr.startswith("qatui: The output could not be written: No space left on device.")


def test_another_fault_of_the_system_is_a_bug(act: Add, capsys: pytest.CaptureFixture[str]) -> None:
    act(raising(OSError(5, "Input/output error")))
    assert main.run(["act"]) == ExitCode.BUG
    assert "OSError" in capsys.readouterr().err
