"""`qatui diff` on a terminal: the diff screen alone, without a store and without a queue."""

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual.app import ComposeResult
from textual.types import CSSPathType

from qatui.domain.blanks import Blanks
from qatui.domain.marks import visible
from qatui.errors import ExitCode, QatuiError
from qatui.flows.compare import with_highlighters
from qatui.flows.comparing import Comparison, Opened
from qatui.flows.pairs import Found, Pair, Trouble, compare_pair
from qatui.render.head import facts, size
from qatui.tui.aside import aside
from qatui.tui.kept import Kept, Key
from qatui.tui.keyed_app import KeyedApp
from qatui.tui.keymap import Act
from qatui.tui.screens.reading import ReadingScreen
from qatui.tui.widgets.diff_head import DiffHead
from qatui.tui.widgets.diff_view import DiffView, Manner
from qatui.tui.widgets.lines import Piece, Rule

if TYPE_CHECKING:
    from qatui.domain.diff import Document
    from qatui.settings.types import User

AT_ONCE = 2
"""Comparisons under way: one that takes long and is not wanted any more does not hold up what is."""
FIRST_SECONDS = 0.25
"""How long the first frame waits for the first file."""
LIST_SECONDS = 0.1
"""How long files are looked for before those found are told."""


@dataclass(frozen=True, slots=True)
class Viewed:
    """What the command line hands to the screen."""

    comparison: Comparison
    first: "Future[Opened | None]"
    """On its way since before this module was imported; None: nothing differs."""
    user: "User"
    manner: Manner
    blanks: Blanks
    settled: Callable[[], None] = lambda: None
    """Called once the first file is on the screen."""


class DiffApp(KeyedApp, inherit_bindings=False):
    """The app; it returns the error that ended it, None when the person did."""

    CSS_PATH: ClassVar[CSSPathType | None] = ["styles/frame.tcss"]

    def __init__(self, viewed: Viewed) -> None:
        """Raises ConfigError when the person's `keys:` mean nothing."""
        super().__init__(viewed.user, time.monotonic)
        self.viewed = viewed

    def get_default_screen(self) -> "DiffScreen":
        """The only one."""
        return DiffScreen(self.viewed)

    def on_mount(self) -> None:
        """SIGTERM leaves the terminal as it was, and a terminal that closes no copies of texts."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            with suppress(RuntimeError, ValueError):  # only the main thread hears signals
                if signal.getsignal(number) is not signal.SIG_IGN:
                    asyncio.get_running_loop().add_signal_handler(number, self.exit)


class DiffScreen(ReadingScreen):
    """The files that differ, one at a time."""

    NAME = "diff"

    def __init__(self, viewed: Viewed) -> None:
        super().__init__()
        self._viewed = viewed
        self.blanks = viewed.blanks
        self._files: list[Found] = []
        self._complete = False
        """Whether every file that differs is known."""
        self._stopped: QatuiError | None = None
        """Why no more files are looked for, though there may be some."""
        self._at = 0
        self._read = False
        """Whether the file at hand was read, or could not be."""
        self._kept = Kept()
        self._failed: set[Key] = set()
        """What could not be compared; tried again when somebody goes there again."""
        self._under_way: set[Key] = set()
        """What threads compare or colour."""
        self._told: list[str] = []
        """What is to be told of the document at hand, whichever lines of it are in sight."""

    def compose_body(self) -> ComposeResult:
        """The names of the sides, and the diff."""
        yield DiffHead(self.glyphs)
        yield DiffView(glyphs=self.glyphs, manner=self._viewed.manner)
        yield Rule(self.glyphs.rule)

    def on_mount(self) -> None:
        """Show the first file, at once where it is there already."""
        # What is drawn before it is there is drawn for nothing, and takes time from what compares.
        wait([self._viewed.first], FIRST_SECONDS)
        if self._viewed.first.done():
            self._open(self._viewed.first.result)
        else:
            self.run_worker(self._wait())

    # Files

    async def _wait(self) -> None:
        ended = asyncio.wrap_future(self._viewed.first)
        await asyncio.wait([ended])
        self._open(ended.result)

    def _open(self, first: "Any") -> None:
        """Show the first file, and look for the others."""
        try:
            opened = cast("Opened | None", first())
        except QatuiError as error:
            self.app.exit(error, return_code=error.exit_code)
            return
        self.call_after_refresh(self._viewed.settled)
        if opened is None:
            self._complete = self._read = True
            self.refresh_lines()
            return
        self._files.append(opened.found)
        self._complete = not self._viewed.comparison.many
        if opened.document is not None:
            first_key = Key(0, self._viewed.blanks)  # a key may have changed the blanks meanwhile
            self._kept.keep(first_key, opened.document, first_key)
        self._go(0)
        if not self._complete:
            self.run_worker(self._list())

    async def _list(self) -> None:
        """Find the others, some at a time."""
        while not self._complete and self._stopped is None:
            found, self._stopped = await aside(self._some)
            self._complete = not found and self._stopped is None
            self._files += found
            self._work()
            self.refresh_lines()
        if self._stopped is not None:
            self._say_error(self._stopped)

    def _some(self) -> tuple[list[Found], QatuiError | None]:
        """The next files, those that are found in a moment but one at least (none: there are no more), and what
        stopped the search for others."""
        found: list[Found] = []
        until = time.monotonic() + LIST_SECONDS
        try:
            for pair in self._viewed.comparison.pairs:
                found.append(pair)
                if time.monotonic() > until:
                    break
        except QatuiError as error:
            return found, error
        return found, None

    @property
    def _key(self) -> Key:
        """What is at hand."""
        return Key(self._at, self.blanks)

    def _go(self, at: int) -> None:
        """Show a file; the one before stays until it is compared."""
        self._at, self._read = at, False
        pair = self._files[at]
        self._failed.discard(self._key)
        if isinstance(pair, Trouble):
            self._show_error(pair.error)
        elif (document := self._kept.look(self._key)) is not None:
            self._show(document)
        else:
            self._work()
            self.refresh_lines()

    def _show(self, document: "Document") -> None:
        """Show it; its colours come once it is on the screen."""
        self._read = True
        self._told = [size(document, self.glyphs)] if document.hunks else []
        self._told = [*self._told, *facts(document)] or ["no differences"]
        self.diff.show(document)
        self.refresh_lines()
        if document.colours:
            self._work()
        else:
            self.call_after_refresh(self._work)

    def _show_error(self, error: QatuiError) -> None:
        self._read = True
        self.diff.show(None)
        self.refresh_lines()
        self._say_error(error)
        self._work()

    def _say_error(self, error: QatuiError) -> None:
        self.say(visible(f"{error.message} {error.hint}".strip()), "risk-high")

    # Threads

    def _work(self) -> None:
        """Begin what is wished for now; what is not wished for any more and did not begin is never done."""
        wish = self._wish() if self._files else None
        if wish is not None and wish[0] not in self._under_way and len(self._under_way) < AT_ONCE:
            self._under_way.add(wish[0])
            self.run_worker(self._carry_out(*wish))

    def _wish(self) -> "tuple[Key, Callable[[], Document]] | None":
        """The file at hand, then its colours; where nothing is under way, the file that is likely to be the next."""
        key, pair = self._key, self._files[self._at]
        if isinstance(pair, Pair) and key not in self._failed:
            document = self._kept.look(key)
            if document is None:
                return key, partial(compare_pair, pair, self.blanks)
            if not document.colours:
                return key, partial(with_highlighters, document)
        key = Key(self._at + 1, self.blanks)
        ahead = self._files[key.at] if key.at < len(self._files) else None
        if not isinstance(ahead, Pair) or key in self._failed or key in self._kept or self._under_way:
            return None
        return key, partial(compare_pair, ahead, self.blanks, coloured=True)

    async def _carry_out(self, key: Key, work: "Callable[[], Document]") -> None:
        """Do it in a thread, keep what comes of it, and show that where it is what is at hand then."""
        try:
            document = await aside(work)
        except QatuiError as error:
            self._under_way.discard(key)
            self._failed.add(key)
            if key == self._key:
                self._show_error(error)
            else:
                self._work()
            return
        self._under_way.discard(key)
        self._kept.keep(key, document, self._key)
        if key == self._key:
            self._show(document)
        else:
            self._work()

    # Actions

    def do_next(self) -> None:
        """The next file."""
        if self._at + 1 < len(self._files):
            self._go(self._at + 1)
        elif self._stopped is not None:
            self._say_error(self._stopped)
        else:
            self.say("this is the last file" if self._complete else "still looking for more files")

    def do_previous(self) -> None:
        """The file before."""
        if self._at:
            self._go(self._at - 1)
        else:
            self.say("this is the first file")

    def compare_again(self) -> None:
        """Compare the file at hand with the blanks of now."""
        if self._files:
            self._go(self._at)

    def interrupted(self) -> None:
        """Ctrl-C leaves: there is nothing here to lose."""
        self.app.exit(return_code=ExitCode.INTERRUPTED)

    def whats_next(self) -> str:
        """After the last change comes the next file, if there is one."""
        return f"{self.keymap.first('file.next')} next file" if self._at + 1 < len(self._files) else ""

    def why_not(self, act: Act) -> str | None:
        """Without a text nothing of it can be done."""
        if act.scope == "file" and not self._viewed.comparison.many:
            return "only one file is compared"
        if act.scope in ("move", "diff") and self.document is None:
            return "nothing is shown" if self._read else "still reading"
        return None

    # Lines

    def on_tall_rows_moved(self) -> None:
        """The cursor moved, or the sides parted."""
        self.refresh_lines()

    def refresh_lines(self) -> None:
        """The names of the sides too."""
        super().refresh_lines()
        if self.is_mounted:
            self._draw_head()

    def _draw_head(self) -> None:
        pair = self._files[self._at] if self._files else None
        comparison = self._viewed.comparison
        if isinstance(pair, Pair):
            old, new = (visible(each.name) if each is not None else None for each in pair[:2])
        else:
            old, new = visible(comparison.old), visible(comparison.new)
        self.query_one(DiffHead).show(old, new, self.diff.middle, "new file" if old is None else "deleted")

    def title_pieces(self) -> tuple[Sequence[Piece], Sequence[Piece]]:
        """Which file, which of how many, where in it."""
        pair = self._files[self._at] if self._files else None
        path = pair.path if pair is not None else ""
        left = [Piece("qatui diff", "accent", "bold", rank=3), Piece(visible(path), "foreground", "bold")]
        right = []
        if self._viewed.comparison.many and self._files:
            more = "" if self._complete else "+"
            right.append(Piece(f"file {self._at + 1:,} of {len(self._files):,}{more}", "foreground", rank=1))
        return left, [*right, *self.place_pieces()]

    def tab_pieces(self) -> list[Piece]:
        """What is to be known about the file at hand."""
        document = self.document
        if not self._read:
            return [Piece("reading", "dim")]
        if document is None:
            return [] if self._files else [Piece("no differences", "foreground", "bold")]
        pieces = [Piece(words, rank=rank) for rank, words in enumerate(self._told)]
        plain = next((each.why_plain for each in document.colours.values() if each.why_plain), None)
        if plain:
            pieces.append(Piece(f"plain: {visible(plain)}", "dim", rank=9))
        return pieces
