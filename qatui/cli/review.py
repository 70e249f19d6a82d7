"""Deciding: `approve`, `reject`, `defer`, `claim`, `release`, `assign`, `comment`, `checklist`, `undo`, `redo`."""

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from qatui.cli import diagnostics, output, records
from qatui.cli.queue import print_checklist
from qatui.cli.session import Session, pass_session
from qatui.domain.candidate import Outcome
from qatui.domain.lifecycle import Action
from qatui.domain.moments import parse_until
from qatui.errors import ExitCode, UsageError

Command = TypeVar("Command", bound=Callable[..., Any])

_DONE = {
    "approve": "approved",
    "reject": "rejected",
    "defer": "deferred",
    "claim": "claimed",
    "release": "released",
    "assign": "assigned",
    "comment": "commented on",
    "resolve": "resolved a thread of",
    "unresolve": "opened a thread again of",
    "checklist": "answered",
    "undo": "undone",
    "redo": "redone",
}


def _chosen(command: Command) -> Command:
    """The candidates a verb is for: ids, or a query."""
    command = click.option("--yes", "-y", is_flag=True, help="With --query: do not ask.")(command)
    command = click.option("--query", metavar="QUERY", help="All that match, as in qatui list.")(command)
    return click.argument("ids", metavar="[ID]...", type=int, nargs=-1)(command)


COMMENT = click.IntRange(1, 2**63 - 1)
"""The number of a comment, as the store may have it."""
_note = click.option("--note", metavar="TEXT", default="", help="What you want to say with the verdict.")
_dry_run = click.option("--dry-run", is_flag=True, help="Say what would happen; write nothing.")


@click.command()
@_chosen
@_note
@_dry_run
@pass_session
def approve(session: Session, ids: tuple[int, ...], query: str | None, yes: bool, note: str, dry_run: bool) -> ExitCode:
    """Approve candidates: they may be published."""
    return _verdict(session, Action.APPROVE, ids, query, yes, dry_run, note=note)


@click.command()
@_chosen
@click.option("--reason", metavar="CODE", help="asserts-nothing, wrong-endpoint, duplicate, unsafe, flaky, other ...")
@_note
@_dry_run
@pass_session
def reject(
    session: Session,
    ids: tuple[int, ...],
    query: str | None,
    yes: bool,
    reason: str | None,
    note: str,
    dry_run: bool,
) -> ExitCode:
    """Reject candidates with a reason; `other` needs a note. qatui.yaml can name more reasons."""
    if reason is None:
        raise UsageError("A rejection needs a reason.", f"--reason {', '.join(session.desk.team.reasons())}")
    return _verdict(session, Action.REJECT, ids, query, yes, dry_run, reason=reason, note=note)


@click.command()
@_chosen
@click.option("--until", metavar="WHEN", default="1d", show_default=True, help="4h, 3d, 2w or a date; UTC.")
@_note
@_dry_run
@pass_session
def defer(
    session: Session, ids: tuple[int, ...], query: str | None, yes: bool, until: str, note: str, dry_run: bool
) -> ExitCode:
    """Put candidates off; at that time they wait for review again."""
    try:
        moment = parse_until(until, session.desk.now())
    except (ValueError, OverflowError) as error:
        raise UsageError(f"--until: {error}.") from None
    return _verdict(session, Action.DEFER, ids, query, yes, dry_run, until=moment, note=note)


def _verdict(
    session: Session,
    action: Action,
    ids: tuple[int, ...],
    query: str | None,
    yes: bool,
    dry_run: bool,
    **ruling: Any,
) -> ExitCode:
    """Foresee for --dry-run and for the question, else decide; a verdict after a question binds to what was shown."""
    from qatui.flows import queue
    from qatui.flows.decide import decide, foresee

    desk = session.desk
    chosen = queue.resolve(desk, ids, query)
    if dry_run:
        return _tell(session, _DONE[action], foresee(desk, chosen, action, **ruling), dry_run=True)
    expected: Mapping[int, str] | None = None
    if chosen and query is not None and not yes:
        _must_ask(session)
        expected = queue.contents(desk, chosen)
        seen = foresee(desk, chosen, action, expected=expected, **ruling)
        if seen.done or seen.refused:
            _tell_refused(session, seen, "will not be taken:")
            if not _goes_on(f"{action.value.capitalize()} {len(seen.done)} of {len(chosen)}?", len(seen.done)):
                return _nothing_done(session)
        chosen = [*seen.done, *seen.already]
    return _tell(session, _DONE[action], decide(desk, chosen, action, expected=expected, **ruling))


@click.command()
@_chosen
@pass_session
def claim(session: Session, ids: tuple[int, ...], query: str | None, yes: bool) -> ExitCode:
    """Claim candidates: nobody else can decide on them until you release them."""
    from qatui.flows import claims

    return _each(session, "claim", ids, query, yes, lambda chosen: claims.claim(session.desk, chosen))


@click.command()
@_chosen
@pass_session
def release(session: Session, ids: tuple[int, ...], query: str | None, yes: bool) -> ExitCode:
    """Give back candidates that you claimed."""
    from qatui.flows import claims

    return _each(session, "release", ids, query, yes, lambda chosen: claims.release(session.desk, chosen))


@click.command()
@_chosen
@click.option("--to", metavar="WHO", required=True, help="GitHub login or git e-mail.")
@pass_session
def assign(session: Session, ids: tuple[int, ...], query: str | None, yes: bool, to: str) -> ExitCode:
    """Give candidates to a person, whoever has them now."""
    from qatui.flows import claims

    return _each(session, "assign", ids, query, yes, lambda chosen: claims.assign(session.desk, chosen, to))


@click.command()
@_chosen
@click.option("-m", "--message", metavar="TEXT", help="The comment.")
@click.option("--line", type=click.IntRange(1), metavar="N", help="On this line instead of the whole candidate.")
@click.option("--to", "last", type=click.IntRange(1), metavar="M", help="With --line: and those after it, up to M.")
@click.option(
    "--side",
    type=click.Choice(["old", "new"]),
    help="On the file on base or the proposed one; without --line: all of it.",
)
@click.option("--reply-to", type=COMMENT, metavar="COMMENT", help="Answer this comment; qatui show tells the numbers.")
@click.option("--resolve", type=COMMENT, metavar="COMMENT", help="Settle the thread of this comment.")
@click.option("--unresolve", type=COMMENT, metavar="COMMENT", help="Open the thread of this comment again.")
@pass_session
def comment(
    session: Session,
    /,
    ids: tuple[int, ...],
    query: str | None,
    yes: bool,
    message: str | None,
    resolve: int | None,
    unresolve: int | None,
    **place: Any,
) -> ExitCode:
    """Comment on candidates or on lines of them; answer a comment, or settle its thread.

    A comment stays with its lines in later revisions; where these are gone, it is outdated and keeps what they said.
    """
    from qatui.flows import review, threads

    settled = resolve if resolve is not None else unresolve
    if settled is None:
        if message is None:
            raise UsageError("The comment is empty.", "-m says what you want to say.")
        said = message
        return _each(
            session, "comment", ids, query, yes, lambda chosen: review.comment(session.desk, chosen, said, **place)
        )
    if None not in (resolve, unresolve) or message is not None or any(each is not None for each in place.values()):
        raise UsageError("--resolve and --unresolve go with no other option.", "Comment first, then settle the thread.")
    verb = "resolve" if resolve is not None else "unresolve"
    return _each(
        session, verb, ids, query, yes,
        lambda chosen: threads.resolve(session.desk, chosen, settled, settled=resolve is not None),
    )  # fmt: skip


@click.command()
@click.argument("words", metavar="[ID]... [ITEM]", nargs=-1)
@click.option("--query", metavar="QUERY", help="All that match, as in qatui list.")
@click.option("--yes", "-y", is_flag=True, help="With --query: do not ask.")
@click.option("--tick/--untick", default=None, help="Answer the item, which is the default, or take the answer back.")
@pass_session
def checklist(session: Session, words: tuple[str, ...], query: str | None, yes: bool, tick: bool | None) -> ExitCode:
    """The review checklist of candidates; with ITEM, tick that item for all of them.

    Ticks belong to the content they were given to: a new revision begins with none.
    """
    from qatui.flows import review

    item = words[-1] if words and not words[-1].isdecimal() else None  # settings refuse an item named by a number
    if item is None and tick is not None:
        raise UsageError("Which item?", "Name it after the ids; without --tick the items are listed.")
    ids = tuple(_id(word) for word in (words[:-1] if item else words))
    if item is None:
        return _list_checklists(session, ids, query)
    done = tick is not False

    def verb(chosen: list[int]) -> Outcome:
        return review.answer(session.desk, chosen, item, done)

    return _each(session, "checklist", ids, query, yes, verb)


def _id(word: str) -> int:
    if not word.isdecimal() or len(word) > 19:
        raise UsageError(f"“{word}” is no id.", "Ids first, then the item; qatui list shows the ids.")
    return int(word)


def _list_checklists(session: Session, ids: tuple[int, ...], query: str | None) -> ExitCode:
    from qatui.flows import queue
    from qatui.flows.review import checklists

    listed = checklists(session.desk, queue.resolve(session.desk, ids, query))
    if session.json:
        lists = [
            {"candidate": each.id, "checklist": [records.ticked(item) for item in items]} for each, items in listed
        ]
        output.emit({"checklists": lists})
        return ExitCode.DONE
    if not session.desk.team.checklist:
        output.line("The team has no review checklist: set `checklist:` in qatui.yaml.")
        return ExitCode.DONE
    for each, items in listed:
        output.line(f"{each.id}  {each.path}")
        print_checklist(items)
    return ExitCode.DONE


@click.command()
@pass_session
def undo(session: Session) -> ExitCode:
    """Take back your newest verdict, claim or assignment, all of its candidates that nobody moved on since."""
    from qatui.flows.undo import undo as take_back

    return _turned(session, "undo", take_back)


@click.command()
@pass_session
def redo(session: Session) -> ExitCode:
    """Do again what you undid last."""
    from qatui.flows.undo import redo as do_again

    return _turned(session, "redo", do_again)


def _turned(session: Session, way: str, turn: Callable[[Any], Any]) -> ExitCode:
    turned = turn(session.desk)
    if turned is None:
        if session.json:
            output.emit({"verb": None, **records.outcome(Outcome())})
        else:
            output.line(f"Nothing to {way}.")
        return ExitCode.DONE
    return _tell(session, f"{_DONE[way]} ({turned.action})", turned.outcome, verb=turned.action)


def _each(
    session: Session,
    verb: str,
    ids: tuple[int, ...],
    query: str | None,
    yes: bool,
    act: Callable[[list[int]], Outcome],
) -> ExitCode:
    """Do something to each candidate chosen; a query asks first."""
    from qatui.flows import queue

    chosen = queue.resolve(session.desk, ids, query)
    if chosen and query is not None and not yes:
        _must_ask(session)
        if not _goes_on(f"{verb.capitalize()}: {len(chosen)} candidates?", len(chosen)):
            return _nothing_done(session)
    return _tell(session, _DONE[verb], act(chosen))


def _must_ask(session: Session) -> None:
    """Many at once wants a person's yes, and a person needs a terminal to give it."""
    if session.json or not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "A query may take many, and there is nobody to ask.",
            "Say --yes, or look first with --dry-run or qatui list.",
        )


def _goes_on(question: str, number: int) -> bool:
    return number > 0 and diagnostics.confirm(question)


def _nothing_done(session: Session) -> ExitCode:
    diagnostics.say("nothing was done", quiet=session.quiet)
    return ExitCode.NEEDS_PERSON


def _tell(session: Session, done: str, outcome: Outcome, *, dry_run: bool = False, verb: str | None = None) -> ExitCode:
    """Print what was done, what was so already and what was refused; exit 1 where anything was refused."""
    if session.json:
        told = {} if verb is None else {"verb": verb}
        output.emit({**told, **records.outcome(outcome), "dry_run": dry_run})
    else:
        if outcome.done or not outcome.already:
            _tell_ids(session, f"would be {done}" if dry_run else done, outcome.done)
        if outcome.already:
            _tell_ids(session, f"already {done}", outcome.already)
    _tell_refused(session, outcome)
    return ExitCode.NEEDS_PERSON if outcome.refused else ExitCode.DONE


def _tell_ids(session: Session, words: str, ids: Sequence[int]) -> None:
    """One by its id and path, many by their number."""
    from qatui.flows.queue import paths

    output.line(f"{words} {ids[0]} {paths(session.desk, ids)[ids[0]]}" if len(ids) == 1 else f"{words} {len(ids)}")


def _tell_refused(session: Session, outcome: Outcome, heading: str = "") -> None:
    if session.json or not outcome.refused:
        return
    from qatui.flows.queue import paths

    named = paths(session.desk, [number for number, _ in outcome.refused])
    if heading:
        diagnostics.say(f"{len(outcome.refused)} {heading}")
    diagnostics.refusals([(f"{number} {named.get(number, '')}".strip(), reason) for number, reason in outcome.refused])


COMMANDS: tuple[click.Command, ...] = (
    approve,
    reject,
    defer,
    claim,
    release,
    assign,
    comment,
    checklist,
    undo,
    redo,
)
