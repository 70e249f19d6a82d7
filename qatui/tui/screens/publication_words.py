"""What the Publish screen says: of the publication that would be next, and of those there are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qatui.domain import moments
from qatui.domain.marks import visible, visible_lines
from qatui.domain.text import handle
from qatui.render.glyphs import Glyphs
from qatui.tui import messages
from qatui.tui.dialogs.question import Asked, refusals
from qatui.tui.keymap import Keymap
from qatui.tui.widgets.text_pane import Words

if TYPE_CHECKING:
    from qatui.domain.publishing import PublishingPlan
    from qatui.flows.publish import Published
    from qatui.store.publications import Part, Publication

STATE_INKS = {
    "pushed": "risk-good",
    "gathering": "accent",
    "waiting": "accent",
    "held": "risk-look",
    "failed": "risk-high",
    "dropped": "dim",
    "open": "accent",
    "merged": "risk-good",
    "closed": "risk-look",
}
ASKING = "asking GitHub …"


def aside(loaded: messages.PublicationsLoaded) -> list[int]:
    """The approved tests that are not published as they are, those first that wait for another look."""
    return [*loaded.held, *(number for number, _ in (*loaded.plan.held, *loaded.plan.refused))]


def standing(loaded: messages.PublicationsLoaded, keymap: Keymap) -> tuple[str, str]:
    """How it stands, each with the key that goes on, and the ink of it."""
    plan, key, look = loaded.plan, keymap.first("app.publish"), keymap.first("publish.open")
    count, moved, refused, held = len(plan.candidates), len(plan.held), len(plan.refused), len(loaded.held)
    words = [f"{many(len(plan.there), 'test')} on the base already: {key} takes in"] if plan.there else []
    if loaded.unfinished:
        words.append(f"{len(loaded.unfinished):,} unfinished: {key} finishes")
    if count:
        words.append(f"{key} publishes {many(count, 'test')}" + (f", {moved + refused:,} not" * bool(moved + refused)))
    elif moved:
        words.append(f"base changed since the approval of {many(moved, 'test')}: {key} holds for another look")
    if held:
        approve = keymap.first("candidate.approve")
        words.append(f"{held:,} held: {look} opens, {approve} approves again")
    elif refused and not count:
        words.append(f"{many(refused, 'approved test')} cannot be published: {look} opens")
    if words:
        return " · ".join(words), "foreground" if count and not loaded.unfinished else "risk-look"
    return f"nothing is approved and unpublished: {keymap.first('app.queue')} goes to the queue", "dim"


def question(
    loaded: messages.PublicationsLoaded,
    ahead: messages.LookedAhead | None,
    glyphs: Glyphs,
    changed: Sequence[str] = (),
) -> Asked:
    """The question before publishing, its consequence in numbers; `changed` is why it is put once more."""
    plan, names = loaded.plan, loaded.names
    count, waiting = len(plan.candidates), len(loaded.unfinished)
    facts = [("risk-look", f"{glyphs.warning} not published yet: {visible(each)}") for each in changed[:_RULES_ASKED]]
    if len(changed) > _RULES_ASKED:
        facts.append(("risk-look", f"  and {many(len(changed) - _RULES_ASKED, 'change')} more"))
    if count:
        facts.append(
            ("risk-good", f"{glyphs.good} {many(len(plan.commits), 'commit')} on the new branch {plan.branch}")
        )
        facts.append(("foreground", f"  from {plan.base_branch}@{plan.base_commit[:10]}, {_push(plan, ahead)}"))
        facts += _pull_facts(plan, ahead)
    if waiting:
        facts.append(("accent", f"  and {many(waiting, 'publication')} left unfinished before"))
    if plan.there:
        facts.append(("foreground", f"  {many(len(plan.there), 'test')} on the base already, as approved: merged"))
    if left := [*plan.held, *plan.refused]:
        facts += refusals(left, names, glyphs.warning)
    if count:
        return Asked(f"Publish {many(count, 'test')}?", f"publish {count:,}", facts)
    if waiting:
        return Asked("Finish what was left?", "finish it", facts)
    if plan.there and not plan.held:
        return Asked(f"Take {many(len(plan.there), 'test')} for merged?", f"take {len(plan.there):,}", facts)
    return Asked(f"Hold {many(len(plan.held), 'test')} for another look?", f"hold {len(plan.held):,}", facts)


def merge_question(publication: "Publication", pull: str, glyphs: Glyphs) -> Asked:
    """The question before merging; `pull` is how the pull request stood when it was looked at last."""
    base, number = publication.base_branch, publication.pull_number
    commit = (publication.head_commit or "")[:10]
    facts = [("risk-good", f"{glyphs.good} {commit} goes into {visible(base)}, and nothing that came after it")]
    if pull and pull != ASKING:
        facts.append(("foreground", f"  {visible(pull)}"))
    facts.append(("foreground", "  then the test plan's items that its tests complete are ticked"))
    return Asked(f"Merge #{number} into {visible(base)}?", f"merge #{number}", facts)


_RULES_ASKED = 2
"""So many rules of the base are in the question; the preview has them all."""


def _pull_facts(plan: "PublishingPlan", ahead: messages.LookedAhead | None) -> list[tuple[str, str]]:
    """What becomes of the pull request, for the question."""
    opens = ("foreground", f"  and a pull request to {plan.base_branch}")
    if ahead is None:
        return [opens]
    if ahead.preflight is None:
        to_file = ("foreground", "  the pull request's text goes to a file")
        why = ahead.trouble or (f"no token for {ahead.host}" if ahead.host else "")
        return [to_file, ("risk-look", f"  {visible(why)}")] if why else [to_file]
    rules = ahead.preflight.rules[:_RULES_ASKED]
    return [opens, *(("risk-look", f"  {visible(each)}") for each in rules)]


def describe_ahead(ahead: messages.LookedAhead | None) -> list[list[Words]]:
    """What the base asks for and what publishing costs, line by line; why that is not known."""
    if ahead is None:
        return [[("dim", "GitHub   "), ("dim", ASKING)]]
    if not ahead.host:
        return []
    if ahead.trouble:
        return [[("dim", "GitHub   "), ("risk-high", visible(ahead.trouble))]]
    found = ahead.preflight
    if found is None:
        words = f"no token for {visible(ahead.host)}: the text goes to a file, the pull request waits (qatui doctor)"
        return [[("dim", "GitHub   "), ("risk-look", words)]]
    lines: list[list[Words]] = [[("dim", "GitHub   "), ("risk-look", visible(each))] for each in found.remarks]
    if not found.away:
        lines.append([("dim", "GitHub   "), ("foreground", many(found.requests, "request"))])
        asks = found.rules or ("none",)
        lines += [[("dim", "rules    " if not at else " " * 9), ("foreground", each)] for at, each in enumerate(asks)]
    return lines


def _plan_items(plan: "PublishingPlan") -> list[list[Words]]:
    """Each item of the test plan once: one candidate of several may complete it."""
    items: dict[str, list[Words]] = {}
    for each in sorted(plan.items, key=lambda each: each.completes):
        then = ("dim", "  ticked after the merge" if each.completes else "  not completed by this")
        if each.completes and each.unplaced:
            then = ("risk-look", f"  not ticked: {visible(each.unplaced)}")
        items[each.item] = [("dim", "plan     "), ("foreground", visible(each.item)), then]
    return list(items.values())


def describe_plan(
    loaded: messages.PublicationsLoaded, ahead: messages.LookedAhead | None, glyphs: Glyphs
) -> list[list[Words]]:
    """What publishing would do, line by line."""
    plan, names = loaded.plan, loaded.names
    lines: list[list[Words]] = []
    for remark in plan.remarks:
        lines.append([("risk-look", visible(remark))])
    if plan.commits:
        lines.append([("dim", "branch   "), ("foreground bold", visible(plan.branch))])
        lines.append([("dim", "base     "), ("foreground", f"{visible(plan.base_branch)}@{plan.base_commit[:10]}")])
        lines.append([("dim", "push     "), ("foreground", _push(plan, ahead).replace("pushed to ", "to ", 1))])
        lines += describe_ahead(ahead)
        lines += _plan_items(plan)
    asides = (("held", loaded.held.items()), ("to hold", plan.held), ("refused", plan.refused))
    for words, rows in asides:
        for number, reason in rows:
            name = visible(names.get(number, f"#{number}"))
            lines.append([("risk-look", f"{glyphs.warning} {words}  {name}: {visible(reason)}")])
    if plan.there:
        lines.append([("dim", "there    "), ("foreground", f"{many(len(plan.there), 'test')}, merged by others")])
    if not plan.commits:
        lines.append([("dim", "Nothing approved waits to be published.")])
        return lines
    for commit in plan.commits:
        subject, *rest = visible_lines(commit.message).rstrip("\n").split("\n")
        lines += [[], [("dim", "commit   "), ("foreground bold", subject)]]
        lines += [[("dim", f"         {each}")] for each in rest]
        lines += [[("dim", "file     "), ("foreground", visible(path))] for path in commit.paths]
    lines += [[], [("accent bold", "Pull request")], [("foreground bold", visible(plan.title))], []]
    return lines + [[("foreground", each)] for each in visible_lines(plan.body).split("\n")]


def describe(
    publication: "Publication", parts: "Sequence[Part]", body: str, pull: str = "", why: str = ""
) -> list[list[Words]]:
    """A publication as it is, line by line; `pull` is how its pull request stood when it was looked at last.

    `why` is what the job that has something left to do of it said last.
    """
    state = publication.state
    lines: list[list[Words]] = [
        [("dim", "branch   "), ("foreground bold", visible(publication.branch))],
        [("dim", "state    "), (STATE_INKS.get(state, "foreground"), state)],
        [("dim", "commit   "), ("foreground", (publication.head_commit or "none yet")[:10])],
        [("dim", "base     "), ("foreground", f"{visible(publication.base_branch)}@{publication.base_commit[:10]}")],
        [("dim", "at       "), ("foreground", visible(publication.push_url) or "this clone only")],
        [("dim", "by       "), ("foreground", visible(handle(publication.actor)))],
    ]
    if publication.pull_number is not None:
        words = f"#{publication.pull_number} {publication.pull_state}"
        lines.insert(2, [("dim", "pull     "), (STATE_INKS.get(publication.pull_state, "foreground"), words)])
        lines.insert(3, [("dim", "         "), ("link", visible(publication.pull_url))])
        if pull:
            lines.insert(4, [("dim", "         "), ("foreground", visible(pull))])
    if publication.head_repository:
        lines.append([("dim", "fork     "), ("foreground", visible(publication.head_repository))])
    if publication.reason:
        lines.append([("risk-look", visible(publication.reason))])
    if why:
        lines.append([("dim", "job      "), ("risk-look", visible(why))])
    if publication.record_file and publication.pull_number is None:
        lines += [[("dim", "pull request text")], [("link", visible(publication.record_file))]]
    lines.append([])
    lines += [[("dim", f"{(part.commit or '')[:8]:<9}"), ("foreground", visible(part.path))] for part in parts]
    lines += [[], [("accent bold", "Pull request")], [("foreground bold", visible(publication.title))], []]
    return lines + [[("foreground", each)] for each in visible_lines(body).split("\n")]


def trouble(result: "Published", terminal_key: str) -> tuple[str, str] | None:
    """The words and the ink for a publish that did not come to its end; None: all went well."""
    if any(ran.needs_terminal for ran in result.jobs):
        return f"git wants somebody to type: {terminal_key} goes on at the terminal", "risk-look"
    bad = [ran for ran in result.jobs if ran.exit_code]
    if bad:
        what = {"publish": "not published", "pull_request": "no pull request"}.get(bad[0].job.kind, bad[0].job.kind)
        return f"{what}: {visible(f'{bad[0].words} {bad[0].hint}'.strip())}", "risk-high"
    return None


def row(publication: "Publication", now: int) -> list[Words]:
    age = moments.age(publication.created_at, now)
    state = publication.pull_state or publication.state
    number = f" #{publication.pull_number}" if publication.pull_number is not None else ""
    return [
        (STATE_INKS.get(state, "dim"), f"{state:<8} "),
        ("dim", f"{age:>4}  "),
        ("foreground", visible(publication.branch)),
        ("dim", number),
    ]


def _push(plan: "PublishingPlan", ahead: messages.LookedAhead | None) -> str:
    url = ahead.preflight.push_url if ahead and ahead.preflight else plan.push_url
    return f"pushed to {visible(url)}" if url else "no remote: it stays in this clone"


def many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
