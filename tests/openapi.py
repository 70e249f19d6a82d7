"""GitHub's OpenAPI description, read: its operations, and its OpenAPI 3.0 schemas as JSON Schema 2020-12.

The file belongs to the workshop and is not part of the project: what needs it is skipped where it is absent.
"""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

DEFINITIONS = "urn:github"
"""The name under which `definitions` is registered; schemas refer to it."""

_METHODS = ("get", "post", "put", "patch", "delete")
_IN_PLACE = ("oneOf", "anyOf", "allOf")
_ANNOTATIONS = frozenset(
    {"description", "example", "examples", "title", "default", "deprecated", "discriminator", "externalDocs", "xml"}
)


def shared_folder() -> Path | None:
    """The workshop's shared folder: QATUI_SHARED, or `../shared` beside the project; None where there is none."""
    named = os.environ.get("QATUI_SHARED")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared"
    return folder if folder.is_dir() else None


SHARED = shared_folder()
"""Found when the tests are loaded: a test's own environment has no QATUI_ names."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of an operation; `place` is path, query or header."""

    name: str
    place: str
    required: bool
    schema: Schema
    slashes: bool
    """Its value in a path may hold slashes: refs, branches, files."""


@dataclass(frozen=True)
class Operation:
    """One method on one path. Schemas are GitHub's own, with references."""

    id: str
    method: str
    path: str
    docs: str
    parameters: tuple[Parameter, ...]
    body: Schema | None
    body_required: bool
    answers: Mapping[str, Mapping[str, Schema]]
    """By status, then by media type; empty where the answer has no body."""

    def pattern(self) -> re.Pattern[str]:
        """What a raw (still percent-encoded) path of this operation looks like."""
        slashes = {one.name for one in self.parameters if one.slashes}
        parts = []
        for segment in self.path.split("/")[1:]:
            if not segment.startswith("{"):
                parts.append("/" + re.escape(segment))
            elif (name := segment[1:-1]) not in slashes:
                parts.append(f"/(?P<{name}>[^/]+)")
            elif self.method == "GET" and self.path.endswith(("/contents/{path}", "/matching-refs/{ref}")):
                parts.append(f"(?:/(?P<{name}>.*))?")  # the root folder, and all refs, go by the empty name
            else:
                parts.append(f"/(?P<{name}>[^/]+(?:/[^/]+)*)")
        return re.compile("".join(parts))

    def rank(self) -> tuple[int, list[bool]]:
        """Sorts before the operations that also match its paths but say less about them."""
        literal = [not segment.startswith("{") for segment in self.path.split("/")]
        return -sum(literal), [not one for one in literal]


def read_operations(document: Mapping[str, Any]) -> list[Operation]:
    """Every operation of the description, in its order."""

    def follow(node: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in node:
            _, _, kind, name = node["$ref"].split("/")
            node = document["components"][kind][name]
        return node

    found = []
    for path, item in document["paths"].items():
        for method in filter(item.__contains__, _METHODS):
            raw = item[method]
            named = [follow(one) for one in (*item.get("parameters", ()), *raw.get("parameters", ()))]
            parameters = tuple(
                Parameter(
                    one["name"], one["in"], one.get("required", False), one["schema"], one.get("x-multi-segment", False)
                )
                for one in named
            )
            body = follow(raw.get("requestBody", {}))
            answers = {
                status: {media: one.get("schema", {}) for media, one in follow(answer).get("content", {}).items()}
                for status, answer in raw["responses"].items()
            }
            found.append(
                Operation(
                    id=raw["operationId"],
                    method=method.upper(),
                    path=path,
                    docs=raw["externalDocs"]["url"],
                    parameters=parameters,
                    body=body.get("content", {}).get("application/json", {}).get("schema"),
                    body_required=body.get("required", False),
                    answers=answers,
                )
            )
    return found


def json_schema(schema: Schema, *, closed: bool, placed: bool = True) -> Schema:
    """An OpenAPI 3.0 schema as JSON Schema 2020-12.

    `closed` forbids keys that the description does not know. A schema is closed where it stands for a value, not
    where it is one arm of another (`placed` is False there), whose keys it shares.

    GitHub says `oneOf` for unions whose arms overlap (contents PUT 409; three nullable arms in a validation error), so
    one that matches is enough; `discriminator` sends a folder's listing to no arm at all and goes; and an enum that is
    nullable lacks its null (`state_reason`).
    """
    made: Schema = {}
    for key, value in schema.items():
        if key in _ANNOTATIONS or key.startswith("x-") or key in ("nullable", "readOnly", "writeOnly"):
            continue
        if key == "$ref":
            made[key] = f"{DEFINITIONS}#/$defs/{value.rpartition('/')[2]}"
        elif key in _IN_PLACE:
            arms = [json_schema(one, closed=closed, placed=False) for one in value]
            made.setdefault("allOf", []).extend(arms if key == "allOf" else [{"anyOf": arms}])
        elif key == "properties":
            made[key] = {name: json_schema(one, closed=closed) for name, one in value.items()}
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            made[key] = json_schema(value, closed=closed)
        else:
            made[key] = value
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(made.get(exclusive), bool) and made.pop(exclusive):
            made[exclusive] = made.pop(bound)
    if made.get("type") == "object" and not made.keys() & {"properties", "additionalProperties", "allOf"}:
        made["additionalProperties"] = True  # says nothing about its keys: every key is known
    if schema.get("nullable"):
        made = _or_null(made)
    if closed and placed and made.keys() & {"$ref", "properties", "allOf", "anyOf"}:
        made["unevaluatedProperties"] = False
    return made


def _or_null(schema: Schema) -> Schema:
    if isinstance(schema.get("type"), str) and "allOf" not in schema:
        made = schema | {"type": [schema["type"], "null"]}
        if "enum" in made and None not in made["enum"]:
            made["enum"] = [*made["enum"], None]
        return made
    return {"anyOf": [schema, {"type": "null"}]}


def definitions(document: Mapping[str, Any], *, closed: bool) -> Schema:
    """The named schemas, as one document to refer to."""
    named = document["components"]["schemas"].items()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": {name: json_schema(one, closed=closed, placed=False) for name, one in named},
    }


def read_document() -> dict[str, Any] | None:
    """The description as it is; None where the shared folder is absent."""
    path = SHARED and SHARED / "github" / "openapi.json"
    if not path or not path.is_file():
        return None
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document
