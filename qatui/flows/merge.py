"""Merge one's own publications where their base lets them: through the outbox, so that it happens once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from qatui.domain.base_rules import BaseRules, ways
from qatui.domain.text import handle
from qatui.errors import ConfigError, ExitCode
from qatui.flows import preflight
from qatui.flows.desk import Desk
from qatui.flows.follow import add_once_more
from qatui.flows.hub import Hub, github_host
from qatui.flows.merging import KIND, METHODS
from qatui.flows.outbox import WORK, Ran, drain, silent, unfinished
from qatui.flows.publication import get
from qatui.flows.sync import Synced, sync
from qatui.github.pulls import Method
from qatui.store import publications
from qatui.store.publications import Publication


@dataclass(frozen=True, slots=True)
class Merging:
    """What became of a merge."""

    asked: tuple[Publication, ...]
    """Those it was tried for, as they were."""
    already: tuple[int, ...]
    """Numbers of those that are merged already."""
    refused: tuple[tuple[int, str], ...]
    """Numbers of those that it was not tried for, each with why."""
    jobs: tuple[Ran, ...]
    synced: Synced
    """What a sync before it found as news, and one of these publications afterwards."""

    @property
    def exit_code(self) -> ExitCode:
        """What a script should know."""
        codes = [ran.exit_code for ran in self.jobs]
        return max([self.synced.exit_code, ExitCode.NEEDS_PERSON if self.refused else ExitCode.DONE, *codes])


def merge(
    desk: Desk,
    hub: Hub | None,
    numbers: Iterable[int] | None,
    *,
    method: Method | None = None,
    auto: bool = False,
    foreground: bool = False,
    say: Callable[[str], None] = silent,
) -> Merging:
    """Merge publications of the reviewer's own of these `numbers`, and no other; sync before and after.

    None is all that are open, also those that the sync before opens: only for who said so. What an earlier merge left
    of other publications is left to `sync`.
    `method`: default is the first that repository and rules allow. `auto` lets GitHub merge what still waits for
    checks or reviews as soon as it can. Raises NotFound, ConfigError without a `hub`, and as `GitHub.ask`.
    """
    if hub is None and github_host(desk.repository, desk.team) is None:
        raise ConfigError(
            f"{desk.base.branch} is at no host that merges: merge its branches with git.", "qatui sync sees it then."
        )
    if hub is None:
        raise ConfigError("There is no token for GitHub: nothing can be merged.", "qatui doctor says how to give one.")
    # What an earlier run left, or somebody merged meanwhile; but a merge that waits may be meant otherwise now.
    before = sync(desk, hub, kinds=WORK.keys() - {KIND}, foreground=foreground, say=say)
    asked, already, refused = _chosen(desk, numbers)
    bases = {base: preflight.ask(hub, base) for base in dict.fromkeys(each.base_branch for each in asked)}
    ran: tuple[Ran, ...] = ()
    remarks: tuple[str, ...] = ()
    for publication in asked:
        found, binding = bases[publication.base_branch].repository, bases[publication.base_branch].rules
        if not found.permissions.push:
            refused[publication.id] = f"you may not push to {found.full_name}, and so not merge there"
            continue
        way = _way(binding, method)
        if way is None:
            refused[publication.id] = _no_way(binding, publication.base_branch, method)
            continue
        job = _begin(desk, publication, way, auto=auto, queue=binding.queue)
        done = drain(desk, hub=hub, kinds=[KIND], only=[job], again=True, foreground=foreground, say=say)
        ran += done
        remarks += _as_before(publication, done, way, auto=auto)
    if over := _over(desk):
        ran += drain(desk, hub=hub, kinds=[KIND], only=over, foreground=foreground, say=say)
    tried = {each.id for each in asked}.union(int(each.job.payload["publication"]) for each in ran)
    after = sync(desk, hub, only=tried, foreground=foreground, say=say)
    both = _both(before, after)
    both = replace(both, remarks=(*both.remarks, *remarks))
    return Merging(tuple(asked), tuple(already), tuple(refused.items()), ran, both)


def open_ones(desk: Desk) -> list[Publication]:
    """The reviewer's own publications whose pull request is open as far as is known."""
    with desk.db.read() as connection:
        found = publications.followed(connection, desk.repository_id)
    return [each for each in found if each.pull_state == "open" and each.actor == desk.reviewer]


def _both(before: Synced, after: Synced) -> Synced:
    """Two syncs as one: the news of the first, and all of the second."""
    return replace(
        after,
        moved=before.moved or after.moved,
        followed=(*before.news, *after.followed),
        jobs=(*before.jobs, *after.jobs),
        remarks=tuple(dict.fromkeys((*before.remarks, *after.remarks))),
        trouble=(*before.trouble, *after.trouble),
    )


def _as_before(publication: Publication, ran: Iterable[Ran], method: Method, *, auto: bool) -> tuple[str, ...]:
    """That a merge which was broken off was gone on with as it was asked for then, where now it is asked otherwise.

    GitHub may have been told so already, and could not be told otherwise.
    """
    now = (method, auto)
    asked = [(each.job.payload["method"], bool(each.job.payload["auto"])) for each in ran if each.state != "running"]
    words = f"publication {publication.id}: a merge that was broken off is gone on with as it was asked for then"
    return tuple(f"{words}: {_named(*then)}, not {_named(*now)}" for then in asked if then != now)


def _named(method: str, auto: bool) -> str:
    return f"{method} --auto" if auto else method


def _over(desk: Desk) -> list[int]:
    """Jobs that a death left of merges which GitHub did: they have only to be ended."""
    return [
        job.id for job in unfinished(desk, [KIND]) if get(desk, int(job.payload["publication"])).pull_state == "merged"
    ]


def _chosen(desk: Desk, numbers: Iterable[int] | None) -> tuple[list[Publication], list[int], dict[int, str]]:
    """Publications to merge, numbers of those merged already, and why others cannot be."""
    if numbers is None:
        return open_ones(desk), [], {}
    asked: list[Publication] = []
    already: list[int] = []
    refused: dict[int, str] = {}
    for number in dict.fromkeys(numbers):
        each = get(desk, number)
        if each.pull_state == "merged":
            already.append(number)
        elif each.pull_state != "open":
            refused[number] = "its pull request was closed" if each.pull_state else "it has no pull request yet"
        elif each.actor != desk.reviewer:
            refused[number] = f"it is {handle(each.actor)}'s: they merge it, or somebody on its page"
        else:
            asked.append(each)
    return asked, already, refused


def _way(rules: BaseRules, method: Method | None) -> Method | None:
    allowed = ways(rules)
    return next((each for each in METHODS if each in allowed and method in (None, each)), None)


def _no_way(rules: BaseRules, base: str, method: Method | None) -> str:
    allowed = " or ".join(ways(rules)) or "nothing"
    return f"{base} does not take {method or 'any way of merging'}: repository and rules allow {allowed}"


def _begin(desk: Desk, publication: Publication, method: Method, *, auto: bool, queue: bool) -> int:
    payload = {"sha": publication.head_commit, "method": method, "auto": auto, "queue": queue}
    with desk.db.write() as connection:
        return add_once_more(desk, connection, KIND, publication.id, payload, desk.reviewer)
