"""Net, tax and gross of an invoice agree in every currency."""

import pytest


def invoice(client, amount, currency):
    body = {"items": [{"sku": "x", "quantity": 1, "unit_price": amount}], "currency": currency}
    order = client.post("/orders", body).json()["id"]
    client.post(f"/orders/{order}/pay", {"card": "card_visa"})
    return client.post(f"/orders/{order}/invoice").json()


@pytest.mark.parametrize(
    ("amount", "currency", "tax", "shown"),
    [
        (10_000, "EUR", 1900, "119.00 EUR"),
        (50, "EUR", 10, "0.60 EUR"),
        (1, "USD", 0, "0.01 USD"),
        (3, "GBP", 1, "0.04 GBP"),
        (1000, "JPY", 190, "1190 JPY"),
        (1250, "KWD", 238, "1.488 KWD"),
        (0, "EUR", 0, "0.00 EUR"),
    ],
)
def test_totals(client, amount, currency, tax, shown):
    made = invoice(client, amount, currency)
    assert made["net"] == amount
    assert made["tax"] == tax
    assert made["gross"] == amount + tax
    assert made["shown"] == shown


def test_strangers_see_no_invoice(client, log_in):
    made = invoice(client, 100, "EUR")
    assert client.get(f"/invoices/{made['id']}").json() == made
    assert log_in("eve@example.test").get(f"/invoices/{made['id']}").status == 404
