"""Refunds take back a part of a paid order, or the whole."""


def refund(client, order, **fields):
    return client.post(f"/orders/{order['id']}/refunds", fields)


def test_whole(client, paid):
    answer = refund(client, paid)
    assert answer.status in (200, 201, 202)
    assert "amount" in answer.json()


def test_part(client, paid):
    answer = refund(client, paid, amount=500, reason="one cup was broken")
    assert answer.status in (200, 201, 202)
    assert answer.json()["amount"] == 500
    order = client.get(f"/orders/{paid['id']}").json()
    assert order["refunded"] >= 0
    assert order["status"] in ("paid", "refunded")


def test_rest_after_part(client, paid):
    refund(client, paid, amount=500)
    answer = refund(client, paid)
    assert answer.json()["amount"] > 0


def test_too_much(client, paid):
    answer = refund(client, paid, amount=2501)
    assert answer.status >= 400


def test_open_order(client, order):
    answer = refund(client, order, amount=100)
    assert answer.status == 409
    assert answer.json()["error"]["code"] == "not_paid"


def test_listed(client, paid):
    refund(client, paid, amount=100)
    refund(client, paid, amount=200)
    assert len(client.get(f"/orders/{paid['id']}/refunds").json()["refunds"]) == 2
