import { beforeEach, describe, expect, it } from "vitest";
import { Cart } from "../src/cart";

class Memory {
  private kept = new Map<string, string>();
  getItem(key: string): string | null {
    return this.kept.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.kept.set(key, value);
  }
}

describe("Cart", () => {
  let cart: Cart;

  beforeEach(() => {
    cart = new Cart(new Memory());
  });

  it("is empty at first", () => {
    expect(cart.count).toBe(0);
    expect(cart.total).toBe(0);
  });

  it("adds up", () => {
    cart.add({ sku: "tea", quantity: 2, unitPrice: 1250 });
    cart.add({ sku: "cup", quantity: 1, unitPrice: 800 });
    expect(cart.total).toBe(3300);
  });

  it("forgets what is removed", () => {
    cart.add({ sku: "tea", quantity: 2, unitPrice: 1250 });
    cart.remove("tea");
    expect(cart.count).toBe(0);
  });
});
