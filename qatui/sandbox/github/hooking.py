"""What hooks are told: deliveries made of events, signed, with the headers that GitHub sends.

https://docs.github.com/webhooks/webhook-events-and-payloads#delivery-headers
"""

import hashlib
import hmac
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode

import msgspec

from qatui.sandbox.github.records import Delivery, Hook, Repository
from qatui.sandbox.github.views import hooks as views
from qatui.sandbox.github.views.people import organization, simple_user
from qatui.sandbox.github.views.repositories import whole
from qatui.sandbox.github.world import World

KEPT_SECONDS = 3 * 24 * 3600
"""How long a delivery is remembered, and may be asked for again."""
ZEN = "Approachable is better than simple."


def signature(secret: str, body: bytes, algorithm: str = "sha256") -> str:
    """`sha256=<hex>` over the raw bytes.

    https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
    """
    return f"{algorithm}={hmac.new(secret.encode(), body, algorithm).hexdigest()}"


def spread(world: World) -> None:
    """Make deliveries of all that was emitted, one for each hook that wants it."""
    emitted, world.emitted = world.emitted, []
    for repository, event, payload in emitted:
        for hook in world.hooks.under(repository.id):
            if hook.active and ("*" in hook.events or event in hook.events):
                tell(world, hook, event, payload)


def tell(world: World, hook: Hook, event: str, payload: dict[str, Any]) -> Delivery:
    """A delivery to one hook; `repository`, `organization` and `sender` are added where the payload lacks them."""
    _forget_old(world, hook)
    repository = world.repositories[hook.repository_id]
    owner = world.users[repository.owner_id]
    whole_payload = {**payload, "repository": payload.get("repository") or whole(world, repository)}
    if owner.type == "Organization":
        whole_payload.setdefault("organization", organization(world, owner))
    whole_payload.setdefault("sender", simple_user(world, owner))
    for each in _repositories(whole_payload):
        each.setdefault("custom_properties", {})
    body = msgspec.json.encode(whole_payload)
    if hook.content_type == "form":
        body = urlencode({"payload": body.decode()}).encode()
    guid = str(uuid.uuid4())
    return _keep(
        world,
        Delivery(
            hook_id=hook.id,
            guid=guid,
            event=event,
            action=payload.get("action"),
            request_headers=_headers(hook, repository, event, guid, body),
            request_body=body.decode(),
        ),
    )


def _repositories(payload: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The repositories in a payload: its own, and those of a pull request's two sides."""
    yield payload["repository"]
    pull = payload.get("pull_request", {})
    yield from (pull[side]["repo"] for side in ("head", "base") if side in pull and pull[side]["repo"] is not None)


def ping(world: World, hook: Hook, payload: dict[str, Any]) -> Delivery:
    """What a hook is told first, and whenever somebody asks; `payload` names the sender."""
    return tell(world, hook, "ping", {"zen": ZEN, "hook_id": hook.id, "hook": views.hook(world, hook), **payload})


def again(world: World, hook: Hook, delivery: Delivery) -> Delivery:
    """The same once more, under the same guid."""
    repository = world.repositories[hook.repository_id]
    headers = _headers(hook, repository, delivery.event, delivery.guid, delivery.request_body.encode())
    return _keep(
        world,
        Delivery(
            hook_id=hook.id,
            guid=delivery.guid,
            event=delivery.event,
            action=delivery.action,
            request_headers=headers,
            request_body=delivery.request_body,
            redelivery=True,
        ),
    )


def remembered(world: World, hook: Hook) -> list[Delivery]:
    """The attempts of the last three days, newest first."""
    since = world.clock() - KEPT_SECONDS
    return [each for each in reversed(world.deliveries.under(hook.id)) if each.status and each.delivered_at > since]


def payload_of(delivery: Delivery) -> Any:
    """The event as JSON, whatever it was sent as."""
    text = delivery.request_body
    if delivery.request_headers["Content-Type"] != "application/json":
        text = parse_qs(text)["payload"][0]
    return msgspec.json.decode(text)


def _keep(world: World, delivery: Delivery) -> Delivery:
    world.undelivered.append(world.deliveries.add(delivery).id)
    return delivery


def _forget_old(world: World, hook: Hook) -> None:
    since = world.clock() - KEPT_SECONDS
    for each in world.deliveries.under(hook.id):
        if not each.status or each.delivered_at > since:
            break
        world.deliveries.remove(each)


def _headers(hook: Hook, repository: Repository, event: str, guid: str, body: bytes) -> dict[str, str]:
    form = hook.content_type == "form"
    headers = {
        "Accept": "*/*",
        "Content-Type": "application/x-www-form-urlencoded" if form else "application/json",
        "User-Agent": f"GitHub-Hookshot/{hashlib.sha256(b'qatui').hexdigest()[:7]}",
        "X-GitHub-Delivery": guid,
        "X-GitHub-Event": event,
        "X-GitHub-Hook-ID": str(hook.id),
        "X-GitHub-Hook-Installation-Target-ID": str(repository.id),
        "X-GitHub-Hook-Installation-Target-Type": "repository",
    }
    if hook.secret:
        headers["X-Hub-Signature"] = signature(hook.secret, body, "sha1")
        headers["X-Hub-Signature-256"] = signature(hook.secret, body)
    return headers
