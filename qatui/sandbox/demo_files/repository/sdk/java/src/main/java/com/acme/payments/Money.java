package com.acme.payments;

import java.util.Map;

/** An amount in minor units of a currency. */
public record Money(long amount, String currency) {
    private static final Map<String, Integer> DIGITS = Map.of("EUR", 2, "USD", 2, "GBP", 2, "JPY", 0, "KWD", 3);

    public Money {
        if (!DIGITS.containsKey(currency)) {
            throw new IllegalArgumentException("unknown currency " + currency);
        }
    }

    public Money plus(Money other) {
        if (!currency.equals(other.currency)) {
            throw new IllegalArgumentException("cannot add " + other.currency + " to " + currency);
        }
        return new Money(Math.addExact(amount, other.amount), currency);
    }
}
