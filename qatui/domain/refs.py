"""Names that git takes for branches."""

import re

_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]")


def why_no_ref(name: str) -> str | None:
    """Why git refuses `name` as a branch, None where it takes it.

    The rules of https://git-scm.com/docs/git-check-ref-format with `--branch`: they also keep an option
    (`-x`) and a second word out of a git command.

    >>> why_no_ref("qatui/2026-11-20-7")
    >>> why_no_ref("a..b")
    'it has “..” in it'
    """
    if not name:
        return "it is empty"
    if name.startswith("-"):
        return "it begins with “-”"
    if name in ("@", "HEAD"):
        return "the name is git's own"
    if _FORBIDDEN.search(name):
        return "it has a blank, a control character or one of ~ ^ : ? * [ \\ in it"
    for part in ("..", "@{", "//"):
        if part in name:
            return f"it has “{part}” in it"
    if name.startswith("/") or name.endswith(("/", ".")):
        return "it begins with “/”, or ends with “/” or “.”"
    if any(part.startswith(".") or part.endswith(".lock") for part in name.split("/")):
        return "a part of it begins with “.” or ends with “.lock”"
    return None
