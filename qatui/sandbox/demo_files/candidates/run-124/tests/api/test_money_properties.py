"""Properties of payments.money that hold for every amount."""

import random

import pytest

from payments.money import split, tax


@pytest.mark.parametrize("seed", range(20))
def test_shares_add_up_and_differ_by_one_at_most(seed):
    chance = random.Random(seed)
    amount, parts = chance.randrange(0, 10**9), chance.randrange(1, 60)
    shares = split(amount, parts)
    assert sum(shares) == amount
    assert len(shares) == parts
    assert max(shares) - min(shares) <= 1
    assert shares == sorted(shares, reverse=True)


@pytest.mark.parametrize("parts", [0, -1])
def test_no_shares(parts):
    with pytest.raises(ValueError, match="at least one part"):
        split(100, parts)


@pytest.mark.parametrize("net", [0, 1, 2, 3, 49, 50, 51, 10**12])
def test_tax_is_within_half_a_unit(net):
    assert abs(tax(net, 19) * 100 - net * 19) <= 50
