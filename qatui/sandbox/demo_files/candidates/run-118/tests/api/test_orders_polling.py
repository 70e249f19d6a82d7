"""Orders become paid after some time."""

import time


def wait_until_paid(client, order_id, tries=3):
    for _ in range(tries):
        if client.get(f"/orders/{order_id}").json()["status"] == "paid":
            return True
        time.sleep(0.1)
    return False


def test_payment_is_eventually_visible(client, order):
    client.post(f"/orders/{order['id']}/pay", {"card": "card_visa"})
    time.sleep(0.2)  # give the payment some time
    assert wait_until_paid(client, order["id"])
