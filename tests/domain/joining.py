"""The way back from lines to bytes, which shows that none was lost."""

from qatui.domain.lines import Lines


def join(text: Lines) -> bytes:
    """The bytes that `split` took apart."""
    return ("\n".join(text.lines) + ("\n" if text.lines and text.ended else "")).encode("utf-8", "surrogateescape")
