"""Deliveries to hooks, sent in the background: to this machine only, once each, never again by themselves.

https://docs.github.com/webhooks/using-webhooks/handling-failed-webhook-deliveries
"""

import ipaddress
import queue
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from qatui.errors import StoreError
from qatui.sandbox.github import hooking
from qatui.sandbox.github.records import Delivery, Hook
from qatui.sandbox.github.views.hooks import delivered
from qatui.sandbox.github.world import World

LIMIT_SECONDS = 10.0
"""How long a receiver may take."""
LONGEST_BODY = 64 * 1024
"""Bytes of an answer that are kept."""
NO_CONNECTION, NO_ANSWER = 502, 504
"""What is noted where there was no answer."""
THREADS = 4
"""So many receivers may be slow before others wait."""


class Deliveries:
    """Sends what was committed. Deliveries that the end of a server left unsent are sent by the next one."""

    def __init__(self, world: World) -> None:
        """Listen to the world's commits; nothing is sent before `open`."""
        self._world = world
        self._queue: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._queued: set[int] = set()
        """Ids of those that are not sent yet."""
        self._threads: list[threading.Thread] = []
        self._open = False
        self._made = self._failed = 0
        self._unsent = [each.id for each in world.deliveries if not each.status]
        world.before_commit = self._before
        world.after_commit = self._after

    def open(self) -> None:
        """Begin to send."""
        self._open = True
        self._world.commit()

    def close(self) -> None:
        """Send no more; one that is under way is not waited for, and counts as not sent."""
        with self._world.lock:
            self._open = False
            for _ in self._threads:
                self._queue.put(None)
            self._threads.clear()
            self._queue = queue.SimpleQueue()
        with self._changed:
            self._unsent += sorted(self._queued)
            self._queued.clear()
            self._changed.notify_all()

    def idle(self, timeout: float) -> bool:
        """Wait until all that was emitted is delivered or has failed; False where `timeout` seconds do not do."""
        self._world.commit()
        with self._changed:
            return self._changed.wait_for(lambda: not self._queued, timeout)

    def reset(self) -> None:
        """Count from nought."""
        with self._changed:
            self._made = self._failed = 0

    def shown(self) -> dict[str, Any]:
        """As GET /_qatui/requests has it."""
        with self._changed:
            return {"deliveries": self._made, "deliveries_failed": self._failed}

    def _before(self) -> None:
        hooking.spread(self._world)

    def _after(self) -> None:
        world = self._world
        self._unsent += world.undelivered
        world.undelivered.clear()
        if not self._open or not self._unsent:
            return
        unsent, self._unsent = self._unsent, []
        with self._changed:
            self._queued.update(unsent)
        for number in unsent:
            self._queue.put(number)
        while len(self._threads) < min(THREADS, len(self._queued)):
            self._threads.append(threading.Thread(target=self._work, args=(self._queue,), daemon=True))
            self._threads[-1].start()

    def _work(self, mine: queue.SimpleQueue[int | None]) -> None:
        while (number := mine.get()) is not None:
            with self._world.lock:
                delivery = self._world.deliveries.get(number)
                hook = self._world.hooks.get(delivery.hook_id) if delivery else None
            if delivery is not None and hook is not None and mine is self._queue:
                with suppress(StoreError):  # no room to write it down: the next server sends it again
                    self._note(mine, delivery, hook, _send(hook, delivery))
            with self._changed:
                self._queued.discard(number)
                self._changed.notify_all()

    def _note(self, mine: queue.SimpleQueue[int | None], delivery: Delivery, hook: Hook, sent: "_Sent") -> None:
        with self._world.lock:
            if mine is not self._queue or self._world.hooks.get(hook.id) is None:
                return
            delivery.delivered_at = self._world.clock()
            delivery.duration = sent.duration
            delivery.status_code, delivery.status = sent.code, sent.words
            delivery.response_headers, delivery.response_body = sent.headers, sent.body
            hook.last_status, hook.last_message = sent.code, sent.words
            self._world.deliveries.save(delivery)
            self._world.hooks.save(hook)
            self._world.commit()
        with self._changed:
            self._made += 1
            self._failed += not delivered(sent.code)


@dataclass(frozen=True, slots=True)
class _Sent:
    code: int
    words: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    duration: float = 0.0


def _send(hook: Hook, delivery: Delivery) -> _Sent:
    if not is_here(hook.url):
        return _Sent(NO_CONNECTION, "not delivered: the look-alike speaks to loopback only")
    began = time.monotonic()
    verify = hook.url.startswith("https:") and hook.insecure_ssl != "1"
    body = bytearray()
    try:
        with (
            httpx.Client(timeout=LIMIT_SECONDS, verify=verify, trust_env=False) as client,
            client.stream(
                "POST", hook.url, content=delivery.request_body.encode(), headers=delivery.request_headers
            ) as response,
        ):
            for chunk in response.iter_raw():
                body.extend(chunk[: LONGEST_BODY - len(body)])
                if time.monotonic() - began > LIMIT_SECONDS:
                    raise httpx.ReadTimeout("the answer never ends")
    except httpx.TimeoutException:
        return _Sent(NO_ANSWER, "timed out", duration=time.monotonic() - began)
    except (httpx.HTTPError, httpx.InvalidURL):
        return _Sent(NO_CONNECTION, "failed to connect to host", duration=time.monotonic() - began)
    code = response.status_code
    words = "OK" if delivered(code) else f"Invalid HTTP Response: {code}"
    told = dict(response.headers)
    return _Sent(code, words, told, body.decode("utf-8", "replace"), time.monotonic() - began)


def is_here(url: str) -> bool:
    """Whether a URL leads to this machine by its very words: no name is looked up."""
    try:
        host = httpx.URL(url).host
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except (httpx.InvalidURL, ValueError):
        return False
