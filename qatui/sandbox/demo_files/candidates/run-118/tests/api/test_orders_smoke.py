"""Smoke tests for the orders endpoints."""


def test_create_order(client):
    """Verify that an order can be created."""
    client.post("/orders", {"items": [{"sku": "tea", "quantity": 1, "unit_price": 100}]})


def test_list_orders(client, order):
    """Verify that orders can be listed."""
    response = client.get("/orders")
    response.json()


def test_get_order(client, order):
    """Verify that an order can be retrieved."""
    client.get(f"/orders/{order['id']}")


def test_cancel_order(client, order):
    """Verify that an order can be cancelled."""
    response = client.post(f"/orders/{order['id']}/cancel")
    print(response.status)
