"""What a child process said at its end, as the message for the screens."""

import asyncio
import json
import sys

from qatui.tui import messages
from qatui.tui.child import Child


def test_a_child_says_whose_approval_is_lost() -> None:
    rows = [{"path": f"tests/{name}", "approved_by": "sam" if name != "b" else None} for name in "abcde"]

    async def run(superseded: list[dict[str, str | None]]) -> messages.Told:
        child = Child([sys.executable, "-c", f"print({json.dumps(json.dumps({'superseded': superseded}))})"])
        async for _ in child.progress():
            pass
        return child.result("taken in")

    few, many = asyncio.run(run(rows[:2])), asyncio.run(run(rows))
    assert isinstance(few, messages.Wrote)
    assert isinstance(many, messages.Wrote)
    assert few.note == "approved, and superseded by it: tests/a"
    assert many.note == "approved, and superseded by it: tests/a, tests/c, tests/d …"
