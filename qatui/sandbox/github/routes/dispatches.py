"""Events that somebody outside sends into a repository.

https://docs.github.com/rest/repos/repos#create-a-repository-dispatch-event
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from qatui.sandbox.github.call import Answer, Call, Problem, Route
from qatui.sandbox.github.views.people import simple_user

MOST_KEYS = 10
LARGEST_PAYLOAD = 64 * 1024
"""Bytes of JSON."""


class Dispatch(Struct):
    """The body of create."""

    event_type: Annotated[str, Meta(min_length=1, max_length=100)]
    client_payload: dict[str, Any] | None = None


def create(call: Call) -> Answer:
    """Tell the hooks, and whatever runs on it."""
    asked = call.read(Dispatch)
    payload = asked.client_payload or {}
    if len(payload) > MOST_KEYS:
        raise Problem(422, f"No more than {MOST_KEYS} properties are allowed; {len(payload)} were supplied.")
    if len(msgspec.json.encode(payload)) > LARGEST_PAYLOAD:
        raise Problem(422, "client_payload is too large.")
    told = {"action": asked.event_type, "branch": call.repository.default_branch, "client_payload": payload}
    call.world.emit(call.repository, "repository_dispatch", {**told, "sender": simple_user(call.world, call.who)})
    return Answer(204)


ROUTES = (
    Route(
        "POST",
        "/repos/{owner}/{repo}/dispatches",
        create,
        "repos/repos#create-a-repository-dispatch-event",
        role="write",
        grant="contents=write",
    ),
)
