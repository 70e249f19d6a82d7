"""Publishing: left the publications and what would be the next, right the chosen one as it will read or reads."""

from functools import partial
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container

from qatui.domain.marks import visible
from qatui.tui import browser, errands, foreground, messages
from qatui.tui.child import MERGED
from qatui.tui.dialogs.question import Answer, Question
from qatui.tui.keymap import Act
from qatui.tui.screens.frame import Frame
from qatui.tui.screens.publication_words import (
    ASKING,
    aside,
    describe,
    describe_plan,
    many,
    merge_question,
    question,
    row,
    standing,
    trouble,
)
from qatui.tui.widgets.lines import Line, Piece, Rule
from qatui.tui.widgets.text_pane import TextPane, Words

if TYPE_CHECKING:
    from qatui.store.publications import Publication


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
        self._ahead: messages.LookedAhead | None = None
        """None while GitHub is asked."""
        self._pulls: dict[int, str] = {}
        """Publication -> how its pull request stood when GitHub was asked last."""
        self._known: messages.LookedAhead | None = None
        """What was told last, also while GitHub is asked again."""
        self._changed: tuple[str, ...] = ()
        """What was not any more as a question had said it: nothing was published, and it is put again."""
        self._coming: int | None = None
        """The publication that the cursor goes to once it is in the list."""
        self._terminal_jobs: tuple[int, ...] = ()
        """Jobs in which git wants somebody to type: as the last publish said, then as the store says."""

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
        self._look_ahead()

    def _load(self) -> None:
        self.backend.ask(self, "publications", partial(errands.publications, ahead=self._known))

    def _look_ahead(self) -> None:
        """Ask GitHub what the base wants; the screen does not wait for it."""
        self.backend.ask(self, "rules", partial(errands.look_ahead, open_hub=self.backend.open_hub), far=True)

    def on_publications_loaded(self, message: messages.PublicationsLoaded) -> None:
        """Draw them, and put the question that waits for this."""
        self._loaded, self._terminal_jobs = message, message.terminal_jobs
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

    def on_looked_ahead(self, message: messages.LookedAhead) -> None:
        """What the base asks for and where it is, or why that is not known."""
        self._ahead = self._known = message
        self._asking |= bool(self._changed)
        self._load()

    def on_pull_read(self, message: messages.PullRead) -> None:
        """How the pull request of the chosen publication stands."""
        self._pulls[message.publication_id] = message.words
        self._draw_chosen()

    def on_store_changed(self, message: messages.StoreChanged) -> None:
        """Something was decided or published."""
        self._parts.clear()
        self._load()

    def on_synced(self, message: messages.Synced) -> None:
        """What GitHub said of them is written down."""
        self._pulls.clear()
        self._load()

    def on_text_pane_moved(self) -> None:
        """Another one is chosen."""
        self._draw_chosen()

    def on_publish_ended(self, message: messages.PublishEnded) -> None:
        """Say what went wrong; what went well was said as any verb is."""
        result = message.result
        self._coming = max((each.id for each in result.publications), default=None)
        self._terminal_jobs = tuple(ran.job.id for ran in result.jobs if ran.needs_terminal)
        if words := trouble(result, self.station.keymap.first("publish.terminal")):
            self.say(*words)
        self.station.look_for_unfinished()
        self._changed = result.changed
        if self._changed:
            self._look_ahead()
        else:
            self._load()

    def on_failed(self, message: messages.Failed) -> None:
        """It came to nothing."""
        self._draw()

    # Drawing

    def _say_state(self, text: str, token: str) -> None:
        self.query_one("#says", Line).show([Piece(text, token)])

    def _draw(self) -> None:
        loaded = self._loaded
        if loaded is None:
            return
        busy = self.backend.publishing or loaded.running
        self._say_state(*(("publishing …", "accent") if busy else standing(loaded, self.station.keymap)))
        now, count = self.backend.now(), len(loaded.plan.candidates)
        next_one: list[Words] = [
            ("accent bold", "next     "),
            ("foreground", many(count, "test") if count else "nothing"),
        ]
        rows = [next_one, *(row(each, now) for each in loaded.publications)]
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
            shown.show(describe_plan(self._loaded, self._ahead, self.glyphs))
            return
        each = self._loaded.publications[at - 1]
        if each.id not in self._parts:
            self.backend.ask(self, "parts", partial(errands.parts, number=each.id))
        if each.pull_state == "open" and each.id not in self._pulls:
            self._pulls[each.id] = ASKING
            work = partial(errands.read_pull, publication=each, open_hub=self.backend.open_hub)
            self.backend.ask(self, "pull", work, newest=False, far=True)
        known = self._parts.get(each.id)
        parts, body = (known.parts, known.body) if known else ((), "")
        shown.show(describe(each, parts, body, self._pulls.get(each.id, ""), self._loaded.why.get(each.id, "")))

    def _to_merge(self) -> "Publication | None":
        """The chosen publication if its pull request is open; the only open one where none is chosen."""
        if (each := self._chosen()) is not None:
            return each if each.pull_state == "open" else None
        found = [each for each in self._loaded.publications if each.pull_state == "open"] if self._loaded else []
        return found[0] if len(found) == 1 else None

    def _chosen(self) -> "Publication | None":
        """The publication under the cursor; None at what would be the next."""
        at = self.query_one("#publications", TextPane).index
        return self._loaded.publications[at - 1] if self._loaded is not None and at else None

    # Actions

    def why_not(self, act: Act) -> str | None:
        """Why nothing can be published now."""
        if act.id == "app.publish" and self.backend.publishing:
            return "it is under way"
        if act.id == "publish.terminal" and not self._terminal_jobs:
            return "only where git wants somebody to type"
        if act.id == "publish.open" and self._loaded is not None and not aside(self._loaded):
            return "nothing is held or refused"
        if act.id == "publish.merge":
            if self._to_merge() is None:
                return "no open pull request is chosen"
            return "a sync or an intake runs already" if self.backend.child is not None else None
        if act.id in ("publish.browse", "publish.copy") and not ((each := self._chosen()) and each.pull_url):
            return "no pull request is chosen"
        return super().why_not(act)

    def do_publish(self) -> None:
        """Ask, then publish."""
        loaded = self._loaded
        if loaded is None:
            self._asking = True
            return
        changed, self._changed = self._changed, ()
        if not (loaded.plan.contents or loaded.unfinished):
            self.say(*standing(loaded, self.station.keymap))
            return

        def answered(answer: Answer | None) -> None:
            if answer is not None and self.backend.publish(loaded.plan):
                self._draw()

        self.app.push_screen(Question(question(loaded, self._ahead, self.glyphs, changed)), answered)

    def do_open(self) -> None:
        """Review the first test that is held or refused."""
        if self._loaded is not None:
            self.station.open_candidate(aside(self._loaded)[0])

    def do_merge(self) -> None:
        """Ask, then merge; a child process does it."""
        each = self._to_merge()
        if each is None:
            return

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                self.backend.run_child(["--json", "merge", str(each.id)], MERGED)

        self.app.push_screen(Question(merge_question(each, self._pulls.get(each.id, ""), self.glyphs)), answered)

    def do_browse(self) -> None:
        """The pull request in the browser; where there is none, its address to the clipboard."""
        if (each := self._chosen()) is None or not each.pull_url:
            return
        if browser.open_page(each.pull_url):
            self.say(f"opened #{each.pull_number} in the browser")
        else:
            self.do_copy()

    def do_copy(self) -> None:
        """The pull request's address to the clipboard."""
        if (each := self._chosen()) is not None and each.pull_url:
            self.app.copy_to_clipboard(visible(each.pull_url))
            self.say(f"copied {visible(each.pull_url)}")

    def do_terminal(self) -> None:
        """The job that wants it, in the foreground: git may ask there."""
        chosen = self._chosen()
        job = self._loaded.unfinished.get(chosen.id) if self._loaded and chosen else None
        job = job if job in self._terminal_jobs else self._terminal_jobs[0]
        code = foreground.run(self.app, self.backend.command("outbox", "retry", str(job)))
        self.say(*(("it is done", "foreground") if code == 0 else (f"it ended with {code}", "risk-look")))
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
        """End the chosen publication where it came to no end, else sync and read everything again."""
        self._ahead = None
        self._pulls.clear()
        self._look_ahead()
        each = self._chosen()
        if self._loaded is None or each is None:
            self._load()
            self.sync()
        elif each.id in self._loaded.unfinished:
            if self.backend.publish(self._loaded.unfinished[each.id]):
                self._draw()
        else:
            if each.state in ("gathering", "waiting"):
                self.say("another process or reviewer is at it")
            elif not self.station.hosted:
                self.say(f"nothing of it is left to do: {each.state}")
            self._load()
            self.sync()
