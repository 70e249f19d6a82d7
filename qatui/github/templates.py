"""A repository's template for pull requests: the REST API does not fill it in.

https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests
"""

from collections.abc import Iterable

FOLDERS = (".github", "", "docs")
"""Where a template may be, in GitHub's order; each also in a folder PULL_REQUEST_TEMPLATE of its own."""
_NAME = "pull_request_template"
TEMPLATE_FOLDERS = frozenset({*filter(None, FOLDERS), _NAME})
"""The folders at the top, in lower case, that may have a template."""
_ENDINGS = (".md", ".txt", "")


def template_of(paths: Iterable[str]) -> str | None:
    """Which of a repository's files is the template, None where it has none.

    Of several in a folder PULL_REQUEST_TEMPLATE a person would choose one; here the first by name is taken.

    >>> template_of(["README.md", "docs/PULL_REQUEST_TEMPLATE.md", ".github/pull_request_template.md"])
    '.github/pull_request_template.md'
    """
    known = {path.lower(): path for path in sorted(paths, reverse=True)}
    for folder in FOLDERS:
        start = f"{folder}/" if folder else ""
        for ending in _ENDINGS:
            if (found := known.get(f"{start}{_NAME}{ending}")) is not None:
                return found
    for folder in FOLDERS:
        start = f"{folder}/{_NAME}/" if folder else f"{_NAME}/"
        inside = [path for low, path in known.items() if low.startswith(start) and low.endswith((".md", ".txt"))]
        if inside:
            return min(inside)
    return None
