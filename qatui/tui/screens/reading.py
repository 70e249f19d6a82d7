"""What a person does in a diff, the same in a review and in the diff screen alone."""

from typing import TYPE_CHECKING, Any

from qatui.domain.blanks import Blanks
from qatui.tui.screens.keyed import KeyedScreen
from qatui.tui.widgets.diff_head import DiffHead
from qatui.tui.widgets.diff_view import DiffView
from qatui.tui.widgets.lines import Piece, Rule

if TYPE_CHECKING:
    from qatui.domain.diff import Document
    from qatui.tui.widgets.search_line import SearchLine

BLANKS = {
    Blanks.SHOW: ("", "every blank counts"),
    Blanks.CHANGE: ("-b", "how many blanks stand somewhere is no change"),
    Blanks.ALL: ("-w", "blanks are no change"),
    Blanks.LINES: ("no blank lines", "blank lines are no change"),
}
"""How each way with blanks is told, in short as long as it holds and when it begins; `b` goes round them."""


class ReadingScreen(KeyedScreen):
    """Base of the screens with a diff: the actions of the scopes `move` and `diff`."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.blanks = Blanks.SHOW
        """Which differences in blanks are changes."""
        self._sought = ""
        """What is searched for; empty: nothing."""
        self._line: SearchLine | None = None
        self._told_of: Document | None = None
        """The document whose matches the search line tells."""

    @property
    def diff(self) -> DiffView:
        """The diff."""
        return self.query_one(DiffView)

    @property
    def document(self) -> "Document | None":
        """What it shows."""
        return self.diff.document

    # Moving

    def do_down(self) -> None:
        """One line down."""
        self.diff.move(1)

    def do_up(self) -> None:
        """One line up."""
        self.diff.move(-1)

    def do_page_down(self) -> None:
        """Half a page down."""
        self.diff.page(1)

    def do_page_up(self) -> None:
        """Half a page up."""
        self.diff.page(-1)

    def do_top(self) -> None:
        """To the first line."""
        self.diff.top()

    def do_end(self) -> None:
        """To the last line."""
        self.diff.end()

    def do_next_hunk(self) -> None:
        """To the next change."""
        if not self.diff.next_hunk():
            self.say(" · ".join(filter(None, ("no change below", self.whats_next()))))

    def whats_next(self) -> str:
        """The key for what comes after this text, in words; empty where nothing does."""
        return ""

    def do_hunk_before(self) -> None:
        """To the change before."""
        if not self.diff.hunk_before():
            self.say("no change above")

    def do_follow_move(self) -> None:
        """To the other end of a move."""
        if not self.diff.follow_move():
            self.say("this line was not moved")

    def do_right(self) -> None:
        """The rest of long lines."""
        self.diff.sideways(1)

    def do_left(self) -> None:
        """Back to the beginning of lines."""
        self.diff.sideways(-1)

    def do_line_end(self) -> None:
        """The end of the line under the cursor."""
        self.diff.to_edge(end=True)

    def do_line_start(self) -> None:
        """Back to the beginning of lines."""
        self.diff.to_edge(end=False)

    def do_enclosing(self) -> None:
        """To the beginning of what the line is in."""
        if not self.diff.to_enclosing():
            self.say("no function or class is around this line")

    def on_diff_pane_scrolled(self) -> None:
        """Another line is the first in sight: say what that is in."""
        self.query_one(DiffHead).stand_in(self.diff.inside)

    # Search

    @property
    def is_typing(self) -> bool:
        """Whether what is searched for is being typed."""
        return super().is_typing or (self._line is not None and self._line.has_focus_within)

    def refresh_lines(self) -> None:
        """In another text the matches are others."""
        super().refresh_lines()
        if self.is_mounted and self.document is not self._told_of:
            self._told_of = self.document
            self._tell_matches()

    def key_pieces(self) -> list[Piece]:
        """While it is typed, other keys work."""
        if self._line is not None and self._line.has_focus_within:
            return [Piece("to the first match", key="enter"), Piece("end the search", key="esc")]
        return super().key_pieces()

    def do_search(self) -> None:
        """Type what to look for."""
        if self._line is None:
            from qatui.tui.widgets.search_line import SearchLine  # the first frame does without a field for text

            self._line = SearchLine(self.glyphs)
            self.mount(self._line, before=self.query_children(Rule).first())
        else:
            self._line.type()
        self.call_after_refresh(self.refresh_lines)

    def on_search_line_typed(self, message: "SearchLine.Typed") -> None:
        """Each key marks what it finds."""
        self._sought = message.text
        self.diff.look_for(message.text)
        self._tell_matches()

    def on_search_line_left(self, message: "SearchLine.Left") -> None:
        """To the first match, or no search any more."""
        self.set_focus(None)
        self._sought = message.text
        self.diff.look_for(message.text)
        if message.text:
            self._step_match(1)
        elif self._line is not None:
            self._line.end()
        self.refresh_lines()

    def do_next_match(self) -> None:
        """To the next match."""
        self._step_match(1)

    def do_match_before(self) -> None:
        """To the match before."""
        self._step_match(-1)

    def _step_match(self, by: int) -> None:
        if not self._sought:
            self.say(f"nothing is searched for {self.glyphs.dot} {self.keymap.first('diff.search')} search")
            return
        around = self.diff.next_match(by)
        self._tell_matches("" if not around else "from the top" if by > 0 else "from the end")

    def _tell_matches(self, around: str = "") -> None:
        if self._line is not None and self._line.is_mounted:
            self._line.say(*self.diff.matches, around)

    def end_search(self) -> bool:
        """Mark nothing any more; whether something was searched for."""
        if not self._sought or self._line is None:
            return False
        self._sought = ""
        self.diff.look_for("")
        self._line.end()
        return True

    def do_back(self) -> None:
        """The search is over; else one screen back."""
        if not self.end_search():
            super().do_back()

    # Ways of showing

    def do_layout(self) -> None:
        """Two sides, or one below the other."""
        if self.document is None or self.document.old is None:
            self.say("only one side is here")
            return
        self.diff.switch_layout()

    def do_wrap(self) -> None:
        """Long lines whole, or cut."""
        self.say("long lines are wrapped" if self.diff.switch_wrap() else "long lines are cut")

    def do_codes(self) -> None:
        """Hidden characters as code points, or as signs."""
        self.say("hidden characters as code points" if self.diff.switch_codes() else "hidden characters as signs")

    def do_masks(self) -> None:
        """Secrets shown, or masked."""
        if self.diff.switch_masks():
            self.say("secrets are shown", "risk-look")
        else:
            self.say("secrets are masked")

    def do_by(self) -> None:
        """By character, or by word."""
        self.say(f"differences by {'character' if self.diff.switch_by() else 'word'}")

    def do_blanks(self) -> None:
        """The next way with blanks; the texts are compared anew."""
        ways = list(BLANKS)
        self.blanks = ways[(ways.index(self.blanks) + 1) % len(ways)]
        self.compare_again()
        self.say(BLANKS[self.blanks][1])

    def place_pieces(self) -> list[Piece]:
        """For the title: which blanks do not count, and which change the cursor is in."""
        short, (now, count) = BLANKS[self.blanks][0], self.diff.hunk
        pieces = [Piece(short, "risk-look", rank=1)] if short else []
        return [*pieces, Piece(f"change {now}/{count}", "dim", rank=4)] if count else pieces

    def compare_again(self) -> None:
        """Compare what is shown with the blanks of now."""
        raise NotImplementedError

    def do_more(self) -> None:
        """More unchanged lines."""
        self._say_context(self.diff.change_context(1))

    def do_less(self) -> None:
        """Fewer unchanged lines."""
        self._say_context(self.diff.change_context(-1))

    def _say_context(self, changed: bool) -> None:
        lines = self.diff.context
        plural = "" if lines == 1 else "s"
        words = "the whole file" if lines is None else f"{lines} unchanged line{plural} around changes"
        self.say(words if changed else f"{words}, no step further")

    def do_unfold(self) -> None:
        """Show the folded lines."""
        if not self.diff.unfold():
            self.say("no folded lines here")

    def do_unfold_some(self) -> None:
        """Show some of the folded lines."""
        if not self.diff.unfold_some():
            self.say("no folded lines here")

    def do_unfold_enclosing(self) -> None:
        """Show what belongs to the functions above and below."""
        match self.diff.unfold_enclosing():
            case None:
                self.say("no folded lines here")
            case False:
                self.say("nothing in this fold is of a function beside it")
