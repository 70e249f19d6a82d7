"""A headless command at the terminal itself, the screen suspended: git, ssh and gpg may ask the person there."""

import signal
import subprocess
from collections.abc import Sequence
from typing import Any

from textual.app import App


def run(app: App[Any], command: Sequence[str]) -> int:
    """Run it and wait; its exit code (negative: the signal that ended it).

    Where it did not end well its words stay until Enter is pressed. Ctrl-C ends the command, not the workstation.
    Raises textual.app.SuspendNotSupported where there is no terminal to give away.
    """
    with app.suspend():
        # A handler of ours, not SIG_IGN: that the command would inherit.
        before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
        try:
            code = subprocess.run(command, check=False).returncode
            if code:
                _wait_for_enter(f"\nIt ended with {code}. Enter goes back to the workstation. ")
        finally:
            signal.signal(signal.SIGINT, before)
    return code


def _wait_for_enter(words: str) -> None:
    try:
        input(words)
    except EOFError:
        return
