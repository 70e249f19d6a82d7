"""The processes of test_many_processes: each opens the store, decides, and reports, each on command.

Arguments: database address, clone, and for each process the number of a connected socket. One interpreter loads
everything, opens no store, and is forked once a socket; a line from there lets that process go on, and it answers each
with one line of JSON.
"""

import json
import os
import random
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, TextIO

from qatui.domain.candidate import Outcome
from qatui.domain.lifecycle import Action
from qatui.flows.claims import claim
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.undo import undo
from qatui.settings.types import Team
from qatui.store.database import open_database
from qatui.store.repositories import repository_id
from qatui.workspace.repository import discover
from tests.faults.__main__ import load_everything


def verdicts(desk: Desk, orders: dict[str, list[int]], number: int) -> list[tuple[str, Outcome]]:
    """What this process does: the same as the others, against the others, beside them."""
    done = [("approve", decide(desk, orders["once"], Action.APPROVE)), ("claim", claim(desk, orders["claimed"]))]
    contested = list(orders["contested"])
    random.Random(number).shuffle(contested)
    for each in contested:
        if (each + number) % 2:
            done.append(("approve", decide(desk, [each], Action.APPROVE)))
        else:
            done.append(("reject", decide(desk, [each], Action.REJECT, reason="flaky")))
    done.append(("reject", decide(desk, orders[str(number)], Action.REJECT, reason="unsafe")))
    undone = undo(desk)
    assert undone is not None
    done.append(("undo", undone.outcome))
    return done


def be(number: int, line: TextIO, url: str, clone: Path) -> None:
    """Be one of them."""

    def tell(value: Any) -> None:
        line.write(json.dumps(value) + "\n")
        line.flush()

    repository = discover(clone)
    base = repository.base()
    name = f"process-{number}"
    tell("ready")
    line.readline()
    db = open_database(url)
    with db.write() as connection:
        ours = repository_id(connection, repository.key(), 0)
    tell({"repository": ours, "version": db.version()})
    orders = json.loads(line.readline())
    desk = Desk(db, ours, repository, base, Team(), name, (name, name))
    told = [(verb, outcome.done, outcome.refused) for verb, outcome in verdicts(desk, orders, number)]
    db.close()
    tell(told)


def main() -> int:
    """Start them all; 0 where all of them ended well."""
    url, clone, sockets = sys.argv[1], Path(sys.argv[2]), [int(each) for each in sys.argv[3:]]
    load_everything()
    started = []
    for number, handle in enumerate(sockets):
        process = os.fork()
        if process:
            started.append(process)
            continue
        code = 1
        try:
            for other in sockets:
                if other != handle:
                    os.close(other)
            with socket.socket(fileno=handle).makefile("rw", encoding="utf-8") as line:
                be(number, line, url, clone)
            code = 0
        except BaseException:  # noqa: BLE001 - the edge of this process
            traceback.print_exc()
        finally:
            os._exit(code)
    for each in sockets:
        os.close(each)
    return max(os.waitstatus_to_exitcode(os.waitpid(each, 0)[1]) for each in started)


if __name__ == "__main__":
    sys.exit(main())
