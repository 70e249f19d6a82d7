"""One of the processes of test_many_processes: it opens the store, decides, and reports, each on command.

Arguments: database address, clone, number of this process. A line on standard input lets it go on; it
answers each with one line of JSON.
"""

import json
import random
import sys
from pathlib import Path
from typing import Any

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


def tell(value: Any) -> None:
    """Answer one line."""
    print(json.dumps(value), flush=True)


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


def main() -> None:
    url, clone, number = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    repository = discover(clone)
    base = repository.base()
    name = f"process-{number}"
    tell("ready")
    sys.stdin.readline()
    db = open_database(url)
    with db.write() as connection:
        ours = repository_id(connection, repository.key(), 0)
    tell({"repository": ours, "version": db.version()})
    orders = json.loads(sys.stdin.readline())
    desk = Desk(db, ours, repository, base, Team(), name, (name, name))
    told = [(verb, outcome.done, outcome.refused) for verb, outcome in verdicts(desk, orders, number)]
    db.close()
    tell(told)


if __name__ == "__main__":
    main()
