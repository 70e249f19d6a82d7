"""The `Link` header: where the next page is (https://docs.github.com/en/rest/using-the-rest-api/using-pagination)."""

import re

_LINK = re.compile(r'<([^<>]*)>((?:\s*;\s*[^\s;,="<>]+\s*(?:=\s*(?:"[^"]*"|[^\s;,"<>]*))?)*)')
_PARAMETER = re.compile(r';\s*([^\s;,="<>]+)\s*(?:=\s*(?:"([^"]*)"|([^\s;,"<>]*)))?')
_LONGEST = 20_000
"""Characters of a header that are looked at; GitHub's have some hundred."""


def relations(header: str) -> dict[str, str]:
    """Every relation of a `Link` header to its address; the first counts where one is named twice (RFC 8288).

    >>> relations('<https://x.test/a?page=2>; rel="next", <https://x.test/a?page=9>; rel="last"')
    {'next': 'https://x.test/a?page=2', 'last': 'https://x.test/a?page=9'}
    """
    found: dict[str, str] = {}
    for link in _LINK.finditer(header[:_LONGEST]):
        named = (each for each in _PARAMETER.finditer(link[2]) if each[1].lower() == "rel")
        relation = next(named, None)
        for name in (relation[2] or relation[3] or "").lower().split() if relation else ():
            found.setdefault(name, link[1])
    return found


def next_page(header: str) -> str | None:
    """The address of the next page, None on the last one and where there is only one."""
    return relations(header).get("next")
