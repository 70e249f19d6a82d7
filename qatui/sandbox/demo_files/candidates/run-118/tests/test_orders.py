"""Orders from creation to payment, with everything that can go wrong on the way."""

import pytest

ITEM = {"sku": "tea", "quantity": 2, "unit_price": 1250}


def test_create(client):
    answer = client.post("/orders", {"items": [ITEM], "note": "ring twice"})
    assert answer.status == 201
    assert answer.json()["total"] == 2500
    assert answer.json()["status"] == "open"
    assert answer.json()["note"] == "ring twice"


def test_create_needs_items(client):
    answer = client.post("/orders", {"items": []})
    assert answer.status == 422
    assert answer.json()["error"]["code"] == "no_items"


@pytest.mark.parametrize("quantity", [0, -1, 1000, 1.5, "2", None])
def test_create_refuses_quantity(client, quantity):
    answer = client.post("/orders", {"items": [{**ITEM, "quantity": quantity}]})
    assert answer.status == 422
    assert answer.json()["error"]["code"] == "invalid_quantity"


@pytest.mark.parametrize("price", [-1, 12.5, "1250", None])
def test_create_refuses_price(client, price):
    answer = client.post("/orders", {"items": [{**ITEM, "unit_price": price}]})
    assert answer.status == 422
    assert answer.json()["error"]["code"] == "invalid_price"


def test_list(client, order):
    answer = client.get("/orders")
    assert answer.status == 200
    assert [row["id"] for row in answer.json()["orders"]] == [order["id"]]
    assert answer.json()["next"] is None


def test_list_by_status(client, order):
    assert client.get("/orders?status=open").json()["orders"] == [order]
    assert client.get("/orders?status=paid").json()["orders"] == []


def test_show(client, order):
    answer = client.get(f"/orders/{order['id']}")
    assert answer.status == 200
    assert answer.json() == order


def test_show_unknown(client):
    answer = client.get("/orders/ord_999")
    assert answer.status == 404
    assert answer.json()["error"]["code"] == "no_such_order"


def test_show_of_a_stranger(order, log_in):
    answer = log_in("eve@example.test").get(f"/orders/{order['id']}")
    assert answer.status == 404


def test_pay(client, order):
    answer = client.post(f"/orders/{order['id']}/pay", {"card": "card_visa"})
    assert answer.status == 200
    assert answer.json()["status"] == "paid"


def test_pay_declined(client, order):
    answer = client.post(f"/orders/{order['id']}/pay", {"card": "card_declined_1"})
    assert answer.status == 402
    assert answer.json()["error"]["code"] == "card_declined"
    assert client.get(f"/orders/{order['id']}").json()["status"] == "open"


def test_cancel(client, order):
    answer = client.post(f"/orders/{order['id']}/cancel")
    assert answer.status == 200
    assert answer.json()["status"] == "cancelled"


def test_cancel_paid(client, paid):
    answer = client.post(f"/orders/{paid['id']}/cancel")
    assert answer.status == 409
    assert client.get(f"/orders/{paid['id']}").json()["status"] == "paid"
