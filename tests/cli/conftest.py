"""Commands run as a person runs them: the whole program, in the project's clone, on the desk's store."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qatui.cli.main import run
from qatui.flows.desk import Desk
from tests.conftest import Project


@dataclass(frozen=True)
class Ran:
    """What a command left."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> dict[str, Any]:
        """Its JSON object."""
        value = json.loads(self.out)
        assert value["schema"] == 1
        assert isinstance(value, dict)
        return value


Call = Callable[..., Ran]


@pytest.fixture
def call(
    project: Project, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Call:
    """Runs `qatui ARGS...` for the reviewer who sits at `desk`."""
    monkeypatch.setenv("QATUI_DATABASE", str(tmp_path / "store" / "qatui.db"))

    def run_command(*args: object) -> Ran:
        capsys.readouterr()
        code = run(["-C", str(project.root), *map(str, args)])
        return Ran(int(code), *capsys.readouterr())

    return run_command


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Lets the next command find a terminal, where a person types what is given."""

    class Typed(io.StringIO):
        def isatty(self) -> bool:
            return True

    def sit_down(typed: str) -> None:
        monkeypatch.setattr(sys, "stdin", Typed(typed))
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)

    return sit_down
