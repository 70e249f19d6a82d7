"""What GitHub's description promises, as a checker of requests and answers; `Checked` watches a whole server with it.

contract = Contract.load()            # None where the workshop's shared folder is absent
contract.check_request("POST", "/repos/o/r/issues", {}, {"title": "a"})       -> problems in words, [] where none
contract.check_answer("GET", "/repos/o/r", 200, response.headers, response.content)
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Self
from urllib.parse import parse_qs, unquote

import jsonschema_rs
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.openapi import DEFINITIONS, Operation, Schema, definitions, json_schema, read_document, read_operations

ENTERPRISE = "/api/v3"
"""Before every path on GitHub Enterprise."""

_BY_NUMBER = re.compile(r"^/repositories/[0-9]+")
"""A repository's lasting address, which redirects and Link headers have."""

UNDECLARED_ERRORS = frozenset({400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422, 429, 451})
"""What GitHub answers to any operation, declared or not; and every 5xx."""

_EXPLAINED = frozenset({404, 405, 409, 410, 422})
"""Errors that refer to their operation's own page; the others to one of credentials, limits, trouble."""

UNDECLARED_OTHERS = frozenset({301, 302, 304, 307})

BEYOND = (
    Operation(
        id="issues/get-label",
        method="GET",
        path="/repos/{owner}/{repo}/labels/{name}",
        docs="https://docs.github.com/rest/issues/labels#get-a-label",
        parameters=(),
        body=None,
        body_required=False,
        answers={"200": {"application/json": {"$ref": "#/components/schemas/label"}}},
    ),
)
"""What the look-alike answers beyond the description at hand, which has the schemas of it."""

_ERROR: Schema = {
    "type": "object",
    "required": ["message", "documentation_url", "status"],
    "properties": {
        "message": {"type": "string", "minLength": 1},
        "documentation_url": {"type": "string", "pattern": "^https://docs\\.github\\.com/"},
        "status": {"type": "string", "pattern": "^[0-9]{3}$"},
        "errors": {"type": "array", "items": {"type": ["object", "string"]}},
    },
}


def _words(error: jsonschema_rs.ValidationError) -> Iterator[str]:
    """One schema error as sentences; of several arms the one that came nearest speaks."""
    kind = error.kind
    if isinstance(kind, jsonschema_rs.ValidationErrorKind.AnyOf):
        arms = [arm for arm in kind.context if not _only_null(arm)] or kind.context
        for one in max(arms, key=lambda arm: (not _mistyped(arm, len(error.instance_path)), -len(arm))):
            yield from _words(one)
        return
    place = "/".join(map(str, error.instance_path))
    what = error.message if len(error.message) <= 300 else f"{error.message[:140]} ... {error.message[-140:]}"
    yield f"at /{place}: {what}"


def _mistyped(arm: Sequence[jsonschema_rs.ValidationError], depth: int) -> bool:
    return any(hasattr(one.kind, "types") and len(one.instance_path) == depth for one in arm)


def _only_null(arm: Sequence[jsonschema_rs.ValidationError]) -> bool:
    return all(getattr(one.kind, "types", None) == ["null"] for one in arm)


def _typed(schema: Schema, text: str) -> object:
    """A parameter's text as the value it stands for; the text itself where it stands for none."""
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?[0-9]+", text):
        return int(text)
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text


@dataclass
class Contract:
    """GitHub's description, ready to check with. Validators are made when first asked for."""

    operations: dict[str, Operation]
    """By operationId, in the order of the description."""
    _registries: dict[bool, jsonschema_rs.Registry]
    _validators: dict[tuple[int, bool], jsonschema_rs.Draft202012Validator] = field(default_factory=dict)
    _patterns: list[tuple[Operation, re.Pattern[str]]] = field(init=False)

    def __post_init__(self) -> None:
        self._patterns = [
            (one, one.pattern()) for one in sorted([*self.operations.values(), *BEYOND], key=Operation.rank)
        ]

    @classmethod
    @cache
    def load(cls) -> Self | None:
        """The description of the shared folder; None where that is absent."""
        document = read_document()
        if document is None:
            return None
        registries = {
            closed: jsonschema_rs.Registry([(DEFINITIONS, definitions(document, closed=closed))])
            for closed in (True, False)
        }
        return cls({one.id: one for one in read_operations(document)}, registries)

    def operation(self, method: str, path: str) -> Operation | None:
        """The operation that a request is for. The path is as sent: still percent-encoded, without a query."""
        found = self._find(method, path)
        return found and found[0]

    def _find(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        method = "GET" if method == "HEAD" else method
        path = _BY_NUMBER.sub("/repos/-/-", path.removeprefix(ENTERPRISE))
        for operation, pattern in self._patterns:
            if operation.method == method and (match := pattern.fullmatch(path)):
                return operation, {name: unquote(value or "") for name, value in match.groupdict().items()}
        return None

    def check_request(self, method: str, path: str, query: Mapping[str, list[str]], body: object | None) -> list[str]:
        """What is wrong with a request: unknown or mistyped parameters, missing ones, a body not as described.

        A key that the description does not know is a problem too: GitHub would ignore it.
        """
        found = self._find(method, path)
        if found is None:
            return [f"{method} {path} is no operation of the description"]
        operation, in_path = found
        given = dict(query) | {name: [value] for name, value in in_path.items()}
        problems = self._check_parameters(operation, given)
        if body is None:
            problems += ["the body is missing"] * operation.body_required
        elif operation.body is None:
            problems.append(f"{operation.id} takes no body")
        else:
            problems += [f"body {one}" for one in self._problems(operation.body, body, closed=True)]
        return problems

    def _check_parameters(self, operation: Operation, given: Mapping[str, list[str]]) -> list[str]:
        known = {one.name: one for one in operation.parameters if one.place != "header"}
        problems = [f"parameter {name!r} is unknown to {operation.id}" for name in given if name not in known]
        for name, one in known.items():
            if one.required and name not in given:
                problems.append(f"parameter {name!r} is missing")
            for text in given.get(name, ()):
                wrong = self._problems(one.schema, _typed(one.schema, text), closed=True)
                problems += [f"parameter {name!r} {what}" for what in wrong]
        return problems

    def check_answer(
        self, method: str, path: str, status: int, headers: Mapping[str, str], body: object, *, strict: bool = False
    ) -> list[str]:
        """What is wrong with an answer: an undeclared status, a body not as described, an error without its shape.

        The body is the bytes as sent, or JSON already decoded. `strict` reports keys that the description does not
        know in answers below 400, so that a mistyped key shows (errors have `status`, which most schemas lack), and
        errors that refer to another page than their operation's.
        """
        operation = self.operation(method, path)
        fields = {name.lower(): value for name, value in headers.items()}
        problems = []
        if status in (301, 302, 307) and not fields.get("location"):
            problems.append(f"{status} without a Location")
        if status in (204, 304) or method == "HEAD":
            problems += [f"{status} to {method} has a body"] * (body not in (b"", None))
        if status < 400 and operation is None:
            problems.append(f"{method} {path} is no operation of the description, and answers {status}")
        declared = operation.answers.get(str(status)) if operation else None
        if declared is None and not self._undeclared(status):
            problems.append(f"{operation.id if operation else path} never answers {status}")
        if status in (204, 304) or method == "HEAD":
            return problems
        media = fields.get("content-type", "application/json").partition(";")[0].strip()
        if media != "application/json" and status < 400 and media.startswith("application/vnd.github."):
            return problems  # a diff, a patch or a raw file, as asked for
        if media == "text/html" and status > 500:
            return problems  # what stands before GitHub answers so
        if declared == {}:  # the description says nothing of a body: a redirect's message, or none
            return problems
        try:
            value = json.loads(body) if isinstance(body, bytes) else body
        except ValueError as error:
            return [*problems, f"{status} has a body of {media} that is not JSON: {error}"]
        if media != "application/json":
            problems.append(f"JSON is sent as {media!r}")
        if declared:
            # GitHub sends some of its media types, a folder as an object for one, as application/json too.
            ranked = sorted(declared.items(), key=lambda one: one[0] != "application/json")
            found = [self._problems(one, value, closed=strict and status < 400) for _, one in ranked if one]
            problems += found[0] if all(found) else []
        if status >= 400:
            problems += self._problems(_ERROR, value, closed=False)
            where = value.get("documentation_url") if isinstance(value, dict) else None
            climbs = "/../" in f"{path}/"  # out of the operation, to nowhere that has a page
            if strict and operation and not climbs and status in _EXPLAINED and where != operation.docs:
                problems.append(f"{status} refers to {where!r}, not to {operation.docs!r}")
            if isinstance(value, dict) and value.get("status", str(status)) != str(status):
                problems.append(f"{status} says in its body that it is {value['status']!r}")
        return problems

    def _undeclared(self, status: int) -> bool:
        return status in UNDECLARED_ERRORS or status in UNDECLARED_OTHERS or status >= 500

    def _problems(self, schema: Schema, value: object, *, closed: bool) -> list[str]:
        key = id(schema), closed  # they live as long as the operations do
        if key not in self._validators:
            self._validators[key] = jsonschema_rs.Draft202012Validator(
                json_schema(schema, closed=closed), validate_formats=True, registry=self._registries[closed]
            )
        validator = self._validators[key]
        if validator.is_valid(value):
            return []
        return [words for error in validator.iter_errors(value) for words in _words(error)]


class Checked:
    """An ASGI application between the network and another one, which checks what passes and changes none of it.

    Not checked: what is not GitHub's REST interface, answers cut off, answers that a fault was asked for (they carry
    `X-Qatui-Fault`), and the plain text that a request without a User-Agent gets. Requests are checked where they are
    our client's.
    """

    def __init__(self, app: ASGIApp, contract: Contract | None, *, strict: bool = True) -> None:
        self.app = app
        self.contract = contract
        self.strict = strict
        self.violations: list[str] = []
        """One line for each problem: method, path, status, what."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or whatever else the server has to say."""
        contract = self.contract
        if contract is None or scope["type"] != "http" or not _checkable(scope["path"]):
            await self.app(scope, receive, send)
            return
        asked, told = bytearray(), bytearray()
        start: Message | None = None

        async def hear() -> Message:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def tell(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
            told.extend(message.get("body", b""))
            whole = message["type"] == "http.response.body" and not message.get("more_body", False)
            if whole and start is not None:
                self._check(contract, scope, bytes(asked), start, bytes(told))
            await send(message)

        await self.app(scope, hear, tell)

    def _check(self, contract: Contract, scope: Scope, asked: bytes, start: Message, told: bytes) -> None:
        sent, got = _fields(scope["headers"]), _fields(start["headers"])
        if "x-qatui-fault" in sent | got or "user-agent" not in sent:
            return
        method, path, status = scope["method"], scope["raw_path"].decode("ascii"), start["status"]
        problems = contract.check_answer(method, path, status, got, told, strict=self.strict)
        if sent.get("user-agent", "").startswith("qatui/"):
            query = parse_qs(scope["query_string"].decode("ascii"), keep_blank_values=True)
            try:
                wrong = contract.check_request(method, path, query, json.loads(asked) if asked else None)
            except ValueError as error:
                wrong = [f"the body is not JSON: {error}"]
            problems += [f"request: {one}" for one in wrong]
        self.violations += [f"{method} {path} {status}: {one}" for one in problems]


def _checkable(path: str) -> bool:
    of_git = ".git/" in path or path.endswith(("/info/refs", "/git-upload-pack", "/git-receive-pack"))
    return not (of_git or path.startswith(("/_qatui/", "/graphql", "/api/graphql", "/repositories/")))


def _fields(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
