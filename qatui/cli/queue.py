"""Looking: `list`, `status`, `show`, `log`."""

from typing import TYPE_CHECKING

import click

from qatui.cli import diagnostics, output, records
from qatui.cli.session import Session, pass_session
from qatui.domain.marks import visible_lines
from qatui.domain.moments import age, iso
from qatui.domain.text import handle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qatui.domain.anchors import Thread
    from qatui.domain.event import Event
    from qatui.domain.review import Ticked
    from qatui.domain.viewed import Viewing
    from qatui.flows.review import Dossier

LIMIT = click.IntRange(0, 2**31)
"""How many to print; 0 is all."""


@click.command("list")
@click.argument("query", nargs=-1)
@click.option("--state", "states", metavar="STATE", multiple=True, help="Like is:STATE in the query; repeatable.")
@click.option("--limit", type=LIMIT, metavar="N", default=100, show_default=True, help="At most N; 0: all.")
@pass_session
def list_candidates(session: Session, query: tuple[str, ...], states: tuple[str, ...], limit: int) -> None:
    """The queue: candidates that match QUERY, in the order to review them.

    Words must all occur in path or title; is:STATE picks states (is:open, the default, is:all, is:done,
    is:approved,held ...); after `--`, -WORD must not occur.
    """
    from qatui.flows import queue

    text = " ".join((*query, *(f"is:{state}" for state in states)))
    rows, total = queue.find(session.desk, text, limit or None)
    if session.json:
        output.emit({"query": text, "total": total, "candidates": [records.queue_row(row) for row in rows]})
        return
    if not rows:
        diagnostics.say("No candidate matches." if text else "Nothing waits for review.", quiet=session.quiet)
        return
    now = session.desk.now()
    table = [("id", "state", "risk", "score", "test", "size", "age", "who")]
    for row in rows:
        table.append(
            (
                str(row.id),
                row.state.value,
                records.risk(row.risk) or "–",
                "–" if row.score is None else str(row.score),
                row.path,
                f"+{row.added} −{row.removed}",
                age(row.created_at, now),
                handle(row.assignee) if row.assignee else "·",
            )
        )
    output.table(table, right=(0, 3, 6))
    if len(rows) < total:
        diagnostics.say(f"{len(rows)} of {total}; --limit 0 shows all", quiet=session.quiet)


@click.command()
@pass_session
def status(session: Session) -> None:
    """How far the work is: candidates by state, and jobs that wait or failed."""
    from qatui.flows import queue

    desk = session.desk
    now = queue.progress(desk)
    if session.json:
        output.emit(
            {
                "base": {"branch": desk.base.branch, "commit": desk.base.commit},
                "reviewer": desk.reviewer,
                "done": now.done,
                "left": now.left,
                "total": now.total,
                "states": {state.value: number for state, number in now.counts.items()},
                "jobs": dict(now.jobs),
            }
        )
        return
    output.line(f"{now.done} of {now.total} done, {now.left} left")
    output.line(f"base {desk.base.branch}@{desk.base.commit[:7]}, you are {handle(desk.reviewer)}")
    output.table([(state.value, str(number)) for state, number in now.counts.items() if number], right=(1,))
    if now.jobs:
        told = ", ".join(f"{number} {state}" for state, number in now.jobs.items())
        output.line(f"outbox: {told}")


@click.command()
@click.argument("number", metavar="ID", type=int)
@click.option("--content", is_flag=True, help="The proposed file too, hidden characters as marks.")
@pass_session
def show(session: Session, number: int, content: bool) -> None:
    """One candidate whole: state, verdict, origin, revisions, checklist, comments."""
    from qatui.flows.review import look
    from qatui.flows.threads import threads
    from qatui.flows.viewed import viewing_of

    desk = session.desk
    dossier = look(desk, number)
    said, of_hunks = threads(desk, dossier), viewing_of(dossier)
    if session.json:
        text = dossier.content.decode("utf-8", "replace")
        output.emit(
            {
                "candidate": records.candidate(dossier.candidate),
                "base": {
                    "branch": desk.base.branch,
                    "commit": desk.base.commit,
                    "exists": dossier.base is not None,
                    "moved": dossier.base_moved,
                },
                "origin": records.origin(dossier.origin),
                "revisions": [records.revision(each) for each in dossier.revisions],
                "checklist": [records.ticked(each) for each in dossier.checklist],
                "comments": records.comments(said),
                "viewed": records.viewing(of_hunks),
                "seen": [{"revision": each, "at": records.moment(at)} for each, at in dossier.seen.items()],
                **({"content": text, "content_exact": text.encode() == dossier.content} if content else {}),
            }
        )
        return
    _print_state(dossier, of_hunks, desk.now())
    _print_review(dossier, said)
    if content:
        output.line()
        for line in visible_lines(dossier.content.decode("utf-8", "surrogateescape").removesuffix("\n")).split("\n"):
            output.line(line)


def _print_state(dossier: "Dossier", of_hunks: "Viewing", now: int) -> None:
    """Who, where, how big, how much of it the reviewer knows, and what was decided."""
    from qatui.cli.viewed import share

    of = dossier.candidate
    output.line(f"{of.id}  {of.path}")
    if dossier.base_moved:
        since = "the verdict" if of.verdict else "this revision came in"
        output.line(f"! the file on base changed since {since}; look at it again")
    rows = [
        ("title", of.title),
        ("state", of.state.value + (f" ({of.state_reason})" if of.state_reason else "")),
        ("risk", f"{records.risk(of.risk) or '–'}, score {'–' if of.score is None else of.score}"),
        ("priority", str(of.priority)),
        ("size", f"+{of.added} −{of.removed}, {'new file' if dossier.base is None else 'changes a file'}"),
        ("age", f"{age(of.created_at, now)}, since {iso(of.created_at)}"),
        ("who", handle(of.assignee) if of.assignee else "·"),
        ("you", share(of_hunks) + (f", saw revision {max(dossier.seen)} last" if dossier.seen else "")),
    ]
    if verdict := of.verdict:
        reason = f" ({verdict.reason})" if verdict.reason else ""
        until = f" until {iso(of.deferred_until)}" if of.deferred_until else ""
        rows.append(("verdict", f"{verdict.kind.value}{reason}{until} by {handle(verdict.by)} at {iso(verdict.at)}"))
        if verdict.note:
            rows.append(("note", verdict.note))
    if origin := dossier.origin:
        rows += [
            ("generator", " ".join((origin.generator or {}).values())),
            ("endpoint", " ".join((origin.endpoint or {}).values())),
            ("plan item", (origin.plan_item or "") + (" (completes it)" if origin.completes else "")),
            ("labels", ", ".join(origin.labels)),
            ("replaces", origin.replaces or ""),
        ]
    output.table([(name, value) for name, value in rows if value])


def _print_review(dossier: "Dossier", threads: "Sequence[Thread]") -> None:
    """Revisions, checklist and comments, each under its heading; what is empty is left out."""
    output.line()
    output.line("revisions")
    for each in dossier.revisions:
        by = f"{each.author}, customized" if each.customized else each.author
        size = f"+{each.added} −{each.removed}"
        output.line(f"  {each.number}  {each.content_hash[:12]}  {size}  {iso(each.at)}  by {by}")
    if dossier.checklist:
        output.line()
        print_checklist(dossier.checklist)
    if threads:
        from qatui.cli.conversation import print_threads

        output.line()
        output.line("comments")
        print_threads(threads)


def print_checklist(items: "Sequence[Ticked]") -> None:
    """The checklist of a candidate with its answers."""
    done = sum(each.done for each in items)
    output.line(f"checklist {done}/{len(items)}")
    for each in items:
        box = "[x]" if each.done else "[ ]"
        star = " (required)" if each.item.required else ""
        by = f"  {handle(each.by)}" if each.by else ""
        output.line(f"  {box} {each.item.id}: {each.item.text}{star}{by}")


@click.command()
@click.argument("number", metavar="[ID]", type=int, required=False)
@click.option("--limit", type=LIMIT, metavar="N", default=50, show_default=True, help="The newest N; 0: all.")
@pass_session
def log(session: Session, number: int | None, limit: int) -> None:
    """What happened, newest first: to everything, or to one candidate."""
    from qatui.flows import queue

    found = queue.log(session.desk, number, limit or 2**31)
    if session.json:
        output.emit({"events": [records.event(each) for each in found]})
        return
    if not found:
        diagnostics.say("Nothing happened yet.", quiet=session.quiet)
        return
    output.table([_log_row(each) for each in found], right=(1,))


def _log_row(of: "Event") -> tuple[str, ...]:
    """When, which, what, from where to where, by whom."""
    told = of.after or {}
    was, state = (of.before or {}).get("state"), told.get("state")
    if "item" in told:
        what = f"{'ticked' if told.get('done') else 'unticked'} {told['item']}"
    elif "resolved" in told:
        what = f"comment {told['comment']}" + ("" if told["resolved"] else ", open again")
    elif told.get("line"):
        what = f"{told.get('side')} line {told['line']}" + (f"-{told['last']}" if told.get("last") else "")
    elif told.get("reply_to"):
        what = f"answers {told['reply_to']}"
    else:
        what = f"{was} → {state}" if was and was != state else str(state or "")
    number = "" if of.candidate_id is None else str(of.candidate_id)
    cause = f" ({of.cause})" if of.cause else ""
    return iso(of.at), number, of.action, what, of.path or "", f"{handle(of.actor)}{cause}"


COMMANDS: tuple[click.Command, ...] = (list_candidates, status, show, log)
