"""Whole minor units, shown and shared."""

import pytest

from payments.money import show, split, tax


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(1250, "EUR", "12.50 EUR"), (1250, "JPY", "1250 JPY"), (1250, "KWD", "1.250 KWD"), (-5, "USD", "-0.05 USD")],
)
def test_show(amount, currency, text):
    assert show(amount, currency) == text


def test_split_adds_up():
    assert split(100, 3) == [34, 33, 33]


def test_tax_rounds_half_up():
    assert tax(50, 19) == 10
