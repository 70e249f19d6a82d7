"""The job that merges a publication's pull request, puts it into its base's queue, or lets GitHub merge it later.

The head that was published is always sent along: what others put on the branch before is never merged unseen. (What
they put there after GitHub was asked to merge it by itself, GitHub merges too, if they may write.) What the base asks
for is never passed by either, though an administrator's token could
(https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches).
"""

from collections.abc import Mapping
from typing import Any

from qatui.domain import following
from qatui.domain.following import Check, Judged, Stand
from qatui.errors import Invalid, MergeRefused, NoPermission
from qatui.flows import follow, preflight
from qatui.flows.desk import Desk
from qatui.flows.hub import Hub
from qatui.flows.publication import Ending, Means, get
from qatui.github import checks, graphql, pulls, reviews
from qatui.github.pulls import Method, Pull
from qatui.github.timeline import timeline
from qatui.store.outbox import Reason
from qatui.store.publications import Publication

KIND = follow.MERGE
METHODS: tuple[Method, ...] = ("merge", "squash", "rebase")


def run(desk: Desk, payload: Mapping[str, Any], means: Means) -> Ending:
    """Merge a publication, queue it, or let GitHub merge it later; `dropped` with why where its base refuses.

    Raises as `GitHub.write`.
    """
    hub, sha, method = means.hub, str(payload["sha"]), _method(payload["method"])
    assert hub is not None, "the outbox leaves this job waiting without one"
    publication = get(desk, int(payload["publication"]))
    assert publication.pull_number is not None
    pull = hub.github.until(pulls.pull(hub.repo, publication.pull_number), pulls.settled)
    there = follow.seen(pull)
    stand = following.stand(there, publication.base_branch)
    if stand in (Stand.MERGED, Stand.ASTRAY):
        return Ending("done", f"merged into {pull.base.ref}")
    if stand is Stand.CLOSED:
        return _refused("its pull request is closed")
    if there.head != sha:
        return _refused(f"held: {follow.others(desk, hub, publication)}; look at them on its page, and merge it there")
    if pull.base.ref != publication.base_branch:
        return _refused(f"it goes into {pull.base.ref} by now, not into {publication.base_branch}")
    if payload["auto"] and not there.draft and there.state in ("blocked", "unknown"):
        return _merge_later(hub, pull, sha, method, means)
    if payload["queue"] and not there.draft:
        happened = [each.event for each in hub.github.every(timeline(hub.repo, pull.number))]
        return _in_queue(pull) if following.is_queued(happened) else _enqueue(hub, pull, sha, means)
    if there.state == "unstable" and payload["auto"]:  # GitHub would merge it: what failed is not asked for
        return _merge(hub, publication, pull, sha, method, means)
    missing = _reasons(hub, pull, publication.base_branch, there.state)
    if following.is_ready(there) and not missing:
        return _merge(hub, publication, pull, sha, method, means)
    if there.state == "unstable":
        missing.append(f"{publication.base_branch} does not ask for that: --auto merges it all the same")
    return _refused(following.waiting(there, missing))


def give_up(desk: Desk, payload: Mapping[str, Any], means: Means) -> Ending:
    """Merge it not; what GitHub has been told already stays."""
    return Ending("dropped", f"{desk.reviewer} dropped it")


def _method(name: str) -> Method:
    return next(each for each in METHODS if each == name)


def _refused(why: str) -> Ending:
    return Ending("dropped", why, needs_person=True)


def _merge(hub: Hub, publication: Publication, pull: Pull, sha: str, method: Method, means: Means) -> Ending:
    means.say(f"merging #{pull.number} into {pull.base.ref} ({method})")
    try:
        hub.github.write(pulls.merge(hub.repo, pull.number, sha=sha, method=method), again=means.again)
    except MergeRefused as error:
        if error.why == "queue":
            return _enqueue(hub, pull, sha, means)
        if error.why == "base_moved":
            raise  # it passes
        told = _reasons(hub, pull, publication.base_branch, "blocked") if error.why == "rules" else []
        return _refused("; ".join(told) or error.message)
    except NoPermission as error:
        return _refused(f"{error.message} {error.hint}".strip())
    return Ending("done", f"merged into {pull.base.ref}")


def _enqueue(hub: Hub, pull: Pull, sha: str, means: Means) -> Ending:
    means.say(f"putting #{pull.number} into the merge queue of {pull.base.ref}")
    try:
        hub.github.write(graphql.enqueue(hub.repo, pull, sha=sha), again=means.again)
    except (Invalid, NoPermission) as error:
        told = _reasons(hub, pull, pull.base.ref, "blocked")
        return _refused("; ".join(told) or f"{error.message} {error.hint}".strip())
    return _in_queue(pull)


def _in_queue(pull: Pull) -> Ending:
    return Ending("done", following.queued(pull.base.ref), reason=Reason.QUEUE)


def _merge_later(hub: Hub, pull: Pull, sha: str, method: Method, means: Means) -> Ending:
    means.say(f"asking GitHub to merge #{pull.number} as soon as it can")
    try:
        hub.github.write(graphql.enable_auto_merge(hub.repo, pull, method, sha=sha), again=means.again)
    except (Invalid, NoPermission) as error:
        return _refused(f"{error.message} {error.hint}".strip())
    return Ending("done", "GitHub merges it as soon as it can")


def _reasons(hub: Hub, pull: Pull, base: str, state: str) -> list[str]:
    """What exactly is missing, where the pull request's own state does not tell; a handful of requests."""
    if state not in ("blocked", "unstable", "unknown"):
        return []
    rules = preflight.ask(hub, base).rules
    ran = hub.github.every(checks.check_runs(hub.repo, pull.head.sha))
    found = [Check(each.name, following.check_outcome(each.conclusion)) for each in ran]
    told = hub.github.ask(checks.statuses(hub.repo, pull.head.sha)).statuses
    found += [Check(each.context, following.check_outcome(each.state)) for each in told]
    judged = hub.github.every(reviews.reviews(hub.repo, pull.number))
    seen = [Judged(each.user.login if each.user else "", each.state) for each in judged]
    return following.reasons(found, seen, rules, pull.user.login if pull.user else "")
