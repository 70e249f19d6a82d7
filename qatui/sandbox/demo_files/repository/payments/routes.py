"""The API's table of contents: each path with what it answers."""

import time
from collections.abc import Callable
from typing import Any

from payments import auth, invoices, orders, users
from payments.http import ApiError, App, Request
from payments.storage import Store

Answer = tuple[int, Any]


def build_app(store: Store | None = None, clock: Callable[[], float] = time.time) -> App:
    """The application over `store`, a fresh one by default."""
    kept = store or Store()
    app = App()
    _add_accounts(app, kept, clock)
    _add_orders(app, kept, clock)
    return app


def _add_accounts(app: App, store: Store, clock: Callable[[], float]) -> None:
    @app.route("GET", "/health")
    def health(request: Request) -> Answer:
        return 200, {"status": "ok"}

    @app.route("POST", "/tokens")
    def log_in(request: Request) -> Answer:
        fields = request.fields()
        return 201, auth.issue(store, str(fields.get("email")), str(fields.get("password")), clock())

    @app.route("DELETE", "/tokens/current")
    def log_out(request: Request) -> Answer:
        store.remove("tok", auth.caller(store, request, clock())["token"])
        return 204, None

    @app.route("POST", "/users")
    def register(request: Request) -> Answer:
        return 201, users.register(store, request.fields())

    @app.route("GET", "/users")
    def list_users(request: Request) -> Answer:
        if auth.caller(store, request, clock())["role"] != "admin":
            raise ApiError(403, "admins_only", "Only admins may list users.")
        return 200, {"users": [users.public(user) for user in store.all("usr")]}

    @app.route("GET", "/users/{id}")
    def show_user(request: Request) -> Answer:
        return 200, users.public(users.find(store, request.params["id"], auth.caller(store, request, clock())))

    @app.route("PATCH", "/users/{id}")
    def rename_user(request: Request) -> Answer:
        user = users.find(store, request.params["id"], auth.caller(store, request, clock()))
        return 200, users.rename(user, request.fields())


def _add_orders(app: App, store: Store, clock: Callable[[], float]) -> None:
    def mine(request: Request) -> dict[str, Any]:
        return orders.find(store, request.params["id"], auth.caller(store, request, clock()))

    @app.route("POST", "/orders")
    def create(request: Request) -> Answer:
        caller = auth.caller(store, request, clock())
        key = request.header("Idempotency-Key")
        if key is None:
            return 201, orders.create(store, request.fields(), caller)
        if (caller["id"], key) not in store.answers:
            store.answers[caller["id"], key] = orders.create(store, request.fields(), caller)
        return 201, store.answers[caller["id"], key]

    @app.route("GET", "/orders")
    def list_orders(request: Request) -> Answer:
        return 200, orders.page(store, request.query, auth.caller(store, request, clock()))

    @app.route("GET", "/orders/{id}")
    def show_order(request: Request) -> Answer:
        return 200, mine(request)

    @app.route("POST", "/orders/{id}/pay")
    def pay(request: Request) -> Answer:
        return 200, orders.pay(mine(request), request.fields())

    @app.route("POST", "/orders/{id}/cancel")
    def cancel(request: Request) -> Answer:
        return 200, orders.cancel(mine(request))

    @app.route("POST", "/orders/{id}/refunds")
    def refund(request: Request) -> Answer:
        return 201, orders.refund(store, mine(request), request.fields())

    @app.route("GET", "/orders/{id}/refunds")
    def list_refunds(request: Request) -> Answer:
        order = mine(request)
        return 200, {"refunds": [row for row in store.all("ref") if row["order"] == order["id"]]}

    @app.route("POST", "/orders/{id}/invoice")
    def issue_invoice(request: Request) -> Answer:
        return 201, invoices.issue(store, mine(request))

    @app.route("GET", "/invoices/{id}")
    def show_invoice(request: Request) -> Answer:
        return 200, invoices.find(store, request.params["id"], auth.caller(store, request, clock()))
