"""GraphQL requests as text: operations, fields with arguments, values. No fragments and no directives.

https://spec.graphql.org/October2021/#sec-Language
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

DEEPEST = 32
"""How many braces and brackets may be open at once."""
_TOKEN = re.compile(
    r"(?P<skip>[\s,\ufeff]+|#[^\n\r]*)|(?P<name>[_A-Za-z]\w*)|(?P<mark>\.\.\.|[!$():=@\[\]{}|&])"
    r"|(?P<number>-?(?:0|[1-9]\d{0,300})(?:\.\d+)?(?:[eE][+-]?\d{1,3})?)(?![\w.])"
    r'|(?P<block>"""(?:[^"\\]|\\"""|\\|"(?!""))*""")|(?P<string>"(?:[^"\\\n\r]|\\.)*")',
    re.ASCII,
)
_WORDS: Mapping[str, Any] = {"true": True, "false": False, "null": None}


class Unparsable(Exception):
    """The text is no request that is understood here. str() says what, `line` and `column` count from one."""

    def __init__(self, words: str, line: int, column: int) -> None:
        super().__init__(words)
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text. `kind` is name, mark, number, string, or end."""

    kind: str
    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that comes beside the text."""

    name: str


@dataclass(frozen=True, slots=True)
class Field:
    """What is asked for: a name, arguments, and what is asked of the answer (None: nothing was)."""

    name: str
    alias: str
    arguments: Mapping[str, Any]
    selections: tuple["Field", ...] | None
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Operation:
    """A query or a mutation; `variables` are types as written, `defaults` values for those that are left out."""

    kind: str
    name: str | None
    selections: tuple[Field, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)


def parse(text: str) -> list[Operation]:
    """The operations of a request. Raises Unparsable."""
    reader = _Reader(text)
    operations = []
    while reader.next.kind != "end":
        operations.append(reader.operation())
    if not operations:
        raise reader.unexpected()
    return operations


def _tokens(text: str) -> Iterator[Token]:
    at, line, start = 0, 1, 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        column = at - start + 1
        if found is None:
            raise Unparsable(f"Expected NAME, actual: UNKNOWN_CHAR ({json.dumps(text[at])})", line, column)
        kind, words = str(found.lastgroup), found.group()
        if kind == "block":
            yield Token("string", words[3:-3].replace('\\"""', '"""').strip("\n"), line, column)
        elif kind == "string":
            yield Token(kind, _unescaped(words, line, column), line, column)
        elif kind != "skip":
            yield Token(kind, words, line, column)
        if "\n" in words:
            line += words.count("\n")
            start = at + words.rindex("\n") + 1
        at = found.end()
    yield Token("end", "", line, at - start + 1)


def _unescaped(words: str, line: int, column: int) -> str:
    try:
        found: str = json.loads(words, strict=False)
        found.encode()
    except ValueError:
        raise Unparsable("Bad Unicode escape in string", line, column) from None
    return found


class _Reader:
    """Takes tokens one by one."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self.next = next(self._tokens)
        self._depth = 0

    def unexpected(self) -> Unparsable:
        """That the next token does not fit."""
        at = self.next
        what = "Unexpected end of document" if at.kind == "end" else f"Parse error on {json.dumps(at.text)}"
        return Unparsable(f"{what} at [{at.line}, {at.column}]", at.line, at.column)

    def take(self, kind: str, text: str | None = None) -> Token:
        """The next token, which has to be of this kind."""
        taken = self.next
        if taken.kind != kind or text not in (None, taken.text):
            raise self.unexpected()
        self.next = next(self._tokens, taken)
        return taken

    def skip(self, mark: str) -> bool:
        """Take a mark if it is next."""
        if (self.next.kind, self.next.text) != ("mark", mark):
            return False
        self.take("mark")
        return True

    def operation(self) -> Operation:
        """`mutation Name($id: ID!) { ... }`, or only the braces: a query."""
        if (self.next.kind, self.next.text) == ("mark", "{"):
            return Operation("query", None, self.selections())
        if self.next.text not in ("query", "mutation"):
            raise self.unexpected()
        kind = self.take("name").text
        name = self.take("name").text if self.next.kind == "name" else None
        types: dict[str, str] = {}
        defaults: dict[str, Any] = {}
        if self.skip("("):
            while not self.skip(")"):
                self.take("mark", "$")
                variable = self.take("name").text
                self.take("mark", ":")
                types[variable] = self.type()
                if self.skip("="):
                    defaults[variable] = self.value()
        return Operation(kind, name, self.selections(), types, defaults)

    def type(self) -> str:
        """`ID!`, `[String!]!`."""
        if self.skip("["):
            self._deeper()
            inner = f"[{self.type()}]"
            self.take("mark", "]")
            self._depth -= 1
        else:
            inner = self.take("name").text
        return f"{inner}!" if self.skip("!") else inner

    def selections(self) -> tuple[Field, ...]:
        """`{ id pullRequest { number } }`."""
        self.take("mark", "{")
        self._deeper()
        found = [self.field()]
        while not self.skip("}"):
            found.append(self.field())
        self._depth -= 1
        return tuple(found)

    def field(self) -> Field:
        """`alias: name(argument: value) { ... }`."""
        first = self.take("name")
        name = self.take("name").text if self.skip(":") else first.text
        arguments: dict[str, Any] = {}
        if self.skip("("):
            while not self.skip(")"):
                argument = self.take("name").text
                self.take("mark", ":")
                arguments[argument] = self.value()
        nested = self.selections() if (self.next.kind, self.next.text) == ("mark", "{") else None
        return Field(name, first.text, arguments, nested, first.line, first.column)

    def value(self) -> Any:
        """A literal as JSON has it, an enum as its name, a Variable, a list or an object of these."""
        if self.skip("$"):
            return Variable(self.take("name").text)
        if self.skip("["):
            self._deeper()
            items = []
            while not self.skip("]"):
                items.append(self.value())
            self._depth -= 1
            return items
        if self.skip("{"):
            self._deeper()
            pairs = {}
            while not self.skip("}"):
                key = self.take("name").text
                self.take("mark", ":")
                pairs[key] = self.value()
            self._depth -= 1
            return pairs
        if self.next.kind == "number":
            text = self.take("number").text
            return float(text) if re.search("[.eE]", text) else int(text)
        if self.next.kind == "string":
            return self.take("string").text
        word = self.take("name").text
        return _WORDS.get(word, word)

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unparsable("Query is nested too deeply", self.next.line, self.next.column)
