"""POST /orders/{id}/pay."""

import pytest


@pytest.mark.parametrize(
    ("card", "status", "code"),
    [
        ("card_declined", 402, "card_declined"),
        ("card_declined_lost", 402, "card_declined"),
        ("4242424242424242", 422, "invalid_card"),
        ("", 422, "invalid_card"),
        (None, 422, "invalid_card"),
    ],
)
def test_failed_payment_leaves_the_order_open(client, order, card, status, code):
    response = client.post(f"/orders/{order['id']}/pay", {"card": card})
    assert (response.status, response.json()["error"]["code"]) == (status, code)
    assert client.get(f"/orders/{order['id']}").json() == order


def test_second_try_after_a_declined_card(client, order):
    client.post(f"/orders/{order['id']}/pay", {"card": "card_declined"})
    assert client.post(f"/orders/{order['id']}/pay", {"card": "card_visa"}).json()["status"] == "paid"


def test_paid_once(client, paid):
    response = client.post(f"/orders/{paid['id']}/pay", {"card": "card_visa"})
    assert response.status == 409
    assert response.json()["error"]["code"] == "not_open"
