"""SIGKILL at every step of a publish, and run again: one branch, the same commits, nothing lost, nothing twice."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from qatui.domain.lifecycle import Action
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from tests.conftest import Project, seed

TOP = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("rows_a_write", [200, 2])
def test_killed_anywhere_and_run_again_it_is_published_once(
    desk: Desk, project: Project, tmp_path: Path, rows_a_write: int
) -> None:
    ids = seed(desk, {f"tests/test_{at}.py": f"{at}\n" for at in range(5)})
    decide(desk, ids, Action.APPROVE)
    desk.db.close()
    scene = tmp_path / "scene"
    for folder in (project.root, project.remote):
        shutil.rmtree((folder / ".git" if folder is project.root else folder) / "hooks")
    shutil.copytree(project.root, scene / "clone")
    shutil.copytree(project.remote, scene / "remote.git")
    for file in (tmp_path / "store").iterdir():
        shutil.copy(file, scene)
    done = subprocess.run(
        [sys.executable, "-m", "tests.flows.killed_publishes", str(tmp_path), str(rows_a_write)],
        cwd=TOP, capture_output=True, text=True, timeout=150, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) > (60 if rows_a_write == 2 else 40)
    (one,) = {json.dumps({**each, "at": 0}) for each in found}
    end = json.loads(one)
    head = end["heads"][1]
    assert end == {
        "at": 0,
        "heads": ["qatui/2026-11-18-1", head],
        "publications": [["pushed", "qatui/2026-11-18-1", head]],
        "jobs": ["done"],
        "states": ["published"],
        "published": ids,
        "messages": True,
        "records": ["qatui-2026-11-18-1.md"],
    }
