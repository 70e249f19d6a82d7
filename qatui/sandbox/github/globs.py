"""Patterns that name paths and branches, as `.gitignore`, CODEOWNERS and branch rules write them."""

import re
from functools import lru_cache


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    made, at = "", 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            made, at = f"{made}(?:[^/]+/)*", at + 3
        elif pattern.startswith("**", at):
            made, at = f"{made}.*", at + 2
        else:
            made += {"*": "[^/]*", "?": "[^/]"}.get(pattern[at], re.escape(pattern[at]))
            at += 1
    return re.compile(made, re.DOTALL)


def matches(pattern: str, name: str) -> bool:
    """Whether `name` is what the pattern describes: `*` and `?` stop at a slash, `**` does not.

    https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/creating-rulesets-for-a-repository#using-fnmatch-syntax
    """
    return _compiled(pattern).fullmatch(name) is not None


def covers(pattern: str, path: str) -> bool:
    """Whether a CODEOWNERS pattern is for the file `path`: as in `.gitignore`, a folder's name covers what is in it.

    https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners#codeowners-syntax
    """
    folder = pattern.endswith("/")
    body = pattern.strip("/")
    anchored = pattern.startswith("/") or "/" in body
    place = body if anchored else f"**/{body}"
    # `docs/*` is for the files right in docs; every other name is for what is below it as well.
    deep = folder or not body.endswith("/*")
    return (not folder and matches(place, path)) or (deep and matches(f"{place}/**", path))
