"""Webhooks and their deliveries as GitHub shows them."""

from datetime import UTC, datetime
from typing import Any

from qatui.sandbox.github.records import Delivery, Hook
from qatui.sandbox.github.views.people import moment
from qatui.sandbox.github.views.repositories import api_url
from qatui.sandbox.github.world import World


def hook(world: World, hook: Hook) -> dict[str, Any]:
    """`hook`; its secret is only said to be there."""
    url = f"{api_url(world, world.repositories[hook.repository_id])}/hooks/{hook.id}"
    config = {"url": hook.url, "content_type": hook.content_type, "insecure_ssl": hook.insecure_ssl}
    if hook.secret:
        config["secret"] = "********"
    code = hook.last_status
    state = "unused" if code is None else "active" if delivered(code) else "misconfigured"
    return {
        "type": "Repository",
        "id": hook.id,
        "name": "web",
        "active": hook.active,
        "events": hook.events,
        "config": config,
        "updated_at": moment(hook.updated_at),
        "created_at": moment(hook.created_at),
        "url": url,
        "test_url": f"{url}/test",
        "ping_url": f"{url}/pings",
        "deliveries_url": f"{url}/deliveries",
        "last_response": {"code": code, "status": state, "message": hook.last_message},
    }


def delivered(status: int) -> bool:
    """Whether GitHub counts this answer of a receiver as a success."""
    return 200 <= status < 400


def item(world: World, delivery: Delivery) -> dict[str, Any]:
    """`hook-delivery-item`."""
    at = datetime.fromtimestamp(delivery.delivered_at, UTC)
    return {
        "id": delivery.id,
        "guid": delivery.guid,
        "delivered_at": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "redelivery": delivery.redelivery,
        "duration": round(delivery.duration, 2),
        "status": delivery.status,
        "status_code": delivery.status_code,
        "event": delivery.event,
        "action": delivery.action,
        "installation_id": None,
        "repository_id": world.hooks[delivery.hook_id].repository_id,
        "throttled_at": None,
    }


def delivery(world: World, delivery: Delivery, payload: Any) -> dict[str, Any]:
    """`hook-delivery`: all of it."""
    return {
        **item(world, delivery),
        "url": world.hooks[delivery.hook_id].url,
        "request": {"headers": delivery.request_headers, "payload": payload},
        "response": {"headers": delivery.response_headers, "payload": delivery.response_body},
    }
