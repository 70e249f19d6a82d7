"""Code spans of Markdown, for lines that hold no other mark: the parser takes long for many of them."""

import re

_TICKS = re.compile("`+")


def first_line_without_code(text: str) -> str:
    """The first line of a paragraph in which nothing but backticks has a meaning: code spans are left out.

    https://github.github.com/gfm/#code-spans: one reaches to the next run of as many backticks, over ends of lines.
    """
    runs = [found.span() for found in _TICKS.finditer(text)]
    closing: dict[int, int] = {}  # by the length of a run: the next one of it
    ends = [0] * len(runs)
    for at in range(len(runs) - 1, -1, -1):
        start, end = runs[at]
        ends[at] = closing.get(end - start, -1)
        closing[end - start] = at
    plain: list[str] = []
    at = done = 0
    while at < len(runs):
        if ends[at] < 0:
            at += 1
            continue
        plain.append(text[done : runs[at][0]])
        if "\n" in plain[-1]:
            return "".join(plain).partition("\n")[0]
        done = runs[ends[at]][1]
        at = ends[at] + 1
    return "".join([*plain, text[done:]]).partition("\n")[0]
