"""Paging through GET /orders."""

import pytest


@pytest.fixture
def many(client):
    """Seven orders, the oldest first."""
    made = []
    for number in range(7):
        body = {"items": [{"sku": f"sku-{number}", "quantity": 1, "unit_price": 100 + number}]}
        made.append(client.post("/orders", body).json())
    return made


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 20])
def test_pages_neither_skip_nor_repeat(client, many, limit):
    seen, after = [], None
    while True:
        page = client.get(f"/orders?limit={limit}" + (f"&after={after}" if after else "")).json()
        assert len(page["orders"]) <= limit
        seen += [order["id"] for order in page["orders"]]
        after = page["next"]
        if after is None:
            break
    assert seen == [order["id"] for order in many]


@pytest.mark.parametrize("limit", ["0", "101", "-1", "ten", ""])
def test_limit_out_of_range(client, limit):
    response = client.get(f"/orders?limit={limit}") if limit else client.get("/orders?limit=%20")
    assert response.status == 422
    assert response.json()["error"]["code"] == "invalid_limit"


def test_others_orders_are_not_listed(client, many, log_in):
    stranger = log_in("eve@example.test")
    assert stranger.get("/orders").json() == {"orders": [], "next": None}


def test_admin_sees_all(admin, many):
    assert len(admin.get("/orders").json()["orders"]) == 7
