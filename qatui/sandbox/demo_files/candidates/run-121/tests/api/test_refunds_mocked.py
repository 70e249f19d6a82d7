"""Refund logic, isolated from everything."""

from unittest.mock import MagicMock, patch

import payments.orders


def test_refund_calls_store():
    store = MagicMock()
    store.add.return_value = {"id": "ref_1", "amount": 500}
    with patch.object(payments.orders, "refund", return_value=store.add()) as refund:
        result = payments.orders.refund(store, {}, {"amount": 500})
    refund.assert_called_once()
    assert result == {"id": "ref_1", "amount": 500}


def test_refund_amount():
    order = MagicMock(total=2500, refunded=0)
    order.refund.return_value.amount = 500
    assert order.refund(500).amount == 500
