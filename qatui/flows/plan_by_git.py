"""Ticking the test plan with the user's own git: a commit on top of the branch as it is now, pushed by lease."""

from qatui.domain import ticking
from qatui.domain.ticking import Ticked
from qatui.errors import GitError, NeedsTerminal, RemoteError, Unreachable
from qatui.flows.plan_work import BRANCH, Moved, PlanWork
from qatui.flows.preflight import repository_at
from qatui.flows.publication import Ending
from qatui.workspace.branches import Author, File, drop_ref, write_commits
from qatui.workspace.remote import Remote, last_words
from qatui.workspace.signing import Signer, sign_commits, signs

_REF, _DRAFT = "refs/qatui/plan", "refs/qatui/plan-draft"
"""Where the commit is kept in the clone, and before it is signed."""
_REFUSED = "failed to push some refs"
"""What git says where it was told no; not where it broke down, or the connection did."""


def tick(work: PlanWork) -> Ending:
    """Tick on the plan's branch, or on the standing one where that is not taken.

    Raises Moved, RemoteError, NeedsTerminal; GitError where the commit cannot be made.
    """
    desk = work.desk
    tip = _remote(work).fetch_base(work.base, desk.team.remote).commit
    ticked = _edited(work, tip)
    if not ticked.files:
        return work.ending(ticked, "")
    if not work.protected:
        refusal = _push(work, _commit(work, tip, ticked), work.base, tip)
        if not refusal:
            return work.ending(ticked, f"on {work.base}")
        work.means.say(refusal)
    return _tick_standing(work, tip)


def _tick_standing(work: PlanWork, tip: str) -> Ending:
    """Tick on the standing branch, and have its pull request; one that came to an end makes room for a new one."""
    remote = _remote(work)
    there = remote.heads(BRANCH).get(BRANCH, "")
    still, known = work.standing(there)
    start = tip
    if there and (still or not known):
        start = remote.fetch_base(BRANCH, work.desk.team.remote).commit
        if start != there:
            raise Moved
    ticked = _edited(work, start)
    if ticked.files:
        refusal = _push(work, _commit(work, start, ticked), BRANCH, there)
        if refusal:
            raise RemoteError(refusal, "See all that git said: qatui outbox list --log")
    return work.ending(ticked, f"on {BRANCH}", by_pull=still or work.open_pull())


def _remote(work: PlanWork) -> Remote:
    """The base's repository: where it is fetched from, and pushed to where git's settings name the same one."""
    repository, name = work.desk.repository, work.desk.team.remote
    url = repository.remote_url(name, push=False) or ""
    target = repository.remote_url(name) or url
    means = work.means
    same = target == url or repository_at(target) == repository_at(url)
    return Remote(repository, target if same else url, means.foreground, means.log)


def _edited(work: PlanWork, commit: str) -> Ticked:
    repository, paths = work.desk.repository, work.desk.team.plan.files
    oids = repository.oids(commit, paths)
    data = repository.blobs(oids.values())
    return work.edited({path: data[oid] for path, oid in oids.items()})


def _commit(work: PlanWork, parent: str, ticked: Ticked) -> str:
    repository, publication = work.desk.repository, work.publication
    modes = repository.entries(parent, ticked.files)
    files = [File(path, modes[path].mode, data) for path, data in ticked.files.items()]
    author = Author(publication.author_name, publication.author_email, work.desk.now())
    message = ticking.message(ticked.items, work.pull)
    if not signs(repository):
        return write_commits(repository, _REF, parent, [(message, files)], author)[-1]
    drafts = write_commits(repository, _DRAFT, parent, [(message, files)], author)
    made = sign_commits(repository, _REF, parent, drafts, Signer(author, work.means.foreground, work.means.log))[-1]
    drop_ref(repository, _DRAFT)
    return made


def _push(work: PlanWork, commit: str, branch: str, seen: str) -> str:
    """Have a branch at a commit; empty, or why the remote, or the clone's own hook, does not take it.

    Raises Moved, Unreachable, NeedsTerminal.
    """
    remote = _remote(work)
    work.means.say(f"pushing the test plan to {branch} of {remote.name}")
    try:
        remote.push(commit, branch, seen)
    except NeedsTerminal:
        raise
    except GitError as error:
        now = remote.heads(branch).get(branch, "")
        if now == commit:
            return ""
        if now != seen:
            raise Moved from error
        words = f"{remote.name} did not take the test plan on {branch}: {last_words(error)}"
        if _REFUSED not in error.said:
            raise Unreachable(words, "It is safe to run again.") from error
        return words
    return ""
