"""A long job of the workstation: the headless command as a child process in a group of its own.

Its lines of JSON on stdout are progress and, the last, the result; stderr is what went wrong. Cancelling ends
the whole group.
"""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any

from qatui.domain.candidate import Outcome
from qatui.tui.messages import Failed, Progressed, Synced, Told, Wrote

SYNCED = "synced"
"""The verb of `qatui sync`, in the past."""
MERGED = "merged"
"""The verb of `qatui merge`; it ends in a sync, and tells all that one tells."""
PATIENCE_SECONDS = 5.0
"""Time between asking the group to end and ending it."""


class Child:
    """One run of `python -m qatui ...`."""

    def __init__(self, command: Sequence[str]) -> None:
        self.command = list(command)
        self.cancelled = False
        self._process: asyncio.subprocess.Process | None = None
        self._told: dict[str, Any] = {}
        self._said = ""

    async def progress(self) -> AsyncIterator[str]:
        """Start it, and give how far it is, as it tells; over when it has ended. Raises OSError."""
        process = self._process = await asyncio.create_subprocess_exec(
            *self.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=1 << 20,
        )
        with suppress(ProcessLookupError):  # it may have ended already
            os.setpriority(os.PRIO_PGRP, process.pid, 5)
        assert process.stdout is not None
        assert process.stderr is not None
        said = asyncio.create_task(process.stderr.read())
        try:
            async for raw in process.stdout:
                told = _object(raw)
                if "progress" in told:
                    yield _progress(told["progress"])
                elif told:
                    self._told = told
            self._said = (await said).decode("utf-8", "replace").strip()
            await process.wait()
        finally:
            said.cancel()
            self._signal(signal.SIGKILL)

    async def follow(self, verb: str) -> AsyncIterator[Told]:
        """Start it, and give every message for the screens, the last one how it ended; `verb` is in the past."""
        try:
            async for line in self.progress():
                yield Progressed(line)
            told = self.result(verb)
        except OSError as error:
            told = Failed(verb, f"The child process could not be started: {error.strerror}.", "")
        yield Progressed("")
        yield told

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
        if verb in (SYNCED, MERGED) and self._told:
            return _synced(verb, self._told, status)
        if status in (0, 1):
            refused = [(0, f"{each['place']}: {each['reason']}") for each in self._told.get("refused", ())]
            done = tuple(self._told.get("candidates", ()))
            lost = [str(each["path"]) for each in self._told.get("superseded", ()) if each["approved_by"]]
            note = (
                f"approved, and superseded by it: {', '.join(lost[:3])}{' …' if len(lost) > 3 else ''}" if lost else ""
            )
            return Wrote(verb, Outcome(done, tuple(refused)), turn="", note=note)
        error = _object(self._said.splitlines()[-1].encode()).get("error", {}) if self._said else {}
        message = str(error.get("message") or self._said[:200] or f"The job ended with status {status}.")
        return Failed(verb, message, str(error.get("hint", "")))

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


def _synced(verb: str, told: dict[str, Any], status: int | None) -> Told:
    """What a sync said, or a merge, which ends in one: what changed, and what a person should know."""
    for error in told["errors"]:
        return Failed(verb, str(error["message"]), str(error["hint"]))
    merged = len(told["merged"])
    tests = "merged" if verb == SYNCED else "test" if merged == 1 else "tests"
    counts = ((merged, tests), (len(told["closed"]), "closed, to decide again"))
    words = [f"{count:,} {what}" for count, what in counts if count]
    words += [str(each["reason"]) for each in told.get("refused", ())]
    words += [str(job["words"]) for job in told["jobs"] if job["words"] and not (merged and _merges(job))]
    words += [f"#{each['pull_request']['number']}: {each['words']}" for each in told["publications"] if _is_open(each)]
    if status not in (0, 1):
        return Failed(verb, " · ".join([*words, *told["remarks"]]) or "The remote could not be reached.", "")
    return Synced(" · ".join(words) or "nothing new", needs_person=status == 1, verb=verb)


def _merges(job: dict[str, Any]) -> bool:
    return str(job.get("job", "")).startswith("merge:")


def _is_open(publication: dict[str, Any]) -> bool:
    """Whether a publication waits for somebody, and not for a verdict on its candidates, which are counted."""
    return bool(publication["needs_person"] and publication["pull_request"]["state"] != "closed")


def _object(line: bytes) -> dict[str, Any]:
    """The JSON object of a line; empty for anything else."""
    with suppress(ValueError):
        told = json.loads(line)
        if isinstance(told, dict):
            return told
    return {}


def _progress(told: dict[str, Any]) -> str:
    done, total = told.get("done"), told.get("total")
    return f"{done:,} of {total:,}" if isinstance(total, int) else f"{done:,}"
