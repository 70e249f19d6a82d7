"""Publishing: left the publications and what would be the next, right the chosen one as it will read or reads."""

import subprocess
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container

from qatui.domain import moments
from qatui.domain.marks import visible, visible_lines
from qatui.domain.text import handle
from qatui.tui import errands, messages
from qatui.tui.dialogs.question import Answer, Asked, Question, refusals
from qatui.tui.glyphs import Glyphs
from qatui.tui.keymap import Act, Keymap
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
    CSS_PATH = "../styles/publish.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012 - Textual's own form

    def __init__(self, *, ask: bool = False) -> None:
        super().__init__()
        self._asking = ask
        self._loaded: messages.PublicationsLoaded | None = None
        self._parts: dict[int, messages.PartsLoaded] = {}
        self._under_way = False
        self._needs_terminal = False
        self._coming: int | None = None
        """The publication that the cursor goes to once it is in the list."""

    def compose_body(self) -> ComposeResult:
        """List and preview."""
        yield Rule(self.glyphs.rule)
        yield Line(id="says")
        with Container(id="panes"):
            yield TextPane(cursor=True, sign=self.glyphs.cursor, cut=self.glyphs.cut, id="publications")
            yield Rule(self.glyphs.rule)
            yield Rule(self.glyphs.bar, upright=True)
            yield TextPane(cursor=False, cut=self.glyphs.cut, id="shown")

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
        numbers = [each.id for each in message.publications]
        if self._coming in numbers:
            pane = self.query_one("#publications", TextPane)
            pane.step(1 + numbers.index(self._coming) - pane.index)
            self._coming = None
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
        self._coming = max((each.id for each in result.publications), default=None)
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
        self._say_state(*(("publishing …", "accent") if self._under_way else standing(loaded, self.station.keymap)))
        now, count = self.backend.now(), len(loaded.plan.candidates)
        next_one: list[Words] = [
            ("accent bold", "next     "),
            ("foreground", _many(count, "test") if count else "nothing"),
        ]
        rows = [next_one, *(_row(each, now) for each in loaded.publications)]
        publications = self.query_one("#publications", TextPane)
        publications.styles.max_height = len(rows)
        publications.show(rows)
        self._draw_chosen()
        self.refresh_lines()

    def _draw_chosen(self) -> None:
        if self._loaded is None:
            return
        at = self.query_one("#publications", TextPane).index
        shown = self.query_one("#shown", TextPane)
        if at == 0:
            shown.show(describe_plan(self._loaded, self.glyphs))
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
        if act.id == "publish.open" and self._loaded is not None and not aside(self._loaded):
            return "nothing is held or refused"
        return super().why_not(act)

    def do_publish(self) -> None:
        """Ask, then publish."""
        loaded = self._loaded
        if loaded is None:
            self._asking = True
            return
        if not (loaded.plan.commits or loaded.plan.held or loaded.unfinished):
            self.say(*standing(loaded, self.station.keymap))
            return

        def answered(answer: Answer | None) -> None:
            if answer is not None and self.backend.publish():
                self._under_way = True
                self._draw()

        self.app.push_screen(Question(question(loaded, self.glyphs)), answered)

    def do_open(self) -> None:
        """Review the first test that is held or refused."""
        if self._loaded is not None:
            self.station.open_candidate(aside(self._loaded)[0])

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
        """End the chosen publication where it came to no end, else read everything again."""
        at = self.query_one("#publications", TextPane).index
        each = self._loaded.publications[at - 1] if self._loaded is not None and at else None
        if self._loaded is None or each is None:
            self._load()
        elif each.id in self._loaded.unfinished:
            if self.backend.publish(self._loaded.unfinished[each.id]):
                self._under_way = True
                self._draw()
        else:
            others = each.state in ("gathering", "waiting")
            self.say("another process or reviewer is at it" if others else f"nothing of it is left to do: {each.state}")
            self._load()


def aside(loaded: messages.PublicationsLoaded) -> list[int]:
    """The approved tests that are not published as they are, those first that wait for another look."""
    return [*loaded.held, *(number for number, _ in (*loaded.plan.held, *loaded.plan.refused))]


def standing(loaded: messages.PublicationsLoaded, keymap: Keymap) -> tuple[str, str]:
    """How it stands, each with the key that goes on, and the ink of it."""
    plan, key, look = loaded.plan, keymap.first("app.publish"), keymap.first("publish.open")
    count, moved, refused, held = len(plan.candidates), len(plan.held), len(plan.refused), len(loaded.held)
    words = []
    if loaded.unfinished:
        words.append(f"{len(loaded.unfinished):,} unfinished: {key} finishes")
    if count:
        words.append(f"{key} publishes {_many(count, 'test')}" + (f", {moved + refused:,} not" * bool(moved + refused)))
    elif moved:
        words.append(f"base changed since the approval of {_many(moved, 'test')}: {key} holds for another look")
    if held:
        approve = keymap.first("candidate.approve")
        words.append(f"{held:,} held: {look} opens, {approve} approves again")
    elif refused and not count:
        words.append(f"{_many(refused, 'approved test')} cannot be published: {look} opens")
    if words:
        return " · ".join(words), "foreground" if count and not loaded.unfinished else "risk-look"
    return f"nothing is approved and unpublished: {keymap.first('app.queue')} goes to the queue", "dim"


def question(loaded: messages.PublicationsLoaded, glyphs: Glyphs) -> Asked:
    """The question before publishing, its consequence in numbers."""
    plan, names = loaded.plan, loaded.names
    count, waiting = len(plan.candidates), len(loaded.unfinished)
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
    if count:
        return Asked(f"Publish {_many(count, 'test')}?", f"publish {count:,}", facts)
    if waiting:
        return Asked("Finish what was left?", "finish it", facts)
    return Asked(f"Hold {_many(len(plan.held), 'test')} for another look?", f"hold {len(plan.held):,}", facts)


def describe_plan(loaded: messages.PublicationsLoaded, glyphs: Glyphs) -> list[list[Words]]:
    """What publishing would do, line by line."""
    plan, names = loaded.plan, loaded.names
    lines: list[list[Words]] = []
    for remark in plan.remarks:
        lines.append([("risk-look", visible(remark))])
    if plan.commits:
        lines.append([("dim", "branch   "), ("foreground bold", visible(plan.branch))])
        lines.append([("dim", "base     "), ("foreground", f"{visible(plan.base_branch)}@{plan.base_commit[:10]}")])
        lines.append([("dim", "push     "), ("foreground", _push(plan))])
    asides = (("held", loaded.held.items()), ("to hold", plan.held), ("refused", plan.refused))
    for words, rows in asides:
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
        [("dim", "by       "), ("foreground", visible(handle(publication.actor)))],
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
