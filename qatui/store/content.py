"""Contents by hash, compressed, never joined by list queries."""

import hashlib
import zlib
from collections.abc import Iterable

from sqlalchemy import Connection, select

from qatui.errors import StoreError
from qatui.store.schema import content


def hash_of(data: bytes) -> str:
    """The name of a content: sha256 of its bytes, hex."""
    return hashlib.sha256(data).hexdigest()


def put(connection: Connection, many: Iterable[bytes]) -> list[str]:
    """Keep every content that is not there yet; their hashes, in order."""
    hashes = [(hash_of(data), data) for data in many]
    wanted = dict(hashes)
    there = set(connection.scalars(select(content.c.hash).where(content.c.hash.in_(list(wanted)))))
    rows = [
        {"hash": name, "size": len(data), "data": zlib.compress(data, 1)}
        for name, data in wanted.items()
        if name not in there
    ]
    if rows:
        connection.execute(content.insert(), rows)
    return [name for name, _ in hashes]


def get(connection: Connection, name: str) -> bytes:
    """The bytes of a hash; raises StoreError where they are missing or damaged."""
    return get_many(connection, [name])[name]


def get_many(connection: Connection, names: Iterable[str]) -> dict[str, bytes]:
    """The bytes of at most some hundred hashes, by hash; raises StoreError where one is missing or damaged."""
    wanted = list(dict.fromkeys(names))
    rows = connection.execute(select(content.c.hash, content.c.data).where(content.c.hash.in_(wanted)))
    packed = {row[0]: row[1] for row in rows}
    return {name: _unpacked(name, packed.get(name)) for name in wanted}


def _unpacked(name: str, data: bytes | None) -> bytes:
    if data is None:
        raise _lost(name, "is missing from the database")
    try:
        plain = zlib.decompress(data)
    except zlib.error as error:
        raise _lost(name, "is damaged in the database") from error
    if hash_of(plain) != name:
        raise _lost(name, "is not what was stored")
    return plain


def _lost(name: str, what: str) -> StoreError:
    """The same bytes taken in again are known and change nothing, so only a backup or others help."""
    return StoreError(f"The content {name[:12]} {what}.", "Restore a backup, or ingest a newer version of the file.")
