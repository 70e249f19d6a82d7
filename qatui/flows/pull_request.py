"""The job that opens a publication's pull request: once, whatever died in between.

It looks first. What is there for exactly our commits is ours, open, merged or closed; only where there is nothing a
pull request is made. https://docs.github.com/en/rest/pulls/pulls
"""

from collections.abc import Mapping
from typing import Any

from qatui.domain.quoting import one_line
from qatui.errors import Invalid, NoPermission
from qatui.flows.desk import Desk
from qatui.flows.follow import lost
from qatui.flows.hub import Hub
from qatui.flows.preflight import ask, is_same, repository_at, reviewers
from qatui.flows.publication import OPENING, Ending, Means, get, push_again
from qatui.github.protocol import Repo
from qatui.github.pulls import Pull, create_pull, pulls, request_reviewers
from qatui.github.repositories import repository
from qatui.store import events, publications
from qatui.store.publications import Publication

KIND = OPENING


def run(desk: Desk, payload: Mapping[str, Any], means: Means) -> Ending:
    """Have the pull request of a publication, and reviewers asked where the base wants reviews. Raises as `GitHub`."""
    hub = means.hub
    assert hub is not None, "the outbox leaves this job waiting without one"
    with desk.db.read() as connection:
        number = int(payload["publication"])
        publication, body = get(desk, number, connection), publications.body(connection, number)
    if publication.pull_state == "merged":
        return Ending("done", f"{publication.base_branch} has it already, without a pull request")
    if publication.pull_state == "closed" and publication.pull_number is None:
        return give_up(desk, payload, means)  # it was begun, and died
    repo = Repo.of(hub.github.ask(repository(hub.repo)).full_name)  # it may have been renamed
    fork = _fork(hub, repo, publication)
    pull = _there(hub, repo, fork, publication)
    if pull is None:
        try:
            pull = _open(hub, repo, fork, publication, body, means)
        except Invalid:
            if not push_again(desk, publication, means):
                raise
            pull = _open(hub, repo, fork, publication, body, means)
    _keep(desk, publication, pull, fork)
    means.say(f"{repo}#{pull.number}: {one_line(pull.html_url)}")
    remark = _ask_for_reviews(desk, hub, repo, pull, means) if pull.state == "open" else ""
    return _ending(pull, remark)


def give_up(desk: Desk, payload: Mapping[str, Any], means: Means) -> Ending:
    """Open none: the branch stays, its candidates are decided again. One that somebody opened by hand is kept.

    Without a `hub` that cannot be looked for; what comes to base by it is still taken for merged.
    """
    publication = get(desk, int(payload["publication"]))
    if means.hub is not None:
        repo = Repo.of(means.hub.github.ask(repository(means.hub.repo)).full_name)
        fork = _fork(means.hub, repo, publication)
        if pull := _there(means.hub, repo, fork, publication):
            _keep(desk, publication, pull, fork)
            return Ending("done", f"somebody opened #{pull.number} for it: it is followed")
    where = f"; the text is in {publication.record_file}" if publication.record_file else ""
    told = f"no pull request is opened for its branch {publication.branch}"
    with desk.db.write() as connection:  # before its candidates are free: nobody opens it from here on
        publications.change(connection, publication.id, {"pull_state": "closed", "reason": told}, desk.now())
    ended = lost(desk, publication, "closed", told)
    again = "its candidate is" if len(ended.differing) == 1 else f"its {len(ended.differing)} candidates are"
    return Ending("dropped", f"{told}: {again} to be decided again{where}")


def _there(hub: Hub, repo: Repo, fork: Repo | None, publication: Publication) -> Pull | None:
    """The pull request of exactly these commits, an open one first; None where there is none."""
    head = f"{(fork or repo).owner}:{publication.branch}"
    listed = pulls(repo, state="all", head=head, base=publication.base_branch)
    # A closed or merged one of other commits is of an earlier branch of this name.
    ours = [each for each in hub.github.every(listed) if each.head.ref == publication.branch]
    ours = [each for each in ours if each.state == "open" or each.head.sha == publication.head_commit]
    return next(iter(sorted(ours, key=lambda each: each.state != "open")), None)


def _open(hub: Hub, repo: Repo, fork: Repo | None, publication: Publication, body: str, means: Means) -> Pull:
    means.say(f"opening the pull request for {publication.branch} in {repo}")
    head = f"{fork.owner}:{publication.branch}" if fork else publication.branch
    base, at = publication.base_branch, publication.head_commit
    assert at is not None, "its branch was pushed by the job before this one"
    made = create_pull(repo, title=publication.title, head=head, head_sha=at, base=base, body=body)
    return hub.github.write(made)


def _fork(hub: Hub, repo: Repo, publication: Publication) -> Repo | None:
    """The fork that has the branch; None where it is in the base's own repository."""
    there = repository_at(publication.push_url)
    return None if there is None or is_same(there, hub.repo, repo) else there


def _keep(desk: Desk, publication: Publication, pull: Pull, fork: Repo | None) -> Publication:
    """Write down which pull request it is; as open: what became of one that is not any more, a sync finds out."""
    number, now = publication.id, desk.now()
    values = {
        "pull_number": pull.number,
        "pull_url": pull.html_url,
        "pull_state": "open",
        "head_repository": str(fork) if fork else "",
    }
    with desk.db.write() as connection:
        if get(desk, number, connection).pull_number is None:
            publications.change(connection, number, values, now)
            who, group = desk.reviewer, events.new_group_id()
            group = events.ensure_group(
                connection, desk.repository_id, group, actor=who, action=KIND, now=now, undoable=False
            )
            told = [(None, None, {"publication": number, "pull_request": pull.number})]
            cause = f"publication {number}: #{pull.number}"
            events.append(connection, desk.repository_id, group, told, actor=who, action=KIND, now=now, cause=cause)
        return get(desk, number, connection)


def _ask_for_reviews(desk: Desk, hub: Hub, repo: Repo, pull: Pull, means: Means) -> str:
    """Ask those of the team who may approve, where the base wants that; what to know where it did not work."""
    author = pull.user.login if pull.user else ""
    asked = {each.login.casefold() for each in pull.requested_reviewers}
    whom = tuple(name for name in reviewers(desk, author) if name.casefold() not in asked)
    if not whom or not ask(hub, pull.base.ref).rules.reviewed:
        return ""
    means.say(f"asking {', '.join(whom)} for a review")
    try:
        hub.github.write(request_reviewers(repo, pull.number, whom), again=means.again)
    except (Invalid, NoPermission) as error:
        return f"nobody of the team was asked for a review: {error.message}"
    return ""


def _ending(pull: Pull, remark: str) -> Ending:
    if pull.merged or pull.state != "open":
        what = "merged" if pull.merged else "closed by somebody"
        return Ending("done", f"#{pull.number} was {what} already: qatui sync goes on from there", needs_person=True)
    return Ending("done", remark)
