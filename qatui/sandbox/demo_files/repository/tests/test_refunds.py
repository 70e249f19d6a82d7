"""Refunds take back a part of a paid order, or the whole."""


def refund(client, order, **fields):
    return client.post(f"/orders/{order['id']}/refunds", fields)


def test_whole(client, paid):
    answer = refund(client, paid)
    assert answer.status == 201
    assert answer.json()["amount"] == 2500
    assert client.get(f"/orders/{paid['id']}").json()["status"] == "refunded"


def test_part(client, paid):
    answer = refund(client, paid, amount=500, reason="one cup was broken")
    assert answer.status == 201
    assert answer.json()["amount"] == 500
    assert answer.json()["reason"] == "one cup was broken"
    order = client.get(f"/orders/{paid['id']}").json()
    assert order["refunded"] == 500
    assert order["status"] == "paid"


def test_rest_after_part(client, paid):
    refund(client, paid, amount=500)
    answer = refund(client, paid)
    assert answer.json()["amount"] == 2000


def test_too_much(client, paid):
    answer = refund(client, paid, amount=2501)
    assert answer.status == 422
    assert answer.json()["error"]["code"] == "amount_too_high"
    assert client.get(f"/orders/{paid['id']}").json()["refunded"] == 0


def test_open_order(client, order):
    answer = refund(client, order, amount=100)
    assert answer.status == 409
    assert answer.json()["error"]["code"] == "not_paid"


def test_listed(client, paid):
    first = refund(client, paid, amount=100).json()
    second = refund(client, paid, amount=200).json()
    assert client.get(f"/orders/{paid['id']}/refunds").json() == {"refunds": [first, second]}
