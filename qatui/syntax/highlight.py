"""Syntax colouring of the lines on screen, and in the end of the whole text.

One pass of the lexer goes through the text in small slices and keeps the colours it found, four bytes a stretch.
Pygments lexes 8,000 to 100,000 lines a second, too slow to wait for it at the end of a long text: far from where the
pass has come to, a window is coloured provisionally from some lines above it, and corrected when the pass gets there.
After the pass the colours are those of the whole text lexed at once.
"""

from collections.abc import Sequence
from math import inf
from time import thread_time

from qatui.domain.colouring import Stretches
from qatui.syntax.colours import LONG_LINE, Colours
from qatui.syntax.cutting_off import CutOff, can_cut_off
from qatui.syntax.languages import lexer_for
from qatui.syntax.lexing import is_streamed

STEP = 50
"""Lines of a provisional window."""
NEAR = 150
"""Lines that are lexed at once to get from where the pass stands to what is wanted."""
ABOVE = 50
"""Lines above a provisional window from which it is lexed."""
BELOW = 25
"""Lines below a provisional window that its matches may look into."""
KEPT = 40
"""Provisional windows that are kept."""
BUFFERED = 20_000
"""Lines up to which a text is coloured by lexers that give nothing before they have read all of it."""
AT_ONCE = 200
"""Lines up to which they read all of it when its first line is asked for."""
SLICE = 0.005
"""Seconds that `advance` takes, and those of one batch of tokens more."""
PATIENCE = 0.4
"""Seconds of work that a pass may take, and PATIENCE_A_LINE more for each line: texts made to be slow take longer."""
PATIENCE_A_LINE = 0.0003
AT_A_TIME = 0.25
"""Seconds for which the thread that draws is held at most: for the lines on screen, for one batch of tokens."""
_TOO_LONG = "takes too long"


class Highlighter:
    """The colours of one text's lines."""

    def __init__(self, path: str, lines: Sequence[str]) -> None:
        self.version = 0
        """Counts corrections of lines that were coloured provisionally."""
        self.why_plain: str | None = None
        """Why nothing is coloured, or some lines are not, in words; None: everything is, or will be."""
        self._lines = lines
        self._colours: Colours | None = None
        """Of the whole text, as far as the pass came; None: it stays plain."""
        self._windows: dict[int, Colours] = {}
        """The provisional ones, by line // STEP."""
        self._spent = 0.0
        self._lexer = lexer_for(path, lines[0] if lines else "")
        if self._lexer is None:
            self.why_plain = f"no language is known for {path.rpartition('/')[2]}"
            return
        streamed = is_streamed(self._lexer)
        if not streamed and len(lines) > BUFFERED:
            self.why_plain = f"{self._lexer.name} is not coloured in texts of more than {BUFFERED:,} lines"
            return
        self._colours = Colours(self._lexer, lines)
        self._near = NEAR if streamed or len(lines) <= AT_ONCE else 0
        self._patience = PATIENCE if streamed else PATIENCE + len(lines) * PATIENCE_A_LINE
        if any(map(LONG_LINE.__lt__, map(len, lines))):
            self.why_plain = f"lines of more than {LONG_LINE:,} characters are not coloured"

    def line(self, number: int) -> Stretches:
        """The coloured stretches of a line, in its own characters."""
        colours = self._colours
        if colours is None:
            return []
        if number >= colours.reached and number < colours.reached + self._near:
            self._run(colours, number + 1, AT_A_TIME, AT_A_TIME)
        if number < colours.reached:
            return colours.line(number)
        window = number // STEP
        if window not in self._windows:
            self._look(colours, window)
        return self._windows[window].line(number - _first(window))

    @property
    def provisional(self) -> bool:
        """Whether lines were coloured provisionally and wait for `advance`."""
        return bool(self._windows)

    def prepare(self, number: int) -> bool:
        """Colour a line before it is asked for, or work SLICE seconds towards it; whether there was something to do.

        Only where a lexer can be cut off: in the main thread.
        """
        colours = self._colours
        if colours is None or not colours.reached <= number < len(self._lines) or number // STEP in self._windows:
            return False
        if not can_cut_off():
            return False
        if number < colours.reached + self._near:
            self._run(colours, number + 1, SLICE, AT_A_TIME)
        else:
            self._look(colours, number // STEP)
        return True

    def advance(self) -> bool:
        """Go on with the pass for SLICE seconds; whether there is more to do."""
        if self._colours is None:
            return False
        self._run(self._colours, len(self._lines), SLICE, AT_A_TIME)
        return not self._colours.over

    def finish(self) -> None:
        """Go on with the pass to the end: for what is printed."""
        if self._colours is not None:
            self._run(self._colours, len(self._lines), inf, inf)

    def _run(self, colours: Colours, until: int, seconds: float, at_a_time: float) -> None:
        """Go on with the pass until so many lines are coloured, the seconds are over, or patience is.

        One batch of tokens takes at most `at_a_time`, for nobody can ask it to stop.
        """
        start = thread_time()
        cut_off = CutOff()
        faults: list[str] = []

        def read_on() -> None:
            used = 0.0
            while colours.reached < until and used < seconds and not faults:
                left = self._patience + colours.reached * PATIENCE_A_LINE - self._spent - used
                cut_off.after(min(left, at_a_time))
                fault = colours.read() if left > 0 else _TOO_LONG
                if fault is not None:
                    faults.append(fault)
                used = thread_time() - start

        if not cut_off.run(read_on):
            faults.append(_TOO_LONG)
        self._spent += thread_time() - start
        if faults:
            self._give_up(colours, faults[0])
        for window in [each for each in self._windows if (each + 1) * STEP <= colours.reached or colours.over]:
            del self._windows[window]
            self.version += 1

    def _give_up(self, colours: Colours, fault: str) -> None:
        assert self._lexer is not None
        self.why_plain = f"{self._lexer.name} {fault}: nothing is coloured from line {colours.reached + 1:,} on"
        colours.end()

    def _look(self, colours: Colours, window: int) -> None:
        """Colour a window provisionally; where that takes too long, the whole would."""
        assert self._lexer is not None
        while len(self._windows) >= KEPT:
            del self._windows[next(iter(self._windows))]
        first = _first(window)
        part = self._windows[window] = Colours(self._lexer, self._lines[first : window * STEP + STEP + BELOW])
        cut_off = CutOff()

        def read() -> None:
            cut_off.after(AT_A_TIME)
            while part.reached < window * STEP + STEP - first and not part.over:
                if part.read() is not None:
                    break

        if not cut_off.run(read):
            self._give_up(colours, _TOO_LONG)
        part.end()


def _first(window: int) -> int:
    """The line from which a provisional window is lexed."""
    return max(0, window * STEP - ABOVE)
