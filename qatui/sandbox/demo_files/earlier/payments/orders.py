"""Orders: created, paid or cancelled."""

from typing import Any

STATUSES = ("open", "paid", "cancelled")


def create(items: list[dict[str, Any]], user: str) -> dict[str, Any]:
    total = sum(item["quantity"] * item["unit_price"] for item in items)
    return {"user": user, "items": items, "total": total, "status": "open"}
