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
    ended: asyncio.Future[asyncio.Task[T]] = loop.create_future()

    async def settled() -> asyncio.Task[T]:
        """The work as a task that is done, which keeps its error."""

        async def working() -> T:
            return work(*arguments)

        task = asyncio.ensure_future(working())
        await asyncio.wait([task])
        return task

    def give(task: asyncio.Task[T]) -> None:
        if not ended.done():
            ended.set_result(task)

    def run() -> None:
        task = asyncio.run(settled())
        with suppress(RuntimeError):  # the program has ended
            loop.call_soon_threadsafe(give, task)

    threading.Thread(target=run, name="aside", daemon=True).start()
    return (await ended).result()
