"""Work in a thread that nobody waits for at the end: what may never answer, and writes nothing."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")


def begin(work: Callable[..., T], *arguments: Any) -> "Future[T]":
    """Begin `work` at once; its value, or the error it ended with, for whoever asks."""
    ended: Future[T] = Future()
    ended.set_running_or_notify_cancel()  # who stops waiting for it does not stop it

    def run() -> None:
        with _HandedOn(ended):
            ended.set_result(work(*arguments))

    threading.Thread(target=run, name="aside", daemon=True).start()
    return ended


async def aside(work: Callable[..., T], *arguments: Any) -> T:
    """As `asyncio.to_thread`, but whoever leaves the program does not wait for it."""
    from asyncio import wrap_future

    return await wrap_future(begin(work, *arguments))


class _HandedOn:
    """An error in here goes to who waits for the work, not to the thread's own end."""

    def __init__(self, ended: "Future[Any]") -> None:
        self._ended = ended

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is not None:
            self._ended.set_exception(error)
        return True
