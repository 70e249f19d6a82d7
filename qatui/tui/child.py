"""A long job of the workstation: the headless command as a child process in a group of its own.

Its lines on stderr are progress, its JSON on stdout the result. Cancelling ends the whole group.
"""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from qatui.domain.candidate import Outcome
from qatui.tui.messages import Failed, Told, Wrote

PATIENCE_SECONDS = 5.0
"""Time between asking the group to end and ending it."""


class Child:
    """One run of `python -m qatui ...`."""

    def __init__(self, command: Sequence[str]) -> None:
        self.command = list(command)
        self.cancelled = False
        self._process: asyncio.subprocess.Process | None = None
        self._out = b""
        self._said = ""

    async def progress(self) -> AsyncIterator[str]:
        """Start it, and give its lines on stderr as they come; over when it has ended. Raises OSError."""
        process = self._process = await asyncio.create_subprocess_exec(
            *self.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=1 << 20,
        )
        os.setpriority(os.PRIO_PGRP, process.pid, 5)
        assert process.stdout is not None
        assert process.stderr is not None
        out = asyncio.create_task(process.stdout.read())
        try:
            async for raw in process.stderr:
                line = raw.decode("utf-8", "replace").strip()
                if line:
                    self._said = line
                    yield line
            self._out = await out
            await process.wait()
        finally:
            out.cancel()
            if process.returncode is None:
                self._signal(signal.SIGKILL)

    def cancel(self) -> None:
        """Ask the whole group to end; it is made to after a while."""
        self.cancelled = True
        self._signal(signal.SIGTERM)
        with suppress(RuntimeError):
            asyncio.get_running_loop().call_later(PATIENCE_SECONDS, self._signal, signal.SIGKILL)

    def result(self, verb: str) -> Told:
        """What it said at its end, as the message for the screens."""
        if self.cancelled:
            return Failed(verb, "The job was cancelled.", "What it had done is kept; start it again to go on.")
        status = self._process.returncode if self._process else None
        if status in (0, 1):
            return Wrote(verb, _outcome(self._out), undoable=False)
        message, hint = self._said or f"The job ended with status {status}.", ""
        with suppress(ValueError, KeyError, TypeError):
            told = json.loads(self._said)["error"]
            message, hint = str(told["message"]), str(told["hint"])
        return Failed(verb, message, hint)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


def _outcome(out: bytes) -> Outcome:
    """The ids taken and how many were refused, from the last JSON line of `ingest --json`."""
    with suppress(ValueError, IndexError):
        told = json.loads(out.splitlines()[-1])
        if isinstance(told, dict):
            done = [*_list(told, "new"), *_list(told, "revised")]
            refused = [(0, str(each.get("reason", ""))) for each in _list(told, "refused") if isinstance(each, dict)]
            return Outcome(tuple(each for each in done if isinstance(each, int)), tuple(refused))
    return Outcome()


def _list(told: dict[str, object], key: str) -> list[object]:
    value = told.get(key)
    return value if isinstance(value, list) else []
