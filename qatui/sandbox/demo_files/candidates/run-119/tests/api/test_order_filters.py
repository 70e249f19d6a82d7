"""Filtering the list of orders."""


def test_status_filter(client, order, log_in):
    client.post(f"/orders/{order['id']}/cancel")
    other = client.post("/orders", {"items": [{"sku": "cup", "quantity": 3, "unit_price": 500}]}).json()
    done = client.get("/orders?status=cancelled").json()["orders"]
    waiting = client.get("/orders?status=open").json()["orders"]
    assert [row["id"] for row in done] == [order["id"]]
    assert [row["id"] for row in waiting] == [other["id"]]


def test_invalid_status(client):
    answer = client.get("/orders?status=lost")
    assert answer.status == 422
    assert answer.json()["error"]["code"] == "unknown_status"
