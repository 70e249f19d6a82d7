"""Regression: refunds of split yen payments lost one unit (yen have no minor units)."""

import pytest

from payments.money import split


@pytest.mark.parametrize(("total", "parts"), [(100, 3), (101, 2), (1, 4), (99_999, 7)])
def test_shares_refund_the_whole(client, total, parts):
    body = {"items": [{"sku": "ticket", "quantity": 1, "unit_price": total}], "currency": "JPY"}
    order = client.post("/orders", body).json()
    client.post(f"/orders/{order['id']}/pay", {"card": "card_visa"})
    for share in split(total, parts):
        if share:
            assert client.post(f"/orders/{order['id']}/refunds", {"amount": share}).status == 201
    assert client.get(f"/orders/{order['id']}").json()["status"] == "refunded"
