"""Requests and answers as values: no I/O, no clock.

A `Request` says what is asked and of which type the answer is; a `Write` adds how to look whether it has happened
already, so that a write whose answer was lost is never simply sent again. The modules beside this one, one a noun,
have functions that make them; `client.GitHub` sends them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from qatui.errors import GitHubRefused, StrangeAnswer, UsageError

T = TypeVar("T")
S = TypeVar("S")

GRAPHQL = "/graphql"
"""The path of the one GraphQL address; everything else is REST."""
A_PAGE = 100
"""Entries of one page of a list: GitHub's most."""
_PLACE = re.compile(r"\{(/?)\}")
_LONGEST = 300
"""Characters of GitHub's words, which anybody may have written, that a message carries."""


class Repo(NamedTuple):
    """A repository at the host that is spoken to."""

    owner: str
    name: str

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}"

    @classmethod
    def of(cls, key: str) -> "Repo":
        """From `owner/name`, or the store's key `host/owner/name`; raises UsageError for anything else.

        >>> str(Repo.of("github.com/acme/shop"))
        'acme/shop'
        """
        parts = key.split("/")
        if not all(parts) or len(parts) not in (2, 3):
            raise UsageError(f"“{short(key)}” is no repository at GitHub.", "Write owner/name.")
        return cls(*parts[-2:])


class Done(msgspec.Struct, frozen=True):
    """What is known of a write whose answer says nothing but that it is done."""


@dataclass(frozen=True, slots=True)
class Request(Generic[T]):
    """One question to GitHub, or one thing to do there."""

    to: str
    """What it is for, after “Could not”: `read issue 7 of acme/shop`."""
    method: str
    path: str
    """Below the API's address, percent-encoded; `path()` makes it."""
    type: type[T]
    """What the answer is read as."""
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    """What is sent, to be written as JSON; None sends nothing."""
    within: str = ""
    """The key the answer lies under, for lists that come wrapped."""


@dataclass(frozen=True, slots=True)
class Look(Generic[T]):
    """How to see whether a write has happened."""

    request: Request[Any]
    found: Callable[[Any], T | None]
    """The write's result if this answer shows that it has happened."""
    may_be_absent: bool = False
    """Whether 404 says something of the write, because it makes or removes what is looked at. Of anything else it
    says that the token sees nothing, and then a write must not be sent again."""
    absent: T | None = None
    """The result where it is absent: that is how a deletion shows."""
    pages: int = 1
    """Pages of a list to look through at most."""


@dataclass(frozen=True, slots=True)
class Write(Generic[T]):
    """Something to do at GitHub, once."""

    request: Request[T]
    look: Look[T] | None
    """None: it leaves no trace to look for, so after a lost answer a person must decide, unless `harmless`."""
    harmless: bool = False
    """Sending it twice is the same as once, so it is sent again without a look."""
    looks_first: bool = False
    """Whether to look before every try, not only after a loss: what it overwrites must still be what was known. Its
    look raises Conflict where it is not."""
    creates: bool = False
    """Whether it counts as content creation (issues, comments, pull requests, reviews), which has limits of its own."""
    perhaps_done: frozenset[int] = frozenset()
    """Statuses of refusals that may mean: it is so already. Then it is looked for as well."""
    excuse: Callable[[GitHubRefused], T | None] | None = None
    """The result if a refusal itself says that it is so already."""


def look(
    request: Request[S],
    found: Callable[[S], T | None],
    *,
    may_be_absent: bool = False,
    absent: T | None = None,
    pages: int = 1,
) -> Look[T]:
    """A Look whose `found` is held to the type of its request's answer."""
    return Look(request, found, may_be_absent, absent, pages)


def path(template: str, *values: str | int | Repo) -> str:
    """The template with each `{}` filled by one encoded segment (of a Repo: two), each `{/}` by several.

    Raises UsageError for what would lead to another address: an empty segment, `.` and `..`.

    >>> path("/repos/{}/labels/{}", Repo("acme", "shop"), "a/b c")
    '/repos/acme/shop/labels/a%2Fb%20c'
    >>> path("/repos/{}/contents/{/}", Repo("acme", "shop"), "docs/test plan.md")
    '/repos/acme/shop/contents/docs/test%20plan.md'
    """
    left = iter(values)

    def fill(place: re.Match[str]) -> str:
        value = next(left)
        parts = list(value) if isinstance(value, Repo) else str(value).split("/") if place[1] else [str(value)]
        for part in parts:
            if part in ("", ".", ".."):
                raise UsageError(f"“{short(str(value))}” cannot be part of an address at GitHub.")
        return "/".join(quote(part, safe="", errors="surrogateescape") for part in parts)

    return _PLACE.sub(fill, template)


def get(to: str, path: str, type_: type[T], /, *, within: str = "", **query: str | int | None) -> Request[T]:
    """A reading request; a parameter that is None is left out."""
    named = tuple((name, str(value)) for name, value in query.items() if value is not None)
    return Request(to, "GET", path, type_, named, within=within)


def pages(to: str, path: str, type_: type[T], /, *, within: str = "", **query: str | int | None) -> Request[list[T]]:
    """A reading request for a list of any length, for `GitHub.every`."""
    return get(to, path, list[type_], within=within, **query, per_page=A_PAGE)  # type: ignore[valid-type]


def send(method: str, to: str, path: str, type_: type[T], body: Any = None) -> Request[T]:
    """A request that changes something."""
    return Request(to, method, path, type_, body=body)


def given(**fields: Any) -> dict[str, Any]:
    """The fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def target(api_url: str, request: Request[Any]) -> str:
    """The whole address of a request.

    On an Enterprise server GraphQL lies beside the REST API, not below it
    (https://docs.github.com/en/enterprise-server/graphql/guides/forming-calls-with-graphql).
    """
    base = api_url.rstrip("/")
    if request.path == GRAPHQL:
        return base.removesuffix("/v3") + GRAPHQL if base.endswith("/api/v3") else base + GRAPHQL
    query = urlencode(request.query, quote_via=quote, errors="surrogateescape")
    return f"{base}{request.path}?{query}" if query else f"{base}{request.path}"


def encoded(request: Request[Any]) -> bytes | None:
    """The body as JSON; raises UsageError for what is no text, such as half of a character."""
    if request.body is None:
        return None
    try:
        return msgspec.json.encode(request.body)
    except UnicodeEncodeError as error:
        raise UsageError(f"Could not {request.to}: a text in it has characters that are no text.") from error


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    """Where it came from, after redirects."""


class BrokenOff(Exception):
    """An answer that begins as JSON and ends in the middle, or is no JSON: a proxy's page, a cut connection."""


def decode(request: Request[T], body: bytes) -> T:
    """The answer as the request's type; keys that the type does not name are passed over.

    Raises BrokenOff for what is no JSON, StrangeAnswer, with the path to the place, for JSON of another shape.
    """
    if request.type is Done:
        return request.type()
    return read(request, body, request.type) if not request.within else _unwrapped(request, body)


def read(request: Request[Any], body: bytes | msgspec.Raw, type_: type[S]) -> S:
    """JSON as `type_`; errors as of `decode`."""
    try:
        return msgspec.json.decode(body, type=type_)
    except msgspec.ValidationError as error:
        if type_ is not object:
            read(request, body, object)  # half an answer may fail for its shape before it fails for its end
        raise strange(request, str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BrokenOff(str(error)) from None


def strange(request: Request[Any], how: str, status: int = 0) -> StrangeAnswer:
    """The error for an answer that GitHub would not give."""
    return StrangeAnswer(
        f"Could not {request.to}: the answer is not what GitHub documents ({short(how)}).",
        "Is this the address of GitHub's API? See `api_url` in your settings.",
        status=status,
    )


def short(text: str, most: int = _LONGEST) -> str:
    """A stranger's words on one line, cut to what a message can carry."""
    line = " ".join(text[: 4 * most].split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def same_text(ours: str, theirs: str | None) -> bool:
    """Whether GitHub holds what we sent: it may have changed line ends and blanks around."""
    return " ".join(ours.split()) == " ".join((theirs or "").split())


def _unwrapped(request: Request[T], body: bytes) -> T:
    """The part of an answer under `request.within`."""
    outside = read(request, body, dict[str, msgspec.Raw])
    if request.within not in outside:
        raise strange(request, f"it has no “{request.within}”")
    return read(request, outside[request.within], request.type)
