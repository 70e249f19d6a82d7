"""YAML text -> the structs of `settings.types`, read by the type that is wanted and not by YAML's guesses.

YAML 1.1 takes `no` for false, `1:30` for 90 and `017` for 15. Here a plain word is the text that was written
where a text is wanted; `true` and `false` are the only booleans; a number is plain decimal. A key without a
value stands for its default. Tags, anchors, aliases and merge keys are refused: no settings file needs them, and
without them no file can grow in memory. Every refusal names file, line and key.
"""

from collections.abc import Iterator
from typing import Any, TypeVar, get_args, get_origin

import msgspec
import yaml
from msgspec import Struct

from qatui.domain.nearest import nearest
from qatui.errors import ConfigError
from qatui.settings import scalars
from qatui.settings.scalars import short

LARGEST = 1_000_000
"""Bytes of a settings file at most."""
DEEPEST = 20
"""Levels of nesting at most."""

T = TypeVar("T", bound=Struct)
Where = tuple[str | int, ...]
"""Keys and list positions from the root to a value."""


class Document:
    """One settings file while it is read: knows the line of everything in it."""

    def __init__(self, place: str) -> None:
        self.place = place
        """What refusals call the file, such as `qatui.yaml on main`."""
        self._lines: dict[Where, int] = {}

    def wrong(self, where: Where, message: str, hint: str = "") -> ConfigError:
        """The error for the value at `where`, or for the nearest place above it that the file has."""
        while where and where not in self._lines:
            where = where[:-1]
        line = self._lines.get(where)
        return ConfigError(f"{self.place}{f', line {line}' if line else ''}: {message}", hint)

    def read(self, data: bytes, type_: type[T]) -> T:
        """The struct that `data` spells; defaults for an empty file. Raises ConfigError."""
        node = self._compose(_text(data, self.place))
        if node is None or _is_empty(node):
            return type_()
        if not isinstance(node, yaml.MappingNode):
            raise self._at(node, f"settings are `key: value` lines, not {_kind(node)}.", _accepted(type_))
        return self._struct(node, type_, ())

    def _compose(self, text: str) -> yaml.Node | None:
        try:
            loader = _Loader(text)
            try:
                return loader.get_single_node()
            finally:
                loader.dispose()
        except _Unwanted as error:
            raise ConfigError(f"{self.place}, line {error.line}: {error.message}", error.hint) from None
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            character = f"U+{error.character:04X}" if isinstance(error.character, int) else repr(error.character)
            raise ConfigError(f"{self.place}, line {line}: the character {character} is not allowed here.") from None
        except yaml.MarkedYAMLError as error:
            raise self._not_yaml(error) from None

    def _not_yaml(self, error: yaml.MarkedYAMLError) -> ConfigError:
        problem = error.problem or "it cannot be read"
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        hint = ""
        if "\\t" in problem:
            problem, hint = "a tab where YAML wants blanks", "Indent with blanks."
        elif "single document" in (error.context or ""):
            problem, hint = "a second document begins here", "Take away the `---` and what follows it."
        elif "scanning an alias" in (error.context or ""):
            problem, hint = "a text cannot begin with “*” or “&” here", "Put quotes around it."
        elif "mapping values are not allowed" in problem:
            hint = "A text with a colon and a blank in it wants quotes around it."
        elif "but got '?'" in problem:
            hint = "Inside { } and [ ] a text with a question mark wants quotes around it."
        return ConfigError(f"{self.place}, line {line} is not valid YAML: {problem}.", hint)

    def _at(self, node: yaml.Node, message: str, hint: str = "") -> ConfigError:
        return ConfigError(f"{self.place}, line {_line(node)}: {message}", hint)

    def _value(self, node: yaml.Node, type_: Any, where: Where) -> Any:
        self._lines.setdefault(where, _line(node))
        if scalars.is_optional(type_):
            return None if _is_null(node) else self._value(node, scalars.without_none(type_), where)
        origin = get_origin(type_)
        if origin is tuple:
            return tuple(self._items(node, get_args(type_)[0], where))
        if origin is dict:
            return self._table(node, get_args(type_)[1], where)
        if isinstance(type_, type) and issubclass(type_, Struct):
            if not isinstance(node, yaml.MappingNode):
                raise self._mismatch(node, where, "`key: value` lines", _accepted(type_))
            return self._struct(node, type_, where)
        if not isinstance(node, yaml.ScalarNode) or _is_empty(node):
            raise self._mismatch(node, where, scalars.name(type_))
        try:
            return scalars.read(_written(node), type_, plain=node.style is None)
        except scalars.Wrong as error:
            raise self._mismatch(node, where, error.wanted, error.hint) from None

    def _mismatch(self, node: yaml.Node, where: Where, wanted: str, hint: str = "") -> ConfigError:
        return self._at(node, f"“{dotted(where)}” wants {wanted}, not {_kind(node)}.", hint)

    def _struct(self, node: yaml.MappingNode, type_: type[T], where: Where) -> T:
        fields = {one.encode_name: one for one in msgspec.structs.fields(type_)}
        values = {}
        for key, value in self._pairs(node, where):
            if key not in fields:
                of = f" of “{dotted(where)}”" if where else ""
                near = nearest(key, fields)
                guess = f"; did you mean “{near}”?" if near else "."
                raise self.wrong((*where, key), f"“{short(key)}” is no setting{of}{guess}", _accepted(type_))
            field = fields[key]
            if _is_empty(value) and not field.required:
                continue
            values[field.name] = self._value(value, field.type, (*where, key))
        for name, field in fields.items():
            if field.required and field.name not in values:
                of = f" of “{dotted(where)}”" if where else ""
                raise self._at(node, f"“{name}”{of} is missing.")
        return type_(**values)

    def _table(self, node: yaml.Node, type_: Any, where: Where) -> dict[str, Any]:
        if not isinstance(node, yaml.MappingNode):
            raise self._mismatch(node, where, "`name: value` lines")
        return {key: self._value(value, type_, (*where, key)) for key, value in self._pairs(node, where)}

    def _items(self, node: yaml.Node, type_: Any, where: Where) -> Iterator[Any]:
        if not isinstance(node, yaml.SequenceNode):
            hint = f"Write it as a list: [{short(node.value)}]" if isinstance(node, yaml.ScalarNode) else ""
            raise self._mismatch(node, where, "a list", hint)
        for number, item in enumerate(node.value):
            yield self._value(item, type_, (*where, number))

    def _pairs(self, node: yaml.MappingNode, where: Where) -> Iterator[tuple[str, yaml.Node]]:
        seen: dict[str, int] = {}
        for key_node, value in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise self._at(key_node, f"a key is a text, not {_kind(key_node)}.")
            key = _written(key_node)
            if key == "<<" and key_node.style is None:
                raise self._at(key_node, "merge keys (`<<`) are not taken.", "Write the settings out.")
            if not key or scalars.CONTROL.search(key):
                raise self._at(key_node, "a key must be a text of one line.")
            if key in seen:
                raise self._at(key_node, f"“{short(key)}” is set twice; the first is on line {seen[key]}.")
            seen[key] = _line(key_node)
            self._lines[(*where, key)] = seen[key]
            yield key, value


def dotted(where: Where) -> str:
    """The key as a person writes it: `checklist[2].text`, counted from 1."""
    text = ""
    for part in where:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{short(part)}" if text else short(part)
    return text


class _Unwanted(Exception):
    """Valid YAML of a kind that settings do not need."""

    def __init__(self, event: yaml.Event, message: str, hint: str) -> None:
        super().__init__(message)
        self.line = event.start_mark.line + 1 if event.start_mark else 1
        self.message = message
        self.hint = hint


class _Loader(yaml.SafeLoader):
    """Composes nodes of limited depth, without aliases, anchors and tags."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent):
            raise _Unwanted(event, "aliases (`*name`) are not taken.", "Quote a text that begins with “*”.")
        if event.anchor is not None:
            raise _Unwanted(event, "anchors (`&name`) are not taken.", "Quote a text that begins with “&”.")
        if event.tag not in (None, "!"):
            raise _Unwanted(event, "tags (`!name`) are not taken.", "Quote a text that begins with “!”.")
        if self.depth >= DEEPEST:
            raise _Unwanted(event, "settings are nested too deep.", "")
        self.depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def _text(data: bytes, place: str) -> str:
    if len(data) > LARGEST:
        raise ConfigError(f"{place} has {len(data)} bytes; settings have {LARGEST} at most.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{place}, line {line}: this is not UTF-8 text.", "Save the file as UTF-8.") from None


def _written(node: yaml.ScalarNode) -> str:
    """The text of a scalar; a block (`|`, `>`) without its last line's end."""
    return str(node.value).rstrip("\n") if node.style in ("|", ">") else str(node.value)


def _is_empty(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style is None and node.value == ""


def _is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style is None and node.value in ("", "~", "null")


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1 if node.start_mark else 1


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    return f"“{short(node.value)}”" if node.value else "nothing"


def _accepted(type_: type[Struct]) -> str:
    return "Settings here: " + ", ".join(sorted(one.encode_name for one in msgspec.structs.fields(type_)))
