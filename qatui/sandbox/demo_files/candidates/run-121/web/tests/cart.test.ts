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
  let memory: Memory;
  let cart: Cart;

  beforeEach(() => {
    memory = new Memory();
    cart = new Cart(memory);
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

  it("joins the same article", () => {
    cart.add({ sku: "tea", quantity: 2, unitPrice: 1250 });
    cart.add({ sku: "tea", quantity: 3, unitPrice: 1250 });
    expect(cart.count).toBe(1);
    expect(cart.total).toBe(6250);
  });

  it.each([1000, 5000])("takes no %i of one article", (quantity) => {
    expect(() => cart.add({ sku: "tea", quantity, unitPrice: 1250 })).toThrow(RangeError);
    expect(cart.total).toBe(0);
  });

  it("forgets what is removed", () => {
    cart.add({ sku: "tea", quantity: 2, unitPrice: 1250 });
    cart.remove("tea");
    expect(cart.count).toBe(0);
  });

  it("survives a reload", () => {
    cart.add({ sku: "tea", quantity: 2, unitPrice: 1250 });
    expect(new Cart(memory).total).toBe(2500);
  });
});
