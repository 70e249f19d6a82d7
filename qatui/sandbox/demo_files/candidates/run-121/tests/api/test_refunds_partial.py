"""Partial refunds add up to the order and no further."""

import pytest


@pytest.mark.parametrize(
    "parts",
    [[2500], [1, 2499], [500, 500, 1500], [833, 833, 834]],
)
def test_parts_add_up_to_the_whole(client, paid, parts):
    for amount in parts:
        assert client.post(f"/orders/{paid['id']}/refunds", {"amount": amount}).status == 201
    order = client.get(f"/orders/{paid['id']}").json()
    assert order["refunded"] == order["total"] == sum(parts)
    assert order["status"] == "refunded"


def test_order_stays_paid_until_the_last_cent(client, paid):
    client.post(f"/orders/{paid['id']}/refunds", {"amount": 2499})
    assert client.get(f"/orders/{paid['id']}").json()["status"] == "paid"
    client.post(f"/orders/{paid['id']}/refunds", {"amount": 1})
    assert client.get(f"/orders/{paid['id']}").json()["status"] == "refunded"


def test_refunded_order_takes_no_more(client, paid):
    client.post(f"/orders/{paid['id']}/refunds", {})
    response = client.post(f"/orders/{paid['id']}/refunds", {"amount": 1})
    assert response.status == 409
