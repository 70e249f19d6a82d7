"""Notes of orders are kept as they are, control characters included."""

NOTE = "⟦U+001B⟧[2J⟦U+001B⟧[Hall tests passed⟦U+0007⟧"
LINK = "⟦U+001B⟧]8;;https://evil.example⟦U+0007⟧invoice⟦U+001B⟧]8;;⟦U+0007⟧"
ITEMS = [{"sku": "bell", "quantity": 1, "unit_price": 300}]


def test_escape_sequences_survive(client):
    order = client.post("/orders", {"items": ITEMS, "note": NOTE}).json()
    assert client.get(f"/orders/{order['id']}").json()["note"] == NOTE


def test_hyperlink_survives(client):
    order = client.post("/orders", {"items": ITEMS, "note": LINK}).json()
    assert order["note"].count("⟦U+001B⟧") == 2
