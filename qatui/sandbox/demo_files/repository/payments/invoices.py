"""Invoices: what a paid order becomes on paper."""

from typing import Any

from payments.http import ApiError
from payments.money import show, tax
from payments.storage import Store

TAX_PERCENT = 19


def issue(store: Store, order: dict[str, Any]) -> dict[str, Any]:
    """The invoice of a paid order; asking twice gives the same one."""
    if order["status"] not in ("paid", "refunded"):
        raise ApiError(409, "not_paid", "An invoice needs a paid order.")
    for invoice in store.all("inv"):
        if invoice["order"] == order["id"]:
            return invoice
    net = order["total"]
    due = tax(net, TAX_PERCENT)
    number = f"2025-{len(store.all('inv')) + 1:05d}"
    row = {"number": number, "order": order["id"], "currency": order["currency"], "net": net, "tax": due}
    return store.add("inv", {**row, "gross": net + due, "shown": show(net + due, order["currency"])})


def find(store: Store, id: str, caller: dict[str, Any]) -> dict[str, Any]:
    invoice = store.get("inv", id)
    order = store.get("ord", invoice["order"]) if invoice else None
    if invoice is None or order is None or (caller["role"] != "admin" and order["user"] != caller["id"]):
        raise ApiError(404, "no_such_invoice", f"There is no invoice {id}.")
    return invoice
