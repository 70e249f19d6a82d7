import { describe, expect, it } from "vitest";

type Props = { left: number; onRefund: (amount: number) => void };

function RefundForm({ left, onRefund }: Props) {
  return (
    <form onSubmit={() => onRefund(left)}>
      <label>
        Amount <input name="amount" type="number" min={1} max={left} defaultValue={left} />
      </label>
      <button disabled={left === 0}>Refund</button>
    </form>
  );
}

describe("RefundForm", () => {
  it("offers what is left", () => {
    const form = RefundForm({ left: 2000, onRefund: () => undefined });
    expect(form.props.children[0].props.children[1].props.defaultValue).toBe(2000);
  });

  it("cannot be sent when nothing is left", () => {
    const form = RefundForm({ left: 0, onRefund: () => undefined });
    expect(form.props.children[1].props.disabled).toBe(true);
  });

  it("matches the snapshot", () => {
    expect(RefundForm({ left: 1, onRefund: () => undefined })).toMatchSnapshot();
  });
});
