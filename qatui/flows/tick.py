"""The job that ticks the test plan after a merge: one commit on the plan's branch, made without a checkout.

Where that branch is protected it goes to one standing branch with one pull request, which later merges add to. The
bytes are read anew before every try, so a plan that others edit at the same time loses nothing. git does it; where git
wants a password that nobody is there to type, GitHub's contents API.
"""

from collections.abc import Mapping
from typing import Any

from qatui.errors import NeedsTerminal, Unreachable
from qatui.flows import plan_by_api, plan_by_git, preflight
from qatui.flows.desk import Desk
from qatui.flows.follow import TICK as KIND
from qatui.flows.plan_work import Moved, PlanWork
from qatui.flows.publication import Ending, Means, get
from qatui.store import publications

__all__ = ["KIND", "give_up", "run"]

TRIES = 5
"""A plan that others change again and again is tried later."""


def run(desk: Desk, payload: Mapping[str, Any], means: Means) -> Ending:
    """Tick what a publication's merged candidates complete.

    Raises GitError, RemoteError where it cannot be done now. Killed anywhere and run again, it ticks nothing twice.
    """
    publication = get(desk, int(payload["publication"]))
    references = payload.get("references")
    if references is None:  # a job of an older qatui
        with desk.db.read() as connection:
            references = publications.completed(connection, publication.id)
    if not references or not desk.team.plan.files:
        return Ending("done", "there is nothing to tick")
    hub, base = means.hub, publication.base_branch
    assert hub is not None, "the outbox leaves this job waiting without one"
    asked = preflight.ask(hub, base)
    if not asked.repository.permissions.push:
        return Ending("dropped", f"you may not push to {asked.repo}: tick by hand what is done", needs_person=True)
    work = PlanWork(
        desk, hub.github, asked.repo, means, publication, tuple(references), protected=not asked.rules.takes_commits
    )
    for _ in range(TRIES):
        try:
            return _once(work)
        except Moved:
            means.say(f"{base} moved at this moment: reading it again")
    raise Unreachable(f"{base} moved {TRIES} times while the test plan was being ticked.", "It is safe to run again.")


def give_up(desk: Desk, payload: Mapping[str, Any], means: Means) -> Ending:
    """Leave the plan as it is."""
    return Ending("dropped", "the test plan is not ticked")


def _once(work: PlanWork) -> Ending:
    try:
        return plan_by_git.tick(work)
    except NeedsTerminal as error:
        work.means.log(f"{error.message} So it goes through GitHub's API.")
        return plan_by_api.tick(work)
