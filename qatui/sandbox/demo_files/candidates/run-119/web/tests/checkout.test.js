import { describe, expect, it } from "vitest";
import { show } from "../src/format.js";

describe("checkout summary", () => {
  it.each([
    [0, "EUR", "0.00 EUR"],
    [5, "USD", "0.05 USD"],
    [1250, "GBP", "12.50 GBP"],
    [1250, "KWD", "1.250 KWD"],
  ])("shows %i %s as %s", (amount, currency, text) => {
    expect(show(amount, currency)).toBe(text);
  });

  it("refuses a currency it does not know", () => {
    expect(() => show(1, "XXX")).toThrow(RangeError);
  });

  it("renders the summary", async () => {
    const summary = await Promise.resolve(show(1999, "EUR"));
    expect(summary).toBeTruthy();
  });
});
