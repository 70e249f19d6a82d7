"""The demo's candidates: the hand-written ones, as a manifest's lines with their contents.

`demo_files/candidates/index.jsonl` has a line for each revision: the keys of a manifest, and `kind`, what it is there
to show. The files lie beside it by batch. What must not lie in a source tree as it is, in no editor and for no
scanner, is written as ⟦U+202E⟧ (that character), ⟦0xE9⟧ (that byte), or parted by an empty ⟦⟧.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qatui.domain.moments import HOUR

FILES = Path(__file__).parent / "demo_files"

BATCHES = {
    "run-118": 146 * HOUR,
    "run-119": 98 * HOUR,
    "run-121": 52 * HOUR,
    "run-122": 27 * HOUR,
    "run-124": 5 * HOUR,
    "run-125": 25 * HOUR // 60,
}
"""How long ago each batch came in, in milliseconds, oldest first."""

_MARK = re.compile(rb"\xe2\x9f\xa6(?:U\+([0-9A-F]{4,6})|0x([0-9A-F]{2}))?\xe2\x9f\xa7")


@dataclass(frozen=True, slots=True)
class Sample:
    """One revision of a hand-written candidate."""

    kind: str
    """What it is there to show, such as `twin` or `bidi`."""
    batch: str
    line: dict[str, Any]
    """Its line in the batch's manifest, without the content."""
    content: bytes

    @property
    def path(self) -> str:
        """Target path."""
        return str(self.line["path"])


def load_samples() -> list[Sample]:
    """Every hand-written sample; batch by batch in time, within a batch as the index has them."""
    samples = []
    for text in (FILES / "candidates" / "index.jsonl").read_text("utf-8").splitlines():
        line = json.loads(text)
        kind, batch = line.pop("kind"), line.pop("batch")
        samples.append(Sample(kind, batch, line, _content(kind, batch, line["path"])))
    return sorted(samples, key=lambda sample: list(BATCHES).index(sample.batch))


def representative(samples: Iterable[Sample], count: int) -> list[Sample]:
    """The samples of `count` candidates that show as many kinds as they can: one of each, then the second ones ...

    Of the good ones three count as one, so that a small demo has some to approve together.
    """
    seen: dict[str, int] = defaultdict(int)
    ranks: dict[str, tuple[int, int, int]] = {}
    ordered = list(samples)
    for at, sample in enumerate(ordered):
        if sample.path not in ranks:
            turn, more = divmod(seen[sample.kind], 3 if sample.kind == "good" else 1)
            ranks[sample.path] = (turn, more, at)
            seen[sample.kind] += 1
    chosen = set(sorted(ranks, key=lambda path: ranks[path])[:count])
    return [sample for sample in ordered if sample.path in chosen]


def _content(kind: str, batch: str, path: str) -> bytes:
    if kind == "long":
        return totals_table().encode()
    data = (FILES / "candidates" / batch / path).read_bytes()
    if kind == "crlf":
        data = data.replace(b"\n", b"\r\n")
    return unmark(data)


def unmark(data: bytes) -> bytes:
    """`data` with the characters and bytes that its ⟦marks⟧ stand for.

    >>> unmark("a⟦U+0041⟧b⟦⟧⟦0x43⟧".encode())
    b'aAbC'
    """

    def meant(found: re.Match[bytes]) -> bytes:
        if found[1]:
            return chr(int(found[1], 16)).encode()
        return bytes.fromhex(found[2].decode()) if found[2] else b""

    return _MARK.sub(meant, data)


def totals_table(rows: int = 2400) -> str:
    """A test of `rows` cases, one a line: the kind that nobody reads to its end."""
    currencies = ("EUR", "USD", "GBP", "JPY", "KWD")
    lines = [
        '"""Totals of orders, case by case (generated from the pricing sheet)."""',
        "",
        "import pytest",
        "",
        "# currency, quantity, unit price, total",
        "CASES = [",
    ]
    for number in range(rows):
        quantity, price = 1 + number * 7 % 998, number * 37 % 5003
        lines.append(f'    ("{currencies[number % 5]}", {quantity}, {price}, {quantity * price}),')
    lines += [
        "]",
        "",
        "",
        '@pytest.mark.parametrize("currency", sorted({case[0] for case in CASES}))',
        "def test_totals(client, currency):",
        "    for _, quantity, price, total in (case for case in CASES if case[0] == currency):",
        '        items = [{"sku": "case", "quantity": quantity, "unit_price": price}]',
        '        order = client.post("/orders", {"items": items, "currency": currency}).json()',
        '        assert order["total"] == total',
        "",
    ]
    return "\n".join(lines)
