"""Publishing: `publish`, and the jobs of the `outbox`."""

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import click

from qatui.cli import diagnostics, output
from qatui.cli.session import Session, pass_session
from qatui.domain.marks import visible, visible_lines
from qatui.domain.moments import iso
from qatui.domain.text import handle
from qatui.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from qatui.domain.publishing import PlanLine, PublishingPlan
    from qatui.flows.outbox import Ran
    from qatui.flows.preflight import Preflight
    from qatui.flows.publish import Published
    from qatui.store.outbox import Job
    from qatui.store.publications import Publication


@click.command()
@click.argument("ids", metavar="[ID]...", type=int, nargs=-1)
@click.option("--query", metavar="QUERY", help="Of the approved candidates those that match, its `is:` included.")
@click.option("--dry-run", is_flag=True, help="Show branch, commits and pull request; write nothing, push nothing.")
@pass_session
def publish(session: Session, ids: tuple[int, ...], query: str | None, dry_run: bool) -> ExitCode:
    """Put approved candidates on a branch, push it, and open the pull request that carries their review.

    Without ID or --query: all that are approved. What an earlier publish left unfinished is finished first. Without a
    token for GitHub the pull request's text is in a file, and it is opened by the next publish or sync that has one.
    Nothing of the working tree, the index or your branches changes.
    """
    from qatui.flows import outbox
    from qatui.flows import publish as flow
    from qatui.flows.preflight import look_ahead
    from qatui.flows.queue import read_query, resolve

    if ids and query is not None:
        raise UsageError("Name candidates or give --query, not both.")
    wanted = None if query is None else read_query(query)
    desk, asking = session.desk, person_is_there()
    chosen = resolve(desk, ids, None) if ids else None
    if dry_run:
        flow.require_identity(desk)
        ahead = look_ahead(desk, session.hub)
        desk, taken, remarks, away = flow.meet_remote(desk, ahead.push_url, foreground=asking)
        remarks = (*ahead.remarks, *remarks)
        made = flow.plan(desk, chosen, wanted, taken=taken, remarks=remarks, push_url=ahead.push_url)
        left = outbox.unfinished(desk, outbox.PUBLISHING)
        code = _show_plan(session, made, ahead, left, outbox.of_others(desk))
        return ExitCode.REMOTE if away or ahead.away else code
    result = flow.publish(desk, chosen, wanted, hub=session.hub, foreground=asking, say=saying(session))
    return _show_result(session, result)


def person_is_there() -> bool:
    """Whether git may ask for a password: somebody sits at this command."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def saying(session: Session) -> Callable[[str], None]:
    """Says each step to the person."""
    return lambda text: diagnostics.say(text, quiet=session.quiet)


def _show_plan(
    session: Session, plan: "PublishingPlan", ahead: "Preflight", mine: "list[Job]", others: "list[Job]"
) -> ExitCode:
    code = ExitCode.NEEDS_PERSON if plan.held or plan.refused or mine or others else ExitCode.DONE
    if session.json:
        output.emit(
            {
                "plan": _plan_record(plan) if plan.commits else None,
                "pull_request": None,
                **_rules_record(ahead),
                **_left_record(plan),
                "jobs": [job_record(job) for job in mine],
                "jobs_of_others": [job_record(job) for job in others],
            }
        )
        return code
    _tell(session, plan)
    for job in mine:
        diagnostics.say(f"job {job.id} would be finished first, it is {job.state}: {job.words}")
    tell_others(others)
    if not plan.commits:
        output.line("Nothing to publish.")
        return code
    count = len(plan.candidates)
    output.line(f"branch  {plan.branch}, {_many(len(plan.commits), 'commit')} of {_many(count, 'test')}")
    output.line(f"base    {plan.base_branch}@{plan.base_commit[:12]}")
    output.line(f"push    {plan.push_url or 'nowhere: there is no remote'}")
    for sentence in ahead.rules:
        output.line(f"rule    {sentence}")
    for each in plan.items:
        output.line(f"plan    {visible(each.item)} {_plan_words(each)} (candidate {each.candidate})")
    if ahead.requests:
        output.line(f"GitHub  {_many(ahead.requests, 'request')}")
    for commit in plan.commits:
        output.line()
        output.line("commit  " + ", ".join(commit.paths[:3]) + (" …" if len(commit.paths) > 3 else ""))
        _indented(commit.message)
    output.line()
    output.line("pull request")
    _indented(f"{plan.title}\n\n{plan.body}")
    return code


def _plan_words(line: "PlanLine") -> str:
    if not line.completes:
        return "is not completed by this"
    return f"will not be ticked: {line.unplaced}" if line.unplaced else "will be ticked after the merge"


def _indented(text: str) -> None:
    for each in visible_lines(text.rstrip("\n")).split("\n"):
        output.line(f"    {each}".rstrip())


def _show_result(session: Session, result: "Published") -> ExitCode:
    from qatui.flows.publication import OPENING

    left = ExitCode.NEEDS_PERSON if result.held or result.refused or result.others else ExitCode.DONE
    code = max([left, *(ran.exit_code for ran in result.jobs)])
    if session.json:
        opened = [each for each in result.publications if each.pull_number is not None]
        output.emit(
            {
                "pull_request": _pull_record(opened[-1]) if opened else None,
                **_rules_record(result),
                "publications": [publication_record(each) for each in result.publications],
                "published": list(result.published),
                **_left_record(result),
                "jobs": [ran_record(ran) for ran in result.jobs],
                "jobs_of_others": [job_record(job) for job in result.others],
            }
        )
        return code
    _tell(session, result)
    tell_others(result.others)
    if not result.publications:
        output.line("Nothing to publish.")
    for each in result.publications:
        if each.state == "pushed":
            where = each.push_url or "this clone"
            output.line(f"{each.branch}  {(each.head_commit or '')[:12]}  {where}")
            if each.pull_number is not None:
                output.line(f"pull request #{each.pull_number}  {visible(each.pull_url)}")
            else:
                output.line(f"pull request text: {each.record_file}")
        if each.reason:
            diagnostics.say(f"{each.branch}: {each.reason}")
    if result.published:
        diagnostics.say(f"published {_many(len(result.published), 'test')}", quiet=session.quiet)
    for ran in result.jobs:
        if ran.state in ("waiting", "failed", "running"):
            tell_job(ran)
        elif ran.words and ran.job.kind == OPENING:
            diagnostics.say(ran.words)
    return code


def _tell(session: Session, found: "PublishingPlan | Published") -> None:
    """Remarks, what is done already, and what is held or refused."""
    for remark in found.remarks:
        diagnostics.say(remark, quiet=session.quiet)
    if found.already:
        diagnostics.say(f"published before: {numbers(found.already)}", quiet=session.quiet)
    if found.there:
        diagnostics.say(f"on the base already, as approved: {numbers(found.there)}", quiet=session.quiet)
    diagnostics.refusals(((str(number), reason) for number, reason in found.held), "held")
    diagnostics.refusals([(str(number), reason) for number, reason in found.refused])


def tell_others(jobs: "Iterable[Job]") -> None:
    """What waits for somebody else, who may be the same person with another e-mail, and what can be done."""
    waiting: dict[str, list[int]] = {}
    for job in jobs:
        waiting.setdefault(job.actor, []).append(job.id)
    for actor, ids in waiting.items():
        diagnostics.say(f"{_many(len(ids), 'job')} of {handle(actor)}, not done yet: {numbers(ids)}")
    if waiting:
        diagnostics.say("To do such a job yourself: qatui outbox retry JOB; to give it up: qatui outbox drop JOB")


_NOT_YET = {
    "publish": "The branch is not pushed yet",
    "pull_request": "The pull request is not opened yet",
    "merge": "The pull request is not merged yet",
    "tick": "The test plan is not ticked yet",
}
"""What is not done while a job of a kind waits."""


def tell_job(ran: "Ran") -> None:
    """What became of a job that did not end as it should, and how to go on."""
    from qatui.flows.outbox import PUBLISHING

    kind, publishes = ran.job.kind, ran.job.kind in PUBLISHING
    if ran.lacks_token:
        next_run = "publish or sync" if publishes else "sync"
        diagnostics.say(f"{_NOT_YET.get(kind, kind)}, {ran.words}. The next {next_run} with one goes on.")
        return
    diagnostics.say(f"job {ran.job.id} is {ran.state}: {ran.words}")
    if ran.needs_terminal:
        diagnostics.say(f"git wants somebody to type: run qatui outbox retry {ran.job.id} at a terminal.")
    elif ran.state != "running":
        again = "qatui publish again" if publishes else f"qatui outbox retry {ran.job.id}"
        if ran.hint:
            diagnostics.say(ran.hint)
        diagnostics.say(f"Run {again} to go on, or: qatui outbox drop {ran.job.id}")
        if ran.state == "failed":
            diagnostics.say("All that was done and said: qatui outbox list --log")


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def numbers(ids: Iterable[int]) -> str:
    """Ids in a sentence."""
    return ", ".join(map(str, ids))


@click.group()
def outbox() -> None:
    """Jobs still to be done at the remote, and those that failed."""


@outbox.command("list")
@click.option("--all", "every", is_flag=True, help="Finished jobs too.")
@click.option("--log", "with_log", is_flag=True, help="What each job did and what git said; --json always has it.")
@pass_session
def list_jobs(session: Session, every: bool, with_log: bool) -> None:
    """The jobs: id, state, kind, whose, tries, and what was said last."""
    from qatui.flows.outbox import jobs

    found = jobs(session.desk, every=every)
    if session.json:
        output.emit({"jobs": [job_record(job) for job in found]})
        return
    if not found:
        output.line("The outbox is empty.")
        return
    rows = [("id", "state", "job", "who", "tries", "since", "said last")]
    for job in found:
        since = iso(job.created_at)
        rows.append((str(job.id), job.state, job.key, handle(job.actor), str(job.attempts), since, job.words or "·"))
    output.table(rows, right=(0, 4))
    if with_log:
        for job in found:
            output.line()
            output.line(f"job {job.id}")
            _indented(job.log)


@outbox.command()
@click.argument("job_id", metavar="[JOB]", type=int, required=False)
@pass_session
def retry(session: Session, job_id: int | None) -> ExitCode:
    """Do JOB now, whoever's it is, or all of yours that wait or failed."""
    from qatui.flows import outbox as flow

    desk, hub, asking, say = session.desk, session.hub, person_is_there(), saying(session)
    if job_id is not None:
        return _show_jobs(session, flow.take_over(desk, job_id, hub=hub, foreground=asking, say=say))
    code = _show_jobs(session, flow.drain(desk, hub=hub, again=True, foreground=asking, say=say))
    if others := flow.of_others(desk):
        tell_others(others)
        code = max(code, ExitCode.NEEDS_PERSON)
    return code


@outbox.command()
@click.argument("job_id", metavar="JOB", type=int)
@pass_session
def drop(session: Session, job_id: int) -> ExitCode:
    """Give JOB up, whoever's it is.

    What a branch would have published is approved again, as before; refused where the branch is at the remote already,
    and where the remote cannot be asked, the candidates are held. Without its pull request what was published is closed
    and decided again, unless somebody opened one by hand. A merge or a tick is not done.
    """
    from qatui.flows import outbox as flow

    desk, asking = session.desk, person_is_there()
    return _show_jobs(session, [flow.drop(desk, job_id, hub=session.hub, foreground=asking, say=saying(session))])


def _show_jobs(session: Session, jobs: "Iterable[Ran]") -> ExitCode:
    ran = list(jobs)
    if session.json:
        output.emit({"jobs": [ran_record(each) for each in ran]})
    elif not ran:
        output.line("No job is due.")
    else:
        for each in ran:
            words = f"{each.words} {each.hint}".strip()
            output.line(f"job {each.job.id} is {each.state}" + (f": {words}" if words else ""))
    return max((each.exit_code for each in ran), default=ExitCode.DONE)


def _plan_record(plan: "PublishingPlan") -> dict[str, Any]:
    return {
        "branch": plan.branch,
        "base": {"branch": plan.base_branch, "commit": plan.base_commit},
        "push_url": plan.push_url or None,
        "title": plan.title,
        "body": plan.body,
        "commits": [
            {"message": commit.message, "candidates": list(commit.candidates), "paths": list(commit.paths)}
            for commit in plan.commits
        ],
        "plan_items": [
            {"candidate": each.candidate, "item": each.item, "completes": each.completes} for each in plan.items
        ],
    }


def _left_record(found: "PublishingPlan | Published") -> dict[str, Any]:
    return {
        "already": list(found.already),
        "there": list(found.there),
        "held": [{"id": number, "reason": reason} for number, reason in found.held],
        "refused": [{"id": number, "reason": reason} for number, reason in found.refused],
        "remarks": list(found.remarks),
    }


def publication_record(of: "Publication") -> dict[str, Any]:
    """A publication for --json."""
    return {
        "id": of.id,
        "branch": of.branch,
        "state": of.state,
        "reason": of.reason,
        "base": {"branch": of.base_branch, "commit": of.base_commit},
        "head": of.head_commit,
        "push_url": of.push_url or None,
        "title": of.title,
        "record_file": of.record_file,
        "pull_request": _pull_record(of),
    }


def _pull_record(of: "Publication") -> dict[str, Any] | None:
    if of.pull_number is None:
        return None
    return {
        "number": of.pull_number,
        "url": of.pull_url,
        "state": of.pull_state,
        "head_repository": of.head_repository or None,
    }


def _rules_record(of: "Preflight | Published") -> dict[str, Any]:
    return {"rules": list(of.rules), "requests": of.requests}


def ran_record(ran: "Ran") -> dict[str, Any]:
    """What became of a job, for --json."""
    return {
        "id": ran.job.id,
        "job": ran.job.key,
        "state": ran.state,
        "reason": ran.reason.value,
        "words": ran.words,
        "hint": ran.hint,
        "needs_terminal": ran.needs_terminal,
    }


def job_record(job: "Job") -> dict[str, Any]:
    """A job for --json."""
    return {
        "id": job.id,
        "job": job.key,
        "state": job.state,
        "actor": job.actor,
        "attempts": job.attempts,
        "reason": job.reason.value,
        "words": job.words,
        "log": job.log,
        "created_at": iso(job.created_at),
        "updated_at": iso(job.updated_at),
    }


COMMANDS: tuple[click.Command, ...] = (publish, outbox)
