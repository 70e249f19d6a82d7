"""A small payments API: users, orders, refunds and invoices, in memory."""

from payments.routes import build_app

__all__ = ["build_app"]
