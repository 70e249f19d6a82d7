"""GraphQL: five mutations by name. Errors come with HTTP 200. https://docs.github.com/graphql/guides/forming-calls-with-graphql"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct

from qatui.sandbox.github.call import Answer, Call, Route
from qatui.sandbox.github.graphql_mutations import METHODS, MUTATIONS, Mutation, Refused
from qatui.sandbox.github.graphql_text import Field, Operation, Unparsable, Variable, parse
from qatui.sandbox.github.graphql_types import TYPES
from qatui.sandbox.github.world import World

Error = dict[str, Any]
_COMMIT = re.compile(r"[0-9a-f]{40}")


class Asked(Struct):
    """A request."""

    query: Any = None
    variables: dict[str, Any] | None = None
    operationName: str | None = None


class _Wrong(Exception):
    """What is wrong with a request before anything is done: errors, each complete."""

    def __init__(self, errors: Sequence[Error]) -> None:
        super().__init__(errors)
        self.errors = list(errors)


@dataclass(frozen=True, slots=True)
class _Step:
    """A mutation to be done."""

    field: Field
    mutation: Mutation
    inputs: Mapping[str, Any]


def answer(call: Call) -> Answer:
    """Do the mutations of the operation asked for, one after the other, once the whole request is found sound."""
    asked = call.read(Asked)
    try:
        operation = _operation(asked)
        _check_variables(operation, asked.variables or {})
        given = {**operation.defaults, **(asked.variables or {})}
        steps = _steps(operation, given)
    except _Wrong as wrong:
        return Answer(200, {"errors": wrong.errors}, wrote=False)
    data: dict[str, Any] = {}
    errors: list[Error] = []
    for step in steps:
        try:
            payload = step.mutation.run(call, step.inputs)
        except Refused as refused:
            data[step.field.alias] = None
            errors.append(_error(str(refused), step.field, [step.field.alias], type=refused.type))
        else:
            data[step.field.alias] = _shown(call.world, step.mutation.payload, payload, step.field.selections or ())
    told = {"data": data, "errors": errors} if errors else {"data": data}
    return Answer(200, told, wrote=any(each is not None for each in data.values()))


def _operation(asked: Asked) -> Operation:
    """The one operation, or the one that is named."""
    if not isinstance(asked.query, str):
        raise _Wrong([{"message": "A query attribute must be specified and must be a string."}])
    try:
        found = parse(asked.query)
    except Unparsable as error:
        place = {"line": error.line, "column": error.column}
        raise _Wrong([{"message": str(error), "locations": [place]}]) from None
    if asked.operationName:
        found = [each for each in found if each.name == asked.operationName]
    if len(found) != 1:
        named = f'No operation named "{asked.operationName}"'
        raise _Wrong([{"message": named if asked.operationName else "An operation name is required"}])
    return found[0]


def _check_variables(operation: Operation, given: Mapping[str, Any]) -> None:
    problems = [{"path": [], "explanation": "Expected value to not be null"}]
    raise_for = [
        {
            "message": f"Variable ${name} of type {type_} was provided invalid value",
            "extensions": {"value": None, "problems": problems},
        }
        for name, type_ in operation.variables.items()
        if type_.endswith("!") and given.get(name, operation.defaults.get(name)) is None
    ]
    if raise_for:
        raise _Wrong(raise_for)


def _steps(operation: Operation, given: Mapping[str, Any]) -> list[_Step]:
    root = operation.kind.capitalize()
    path = [operation.kind + (f" {operation.name}" if operation.name else "")]
    errors: list[Error] = []
    steps = []
    for field in operation.selections:
        mutation = MUTATIONS.get(field.name) if operation.kind == "mutation" else None
        at = [*path, field.alias]
        if mutation is None:
            errors.append(_undefined(field, at, root))
            continue
        errors += _wrong_selections(field, at, mutation.payload)
        inputs, wrong = _inputs(operation, field, at, mutation, given)
        errors += wrong
        steps.append(_Step(field, mutation, inputs))
    if errors:
        raise _Wrong(errors)
    return steps


def _wrong_selections(field: Field, path: list[str], type_: str) -> Iterator[Error]:
    """What is asked of an object that it does not have."""
    if field.selections is None:
        words = f"Field must have selections (field '{field.name}' returns {type_} but has no selections."
        words += f" Did you mean '{field.name} {{ ... }}'?)"
        yield _error(words, field, path, extensions={"code": "selectionMismatch", "nodeName": f"field '{field.name}'"})
    for each in field.selections or ():
        at = [*path, each.alias]
        if each.name == "__typename":
            continue
        if each.name not in TYPES[type_]:
            yield _undefined(each, at, type_)
            continue
        nested = TYPES[type_][each.name][0]
        if nested is not None:
            yield from _wrong_selections(each, at, nested)
        elif each.selections is not None:
            words = f"Selections can't be made on scalars (field '{each.name}' returns a scalar but has selections)"
            yield _error(words, each, at, extensions={"code": "selectionMismatch", "nodeName": f"field '{each.name}'"})


def _inputs(
    operation: Operation, field: Field, path: list[str], mutation: Mutation, given: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Error]]:
    """The keys of `input` with variables replaced, and what is wrong with them."""
    unknown = [name for name in _variables(field.arguments) if name not in operation.variables]
    if unknown:
        return {}, [
            _error(
                f"Variable ${name} is used by {operation.name or f'anonymous {operation.kind}'} but not declared",
                field,
                path,
                extensions={"code": "variableNotDefined", "variableName": name},
            )
            for name in unknown
        ]
    found = _filled(field.arguments, given)
    if not isinstance(found.get("input"), dict):
        words = f"Field '{field.name}' is missing required arguments: input"
        return {}, [_error(words, field, path, extensions={"code": "missingRequiredArguments", "name": field.name})]
    inputs, errors = found["input"], []
    name = f"{mutation.title}Input"
    for key in inputs:
        if key not in mutation.inputs:
            words = f"InputObject '{name}' doesn't accept argument '{key}'"
            errors.append(_error(words, field, [*path, "input", key], extensions={"code": "argumentNotAccepted"}))
    for key, type_ in mutation.inputs.items():
        value = inputs.get(key)
        if value is None and type_.endswith("!"):
            words = f"Argument '{key}' on InputObject '{name}' is required. Expected type {type_}"
            code = "missingRequiredInputObjectAttribute"
            errors.append(_error(words, field, [*path, "input", key], extensions={"code": code}))
        elif value is not None and not _fits(value, type_.rstrip("!")):
            words = f"Argument '{key}' on InputObject '{name}' has an invalid value. Expected type '{type_}'."
            code = "argumentLiteralsIncompatible"
            errors.append(_error(words, field, [*path, "input", key], extensions={"code": code}))
    return inputs, errors


def _fits(value: Any, type_: str) -> bool:
    if type_ == "PullRequestMergeMethod":
        return isinstance(value, str) and value in METHODS
    if type_ == "GitObjectID":
        return isinstance(value, str) and _COMMIT.fullmatch(value) is not None
    return isinstance(value, str)


def _variables(value: Any) -> Iterator[str]:
    if isinstance(value, Variable):
        yield value.name
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _variables(each)


def _filled(value: Any, given: Mapping[str, Any]) -> Any:
    if isinstance(value, Variable):
        return given.get(value.name)
    if isinstance(value, dict):
        return {key: _filled(each, given) for key, each in value.items()}
    return [_filled(each, given) for each in value] if isinstance(value, list) else value


def _shown(world: World, type_: str, thing: Any, selections: Sequence[Field]) -> dict[str, Any]:
    """The fields that were asked for."""
    shown: dict[str, Any] = {}
    for each in selections:
        if each.name == "__typename":
            shown[each.alias] = type_
            continue
        nested, find = TYPES[type_][each.name]
        value = find(world, thing)
        shown[each.alias] = (
            value if nested is None or value is None else _shown(world, nested, value, each.selections or ())
        )
    return shown


def _undefined(field: Field, path: list[str], type_: str) -> Error:
    extensions = {"code": "undefinedField", "typeName": type_, "fieldName": field.name}
    return _error(f"Field '{field.name}' doesn't exist on type '{type_}'", field, path, extensions=extensions)


def _error(message: str, field: Field, path: list[str], **more: Any) -> Error:
    return {**more, "path": path, "locations": [{"line": field.line, "column": field.column}], "message": message}


ROUTES = (Route("POST", "/graphql", answer, "", signed_in=True),)
