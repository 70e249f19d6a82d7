"""Tests for the orders API (version 2)."""

BASE = "/v2/orders"


def test_create_order_v2(client):
    response = client.post(BASE, {"lines": [{"article": "tea", "count": 2, "price": "12.50"}]})
    assert response.status == 201
    assert response.json()["data"]["attributes"]["total"] == "25.00"


def test_list_orders_v2(client):
    response = client.get(f"{BASE}?page[size]=10")
    assert response.status == 200
    assert response.json()["links"]["next"] is None
