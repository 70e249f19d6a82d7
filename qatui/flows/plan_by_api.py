"""Ticking the test plan through GitHub's API: file by file, each in place of the blob that was read."""

from qatui.domain import ticking
from qatui.domain.ticking import Ticked
from qatui.errors import Conflict, GitHubRefused, NoAccess
from qatui.flows.plan_work import BRANCH, Moved, PlanWork
from qatui.flows.publication import Ending
from qatui.github.contents import file, put
from qatui.github.refs import create_ref, ref, update_ref


def tick(work: PlanWork) -> Ending:
    """Tick on the plan's branch, or on the standing one where that is not taken. Raises Moved, RemoteError."""
    blobs, ticked = _edited(work, work.base)
    if not ticked.files:
        return work.ending(ticked, "")
    if not work.protected:
        refusal = _put(work, blobs, ticked, work.base)
        if not refusal:
            return work.ending(ticked, f"on {work.base}")
        work.means.say(refusal)
    return _tick_standing(work)


def _tick_standing(work: PlanWork) -> Ending:
    tip = work.github.ask(ref(work.repo, f"heads/{work.base}")).object.sha
    there = _tip(work)
    still, known = work.standing(there)
    if not there:
        work.github.write(create_ref(work.repo, f"heads/{BRANCH}", tip), again=work.means.again)
    elif known and still is None:
        try:
            work.github.write(update_ref(work.repo, f"heads/{BRANCH}", tip, expected=there))
        except Conflict as error:
            raise Moved from error
    blobs, ticked = _edited(work, BRANCH)
    refusal = _put(work, blobs, ticked, BRANCH)
    if refusal:
        raise GitHubRefused(refusal, f"See the rules of {BRANCH} on GitHub.")
    return work.ending(ticked, f"on {BRANCH}", by_pull=still or work.open_pull())


def _tip(work: PlanWork) -> str:
    """Where the standing branch is; empty where there is none."""
    try:
        return work.github.ask(ref(work.repo, f"heads/{BRANCH}")).object.sha
    except NoAccess:
        return ""


def _edited(work: PlanWork, branch: str) -> tuple[dict[str, str], Ticked]:
    """The blobs of the plan's files on a branch, and what becomes of them."""
    blobs, plans = {}, {}
    for path in work.desk.team.plan.files:
        try:
            found = work.github.ask(file(work.repo, path, branch))
        except NoAccess:
            continue
        blobs[path], plans[path] = found.sha, found.data
    return blobs, work.edited(plans)


def _put(work: PlanWork, blobs: dict[str, str], ticked: Ticked, branch: str) -> str:
    """Write the files; empty, or why the branch's rules refuse. Raises Moved where others wrote meanwhile."""
    message = ticking.message(ticked.items, work.pull)
    for path, data in ticked.files.items():
        write = put(work.repo, path, data, message=message, branch=branch, sha=blobs[path])
        try:
            work.github.write(write, again=work.means.again)
        except Conflict as error:
            if "rule" in error.said.lower() or "protected" in error.said.lower():
                return error.message
            raise Moved from error
    return ""
