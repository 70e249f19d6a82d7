"""A client of the application, in the same process; a clock that tests move."""

from collections.abc import Callable
from typing import Any

import pytest

from payments import build_app
from payments.http import App, Response
from payments.storage import Store
from payments.users import register

PASSWORD = "correct horse"


class Clock:
    def __init__(self) -> None:
        self.now = 1_750_000_000.0

    def __call__(self) -> float:
        return self.now


class Client:
    """Calls the API; `token` is sent as bearer token where there is one."""

    def __init__(self, app: App, token: str | None = None, user: dict[str, Any] | None = None) -> None:
        self.app = app
        self.token = token
        self.user = user or {}

    def request(self, method: str, url: str, json: Any = None, headers: dict[str, str] | None = None) -> Response:
        sent = dict(headers or {})
        if self.token:
            sent.setdefault("Authorization", f"Bearer {self.token}")
        return self.app.handle(method, url, json, sent)

    def get(self, url: str, **more: Any) -> Response:
        return self.request("GET", url, **more)

    def post(self, url: str, json: Any = None, **more: Any) -> Response:
        return self.request("POST", url, json, **more)

    def patch(self, url: str, json: Any = None, **more: Any) -> Response:
        return self.request("PATCH", url, json, **more)

    def delete(self, url: str, **more: Any) -> Response:
        return self.request("DELETE", url, **more)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def app(store: Store, clock: Clock) -> App:
    return build_app(store, clock)


@pytest.fixture
def anonymous(app: App) -> Client:
    """Nobody in particular."""
    return Client(app)


@pytest.fixture
def log_in(app: App, store: Store) -> Callable[..., Client]:
    """A client logged in as a new user."""

    def log_in(email: str = "ada@example.test", role: str = "customer", name: str = "Ada") -> Client:
        user = register(store, {"email": email, "password": PASSWORD, "name": name}, role)
        token = Client(app).post("/tokens", {"email": email, "password": PASSWORD}).json()["token"]
        return Client(app, token, user)

    return log_in


@pytest.fixture
def client(log_in: Callable[..., Client]) -> Client:
    """A customer."""
    return log_in()


@pytest.fixture
def admin(log_in: Callable[..., Client]) -> Client:
    return log_in("root@example.test", "admin", "Root")


@pytest.fixture
def order(client: Client) -> dict[str, Any]:
    """An open order of the customer: 2 x 12.50 EUR."""
    answer = client.post("/orders", {"items": [{"sku": "tea", "quantity": 2, "unit_price": 1250}]})
    return answer.json()


@pytest.fixture
def paid(client: Client, order: dict[str, Any]) -> dict[str, Any]:
    """The same order, paid."""
    return client.post(f"/orders/{order['id']}/pay", {"card": "card_visa"}).json()
