"""Sync: do what the outbox holds, read the pull requests that are open, and write down what became of them.

Two syncs at once are harmless: jobs are leased, and what one has written the other finds done. One request for each
open publication, however many candidates it has, and none of those cost anything where nothing changed.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

from qatui.domain.quoting import one_line
from qatui.errors import ExitCode, GitError, Gone, NoAccess, NoPermission, QatuiError, RemoteError
from qatui.flows.bases import Met, meet_base, tip_of, upstream
from qatui.flows.desk import Desk
from qatui.flows.follow import Followed, follow, landed, lost
from qatui.flows.hub import Hub, github_host
from qatui.flows.outbox import Ran, drain, of_others, silent
from qatui.github import pulls
from qatui.github.pulls import Pull
from qatui.store import bookmarks, publications
from qatui.store.outbox import Job
from qatui.store.publications import Publication
from qatui.workspace.repository import Base

SYNCED = "synced"
"""The bookmark that says when a reviewer's last sync ended, in milliseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did and found."""

    base: Base
    """The base as it is now."""
    moved: bool = False
    """Whether the base was fetched anew."""
    followed: tuple[Followed, ...] = ()
    jobs: tuple[Ran, ...] = ()
    others: tuple[Job, ...] = ()
    """Jobs of other names that wait or failed."""
    remarks: tuple[str, ...] = ()
    trouble: tuple[QatuiError, ...] = ()
    """Why something could not be read; the rest was."""
    away: bool = False
    """Whether the git remote could not be reached."""
    unread: int = 0
    """How many open pull requests could not be read."""
    unasked: bool = False
    """Whether they were not even asked for: there is no token."""

    @property
    def news(self) -> tuple[Followed, ...]:
        """The publications whose pull request came to an end by this sync, or candidates of theirs."""
        ended = (each for each in self.followed if each.publication.pull_state != each.was or each.merged)
        return tuple(ended)

    @property
    def exit_code(self) -> ExitCode:
        """What a script should know."""
        person = self.unasked or any(each.needs_person for each in self.followed)
        person |= any(ran.lacks_token for ran in self.jobs) or any(job.state == "failed" for job in self.others)
        codes = [ran.exit_code for ran in self.jobs if ran.state != "running"]  # another process ends it
        codes.append(ExitCode.NEEDS_PERSON if person else ExitCode.DONE)
        codes += [error.exit_code for error in self.trouble] + [ExitCode.REMOTE] * self.away
        return max(codes)


def sync(
    desk: Desk,
    hub: Hub | None,
    *,
    only: Collection[int] | None = None,
    kinds: Collection[str] | None = None,
    foreground: bool = False,
    say: Callable[[str], None] = silent,
) -> Synced:
    """Drain the outbox, failed jobs too, and bring every publication to where its pull request is.

    `kinds` of jobs, None: all. `only`: publications of these numbers, and no job but what follows. What follows from a
    merge is done in the same run. Without a `hub` only what needs none is done, and that is told.
    """
    ran: tuple[Ran, ...] = ()
    if only is None:
        ran = drain(desk, hub=hub, kinds=kinds, again=True, foreground=foreground, say=say)
    with desk.db.read() as connection:
        found = publications.followed(connection, desk.repository_id)
        bare = publications.unopened(connection, desk.repository_id)
    wanted = [each for each in found if only is None or each.id in only]
    read = _read(desk, hub, wanted, say)
    met = meet_base(desk, upstream(desk, foreground=foreground))
    moved = met.desk.base != desk.base
    desk = met.desk
    followed: list[Followed] = []
    trouble: list[QatuiError] = [*read.trouble]
    steps: list[Callable[[], Followed | None]] = [
        partial(follow, desk, hub, each, read.pulls[each.id], partial(_tip, desk, each, met, foreground))
        for each in wanted
        if hub is not None and each.id in read.pulls
    ]
    if only is None:
        steps += [partial(_without_pull, desk, each, met, foreground) for each in bare]
    for step in steps:
        try:
            now = step()
        except (RemoteError, GitError) as error:
            trouble.append(error)
        else:
            followed += [now] if now else []
    if follows := [job for each in followed for job in each.jobs]:
        ran += drain(desk, hub=hub, only=follows, foreground=foreground, say=say)
    with desk.db.write() as connection:
        bookmarks.keep(connection, desk.repository_id, desk.reviewer, SYNCED, desk.now(), desk.now())
    return Synced(
        desk.base, moved, tuple(followed), ran, tuple(of_others(desk)), (*met.remarks, *read.remarks),
        tuple(trouble), away=met.away, unread=read.unread, unasked=read.unasked,
    )  # fmt: skip


def _tip(desk: Desk, publication: Publication, met: Met, foreground: bool) -> str | None:
    """The commit of a publication's base; None where that is gone. Raises Unreachable, NeedsTerminal."""
    return tip_of(desk, publication.base_branch, met, foreground=foreground)


def _without_pull(desk: Desk, publication: Publication, met: Met, foreground: bool) -> Followed | None:
    """What became of a publication that has no pull request: merged by somebody's git, or its branch given up."""
    if met.away:
        return None
    tip = _tip(desk, publication, met, foreground)
    found = landed(desk, publication, tip) if tip else None
    if found is not None:
        return replace(found, words=f"{found.words}, without a pull request")
    source = upstream(desk, foreground=foreground)
    hosted = github_host(desk.repository, desk.team) is not None  # there the pull request's job looks after the branch
    if source is None or hosted or publication.pull_state or source.name != publication.push_url:
        return None
    if publication.branch in source.heads(publication.branch):
        return None
    words = f"the branch {publication.branch} is gone, and {publication.base_branch} does not have what was in it"
    return lost(desk, publication, "closed", words)


class _Read(NamedTuple):
    """What GitHub said of the open pull requests."""

    pulls: Mapping[int, Pull] = {}
    """By the publication's number; those that could be read."""
    remarks: tuple[str, ...] = ()
    trouble: tuple[RemoteError, ...] = ()
    unread: int = 0
    unasked: bool = False


def _read(desk: Desk, hub: Hub | None, wanted: Sequence[Publication], say: Callable[[str], None]) -> _Read:
    """Ask for each pull request; one that is not to be seen is passed over, other trouble ends the asking."""
    count = sum(each.pull_state == "open" for each in wanted)
    if hub is None and count:
        host = github_host(desk.repository, desk.team) or "GitHub"
        remark = f"Pull requests were not asked for: there is no token for {host}, see qatui doctor"
        return _Read(remarks=(remark,), unread=count, unasked=True)
    if hub is None or not wanted:
        return _Read()
    found: dict[int, Pull] = {}
    trouble: list[RemoteError] = []
    say(f"reading {len(wanted)} pull {'request' if len(wanted) == 1 else 'requests'}")
    for publication in wanted:
        assert publication.pull_number is not None
        try:
            found[publication.id] = hub.github.ask(pulls.pull(hub.repo, publication.pull_number))
        except (NoAccess, Gone, NoPermission) as error:
            trouble.append(error)
        except RemoteError as error:
            trouble.append(error)
            break
    unread = sum(each.pull_state == "open" and each.id not in found for each in wanted)
    return _Read(found, _renamed(hub, found.values()), tuple(trouble), unread)


def _renamed(hub: Hub, found: Iterable[Pull]) -> tuple[str, ...]:
    """That the repository has another name now, which GitHub's redirects hide."""
    names = {each.base.repo.full_name for each in found if each.base.repo is not None}
    other = [name for name in names if name.lower() != str(hub.repo).lower()]
    return tuple(f"{hub.repo} is {one_line(name)} now: give the remote its new address." for name in other)
