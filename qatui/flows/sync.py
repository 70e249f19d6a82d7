"""Sync: do what the outbox holds, read the pull requests that are open, and write down what became of them.

Two syncs at once are harmless: jobs are leased, and what one has written the other finds done. One request for each
open publication, however many candidates it has, and none of those cost anything where nothing changed.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from qatui.domain.quoting import one_line
from qatui.errors import ExitCode, Gone, NeedsTerminal, NoAccess, NoPermission, RemoteError, Unreachable
from qatui.flows.desk import Desk
from qatui.flows.follow import Followed, follow
from qatui.flows.hub import Hub, github_host
from qatui.flows.outbox import Ran, drain, jobs, left_jobs, silent
from qatui.flows.publish import meet_remote
from qatui.github import pulls
from qatui.github.pulls import Pull
from qatui.store import bookmarks, publications
from qatui.store.outbox import Job
from qatui.store.publications import Publication
from qatui.workspace.remote import Remote
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
    trouble: tuple[RemoteError, ...] = ()
    """Why something could not be read; the rest was."""
    away: bool = False
    """Whether the git remote could not be reached."""
    unasked: bool = False
    """Whether pull requests could not be asked for: there is no token."""

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
        codes = [ran.exit_code for ran in self.jobs]
        codes.append(ExitCode.NEEDS_PERSON if person else ExitCode.DONE)
        codes += [error.exit_code for error in self.trouble] + [ExitCode.REMOTE] * self.away
        return max(codes)


def sync(
    desk: Desk,
    hub: Hub | None,
    *,
    only: Collection[int] | None = None,
    foreground: bool = False,
    say: Callable[[str], None] = silent,
) -> Synced:
    """Drain the outbox, failed jobs too, and bring every publication to where its pull request is.

    `only`: those of these numbers, and no job but what follows. What follows from a merge is done in the same run.
    Without a `hub` only what needs none is done, and that is told.
    """
    ran: tuple[Ran, ...] = ()
    if only is None:
        ran = drain(desk, hub=hub, again=True, foreground=foreground, say=say)
    with desk.db.read() as connection:
        found = publications.followed(connection, desk.repository_id)
    wanted = [each for each in found if only is None or each.id in only]
    read = _read(desk, hub, wanted, say)
    met = meet_remote(desk, foreground=foreground)
    moved = met.desk.base != desk.base
    desk = met.desk
    queued = {job.id for job in jobs(desk)}
    followed: list[Followed] = []
    trouble = [*read.trouble]
    for publication in wanted:
        if hub is not None and (pull := read.pulls.get(publication.id)) is not None:
            tip = None if met.away else _tip(desk, publication, foreground)
            try:
                followed.append(follow(desk, hub, publication, pull, tip))
            except RemoteError as error:
                trouble.append(error)
    for job in jobs(desk):
        if job.id not in queued:
            ran += drain(desk, hub=hub, only=job.id, foreground=foreground, say=say)
    with desk.db.write() as connection:
        bookmarks.keep(connection, desk.repository_id, desk.reviewer, SYNCED, desk.now(), desk.now())
    return Synced(
        desk.base, moved, tuple(followed), ran, tuple(left_jobs(desk)[1]), (*met.remarks, *read.remarks),
        tuple(trouble), away=met.away, unasked=read.unasked,
    )  # fmt: skip


class _Read(NamedTuple):
    """What GitHub said of the open pull requests."""

    pulls: Mapping[int, Pull] = {}
    """By the publication's number; those that could be read."""
    remarks: tuple[str, ...] = ()
    trouble: tuple[RemoteError, ...] = ()
    unasked: bool = False


def _read(desk: Desk, hub: Hub | None, wanted: Sequence[Publication], say: Callable[[str], None]) -> _Read:
    """Ask for each pull request; one that is not to be seen is passed over, other trouble ends the asking."""
    if not wanted:
        return _Read()
    if hub is None:
        host = github_host(desk.repository, desk.team) or "GitHub"
        return _Read(
            remarks=(f"Pull requests were not asked for: there is no token for {host}, see qatui doctor",), unasked=True
        )
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
    return _Read(found, _renamed(hub, found.values()), tuple(trouble))


def _renamed(hub: Hub, found: Iterable[Pull]) -> tuple[str, ...]:
    """That the repository has another name now, which GitHub's redirects hide."""
    names = {each.base.repo.full_name for each in found if each.base.repo is not None}
    other = [name for name in names if name.lower() != str(hub.repo).lower()]
    return tuple(f"{hub.repo} is {one_line(name)} now: give the remote its new address." for name in other)


def _tip(desk: Desk, publication: Publication, foreground: bool) -> str | None:
    """The commit of a publication's base, which may be another than the team has now; None: it cannot be fetched."""
    if publication.base_branch == desk.base.branch:
        return desk.base.commit
    url = desk.repository.remote_url(desk.team.remote, push=False)
    try:
        return (
            Remote(desk.repository, url or "", foreground).fetch_base(publication.base_branch, desk.team.remote).commit
        )
    except (Unreachable, NeedsTerminal):
        return None
