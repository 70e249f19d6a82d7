"""The base as its remote has it now: fetched from the address that branches come from, never from where they go to."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from qatui.errors import NeedsTerminal, Unreachable
from qatui.flows.desk import Desk
from qatui.workspace.remote import Remote

NO_REMOTE = "There is no remote “{}”: the commits stay in this clone, under refs/qatui."


class Met(NamedTuple):
    """What the remote says of the base."""

    desk: Desk
    """With the base as the remote has it now."""
    remarks: tuple[str, ...] = ()
    away: bool = False
    """Whether it could not be reached: the base is as it was fetched last."""
    gone: bool = False
    """Whether the remote has no such branch any more: the base is the clone's own."""


def upstream(desk: Desk, *, foreground: bool = False) -> Remote | None:
    """Where the base is fetched from; None where the clone has no such remote."""
    url = desk.repository.remote_url(desk.team.remote, push=False)
    return Remote(desk.repository, url, foreground) if url else None


def meet_base(desk: Desk, source: Remote | None, heads: Mapping[str, str] | None = None) -> Met:
    """Fetch the base from its `upstream`; where that cannot be, the desk stays as it is and a remark says so.

    `heads` are the branches there, if they were asked for already.
    """
    branch = desk.base.branch
    if source is None:
        return Met(desk, (NO_REMOTE.format(desk.team.remote),))
    try:
        there = (source.heads(branch) if heads is None else heads).get(branch)
        if there is None:
            return Met(desk, (f"{source.name} has no branch {branch}; the clone's own is the base.",), gone=True)
        if there != desk.base.commit:
            desk = replace(desk, base=source.fetch_base(branch, desk.team.remote))
    except (Unreachable, NeedsTerminal) as error:
        return Met(desk, (f"{error.message.rstrip('.')}. The base is as it was fetched last.",), away=True)
    return Met(desk)


def tip_of(desk: Desk, branch: str, met: Met, *, foreground: bool = False) -> str | None:
    """The commit that a branch of the base's remote is at, the base or another; None where there is no such branch.

    Raises Unreachable, NeedsTerminal.
    """
    if branch == met.desk.base.branch:
        if met.away:
            raise Unreachable("The base could not be fetched.", "It is safe to run again.")
        return None if met.gone else met.desk.base.commit
    source = upstream(desk, foreground=foreground)
    if source is None or branch not in source.heads(branch):
        return None
    return source.fetch_base(branch, desk.team.remote).commit
