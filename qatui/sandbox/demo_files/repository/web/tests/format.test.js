import { expect, it } from "vitest";
import { show } from "../src/format.js";

it("shows minor units of every currency", () => {
  expect(show(1250, "EUR")).toBe("12.50 EUR");
  expect(show(1250, "JPY")).toBe("1250 JPY");
});
