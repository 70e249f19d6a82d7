"""Following publications: `sync`, for cron and for people, and `merge`."""

from typing import TYPE_CHECKING, Any

import click

from qatui.cli import diagnostics, output
from qatui.cli.publish import job_record, numbers, person_is_there, publication_record, ran_record, saying, tell_job
from qatui.cli.publish import tell_others as tell_jobs_of_others
from qatui.cli.session import Session, pass_session
from qatui.domain.marks import visible
from qatui.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from qatui.flows.follow import Followed
    from qatui.flows.sync import Synced
    from qatui.github.pulls import Method
    from qatui.store.publications import Publication


@click.command()
@pass_session
def sync(session: Session) -> ExitCode:
    """Do what the outbox holds, read the open pull requests, and write down what was merged or closed.

    For cron: it asks nothing, waits for rate limits, and two at once are harmless. Merged is what GitHub calls merged
    and the base has as it was approved. After a merge the test plan's items are ticked.
    """
    from qatui.flows.sync import sync as flow

    result = flow(session.desk, session.hub, foreground=person_is_there(), say=saying(session))
    if session.json:
        output.emit(_synced_record(result))
    else:
        _tell(session, result)
    return result.exit_code


@click.command()
@click.argument("publications", metavar="[PUBLICATION]...", type=int, nargs=-1)
@click.option(
    "--method",
    type=click.Choice(("merge", "squash", "rebase")),
    help="Default: the first that repository and rules allow.",
)
@click.option(
    "--auto",
    is_flag=True,
    help="What waits for checks or reviews: let GitHub merge it as soon as it can, with what is pushed until then.",
)
@click.option("--yes", "-y", is_flag=True, help="Without PUBLICATION: do not ask.")
@pass_session
def merge(session: Session, publications: tuple[int, ...], method: "Method | None", auto: bool, yes: bool) -> ExitCode:
    """Merge the pull requests of your own publications, and sync them; without PUBLICATION all that are open.

    Of several it asks first; where nobody can be asked, --yes says so. Pull requests that it opens itself, by its sync,
    are merged with --yes or the next time. Only what the base's rules let through, and only the commits that were
    published: where others put commits on the branch, it says whose. A base with a merge queue gets it through the
    queue.
    """
    from qatui.flows.merge import merge as flow
    from qatui.flows.merge import open_ones

    chosen: tuple[int, ...] | None = publications or None  # None: all, also those that the sync opens
    asking = not publications and not yes
    if asking:
        found = open_ones(session.desk)
        if len(found) > 1 and not _said_yes(session, found):
            diagnostics.say("nothing was done", quiet=session.quiet)
            return ExitCode.NEEDS_PERSON
        chosen = tuple(each.id for each in found)
    result = flow(
        session.desk, session.hub, chosen, method=method, auto=auto, foreground=person_is_there(), say=saying(session)
    )
    opened = [each.id for each in open_ones(session.desk) if each.id not in (chosen or ())] if asking else []
    code = max(result.exit_code, ExitCode.NEEDS_PERSON if opened else ExitCode.DONE)
    if session.json:
        output.emit(
            {
                **_synced_record(result.synced),
                "asked": [each.id for each in result.asked],
                "already": list(result.already),
                "opened": opened,
                "refused": [{"id": number, "reason": reason} for number, reason in result.refused],
                "jobs": [ran_record(ran) for ran in (*result.jobs, *result.synced.jobs)],
            }
        )
        return code
    if result.already:
        diagnostics.say(f"merged before: {numbers(result.already)}", quiet=session.quiet)
    dropped = [(int(ran.job.payload["publication"]), ran.words) for ran in result.jobs if ran.state == "dropped"]
    _tell_not_merged((*result.refused, *dropped))
    for ran in result.jobs:
        if ran.state not in ("done", "dropped"):
            tell_job(ran)
    said = result.asked or result.already or result.refused or opened
    _tell(session, result.synced, "" if said else "None of your pull requests is open.")
    if opened:
        _tell_opened(opened)
    return code


def _said_yes(session: Session, found: "Sequence[Publication]") -> bool:
    """Ask whether to merge several; raises UsageError where nobody can be asked."""
    count = len(found)
    if session.json or not person_is_there():
        raise UsageError(
            f"{count} pull requests are open, and there is nobody to ask.", "Name publications, or say --yes for all."
        )
    for each in found:
        diagnostics.say(f"{each.id}  #{each.pull_number} into {each.base_branch}: {each.title}")
    return diagnostics.confirm(f"Merge these {count}?")


def _tell_opened(ids: "Sequence[int]") -> None:
    """Which pull requests are open only since this run, and were so in no question."""
    one = len(ids) == 1
    what = "1 pull request is" if one else f"{len(ids)} pull requests are"
    which = "publication" if one else "publications"
    diagnostics.say(
        f"{what} open only now, and not merged: {which} {numbers(ids)}. Run qatui merge again, or with --yes."
    )


def _tell_not_merged(rows: "Iterable[tuple[int, str]]") -> None:
    """Which publications are not merged, those with the same reason in one sentence."""
    grouped: dict[str, list[int]] = {}
    for number, reason in rows:
        grouped.setdefault(reason, []).append(number)
    for reason, ids in grouped.items():
        what = f"publication {ids[0]} is" if len(ids) == 1 else f"publications {numbers(ids)} are"
        diagnostics.say(f"{what} not merged: {reason}")


def _tell(session: Session, found: "Synced", none: str = "No pull request is open.") -> None:
    """What a sync did and found; `none` is what stdout says where there is nothing to list, empty: nothing."""
    for remark in found.remarks:
        diagnostics.say(remark, quiet=session.quiet)
    for error in found.trouble:
        diagnostics.say(f"{error.message} {error.hint}".strip())
    for ran in found.jobs:
        if ran.state in ("waiting", "failed", "running"):
            tell_job(ran)
        elif ran.words:
            diagnostics.say(ran.words, quiet=session.quiet and not ran.exit_code)
    tell_jobs_of_others(found.others)
    if not found.followed:
        if found.unread:
            are = "pull request is" if found.unread == 1 else "pull requests are"
            output.line(f"{found.unread} {are} open as far as is known, and could not be read.")
        elif none:
            output.line(none)
        return
    rows = [("id", "pull", "branch", "is", "")]
    for each in found.followed:
        at = each.publication
        pull = "·" if at.pull_number is None else f"#{at.pull_number}"
        rows.append((str(at.id), pull, at.branch, at.pull_state, visible(each.words)))
    output.table(rows, right=(0,))
    for each in found.followed:
        diagnostics.refusals([(str(number), reason) for number, reason in each.differing], "not merged")


def _synced_record(found: "Synced") -> dict[str, Any]:
    return {
        "base": {"branch": found.base.branch, "commit": found.base.commit, "moved": found.moved},
        "publications": [_followed_record(each) for each in found.followed],
        "merged": [number for each in found.followed for number in each.merged],
        "closed": [number for each in found.followed for number in each.closed],
        "jobs": [ran_record(ran) for ran in found.jobs],
        "jobs_of_others": [job_record(job) for job in found.others],
        "remarks": list(found.remarks),
        "errors": [{"code": each.code, "message": each.message, "hint": each.hint} for each in found.trouble],
    }


def _followed_record(of: "Followed") -> dict[str, Any]:
    return {
        **publication_record(of.publication),
        "was": of.was,
        "words": of.words,
        "needs_person": of.needs_person,
        "merge_commit": of.publication.merge_commit,
        "merged": list(of.merged),
        "closed": list(of.closed),
        "differing": [{"id": number, "reason": reason} for number, reason in of.differing],
    }


COMMANDS: tuple[click.Command, ...] = (sync, merge)
