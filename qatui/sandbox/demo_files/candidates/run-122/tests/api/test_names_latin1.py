# -*- coding: latin-1 -*-
"""Names with umlauts, from the importer of the old shop (ISO 8859-1)."""

import pytest

NAMES = ["J⟦0xFC⟧rgen Gro⟦0xDF⟧", "Zo⟦0xEB⟧ B⟦0xE9⟧nard", "⟦0xC5⟧sa ⟦0xD6⟧berg"]


@pytest.mark.parametrize("name", NAMES)
def test_name_survives(client, name):
    response = client.patch(f"/users/{client.user['id']}", {"name": name})
    assert response.status == 200
    assert response.json()["name"] == name
