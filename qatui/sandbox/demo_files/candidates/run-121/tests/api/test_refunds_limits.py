"""POST /orders/{id}/refunds never pays back more than was paid."""

import pytest


@pytest.mark.parametrize(
    ("before", "amount", "left"),
    [(0, 2501, 2500), (1, 2500, 2499), (2000, 501, 500), (2499, 2, 1)],
)
def test_more_than_is_left(client, paid, before, amount, left):
    if before:
        client.post(f"/orders/{paid['id']}/refunds", {"amount": before})
    response = client.post(f"/orders/{paid['id']}/refunds", {"amount": amount})
    assert response.status == 422
    error = response.json()["error"]
    assert error["code"] == "amount_too_high"
    assert str(left) in error["message"]
    assert client.get(f"/orders/{paid['id']}").json()["refunded"] == before


@pytest.mark.parametrize("amount", [0, -1, 1.5, "100", None, [1]])
def test_amount_must_be_a_positive_whole_number(client, paid, amount):
    response = client.post(f"/orders/{paid['id']}/refunds", {"amount": amount})
    assert response.status == 422
    assert response.json()["error"]["code"] == "invalid_amount"
    assert client.get(f"/orders/{paid['id']}/refunds").json() == {"refunds": []}
