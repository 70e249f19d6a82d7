"""Work in a thread that nobody waits for at the end: questions to a host that may never answer, which write nothing."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


async def aside(work: Callable[..., T], *arguments: Any) -> T:
    """As `asyncio.to_thread`, but whoever leaves the program does not wait for it."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def give(error: Exception | None, found: Any) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(found)

    def run() -> None:
        error, found = None, None
        try:
            found = work(*arguments)
        except Exception as raised:  # noqa: BLE001 - given to who waits for it
            error = raised
        with suppress(RuntimeError):  # the program has ended
            loop.call_soon_threadsafe(give, error, found)

    threading.Thread(target=run, name="aside", daemon=True).start()
    return await answer
