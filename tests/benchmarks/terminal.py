"""A program in a real pseudo-terminal, and the moments at which it painted something.

Nothing draws the screen here, which would cost more than what is measured: output is kept with the time it was
read, and looked through as text without its escape sequences.
"""

import os
import re
import select
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from ptyprocess import PtyProcess

SIZE = (50, 160)
"""Rows and columns of every measurement."""
_STYLE = re.compile(rb"\x1b\[[0-9;:]*m")
_CONTROL = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|P[^\x1b]*\x1b\\|[@-Z\\-_=>()][0B]?)")


def without_styles(output: bytes) -> bytes:
    """What is left of a program's output without its colours."""
    return _STYLE.sub(b"", output)


class NotPainted(Exception):
    """What was waited for did not come."""


class Terminal:
    """One run of a program; used with `with`, which ends it."""

    def __init__(self, argv: Sequence[str], cwd: Path, env: Mapping[str, str]) -> None:
        self.argv = list(argv)
        self._seen = bytearray()
        self._mark = 0
        self.began = time.perf_counter()
        self._process = PtyProcess.spawn(self.argv, cwd=str(cwd), env=dict(env), dimensions=SIZE)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill(signal.SIGKILL)
        self._process.close(force=True)

    def text(self) -> str:
        """What was painted since the last key, in the order it was sent; where the cursor jumped a new line begins."""
        plain = _CONTROL.sub(b"\n", without_styles(bytes(self._seen[self._mark :])))
        return plain.decode("utf-8", "replace")

    def until(self, holds: Callable[[str], object], timeout: float = 60) -> float:
        """Seconds from the start, or from the last key, until `holds` of the text painted since."""
        deadline = time.perf_counter() + timeout
        while time.perf_counter() < deadline:
            if self._read(deadline - time.perf_counter()) and holds(self.text()):
                return self._at - self.began
        raise NotPainted(f"{' '.join(self.argv)}: not within {timeout} s; last: {self.text()[-300:]!r}")

    def until_text(self, *words: str, timeout: float = 60) -> float:
        """Seconds until all of `words` were painted."""
        return self.until(lambda text: all(word in text for word in words), timeout)

    def until_paint(self) -> float:
        """Seconds until anything visible was painted."""
        return self.until(str.strip)

    def press(self, keys: str) -> None:
        """Type; times and text count from here."""
        self._mark = len(self._seen)
        self.began = time.perf_counter()
        os.write(self._process.fd, keys.encode())

    def settle(self, quiet: float = 0.15, longest: float = 3) -> int:
        """Read until nothing came for `quiet` seconds, but not for longer than that; bytes since the last key."""
        deadline = time.perf_counter() + longest
        while time.perf_counter() < deadline and self._read(quiet):
            pass
        return len(self._seen) - self._mark

    def memory(self) -> dict[str, float]:
        """MiB of the program now (`VmRSS`) and at most (`VmHWM`), as Linux tells them; empty elsewhere."""
        status = Path(f"/proc/{self._process.pid}/status")
        lines = status.read_text().splitlines() if status.exists() else []
        fields = dict(line.split(":", 1) for line in lines if line.startswith(("VmRSS", "VmHWM")))
        return {name: int(value.split()[0]) / 1024 for name, value in fields.items()}

    def _read(self, seconds: float) -> bool:
        """Take what comes within that time; False where nothing did, or the program has ended."""
        ready, _, _ = select.select([self._process.fd], [], [], max(0, seconds))
        if not ready:
            return False
        try:
            chunk = os.read(self._process.fd, 1 << 16)
        except OSError:  # the other side is closed
            chunk = b""
        if not chunk:
            raise NotPainted(f"{' '.join(self.argv)} ended; last: {self.text()[-300:]!r}")
        self._at = time.perf_counter()
        self._seen += chunk
        return True
