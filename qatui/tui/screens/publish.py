"""Publishing: left the publications and what would be the next, right the chosen one as it will read or reads."""

import subprocess
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container

from qatui.domain import moments
from qatui.domain.marks import visible, visible_lines
from qatui.tui import errands, messages
from qatui.tui.dialogs.question import Answer, Asked, Question, refusals
from qatui.tui.glyphs import Glyphs
from qatui.tui.keymap import Act
from qatui.tui.screens.frame import Frame
from qatui.tui.widgets.lines import Line, Piece, Rule
from qatui.tui.widgets.text_pane import TextPane, Words

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
}


class PublishScreen(Frame):
    """The publications, and the way to the next."""

    NAME = "publish"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - Textual's own form

    def __init__(self, *, ask: bool = False) -> None:
        super().__init__()
        self._asking = ask
        self._loaded: messages.PublicationsLoaded | None = None
        self._parts: dict[int, messages.PartsLoaded] = {}
        self._under_way = False
        self._needs_terminal = False

    def compose_body(self) -> ComposeResult:
        """List and preview."""
        yield Rule(self.glyphs.rule)
        yield Line(id="says")
        with Container(id="panes"):
            yield TextPane(cursor=True, sign=self.glyphs.cursor, id="publications")
            yield Rule(self.glyphs.rule)
            yield Rule(self.glyphs.bar, upright=True)
            yield TextPane(cursor=False, id="shown")

    def on_mount(self) -> None:
        """Ask for everything; until it is here the screen says so."""
        self._say_state("reading the publications …", "dim")
        self._load()

    def _load(self) -> None:
        self.backend.ask(self, "publications", errands.publications)

    def on_publications_loaded(self, message: messages.PublicationsLoaded) -> None:
        """Draw them, and put the question that waits for this."""
        self._loaded = message
        self._draw()
        if self._asking:
            self._asking = False
            self.do_publish()

    def on_parts_loaded(self, message: messages.PartsLoaded) -> None:
        """The commits of the chosen publication."""
        self._parts[message.publication_id] = message
        self._draw_chosen()

    def on_store_changed(self, message: messages.StoreChanged) -> None:
        """Something was decided or published."""
        self._parts.clear()
        self._load()

    def on_text_pane_moved(self) -> None:
        """Another one is chosen."""
        self._draw_chosen()

    def on_publish_ended(self, message: messages.PublishEnded) -> None:
        """Say what went wrong; what went well was said as any verb is."""
        self._under_way = False
        result = message.result
        self._needs_terminal = any(ran.needs_terminal for ran in result.jobs)
        if words := trouble(result, self.station.keymap.first("publish.terminal")):
            self.say(*words)
        self._load()

    def on_failed(self, message: messages.Failed) -> None:
        """It came to nothing."""
        self._under_way = False
        self._draw()

    # Drawing

    def _say_state(self, text: str, token: str) -> None:
        self.query_one("#says", Line).show([Piece(text, token)])

    def _draw(self) -> None:
        loaded = self._loaded
        if loaded is None:
            return
        plan = loaded.plan
        count = len(plan.candidates)
        left = len(plan.held) + len(plan.refused)
        key = self.station.keymap.first("app.publish")
        if self._under_way:
            self._say_state("publishing …", "accent")
        elif count:
            self._say_state(f"{key} publishes {_many(count, 'test')}" + (f", {left} not" if left else ""), "foreground")
        elif left:
            self._say_state(f"nothing can be published: {left} approved, but held or refused", "risk-look")
        else:
            key = self.station.keymap.first("app.queue")
            self._say_state(f"nothing is approved and unpublished: {key} goes to the queue", "dim")
        now = self.backend.now()
        next_one: list[Words] = [
            ("accent bold", "next     "),
            ("foreground", _many(count, "test") if count else "nothing"),
        ]
        rows = [next_one, *(_row(each, now) for each in loaded.publications)]
        self.query_one("#publications", TextPane).show(rows)
        self._draw_chosen()
        self.refresh_lines()

    def _draw_chosen(self) -> None:
        if self._loaded is None:
            return
        at = self.query_one("#publications", TextPane).index
        shown = self.query_one("#shown", TextPane)
        if at == 0:
            shown.show(describe_plan(self._loaded.plan, self._loaded.names, self.glyphs))
            return
        each = self._loaded.publications[at - 1]
        if each.id not in self._parts:
            self.backend.ask(self, "parts", partial(errands.parts, number=each.id))
        known = self._parts.get(each.id)
        shown.show(describe(each, known.parts, known.body) if known else describe(each, (), ""))

    # Actions

    def why_not(self, act: Act) -> str | None:
        """Why nothing can be published now."""
        if act.id == "app.publish" and self._under_way:
            return "it is under way"
        if act.id == "publish.terminal" and not self._needs_terminal:
            return "only where git wants somebody to type"
        return super().why_not(act)

    def do_publish(self) -> None:
        """Ask, then publish."""
        loaded = self._loaded
        if loaded is None:
            self._asking = True
            return
        plan = loaded.plan
        waiting = sum(each.state in ("gathering", "waiting", "failed") for each in loaded.publications)
        if not plan.commits and not waiting:
            self.say("nothing is approved and unpublished", "risk-look")
            return

        def answered(answer: Answer | None) -> None:
            if answer is not None and self.backend.publish():
                self._under_way = True
                self._draw()

        self.app.push_screen(Question(question(loaded, waiting, self.glyphs)), answered)

    def do_terminal(self) -> None:
        """The command itself in the foreground, the screen suspended: git may ask there."""
        with self.app.suspend():
            subprocess.run(self.backend.command("publish"), check=False)
        self._needs_terminal = False
        self._load()

    def do_down(self) -> None:
        """The publication below."""
        self.query_one("#publications", TextPane).step(1)

    def do_up(self) -> None:
        """The publication above."""
        self.query_one("#publications", TextPane).step(-1)

    def do_top(self) -> None:
        """What would be the next."""
        self.query_one("#publications", TextPane).step(-(10**9))

    def do_end(self) -> None:
        """The oldest."""
        self.query_one("#publications", TextPane).step(10**9)

    def do_page_down(self) -> None:
        """The preview half a page on."""
        shown = self.query_one("#shown", TextPane)
        shown.step(max(1, shown.size.height // 2))

    def do_page_up(self) -> None:
        """The preview half a page back."""
        shown = self.query_one("#shown", TextPane)
        shown.step(-max(1, shown.size.height // 2))

    def do_refresh(self) -> None:
        """Read everything again."""
        self._load()


def question(loaded: messages.PublicationsLoaded, waiting: int, glyphs: Glyphs) -> Asked:
    """The question before publishing, its consequence in numbers."""
    plan, names = loaded.plan, loaded.names
    count = len(plan.candidates)
    facts: list[tuple[str, str]] = []
    if count:
        facts.append(
            ("risk-good", f"{glyphs.good} {_many(len(plan.commits), 'commit')} on the new branch {plan.branch}")
        )
        facts.append(("foreground", f"  from {plan.base_branch}@{plan.base_commit[:10]}, {_push(plan)}"))
        facts.append(("foreground", "  the pull request's text goes to a file"))
    if waiting:
        facts.append(("accent", f"  and {_many(waiting, 'publication')} left unfinished before"))
    if left := [*plan.held, *plan.refused]:
        facts += refusals(left, names, glyphs.warning)
    title = f"Publish {_many(count, 'test')}?" if count else "Finish what was left?"
    return Asked(title, f"publish {count:,}" if count else "finish it", facts)


def describe_plan(plan: "PublishingPlan", names: Mapping[int, str], glyphs: Glyphs) -> list[list[Words]]:
    """What publishing would do, line by line."""
    lines: list[list[Words]] = []
    for remark in plan.remarks:
        lines.append([("risk-look", visible(remark))])
    if plan.commits:
        lines.append([("dim", "branch   "), ("foreground bold", visible(plan.branch))])
        lines.append([("dim", "base     "), ("foreground", f"{visible(plan.base_branch)}@{plan.base_commit[:10]}")])
        lines.append([("dim", "push     "), ("foreground", _push(plan))])
    for words, rows in (("held", plan.held), ("refused", plan.refused)):
        for number, reason in rows:
            name = visible(names.get(number, f"#{number}"))
            lines.append([("risk-look", f"{glyphs.warning} {words}  {name}: {visible(reason)}")])
    if not plan.commits:
        lines.append([("dim", "Nothing approved waits to be published.")])
        return lines
    for commit in plan.commits:
        subject, *rest = visible_lines(commit.message).rstrip("\n").split("\n")
        lines += [[], [("dim", "commit   "), ("foreground bold", subject)]]
        lines += [[("dim", f"         {each}")] for each in rest if each]
    lines += [[], [("accent bold", "Pull request")], [("foreground bold", visible(plan.title))], []]
    return lines + [[("foreground", each)] for each in visible_lines(plan.body).split("\n")]


def describe(publication: "Publication", parts: "Sequence[Part]", body: str) -> list[list[Words]]:
    """A publication as it is, line by line."""
    state = publication.state
    lines: list[list[Words]] = [
        [("dim", "branch   "), ("foreground bold", visible(publication.branch))],
        [("dim", "state    "), (STATE_INKS.get(state, "foreground"), state)],
        [("dim", "commit   "), ("foreground", (publication.head_commit or "none yet")[:10])],
        [("dim", "base     "), ("foreground", f"{visible(publication.base_branch)}@{publication.base_commit[:10]}")],
        [("dim", "at       "), ("foreground", visible(publication.push_url) or "this clone only")],
        [("dim", "by       "), ("foreground", f"@{visible(publication.actor)}")],
    ]
    if publication.reason:
        lines.append([("risk-look", visible(publication.reason))])
    if publication.record_file:
        lines += [[("dim", "pull request text")], [("link", visible(publication.record_file))]]
    lines.append([])
    lines += [[("dim", f"{(part.commit or '')[:8]:<9}"), ("foreground", visible(part.path))] for part in parts]
    lines += [[], [("accent bold", "Pull request")], [("foreground bold", visible(publication.title))], []]
    return lines + [[("foreground", each)] for each in visible_lines(body).split("\n")]


def trouble(result: "Published", terminal_key: str) -> tuple[str, str] | None:
    """The words and the ink for a publish that did not come to its end; None: all went well."""
    if any(ran.needs_terminal for ran in result.jobs):
        return f"git wants somebody to type: {terminal_key} publishes at the terminal", "risk-look"
    bad = [ran for ran in result.jobs if ran.exit_code]
    if bad:
        return f"not published: {visible(bad[0].words)}", "risk-high"
    return None


def _row(publication: "Publication", now: int) -> list[Words]:
    age = moments.age(publication.created_at, now)
    return [
        (STATE_INKS.get(publication.state, "dim"), f"{publication.state:<8} "),
        ("dim", f"{age:>4}  "),
        ("foreground", visible(publication.branch)),
    ]


def _push(plan: "PublishingPlan") -> str:
    return f"pushed to {visible(plan.push_url)}" if plan.push_url else "no remote: it stays in this clone"


def _many(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
