"""GitHub's answers with their ETags: what did not change is asked for again at no cost.

It is a cache. A row that is lost costs one request of the hourly 5,000, nothing else.
"""

import zlib
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import delete, func, insert, select, update

from qatui.domain.moments import DAY
from qatui.errors import StoreBusy
from qatui.store.database import Database
from qatui.store.schema import answer

LARGEST = 4_000_000
"""Bytes of an answer at most; a larger one is asked for anew each time."""
MOST = 64_000_000
"""Bytes of all kept answers at most; those that were not used for longest go first."""
UNUSED = 30 * DAY
"""How long an answer is kept that nobody asks for."""


class Answers:
    """The kept answers of one store; `qatui.github.client` says what it wants of such a place."""

    def __init__(self, db: Database, now: Callable[[], int]) -> None:
        self._db = db
        self._now = now

    def get(self, key: str) -> tuple[str, str, bytes] | None:
        """The ETag, the Link header and the body kept under `key`; None where nothing is, or it is damaged."""
        with self._db.read() as connection:
            row = connection.execute(
                select(answer.c.etag, answer.c.link, answer.c.body, answer.c.used_at).where(answer.c.key == key)
            ).first()
        if row is None:
            return None
        try:
            body = zlib.decompress(row.body)
        except zlib.error:
            return None
        if row.used_at < self._now() - DAY:  # once a day is enough to know what is in use
            with suppress(StoreBusy), self._db.write() as connection:
                connection.execute(update(answer).where(answer.c.key == key).values(used_at=self._now()))
        return row.etag, row.link, body

    def put(self, key: str, etag: str, link: str, body: bytes) -> None:
        """Keep an answer in place of the earlier one, and make room; not kept where others hold the store for long."""
        packed = zlib.compress(body, 1)
        now = self._now()
        with suppress(StoreBusy), self._db.write() as connection:
            connection.execute(delete(answer).where((answer.c.key == key) | (answer.c.used_at < now - UNUSED)))
            if len(packed) > LARGEST:
                return
            connection.execute(
                insert(answer).values(key=key, etag=etag, link=link, size=len(packed), body=packed, used_at=now)
            )
            # Newest first, with the sum of sizes up to each: what lies beyond the limit goes.
            so_far = func.sum(answer.c.size).over(order_by=(answer.c.used_at.desc(), answer.c.key)).label("so_far")
            summed = select(answer.c.key, so_far).subquery()
            connection.execute(
                delete(answer).where(answer.c.key.in_(select(summed.c.key).where(summed.c.so_far > MOST)))
            )
