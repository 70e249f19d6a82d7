"""Contents by hash: kept once, given back as they were, and damage told."""

import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from qatui.errors import StoreError
from qatui.store import content, schema
from tests.store.conftest import Shelf


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(many=st.lists(st.binary(max_size=200), max_size=6))
def test_bytes_come_back_as_they_were(shelf: Shelf, many: list[bytes]) -> None:
    with shelf.db.write() as connection:
        names = content.put(connection, many)
    with shelf.db.read() as connection:
        assert [content.get(connection, name) for name in names] == many


def test_the_same_bytes_are_kept_once(shelf: Shelf) -> None:
    with shelf.db.write() as connection:
        before = connection.scalar(select(func.count()).select_from(schema.content)) or 0
        names = content.put(connection, [b"a", b"a", b"b"])
        assert content.put(connection, [b"b", b"a"]) == [names[2], names[0]]
        assert connection.scalar(select(func.count()).select_from(schema.content)) == before + 2
        row = connection.execute(select(schema.content).where(schema.content.c.hash == names[0])).one()
    assert (row.size, zlib.decompress(row.data)) == (1, b"a")


@pytest.mark.parametrize(
    ("damage", "words"),
    [(b"not compressed", "is damaged"), (zlib.compress(b"something else"), "is not what was stored")],
)
def test_damage_is_told(shelf: Shelf, damage: bytes, words: str) -> None:
    with shelf.db.write() as connection:
        (name,) = content.put(connection, [b"as it was"])
        connection.execute(update(schema.content).where(schema.content.c.hash == name).values(data=damage))
    with pytest.raises(StoreError, match=f"content {name[:12]} {words}") as caught, shelf.db.read() as connection:
        content.get(connection, name)
    assert "Restore a backup" in caught.value.hint


def test_a_missing_one_is_told(shelf: Shelf) -> None:
    with shelf.db.write() as connection:
        (name,) = content.put(connection, [b"gone"])
        connection.execute(delete(schema.content).where(schema.content.c.hash == name))
    with pytest.raises(StoreError, match="is missing"), shelf.db.read() as connection:
        content.get(connection, name)
