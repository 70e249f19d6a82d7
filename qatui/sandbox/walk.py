"""The demo's whole way without a person: verdicts, publish, merge, sync, the plan ticked; each by its flow.

Every step looks first at what is done already: killed anywhere and walked again, or walked twice, it ends the same.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from qatui.domain.candidate import State
from qatui.domain.lifecycle import Action
from qatui.domain.moments import DAY
from qatui.domain.plan_items import items
from qatui.errors import ExitCode
from qatui.flows.bases import meet_base, upstream
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.hub import Hub
from qatui.flows.merge import merge
from qatui.flows.publish import publish
from qatui.flows.review import answer
from qatui.sandbox.demo_candidates import load_samples
from qatui.store import candidates, events, publications
from qatui.store.publications import Publication


class Ruling(NamedTuple):
    """A verdict, and what goes with it."""

    action: Action
    reason: str | None = None
    note: str = ""


APPROVE = Ruling(Action.APPROVE)
_NOTHING, _UNSAFE = "asserts-nothing", "unsafe"
RULINGS = {
    "no-assertions": Ruling(Action.REJECT, _NOTHING, "It calls the API and looks at nothing."),
    "constant": Ruling(Action.REJECT, _NOTHING, "`assert True` holds whatever the API does."),
    "swallowed": Ruling(Action.REJECT, _NOTHING, "The exception that would fail it is caught."),
    "mocked": Ruling(Action.REJECT, _NOTHING, "It tests its own mock."),
    "weakened": Ruling(Action.REJECT, _NOTHING, "The amounts are not checked any more."),
    "sleeps": Ruling(Action.REJECT, "flaky", "Wait for the state, not for the clock."),
    "fails": Ruling(Action.REJECT, "wrong-endpoint", "There is no such answer on main."),
    "wrong-endpoint": Ruling(Action.REJECT, "wrong-endpoint", "There is no v2."),
    "network": Ruling(Action.REJECT, _UNSAFE, "It calls a live host."),
    "dangerous": Ruling(Action.REJECT, _UNSAFE, "It deletes more than it made."),
    "secret": Ruling(Action.REJECT, _UNSAFE, "It carries credentials."),
    "bidi": Ruling(Action.REJECT, _UNSAFE, "It reads otherwise than it runs."),
    "invisible": Ruling(Action.REJECT, _UNSAFE, "It has characters that nobody sees."),
    "escapes": Ruling(Action.REJECT, _UNSAFE, "It has escape sequences for a terminal."),
    "twin": Ruling(Action.DEFER, note="The same test came in more than once; which one is kept?"),
    "long": Ruling(Action.DEFER, note="Takes an afternoon."),
    "conflict": Ruling(Action.DEFER, note="Its file has moved on main."),
    "encoding": Ruling(Action.DEFER, note="Ask for UTF-8."),
}
"""By kind of the hand-written candidates; the other kinds are approved."""
DEFERRED_FOR = 14 * DAY
_APPROVED = (
    State.APPROVED,
    State.HELD,
    State.PUBLISHING,
    State.PUBLISHED,
    State.MERGED,
    State.CLOSED,
    State.ARCHIVED,
)
_UNDECIDED = (State.PENDING, State.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class Walked:
    """Where the demo is."""

    changed: bool
    """Whether this walk did anything."""
    ingested: int
    approved: int
    rejected: int
    deferred: int
    publication: Publication | None
    """The newest; None: nothing was to be published."""
    commits: int
    """Of that publication."""
    plan_file: str
    items: int
    ticked: int
    """Items of the plan that are ticked on base now."""
    exit_code: ExitCode


def walk(desk: Desk, hub: Hub, say: Callable[[str], None]) -> Walked:
    """Walk from wherever the demo is to the merged pull request and the ticked plan; raises as the flows do."""
    with desk.db.read() as connection:
        before = events.newest(connection, desk.repository_id)
    _judge(desk, say)
    published = publish(desk, hub=hub, say=say)
    merging = merge(desk, hub, None, say=say)
    codes = [merging.exit_code, *(ran.exit_code for ran in published.jobs)]
    base = meet_base(desk, upstream(desk)).desk.base
    (plan,) = desk.team.plan.files
    found = items(desk.repository.read(base.commit, plan) or b"")
    with desk.db.read() as connection:
        counts = candidates.counts(connection, desk.repository_id)
        every = publications.every(connection, desk.repository_id)
        newest = max(every, key=lambda each: each.id, default=None)
        parts = publications.parts(connection, newest.id) if newest else []
        after = events.newest(connection, desk.repository_id)
    return Walked(
        changed=after != before,
        ingested=sum(counts.values()),
        approved=sum(counts.get(state, 0) for state in _APPROVED),
        rejected=counts.get(State.REJECTED, 0) + counts.get(State.AWAITING_REVISION, 0),
        deferred=counts.get(State.DEFERRED, 0),
        publication=newest,
        commits=len({part.commit for part in parts if part.commit}),
        plan_file=plan,
        items=len(found),
        ticked=sum(each.checked for each in found),
        exit_code=max(codes),
    )


def _judge(desk: Desk, say: Callable[[str], None]) -> None:
    """Give a verdict to each hand-written candidate that has none and is nobody else's, on the content it has now."""
    kinds = {sample.path: sample.kind for sample in load_samples()}
    with desk.db.read() as connection:
        found = candidates.by_path(connection, desk.repository_id, list(kinds))
    groups: dict[Ruling, dict[int, str]] = defaultdict(dict)
    for path, each in found.items():
        if each.state in _UNDECIDED and each.assignee in (None, desk.reviewer):
            groups[RULINGS.get(kinds[path], APPROVE)][each.id] = each.content_hash
    told: dict[Action, int] = defaultdict(int)
    for ruling, hashes in groups.items():
        if ruling.action is Action.APPROVE:
            for item in desk.team.checklist:
                if item.required:
                    answer(desk, hashes, item.id, True)
        until = desk.now() + DEFERRED_FOR if ruling.action is Action.DEFER else None
        told[ruling.action] += len(
            decide(
                desk, hashes, ruling.action, reason=ruling.reason, note=ruling.note, until=until, expected=hashes
            ).done
        )
    for action, verb in ((Action.APPROVE, "approved"), (Action.REJECT, "rejected"), (Action.DEFER, "deferred")):
        if told[action]:
            say(f"{verb} {told[action]:,}")
