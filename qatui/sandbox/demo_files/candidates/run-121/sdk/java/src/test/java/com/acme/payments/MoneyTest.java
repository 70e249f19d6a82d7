package com.acme.payments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MoneyTest {
    @ParameterizedTest
    @CsvSource({"1, 2, 3", "0, 0, 0", "-5, 5, 0", "2500, 1250, 3750"})
    void addsAmountsOfOneCurrency(long left, long right, long sum) {
        assertEquals(new Money(sum, "EUR"), new Money(left, "EUR").plus(new Money(right, "EUR")));
    }

    @Test
    void refusesToMixCurrencies() {
        var error = assertThrows(
                IllegalArgumentException.class, () -> new Money(1, "EUR").plus(new Money(1, "JPY")));
        assertEquals("cannot add JPY to EUR", error.getMessage());
    }

    @Test
    void overflowsLoudly() {
        var most = new Money(Long.MAX_VALUE, "USD");
        assertThrows(ArithmeticException.class, () -> most.plus(new Money(1, "USD")));
    }
}
