"""GET /orders?status= filters by status."""


def test_filter_returns_only_matching_orders(client, order, log_in):
    client.post(f"/orders/{order['id']}/cancel")
    second = client.post("/orders", {"items": [{"sku": "cup", "quantity": 3, "unit_price": 500}]}).json()
    cancelled = client.get("/orders?status=cancelled").json()["orders"]
    still_open = client.get("/orders?status=open").json()["orders"]
    assert [entry["id"] for entry in cancelled] == [order["id"]]
    assert [entry["id"] for entry in still_open] == [second["id"]]


def test_unknown_status(client):
    response = client.get("/orders?status=lost")
    assert response.status == 422
    assert response.json()["error"]["code"] == "unknown_status"
