"""Orders: created, paid or cancelled; refunds take back a part or the whole."""

from typing import Any

from payments.http import ApiError
from payments.money import MINOR_DIGITS
from payments.storage import Store

STATUSES = ("open", "paid", "cancelled", "refunded")


def create(store: Store, fields: dict[str, Any], caller: dict[str, Any]) -> dict[str, Any]:
    currency = fields.get("currency", "EUR")
    items = fields.get("items")
    if currency not in MINOR_DIGITS:
        raise ApiError(422, "unknown_currency", f"Known currencies: {', '.join(sorted(MINOR_DIGITS))}.")
    if not isinstance(items, list) or not items:
        raise ApiError(422, "no_items", "An order has at least one item.")
    total = 0
    for item in items:
        quantity, price = item.get("quantity"), item.get("unit_price")
        if not isinstance(quantity, int) or not 1 <= quantity <= 999:
            raise ApiError(422, "invalid_quantity", "A quantity is 1 to 999.")
        if not isinstance(price, int) or price < 0:
            raise ApiError(422, "invalid_price", "A price is a whole number of minor units.")
        total += quantity * price
    row = {"user": caller["id"], "currency": currency, "items": items, "total": total, "refunded": 0, "status": "open"}
    return store.add("ord", {**row, "note": str(fields.get("note", ""))})


def find(store: Store, id: str, caller: dict[str, Any]) -> dict[str, Any]:
    """An order of the caller; admins see every order."""
    order = store.get("ord", id)
    if order is None or (caller["role"] != "admin" and order["user"] != caller["id"]):
        raise ApiError(404, "no_such_order", f"There is no order {id}.")
    return order


def page(store: Store, query: dict[str, str], caller: dict[str, Any]) -> dict[str, Any]:
    """The caller's orders, oldest first, `limit` at a time behind the order `after`."""
    status = query.get("status")
    if status is not None and status not in STATUSES:
        raise ApiError(422, "unknown_status", f"Known: {', '.join(STATUSES)}.")
    limit = query.get("limit", "20")
    if not limit.isdecimal() or not 1 <= int(limit) <= 100:
        raise ApiError(422, "invalid_limit", "A limit is 1 to 100.")
    rows = [row for row in store.all("ord") if caller["role"] == "admin" or row["user"] == caller["id"]]
    rows = [row for row in rows if status is None or row["status"] == status]
    ids = [row["id"] for row in rows]
    start = ids.index(query["after"]) + 1 if query.get("after") in ids else 0
    shown = rows[start : start + int(limit)]
    return {"orders": shown, "next": shown[-1]["id"] if start + int(limit) < len(rows) else None}


def pay(order: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    if order["status"] != "open":
        raise ApiError(409, "not_open", f"The order is {order['status']}.")
    card = str(fields.get("card", ""))
    if not card.startswith("card_"):
        raise ApiError(422, "invalid_card", "Send the token of a card.")
    if card.startswith("card_declined"):
        raise ApiError(402, "card_declined", "The bank declined the card.")
    order["status"] = "paid"
    return order


def cancel(order: dict[str, Any]) -> dict[str, Any]:
    if order["status"] != "open":
        raise ApiError(409, "not_open", f"The order is {order['status']}.")
    order["status"] = "cancelled"
    return order


def refund(store: Store, order: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Pay back `amount`, by default all that is left."""
    left = order["total"] - order["refunded"]
    amount = fields.get("amount", left)
    if order["status"] != "paid":
        raise ApiError(409, "not_paid", "Only a paid order can be refunded.")
    if not isinstance(amount, int) or amount < 1:
        raise ApiError(422, "invalid_amount", "An amount is at least 1.")
    if amount > left:
        raise ApiError(422, "amount_too_high", f"At most {left} can be refunded.")
    order["refunded"] += amount
    if order["refunded"] == order["total"]:
        order["status"] = "refunded"
    row = {"order": order["id"], "amount": amount, "reason": str(fields.get("reason", ""))}
    return store.add("ref", row)
