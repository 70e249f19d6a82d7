const DIGITS = { EUR: 2, USD: 2, GBP: 2, JPY: 0, KWD: 3 };

export function show(amount, currency) {
  const digits = DIGITS[currency];
  if (digits === undefined) {
    throw new RangeError(`unknown currency ${currency}`);
  }
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency}`;
}
