"""A repository's pull request template, and our part behind it.

The template is the team's own text and stays as it is: its headings, its questions, its empty boxes. Only what it left
open at its end is closed, so that what follows can be read.
"""

import re

LONGEST = 30_000
"""Characters of a template that is put into a pull request; a longer one would leave the record too little room."""
_FENCE = re.compile(r"^[ >]*(`{3,}|~{3,})", re.MULTILINE)
_ENDS = ("-->", "</pre>", "</script>", "</style>", "</textarea>", "?>", "]]>")
"""What ends the blocks of HTML that a blank line does not: https://spec.commonmark.org/0.31.2/#html-blocks"""
_PROBE = "\n\n## behind it\n"


def fitted(template: bytes | None) -> str:
    """The template as the beginning of a pull request's text; empty where there is none, or nothing fits behind it."""
    text = (template or b"").decode("utf-8", "replace").removeprefix("\ufeff")
    text = "".join(each for each in "\n".join(text.splitlines()).strip("\n") if each in "\n\t" or each >= " ")
    if not text.strip() or len(text) > LONGEST:
        return ""
    ends = ("", *(f"\n{end}" for end in (*dict.fromkeys(_FENCE.findall(text)), *_ENDS)))
    return next((text + end for end in ends if _is_read_behind(text + end)), "")


def _is_read_behind(text: str) -> bool:
    """Whether a heading behind `text` is one, and in nothing else."""
    from markdown_it import MarkdownIt  # loaded only where there is a template

    heading = MarkdownIt("commonmark").parse(text + _PROBE)[-3:]
    return [each.type for each in heading[:1]] == ["heading_open"] and heading[1].content == "behind it"
