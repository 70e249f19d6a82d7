"""Of hostile content, names, titles, comments and answers of programs nothing reaches what a command prints."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from qatui import paths
from qatui.cli import diagnostics, output
from qatui.cli.main import qatui
from qatui.domain.lifecycle import Action
from qatui.errors import UsageError
from qatui.flows import review
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.store.schema import origin
from tests.cli.conftest import Call, Ran
from tests.conftest import Project, seed
from tests.hostile import (
    BODY,
    CANARY,
    CONTENT,
    LINE,
    NO_CONTROLS,
    PASSWORD,
    SECRETS,
    SEQUENCES,
    SHORT,
    assert_json,
    leaks,
    revealed,
    terminal_leaks,
)

TICKED = f"# {LINE}\n\n- [ ] first {LINE} <!-- qa:7K3F9X -->\n- [x] {LINE}\n".encode() + b"- [ ] \x9b7331m\xff\r\n"


@pytest.fixture
def ids(desk: Desk, project: Project) -> list[int]:
    """Candidates with all of it: one to look at and decide, one that is approved, one under a hostile name."""
    project.commit({"tests/test_a.py": CONTENT[:200] + b"\n" + CONTENT[-100:]})
    texts = {"title": LINE, "author": LINE, "state_reason": LINE}
    (open_,) = seed(desk, {"tests/test_a.py": CONTENT + SECRETS.encode()}, assignee=LINE, **texts)
    (approved,) = seed(desk, {"tests/test_b.py": CONTENT}, **texts)
    (named,) = seed(
        desk, {"tests/test_c.py": b"c\n"}, path=f"tests/{SEQUENCES['osc 52: clipboard']}/\u202e.py", **texts
    )
    review.comment(desk, [open_], BODY + SECRETS, line=1, side="new")
    review.comment(desk, [open_], SECRETS)
    decide(desk, [approved], Action.APPROVE, note=LINE)
    with desk.db.write() as connection:
        told = {"generator": json.dumps({"name": LINE}), "endpoint": json.dumps({"method": "GET", "path": LINE})}
        connection.execute(origin.update().values(**told, plan_item=LINE, labels=json.dumps([LINE]), replaces=LINE))
    return [open_, approved, named]


@pytest.fixture
def files(tmp_path: Path, project: Project) -> Path:
    """A plan, manifests and a folder of test files."""
    folder = tmp_path / "given"
    (folder / "tests").mkdir(parents=True)
    (folder / "plan.md").write_bytes(TICKED)
    for at, name in enumerate(["\x1b]0;7331\x07.py", "\u202e.py", "a\nb\x9b.py", "test_ok.py"]):
        (folder / "tests" / name).write_bytes(CONTENT + bytes([at + 65]))
    (folder / os.fsdecode(b"tests/\xff\x9b.py")).write_bytes(CONTENT)
    good = {"path": "tests/test_m.py", "content": "m\n", "title": NO_CONTROLS, "labels": [NO_CONTROLS]}
    lines = [
        good,
        {**good, "title": LINE},
        {LINE: 1},
        {"path": SHORT, "content": ""},
        {**good, "replaces": NO_CONTROLS},
    ]
    lines += [{**good, "path": "tests/test_n.py", "file": f"../{SHORT}", "content": None}, {**good, "priority": LINE}]
    raw = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode() + CONTENT
    (folder / "m.jsonl").write_bytes(raw)
    return folder


def commands(ids: list[int], files: Path) -> dict[str, list[list[object]]]:
    """For every command of the program what it is called with here, in an order in which most of it goes well."""
    open_, approved, named = ids
    plan = files / "plan.md"
    return {
        "list": [["is:all"], [SHORT], ["--state", SHORT]],
        "status": [[]],
        "show": [[open_], [open_, "--content"], [named, "--content"], [99], [SHORT]],
        "log": [[], [open_]],
        "diff": [
            *[[open_, *options] for options in ([], ["--unified"], ["--code-points"], ["--width", 60], ["-a", "-b"])],
            [named],
            [open_, "--since", 1],
            [open_, "--since", SHORT],
            [f"{open_}@1", f"{named}@1"],
            [files / "tests/\u202e.py", files / "tests/\x1b]0;7331\x07.py"],
            [files / "tests", files],
            [files / SHORT, plan],
            [SHORT, NO_CONTROLS],
            [SHORT],
            [SHORT, plan, "0" * 40, "100644", files / "m.jsonl", "0" * 40, "100755"],
            [SHORT, plan, ".", "100644", files / "m.jsonl", ".", "100644", NO_CONTROLS, f"similarity {SHORT}"],
        ],
        "viewed": [[open_, "--hunk", 1], [named, "--all", "--undo"], [SHORT]],
        "comment": [
            [open_, "-m", BODY, "--line", 1, "--to", 2],
            [open_, "-m", SHORT, "--line", 999],
            [open_, "-m", BODY, "--reply-to", 1],
            [open_, "--resolve", 1],
            [named, "--resolve", 1],
        ],
        "checklist": [[SHORT, open_], [open_], [open_, SHORT]],
        "claim": [[open_, named], ["--query", SHORT, "-y"]],
        "assign": [[open_, "--to", SHORT], [open_, "--to", NO_CONTROLS]],
        "release": [[open_, named]],
        "defer": [[named, "--note", LINE], [open_, "--until", SHORT]],
        "reject": [[open_, "--reason", "other", "--note", LINE], [open_, "--reason", SHORT]],
        "undo": [[]],
        "redo": [[]],
        "approve": [[named, open_, "--note", LINE, "--dry-run"], ["--query", SHORT, "-y"]],
        "ingest": [[files / "tests"], ["--manifest", files / "m.jsonl"], [files / SHORT], ["--manifest", SHORT]],
        "plan items": [[plan], [SHORT]],
        "plan tick": [[plan, 1], [plan, SHORT], [plan, 3]],
        "plan untick": [[plan, 2], [plan, SHORT]],
        "publish": [["--dry-run"], [approved, open_, named, "--dry-run"], [approved], ["--query", SHORT]],
        "outbox list": [[], ["--all", "--log"]],
        "outbox retry": [[1], [SHORT]],
        "outbox drop": [[1], [SHORT]],
        "sync": [[]],
        "merge": [[1], [SHORT]],
        "doctor": [[]],
        "init": [["--repository", SHORT, "-y"], ["--base", SHORT, "-y"], ["--plan", SHORT, "-y"], ["-y", "--force"]],
        "demo": [["--dir", files, "--headless"]],
        "sandbox": [["--dir", plan]],
    }


def every_command(group: click.Command = qatui, name: str = "") -> Iterator[str]:
    if not isinstance(group, click.Group):
        yield name.strip()
        return
    for each in group.commands.values():
        yield from every_command(each, f"{name} {each.name}")


def test_the_table_has_every_command() -> None:
    assert set(commands([1, 2, 3], Path())) == set(every_command())


def rejecting(project: Project) -> None:
    """Lets the remote refuse what is pushed, in its own words."""
    hook = project.remote / "hooks/pre-receive"
    (project.remote / "words").write_bytes(CONTENT)
    hook.write_text(f"#!/bin/sh\ncat '{project.remote / 'words'}' >&2\nexit 1\n")
    hook.chmod(0o755)


def clean(ran: Ran) -> None:
    assert (leaks(ran.out), leaks(ran.err)) == ([], []), (ran.out, ran.err)
    assert (revealed(ran.out), revealed(ran.err)) == ([], [])


def test_for_people(call: Call, ids: list[int], files: Path, project: Project) -> None:
    """What git says too, here and where it was refused."""
    shown = ""
    for command, calls in commands(ids, files).items():
        for arguments in calls:
            if command == "publish" and "--dry-run" not in arguments:
                rejecting(project)
            ran = call("-v", *command.split(), *arguments)
            assert ran.code != 5, (command, arguments, ran.err)
            clean(ran)
            shown += ran.out + ran.err
    assert "␛]52;c;7331␇" in shown
    assert "‹U+202E›" in shown
    assert "••••••••" in shown
    if paths.log_file().exists():
        assert leaks(paths.log_file().read_bytes()) == []


@pytest.mark.parametrize("layout", ["--unified", "--side-by-side"])
def test_a_diff_in_colours(call: Call, ids: list[int], layout: str) -> None:
    ran = call("diff", ids[0], layout, "--color", "always")
    assert "\x1b[" in ran.out
    assert (terminal_leaks(ran.out.encode()), leaks(ran.err), revealed(ran.out)) == ([], [], [])
    assert PASSWORD in call("diff", ids[0], "--show-secrets").out


def test_as_json(call: Call, ids: list[int], files: Path) -> None:
    """Data is true, secrets too; a terminal finds nothing in it to obey."""
    shown = ""
    for command, calls in commands(ids, files).items():
        for arguments in calls:
            ran = call("--json", *command.split(), *arguments)
            assert ran.code != 5, (command, arguments, ran.err)
            assert_json(ran.out)
            assert_json("".join(line for line in ran.err.splitlines(True) if line.startswith("{")))
            assert leaks(ran.err) == []
            shown += ran.out + ran.err
    assert "\\u001b]52;c;7331\\u0007" in shown
    assert "\\u202e" in shown


@pytest.mark.parametrize(
    "arguments", [[SHORT], ["--config", SHORT, "list"], ["list", f"--{SHORT}"], ["-C", SHORT, "list"]]
)
def test_a_wrong_command_line(call: Call, arguments: list[str]) -> None:
    for options in ([], ["--json"]):
        ran = call(*options, *arguments)
        assert ran.code == 2
        assert ran.err
        clean(ran)


SETTINGS = {
    "an unknown key": f"version: 1\n'{NO_CONTROLS}': 1\n",
    "an escape in a key": 'version: 1\n"\\e]0;7331\\a": 1\n',
    "a value": 'version: 1\nrepository: "\\e]0;7331\\a"\n',
    "no YAML": f"version: 1\n{SHORT}: [\n",
    "no text": "version: 1\n\udc9b7331m: 1\n",
}


@pytest.mark.parametrize("text", SETTINGS.values(), ids=SETTINGS)
def test_settings_of_the_repository(call: Call, project: Project, text: str) -> None:
    project.commit({"qatui.yaml": text.encode("utf-8", "surrogateescape")})
    for options in ([], ["--json"]):
        ran = call(*options, "list")
        assert ran.code == 2, ran.err
        clean(ran)


def test_a_crash_is_kept_without_what_a_terminal_would_obey(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    """People read the log with cat."""
    for as_json in (False, True):
        diagnostics.bug(RuntimeError(f"{BODY}\udc9b{SECRETS}"), as_json=as_json)
    log = paths.log_file().read_bytes()
    assert b"RuntimeError" in log
    assert (leaks(log), revealed(log)) == ([], [])
    clean(Ran(5, *capsys.readouterr()))


def test_json_escapes_everything_but_printable_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    every = "".join(map(chr, range(0x20, 0x250))) + LINE + "\udc80\U0010ffff"
    output.emit({"text": every, every: 1})
    told = capsys.readouterr().out
    assert_json(told)
    assert json.loads(told)["text"] == every
    diagnostics.fail(UsageError(every, every), as_json=True)
    assert_json(capsys.readouterr().err)


def test_questions_and_progress(terminal: Callable[[str], None], capsys: pytest.CaptureFixture[str]) -> None:
    terminal("y\ny\n")
    assert diagnostics.confirm(LINE)
    assert diagnostics.ask(LINE, LINE, lambda answer: answer) == "y"
    diagnostics.passing(SHORT)
    diagnostics.progress_done()
    diagnostics.refusals([(LINE, LINE)] * 9, LINE)
    said = capsys.readouterr().err
    assert leaks(said.replace("\r", "")) == []
    assert CANARY in said


def test_what_is_sent_to_github_and_git_is_masked_and_marked(
    call: Call, ids: list[int], desk: Desk, project: Project
) -> None:
    from sqlalchemy import update

    from qatui.store.schema import candidate

    title = f"{LINE} {SECRETS}"
    with desk.db.write() as connection:
        connection.execute(update(candidate).values(title=title))
    assert call("publish", ids[1]).code == 0
    message = project.git("log", "-1", "--format=%B", "--all", "--", "tests/test_b.py")
    (record,) = (project.root / ".git/qatui/pull-requests").iterdir()
    for text in (message, record.read_text()):
        assert CANARY in text
        assert (leaks(text), revealed(text)) == ([], [])
