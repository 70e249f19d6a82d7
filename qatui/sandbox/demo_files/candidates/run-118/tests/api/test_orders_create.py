"""Generated tests for POST /orders."""

import pytest


def make_item(sku="tea", quantity=1, unit_price=1000):
    return {"sku": sku, "quantity": quantity, "unit_price": unit_price}


def test_total_is_sum_of_items(client):
    items = [make_item("tea", 2, 1250), make_item("cup", 1, 800)]
    response = client.post("/orders", {"items": items})
    assert response.status == 201
    order = response.json()
    assert order["total"] == 2 * 1250 + 800
    assert order["items"] == items


def test_order_starts_open_and_unrefunded(client):
    order = client.post("/orders", {"items": [make_item()]}).json()
    assert order["status"] == "open"
    assert order["refunded"] == 0
    assert order["user"] == client.user["id"]


@pytest.mark.parametrize("currency", ["EUR", "USD", "GBP", "JPY", "KWD"])
def test_every_known_currency_is_accepted(client, currency):
    response = client.post("/orders", {"items": [make_item()], "currency": currency})
    assert response.status == 201
    assert response.json()["currency"] == currency


def test_unknown_currency_is_refused_with_the_known_ones(client):
    response = client.post("/orders", {"items": [make_item()], "currency": "XXX"})
    assert response.status == 422
    error = response.json()["error"]
    assert error["code"] == "unknown_currency"
    assert "EUR" in error["message"]


def test_refused_order_is_not_stored(client):
    client.post("/orders", {"items": [make_item(quantity=0)]})
    assert client.get("/orders").json()["orders"] == []
