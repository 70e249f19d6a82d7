export interface Item {
  sku: string;
  quantity: number;
  unitPrice: number;
}

export class Cart {
  private items = new Map<string, Item>();

  constructor(private readonly storage: Pick<Storage, "getItem" | "setItem">) {
    const saved = storage.getItem("cart");
    for (const item of saved ? (JSON.parse(saved) as Item[]) : []) {
      this.items.set(item.sku, item);
    }
  }

  add(item: Item): void {
    const there = this.items.get(item.sku);
    const quantity = (there?.quantity ?? 0) + item.quantity;
    if (quantity > 999) {
      throw new RangeError("at most 999 of one article");
    }
    this.items.set(item.sku, { ...item, quantity });
    this.save();
  }

  remove(sku: string): void {
    this.items.delete(sku);
    this.save();
  }

  get total(): number {
    return [...this.items.values()].reduce((sum, item) => sum + item.quantity * item.unitPrice, 0);
  }

  get count(): number {
    return this.items.size;
  }

  private save(): void {
    this.storage.setItem("cart", JSON.stringify([...this.items.values()]));
  }
}
