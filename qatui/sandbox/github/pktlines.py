"""Lines as git's protocols have them: four hexadecimal digits of length, then bytes.

https://git-scm.com/docs/gitprotocol-common#_pkt_line_format
"""

from collections.abc import Iterable, Iterator
from typing import IO

FLUSH = b"0000"
_LONGEST = 65520
_BANDED = {"side-band-64k": _LONGEST, "side-band": 1000}
"""How long a line may be, its head too, by the capability."""


class Malformed(Exception):
    """Bytes that are no pkt-line, or not the expected one."""


def line(data: bytes) -> bytes:
    """One line."""
    return b"%04x" % (len(data) + 4) + data


def read(stream: IO[bytes]) -> bytes | None:
    """The next line's bytes; None for a flush. Raises Malformed, also at the end of the stream."""
    head = stream.read(4)
    try:
        size = int(head, 16) if len(head) == 4 and head.isalnum() else -1
    except ValueError:
        size = -1
    if size == 0:
        return None
    data = stream.read(size - 4) if 4 <= size <= _LONGEST else b""
    if size < 4 or len(data) != size - 4:
        raise Malformed(f"not a pkt-line: {head!r}")
    return data


def until_flush(stream: IO[bytes]) -> Iterator[bytes]:
    """The lines up to a flush, which is taken too."""
    while (data := read(stream)) is not None:
        yield data


def by_band(stream: IO[bytes]) -> tuple[bytes, bytes]:
    """What came on the first band, the data, and on the second, words for the person."""
    bands = {1: b"", 2: b"", 3: b""}
    for data in until_flush(stream):
        if not data or data[0] not in bands:
            raise Malformed("not a band")
        bands[data[0]] += data[1:]
    return bands[1], bands[2] + bands[3]


def banded(capability: str, band: int, data: bytes) -> Iterator[bytes]:
    """Data on a band, in lines as long as the capability lets them be."""
    size = _BANDED[capability] - 5
    for at in range(0, len(data), size):
        yield line(bytes([band]) + data[at : at + size])


def sideband(capabilities: Iterable[str]) -> str | None:
    """The capability by which bands are used, None where they are not."""
    return next((each for each in _BANDED if each in capabilities), None)
