"""The job that ticks the test plan after a merge: one commit on the plan's branch, made without a checkout.

Where that branch is protected it goes to one standing branch with one pull request, which later merges add to. The
bytes are read anew before every try, so a plan that others edit at the same time loses nothing. git does it; where git
wants a password that nobody is there to type, GitHub's contents API.
"""

from collections.abc import Mapping
from typing import Any

from qatui.errors import NeedsTerminal, Unreachable
from qatui.flows import plan_by_api, plan_by_git
from qatui.flows.desk import Desk
from qatui.flows.follow import TICK as KIND
from qatui.flows.plan_work import Moved, PlanWork
from qatui.flows.publication import Ending, Means, get
from qatui.github.client import GitHub
from qatui.github.protocol import Repo
from qatui.github.repositories import repository
from qatui.github.rules import branch, rules
from qatui.store import publications

__all__ = ["KIND", "give_up", "run"]

TRIES = 5
"""A plan that others change again and again is tried later."""
_PROTECTING = frozenset({"pull_request", "required_status_checks", "merge_queue", "update", "required_signatures"})
"""Types of rules that a commit pushed straight to a branch does not meet, or only by passing them by."""


def run(desk: Desk, payload: Mapping[str, Any], means: Means) -> Ending:
    """Tick what a publication's merged candidates complete.

    Raises GitError, RemoteError where it cannot be done now. Killed anywhere and run again, it ticks nothing twice.
    """
    publication = get(desk, int(payload["publication"]))
    with desk.db.read() as connection:
        references = publications.completed(connection, publication.id)
    if not references or not desk.team.plan.files:
        return Ending("done", "there is nothing to tick")
    hub, base = means.hub, publication.base_branch
    assert hub is not None, "the outbox leaves this job waiting without one"
    found = hub.github.ask(repository(hub.repo))
    if not found.permissions.push:
        return Ending("dropped", f"you may not push to {found.full_name}: tick by hand what is done", needs_person=True)
    repo = Repo.of(found.full_name)
    work = PlanWork(
        desk, hub.github, repo, means, publication, tuple(references), _is_protected(hub.github, repo, base)
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


def _is_protected(github: GitHub, repo: Repo, name: str) -> bool:
    """Whether a branch wants pull requests: by its rules, or in a way that only administrators are told."""
    types = {each.type for each in github.every(rules(repo, name))}
    return bool(types & _PROTECTING) or (not types and github.ask(branch(repo, name)).protected)
