"""POST /orders/{id}/invoice issues one invoice for a paid order."""


def test_issue(client, paid):
    response = client.post(f"/orders/{paid['id']}/invoice")
    assert response.status == 201
    invoice = response.json()
    assert invoice["order"] == paid["id"]
    assert invoice["number"].startswith("2025-")


def test_issued_once(client, paid):
    first = client.post(f"/orders/{paid['id']}/invoice").json()
    second = client.post(f"/orders/{paid['id']}/invoice").json()
    assert first == second


def test_open_order_has_no_invoice(client, order):
    response = client.post(f"/orders/{order['id']}/invoice")
    assert response.status == 409
    assert response.json()["error"]["code"] == "not_paid"


def test_numbers_count_up(client, paid):
    one = client.post(f"/orders/{paid['id']}/invoice").json()["number"]
    body = {"items": [{"sku": "cup", "quantity": 1, "unit_price": 800}]}
    other = client.post("/orders", body).json()["id"]
    client.post(f"/orders/{other}/pay", {"card": "card_visa"})
    two = client.post(f"/orders/{other}/invoice").json()["number"]
    assert int(two.split("-")[1]) == int(one.split("-")[1]) + 1
