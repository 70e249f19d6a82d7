"""`qatui diff OLD NEW`, on a terminal and to a pipe, beside others. Targets 1 (command), 5, 6, 7 (its screen), 8."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from qatui.flows.compare import compare
from tests.benchmarks.bench_queue import FLOOR_MS
from tests.benchmarks.bench_start import MINIMAL
from tests.benchmarks.peers import PATIENCE, PEERS, Peer, command, is_there, printing, with_peers
from tests.benchmarks.report import Figure, interleaved, percentile
from tests.benchmarks.terminal import NotPainted, Terminal
from tests.benchmarks.workspace import LENGTHS, Workspace, environment
from tests.pairs import EDITED, Pair, hostile_pairs, long_pair

CHANGED = EDITED.decode()
LARGE = 200_000
HOSTILE = {"long_line.js": "", "repeated.py": "return0", "rewritten.py": "result_0"}
"""What is seen on the first screen of the hostile pairs, blanks not counted; empty: how the file begins."""
DOWN, RIGHT, LEFT, LINE_END = "j", "\x1b[C", "\x1b[D", "$"


class Files:
    """Pairs as files, and `qatui` and the others run on them; no store and no clone."""

    def __init__(self, folder: Path, rounds: int) -> None:
        self.rounds = rounds
        self.space = Workspace(folder, with_peers(environment(folder / "home")))
        self.peers = [peer for peer in PEERS if is_there(peer, self.space.env)]

    def lay(self, pair: Pair) -> tuple[Path, Path]:
        """The two files of a pair."""
        old, new = (self.space.root / side / pair.path for side in ("old", "new"))
        for path, data in ((old, pair.old), (new, pair.new)):
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        return old, new

    def open(self, argv: Sequence[str]) -> Terminal:
        """A run in a terminal."""
        return Terminal(argv, self.space.root, self.space.env)

    def seen(self, argv: Sequence[str], words: str) -> float:
        """Seconds until `words` are on screen; blanks and jumps of the cursor are not counted."""
        with self.open(argv) as terminal:
            return terminal.until(lambda text: words in "".join(text.split()))

    def other(self, peer: Peer, files: tuple[Path, Path]) -> float:
        """Seconds until a peer shows the first changed row; infinite: it does not."""
        try:
            with self.open(command(peer, *files, paged=True)) as terminal:
                return terminal.until(lambda text: CHANGED in "".join(text.split()), PATIENCE)
        except NotPainted:
            return math.inf

    def other_prints(self, peer: Peer, files: tuple[Path, Path], shown: bytes) -> float:
        """Seconds until a peer has printed all; infinite: it has not."""
        try:
            return printing(command(peer, *files, paged=False), self.space.root, self.space.env, shown)
        except NotPainted:
            return math.inf

    def floor(self) -> float:
        """Seconds to the first paint of the smallest app."""
        return self.seen(MINIMAL, "readytomeasure")

    def qatui(self, files: tuple[Path, Path]) -> list[str]:
        """The command on a terminal."""
        return [*self.space.qatui, "diff", *map(str, files)]

    def prints(self, files: tuple[Path, Path], shown: bytes) -> float:
        """Seconds that the command takes to a pipe, with colours."""
        argv = [*self.space.qatui, "diff", "--print", "--color", "always", "--width", "160", *map(str, files)]
        return printing(argv, self.space.root, self.space.env, shown)


def run(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Every figure, as it is there."""
    files = Files(folder, 3 if quick else 7)
    for peer in PEERS:
        if peer not in files.peers:
            yield Figure("peer", peer.program, None, note="is not on this machine: see tests/benchmarks/peers.py")
    pairs = {lines: long_pair(lines, max(8, lines // 20)) for lines in LENGTHS.values()}
    yield from _first_rows(files, pairs)
    yield from _growth(files, pairs[LENGTHS["long"]])
    yield from _hostile(files, 40 if quick else 120)
    yield from _memory(files, pairs[LENGTHS["long"]])
    yield from _pipes(files, pairs)


def _first_rows(files: Files, pairs: dict[int, Pair]) -> Iterator[Figure]:
    """Target 1, and what others take to the first changed row of the same pairs in turns with it."""
    for letter, (lines, pair) in zip("efg", pairs.items(), strict=True):
        laid = files.lay(pair)
        verbs: dict[str, Callable[[], float]] = {
            "floor": files.floor,
            "qatui": partial(files.seen, files.qatui(laid), CHANGED),
        }
        for peer in files.peers:
            if lines < LENGTHS["long"] or peer.program != "textual-diff-view":  # it takes minutes there
                verbs[peer.program] = partial(files.other, peer, laid)
        took = interleaved(files.rounds, verbs)
        what = f"qatui diff: first changed row, {lines:,} lines, beside a minimal app"
        note = f"{took['qatui'] * 1000:.0f} ms, minimal app {took['floor'] * 1000:.0f} ms"
        yield Figure(f"1{letter}", what, took["qatui"] / took["floor"], limit=1.75, note=note)
        if lines == LENGTHS["middle"] and "textual-diff-view" in took:
            what = f"qatui diff: first changed row, {lines:,} lines, beside textual-diff-view"
            yield Figure("1h", what, took["qatui"] / took["textual-diff-view"], limit=0.15)
        yield from _others(files.peers, took, f"first changed row, {lines:,} lines")


def _others(peers: Sequence[Peer], took: Mapping[str, float], what: str) -> Iterator[Figure]:
    for peer in peers:
        seconds = took.get(peer.program, math.nan)
        if math.isinf(seconds):
            yield Figure("peer", f"{peer.program}: {what}", None, note=f"no diff within {PATIENCE} s")
        elif not math.isnan(seconds):
            yield Figure("peer", f"{peer.program}: {what}", seconds * 1000, "ms", note=peer.note)


def _growth(files: Files, long: Pair) -> Iterator[Figure]:
    """Target 5: what is done before the first row can be drawn, and the command as a whole."""
    large = long_pair(LARGE, LARGE // 20)

    def opened(pair: Pair) -> float:
        began = time.perf_counter()
        compare(pair.path, pair.old, pair.new)
        return time.perf_counter() - began

    pairs = {"2,000": long_pair(2_000, 100), "20,000": long, "200,000": large}
    verbs = {name: partial(opened, pair) for name, pair in pairs.items()}
    took = interleaved(files.rounds, verbs)
    for letter, (less, more) in zip("ab", (("2,000", "20,000"), ("20,000", "200,000")), strict=True):
        note = f"{took[more] * 1000:.1f} ms"
        what = f"opening a pair of {more} lines, beside one of {less}"
        yield Figure(f"5{letter}", what, took[more] / took[less], limit=11, note=note)
    laid = {"short": files.qatui(files.lay(long)), "large": files.qatui(files.lay(large))}
    took = interleaved(files.rounds, {name: partial(files.seen, argv, CHANGED) for name, argv in laid.items()})
    note = f"{took['large'] * 1000:.0f} ms"
    what = "qatui diff: first changed row of 200,000 lines, beside 20,000"
    yield Figure("5c", what, took["large"] / took["short"], limit=11, note=note)


def _hostile(files: Files, steps: int) -> Iterator[Figure]:
    """Target 6: the first screen, and steps down, or to the sides of a long line."""
    floors = []
    with files.open(MINIMAL) as terminal:
        terminal.until_text("ready to measure")
        stepped = _steps(terminal, (DOWN,), steps)
    for letter, pair in zip("abc", hostile_pairs(), strict=True):
        laid = files.lay(pair)
        words = HOSTILE[pair.path] or pair.new[:12].decode().replace(" ", "")
        verbs: dict[str, Callable[[], float]] = {
            "floor": files.floor,
            "qatui": partial(files.seen, files.qatui(laid), words),
        }
        took = interleaved(files.rounds, verbs)
        floors.append(took["floor"])
        note = f"{took['qatui'] * 1000:.0f} ms"
        yield Figure(f"6{letter}", f"first screen of {pair.name}", took["qatui"] / took["floor"], limit=2.5, note=note)
    stretch = sorted(floors)[1] * 1000 / FLOOR_MS
    at_the_end = [_long_line("tabs.txt", "a\tb\t"), _long_line("wide.txt", "漢字 é ")]
    for letter, pair in zip("defgh", (*hostile_pairs(), *at_the_end), strict=True):
        keys = (RIGHT, RIGHT, RIGHT, LEFT) if pair.path == "long_line.js" else (DOWN,)
        with files.open(files.qatui(files.lay(pair))) as terminal:
            terminal.until(str.strip)
            terminal.settle(0.5)
            if pair in at_the_end:
                terminal.press(LINE_END)
                terminal.until(len)
                terminal.settle(0.5, 10)
                keys = (LEFT, LEFT, LEFT, RIGHT)
            took_each = _steps(terminal, keys, steps)
        most = percentile(took_each, 0.99)
        ratio = most / percentile(stepped, 0.99)
        note = f"p50 {percentile(took_each, 0.5):.1f} ms; p99 {ratio:.2f} x that of a minimal app"
        yield Figure(f"6{letter}", f"steps in {pair.name}, p99", most, "ms", 16 * stretch, note)


def _long_line(path: str, unit: str) -> Pair:
    """One line of 1 MB that ends in a change."""
    line = unit.encode() * (1_000_000 // len(unit.encode()))
    return Pair(f"{path}: 1 MB, at its end", line + b"x\n", line + b"y\n")


def _steps(terminal: Terminal, keys: Sequence[str], count: int) -> list[float]:
    """Milliseconds from a key until something new was painted."""
    took = []
    for number in range(count):
        terminal.press(keys[number % len(keys)])
        took.append(terminal.until(len, timeout=20) * 1000)
        terminal.settle(0.06, 0.5)
    return took


def _memory(files: Files, long: Pair) -> Iterator[Figure]:
    """Target 7, of the diff screen alone."""
    large = long_pair(LARGE, LARGE // 20)
    for letter, lines, pair, limit in (("a", LENGTHS["long"], long, 80), ("b", LARGE, large, 200)):
        with files.open(files.qatui(files.lay(pair))) as terminal:
            terminal.until(lambda text: CHANGED in "".join(text.split()))
            terminal.settle(1, 10)
            used = terminal.memory()
        what = f"qatui diff: memory, {lines:,} lines"
        note = f"at most {used['VmHWM']:.0f} MiB" if used else "only Linux tells it"
        yield Figure(f"7{letter}", what, used.get("VmRSS"), "MiB", limit, note)


def _pipes(files: Files, pairs: dict[int, Pair]) -> Iterator[Figure]:
    """Target 8: with colours and syntax to a pipe; the hostile pairs once, others are stopped there in the end."""
    printers = [peer for peer in files.peers if peer.prints]
    shown = {pair.path: EDITED for pair in pairs.values()}
    shown |= {"long_line.js": b"", "repeated.py": b"return 0", "rewritten.py": b"result_0"}
    for letter, pair in zip("abcdef", (*pairs.values(), *hostile_pairs()), strict=True):
        hostile = pair.path in HOSTILE
        laid = files.lay(pair)
        verbs: dict[str, Callable[[], float]] = {"qatui": partial(files.prints, laid, shown[pair.path])}
        for peer in printers:
            verbs[peer.program] = partial(files.other_prints, peer, laid, shown[pair.path])
        took = {name: verb() for name, verb in verbs.items()} if hostile else interleaved(files.rounds, verbs)
        yield from _printed(f"8{letter}", pair, took, hostile)
        yield from _others(printers, took, f"{pair.name} to a pipe")


def _printed(target: str, pair: Pair, took: dict[str, float], hostile: bool) -> Iterator[Figure]:
    seconds = took["qatui"]
    what = f"qatui diff --print: {pair.name}"
    yield Figure(target, what, seconds, "s", 10 if hostile else None)
    if "ydiff" in took and pair.path == f"long_{LENGTHS['long']}.py":
        yield Figure(f"{target}y", f"{what}, beside ydiff", seconds / took["ydiff"], limit=2.5)
    if "git-split-diffs" in took:
        yield Figure(f"{target}g", f"{what}, beside git-split-diffs", seconds / took["git-split-diffs"], limit=0.5)
