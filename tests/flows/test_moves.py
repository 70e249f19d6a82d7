"""The one loop that writes: chunks, and what is said where it stops between two of them."""

import contextlib
from dataclasses import replace

import pytest

from qatui.domain.lifecycle import Action
from qatui.errors import StoreBusy
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.undo import undo
from qatui.store.database import ROWS_A_WRITE, Database
from tests.conftest import seed
from tests.flows.rows import get


def test_a_store_that_gets_busy_says_how_many_are_done(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = seed(desk, {f"tests/test_{number}.py": f"{number}" for number in range(ROWS_A_WRITE + 5)})
    hasty = replace(desk, db=Database(desk.db.url, busy_seconds=0))
    write = Database.write
    doors = 0

    def door(db: Database) -> contextlib.AbstractContextManager[object]:
        nonlocal doors
        doors += 1
        if doors == 2:
            monkeypatch.undo()
            other.enter_context(desk.db.write())
        return write(db)

    with contextlib.closing(hasty.db), contextlib.ExitStack() as other:
        monkeypatch.setattr(Database, "write", door)
        with pytest.raises(StoreBusy, match=rf" {ROWS_A_WRITE} of {len(ids)} are done\.$") as caught:
            decide(hasty, ids, Action.APPROVE)
        assert caught.value.hint == "Try again."
        # Of one that never began, no number is told.
        with pytest.raises(StoreBusy, match=r"in use by others for too long\.$"):
            decide(hasty, ids, Action.APPROVE)
    assert get(desk, ids[ROWS_A_WRITE - 1]).state.value == "approved"
    undone = undo(desk)
    assert undone is not None
    assert undone.outcome.done == tuple(ids[:ROWS_A_WRITE])
