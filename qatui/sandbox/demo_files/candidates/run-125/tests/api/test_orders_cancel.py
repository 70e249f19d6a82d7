"""POST /orders/{id}/cancel works while the order is open, and only then."""

import pytest


@pytest.fixture(params=["paid", "cancelled", "refunded"])
def settled(request, client, order):
    """The order in each status that is not open."""
    url = f"/orders/{order['id']}"
    if request.param == "cancelled":
        client.post(f"{url}/cancel")
    else:
        client.post(f"{url}/pay", {"card": "card_visa"})
    if request.param == "refunded":
        client.post(f"{url}/refunds", {})
    return client.get(url).json()


def test_settled_order_stays_as_it_is(client, settled):
    response = client.post(f"/orders/{settled['id']}/cancel")
    assert response.status == 409
    assert response.json()["error"]["message"] == f"The order is {settled['status']}."
    assert client.get(f"/orders/{settled['id']}").json() == settled


def test_only_the_owner_cancels(order, client, log_in):
    response = log_in("eve@example.test").post(f"/orders/{order['id']}/cancel")
    assert response.status == 404
    assert client.get(f"/orders/{order['id']}").json()["status"] == "open"


def test_cancelled_order_cannot_be_paid(client, order):
    client.post(f"/orders/{order['id']}/cancel")
    assert client.post(f"/orders/{order['id']}/pay", {"card": "card_visa"}).status == 409
