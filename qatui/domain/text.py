"""Text that people type, and names of their files, fit to be kept."""

import re

_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")


def handle(name: str) -> str:
    """A person as people write them: `@kim`, but an e-mail address as it is."""
    return name if "@" in name else f"@{name}"


def storable(text: str) -> str:
    """What a person typed, fit for either database: what is no text (lone surrogates, NUL) becomes `�`."""
    return _NO_TEXT.sub("�", text)
