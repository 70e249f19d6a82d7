"""GitHub's descriptions of webhook payloads, as a checker: JSON schema (draft 07) and, newer, OpenAPI 3.1."""

import json
from functools import cache
from typing import Any

import jsonschema_rs
import pytest

from tests.openapi import SHARED


@cache
def _descriptions() -> tuple[dict[str, Any], dict[str, Any]]:
    folder = SHARED and SHARED / "github" / "webhooks" / "schemas"
    if not folder or not folder.is_dir():
        pytest.skip("the workshop's shared folder is absent")
    newer = json.loads((folder / "openapi-webhooks.json").read_text())["components"]
    # The older description forbids the keys that came later.
    older = json.loads(
        (folder / "webhooks-schema.json").read_text(),
        object_hook=lambda each: {key: value for key, value in each.items() if key != "additionalProperties"},
    )["definitions"]
    return newer, older


def problems(event: str, payload: dict[str, Any], repository: dict[str, Any]) -> list[str] | None:
    """What is wrong with a payload, [] where nothing is; None where GitHub does not describe its event and action.

    `repository` is put where the payload has none, as deliveries do. What repositories hold is not looked at here.
    """
    newer, older = _descriptions()
    action = payload.get("action")
    name = "-".join(["webhook", event, *([action] if action else [])]).replace("_", "-")
    former = f"{event}${action or 'event'}"
    if name in newer["schemas"]:
        schema = {"$ref": f"#/components/schemas/{name}", "components": newer}
    elif former in older:
        schema = {"$ref": f"#/definitions/{former}", "definitions": older}
    else:
        return None
    return [
        f"{one.instance_path} {one.message[:200]}"
        for one in jsonschema_rs.Draft202012Validator(schema).iter_errors({"repository": repository, **payload})
        if not any(str(each).endswith(("repository", "repo")) for each in one.instance_path)
    ]
