"""Other programs that show a diff, run as people run them, each as a process of its own.

They are looked for on PATH, and in a folder that the variable QATUI_PEERS names: in it, its `bin`, its `venv/bin` and
its `node_modules/.bin`. So `pip install textual-diff-view` into FOLDER/venv and `npm install git-split-diffs` in FOLDER
are enough. Nothing of them is imported here or goes with qatui.
"""

import math
import os
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.terminal import NotPainted, without_styles

FOLDER = "QATUI_PEERS"
PATIENCE = 25
"""Seconds after which a program that prints is stopped."""
_TEXTUAL_DIFF_VIEW = """
import sys
from pathlib import Path
from textual.app import App
from textual.containers import VerticalScroll
from textual_diff_view import DiffView

class Peer(App):
    def compose(self):
        old, new = sys.argv[1:]
        with VerticalScroll():
            yield DiffView(old, new, Path(old).read_text(), Path(new).read_text())

Peer().run()
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A program and its command line, for a shell; `{old}` and `{new}` stand for the two files."""

    program: str
    """What must be there."""
    line: str
    prints: bool = True
    """It prints, so that to a person it is shown in `less`; else it has a screen of its own."""
    syntax: bool = False
    """It colours the language too."""

    @property
    def note(self) -> str:
        """What it does not do."""
        return "" if self.syntax else "no syntax"


PEERS = (
    Peer("git", "git diff --no-index --color=always {old} {new}"),
    Peer("delta", "delta --paging=never --side-by-side --width 160 {old} {new}", syntax=True),
    Peer("nvim", "exec nvim -u NONE -i NONE -d {old} {new}", prints=False),
    Peer("ydiff", "diff -u {old} {new} | ydiff -s -w 78 -c always -p cat"),
    Peer("icdiff", "icdiff --cols=160 {old} {new}"),
    Peer("git-split-diffs", "git diff --no-index {old} {new} | git-split-diffs --color", syntax=True),
    Peer(
        "textual-diff-view",
        f"exec {{python}} -c {shlex.quote(_TEXTUAL_DIFF_VIEW)} {{old}} {{new}}",
        prints=False,
        syntax=True,
    ),
)


def with_peers(env: Mapping[str, str]) -> dict[str, str]:
    """The environment in which those of the folder are found, behind all others."""
    return {**env, "PATH": os.pathsep.join([env.get("PATH", os.defpath), *map(str, _folders())])}


def command(peer: Peer, old: Path, new: Path, *, paged: bool) -> list[str]:
    """How it is started on two files, for a person or for a pipe."""
    words = {"old": shlex.quote(str(old)), "new": shlex.quote(str(new)), "python": shlex.quote(str(_python()))}
    return ["sh", "-c", peer.line.format(**words) + (" | less -R" if paged and peer.prints else "")]


def is_there(peer: Peer, env: Mapping[str, str]) -> bool:
    """Whether it can be run here."""
    if peer.program == "textual-diff-view":
        return _python() is not None
    return shutil.which(peer.program, path=env["PATH"]) is not None


def printing(argv: list[str], cwd: Path, env: Mapping[str, str], shown: bytes) -> float:
    """Seconds until a program that prints to a pipe has ended; infinite: it was stopped.

    Raises NotPainted where the output has no colours or not the word `shown`: that was no diff.
    """
    began = time.perf_counter()
    with subprocess.Popen(
        argv, cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            out, _ = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            return math.inf
    took = time.perf_counter() - began
    if b"\x1b[" not in out or shown not in without_styles(out):
        raise NotPainted(f"{argv[-1]} printed no diff: {out[:200]!r}")
    return took


def _folders() -> list[Path]:
    named = os.environ.get(FOLDER)
    if named is None:
        return []
    folder = Path(named).absolute()
    return [each for each in (folder, *map(folder.joinpath, ("bin", "venv/bin", "node_modules/.bin"))) if each.is_dir()]


def _python() -> Path | None:
    """The Python that has textual-diff-view."""
    for folder in _folders():
        python = folder / "python"
        if (
            python.exists()
            and not subprocess.run([python, "-c", "import textual_diff_view"], capture_output=True).returncode
        ):
            return python
    return None
