"""One request as a handler sees it, and what it may answer: an Answer, or a Problem raised anywhere below."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from qatui.sandbox.github.records import ROLES, App, Issue, Repository, Role, Token, User
from qatui.sandbox.github.world import World

T = TypeVar("T")
DOCS = "https://docs.github.com/rest"
"""Root of every documentation_url."""
MOST_A_PAGE = 100
_MEDIA = re.compile(r"application/vnd\.github\.(?:v3\.)?(raw|object|diff|patch|sha)\b")
LARGEST_NUMBER = 2**53
"""Beyond it no id and no page is looked for."""
_NO_OBJECT = re.compile(r"Expected `object`, got `\w+`")
"""What msgspec says of a whole body; of a part of it, it names the part."""


@dataclass(slots=True)
class Answer:
    """What is sent: a status, a JSON body (None: no body), headers beyond the usual.

    A body of bytes is sent as it is: `headers` names its Content-Type.
    """

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    wrote: bool | None = None
    """Whether something was changed, for who counts writes; None: by method and status."""


class Problem(Exception):
    """An answer that is an error; `status` of its body is a string, as GitHub has it.

    `errors` is left out where None: objects of field, code, resource, or plain strings.
    """

    def __init__(
        self,
        status: int,
        message: str,
        errors: Sequence[Any] | None = None,
        headers: Mapping[str, str] | None = None,
        docs: str | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = dict(headers or {})
        self.docs = docs
        """Below DOCS; None: what the route says."""
        self.more = dict(more or {})


def not_found() -> Problem:
    """Missing, or not for this person's eyes: GitHub does not say which."""
    return Problem(404, "Not Found")


def invalid(resource: str, name: str, code: str, message: str | None = None, value: str | None = None) -> Problem:
    """422 with one error object; `code` is missing, missing_field, invalid, already_exists, unprocessable or custom."""
    error = {"resource": resource, "field": name, "code": code}
    if value is not None:
        error["value"] = value
    if message is not None:
        error["message"] = message
    return Problem(422, "Validation Failed", [error])


@dataclass(slots=True)
class Call:
    """A request whose credential is known, and whose repository, if its path has one, may be seen."""

    world: World
    method: str
    path: str
    """As it was sent, percent-encoded, without query and without /api/v3."""
    params: Mapping[str, str]
    """Of the path, decoded."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    raw: bytes
    """The body."""
    user: User | None
    """Who asks; None without a credential."""
    token: Token | None = None
    app: App | None = None
    """The App that signed in with its JSON web token."""
    rates: Callable[[], dict[str, Any]] = dict
    """What the caller has spent of each resource, and what is left."""
    _repository: Repository | None = None

    @property
    def repository(self) -> Repository:
        """The repository of the path."""
        assert self._repository is not None
        return self._repository

    @repository.setter
    def repository(self, found: Repository) -> None:
        self._repository = found

    @property
    def who(self) -> User:
        """Who asks; 401 for nobody."""
        if self.user is None:
            raise Problem(401, "Requires authentication")
        return self.user

    @property
    def media(self) -> str:
        """What the Accept header asks for instead of JSON: raw, object, diff, patch, sha; `json` for anything else.

        https://docs.github.com/rest/using-the-rest-api/getting-started-with-the-rest-api#media-types
        """
        found = _MEDIA.search(self.headers.get("accept", ""))
        return found[1] if found else "json"

    def role(self, repository: Repository | None = None) -> Role | None:
        """What the asking person may do in the repository; None: not even see it."""
        return role_of(self.world, repository or self.repository, self.user, self.token)

    def may(self, role: Role, repository: Repository | None = None) -> bool:
        """Whether the asking person has at least this role."""
        has = self.role(repository)
        return has is not None and ROLES.index(has) >= ROLES.index(role)

    def number(self, name: str) -> int:
        """A number of the path; 404 where it is none."""
        text = self.params[name]
        if not (text.isascii() and text.isdigit()) or len(text) > 15:
            raise not_found()
        return int(text)

    def read(self, shape: type[T]) -> T:
        """The JSON body as a Struct: 400 for no JSON or no object, 422 for a missing or wrong key."""
        try:
            return msgspec.json.decode(self.raw or b"{}", type=shape)
        except msgspec.ValidationError as error:
            if _NO_OBJECT.fullmatch(str(error)):
                raise Problem(400, "Body should be a JSON object") from None
            raise Problem(422, f"Invalid request.\n\n{_in_words(str(error))}") from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise Problem(400, "Problems parsing JSON") from None

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        """A query parameter that is one of `allowed`; GitHub takes the default for anything else."""
        value = self.query.get(name, default)
        return value if value in allowed else default

    def page(
        self, items: Sequence[T], show: Callable[[T], Any], wrap: Callable[[list[Any], int], Any] | None = None
    ) -> Answer:
        """The asked page of `items`, each as `show` has it, with Link; `wrap(rows, total)` for lists under a name."""
        size = self.page_size()
        page = max(self._whole("page", 1), 1)
        last = max(1, -(-len(items) // size))
        rows = [show(each) for each in items[(page - 1) * size : page * size]]
        links = []
        if page > 1:
            links += [("prev", min(page - 1, last))]
        if page < last:
            links += [("next", page + 1), ("last", last)]
        if page > 1:
            links += [("first", 1)]
        headers = {"Link": ", ".join(f'<{self._page_url(at)}>; rel="{rel}"' for rel, at in links)} if links else {}
        return Answer(200, wrap(rows, len(items)) if wrap else rows, headers)

    def page_size(self) -> int:
        """How many rows a page has."""
        return min(max(self._whole("per_page", 30), 1), MOST_A_PAGE)

    def _whole(self, name: str, default: int) -> int:
        text = self.query.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else default

    def _page_url(self, page: int) -> str:
        return f"{self.world.api_url}{self.path}?{urlencode({**self.query, 'page': str(page)})}"


def _in_words(error: str) -> str:
    """msgspec's words as GitHub's: `"title" wasn't supplied.`"""
    if "missing required field" in error:
        return f'"{error.rsplit("`", 2)[-2]}" wasn\'t supplied.'
    return f"{error}."


def role_of(world: World, repository: Repository, user: User | None, token: Token | None = None) -> Role | None:
    """What `user` may do in `repository`: the owner everything, collaborators what they were given, others read."""
    public: Role | None = None if repository.private else "read"
    if user is None:
        return public
    if token is not None and token.installation_id is not None:
        installation = world.installations[token.installation_id]
        of_account = installation.account_id == repository.owner_id
        chosen = all(
            each is None or repository.id in each for each in (installation.repository_ids, token.repository_ids)
        )
        return "write" if of_account and chosen else public
    if user.id == repository.owner_id:
        return "admin"
    return repository.collaborators.get(user.id, public)


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: what it is called over HTTP, who may, and where GitHub describes it."""

    method: str
    path: str
    """As in GitHub's description, such as /repos/{owner}/{repo}/issues/{issue_number}."""
    handler: Handler
    docs: str
    """Page and anchor of https://docs.github.com/rest, such as issues/issues#create-an-issue."""
    role: Role = "read"
    """What the person must be allowed in the repository of the path."""
    grant: str = ""
    """What a fine-grained token must have: `issues=write`; shown as X-Accepted-GitHub-Permissions."""
    signed_in: bool = False
    """Whether a credential is needed even to look; writing always needs one."""
    app: bool = False
    """Whether only an App's JSON web token will do."""


def issue_of(call: Call, name: str = "issue_number") -> Issue:
    """The issue of the path: 404 for none, 410 for a deleted, 301 for a transferred one (GITHUB.md, Answers)."""
    found = call.world.issue(call.repository, call.number(name))
    if found is None:
        raise not_found()
    if found.transferred_to is not None:
        issue = call.world.issues[found.transferred_to]
        target = call.world.repositories[issue.repository_id]
        if call.role(target) is None:
            raise not_found()
        raise moved(f"{call.world.api_url}/repos/{call.world.full_name(target)}/issues/{issue.number}")
    if found.deleted:
        raise Problem(410, "This issue was deleted")
    return found


def moved(url: str, status: int = 301) -> Problem:
    """A redirect, with the body that GitHub gives it."""
    return Problem(status, "Moved Permanently", headers={"Location": url}, more={"url": url})
