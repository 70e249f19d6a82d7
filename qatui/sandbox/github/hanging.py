"""Answers that are long in coming, and what ends the wait: time, a client that goes away, the end of the server."""

import asyncio

from starlette.types import Receive


class Hanging:
    """Answers that are long in coming; the end of the server ends the wait."""

    def __init__(self) -> None:
        self._ended = asyncio.Event()

    def end(self) -> None:
        """Let nobody wait any more. Called in the server's loop."""
        self._ended.set()

    async def pause(self, seconds: float) -> bool:
        """Wait so long whoever is there; whether the server still runs."""
        try:
            await asyncio.wait_for(self._ended.wait(), seconds)
        except TimeoutError:
            return True
        return False

    async def wait(self, receive: Receive, seconds: float | None) -> bool:
        """Wait so long (None: for ever); whether there is still somebody to answer."""
        waits = {asyncio.ensure_future(gone(receive)), asyncio.ensure_future(self._ended.wait())}
        try:
            done, _ = await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
        return not done


async def gone(receive: Receive) -> None:
    """Wait until the client is not there any more."""
    while (await receive())["type"] != "http.disconnect":
        pass
