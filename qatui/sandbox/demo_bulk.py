"""As many more candidates as are asked for, each with a body of its own: what a busy generator sends.

Number N is the same candidate in every demo. What they say of the API is true but for those that say nothing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from qatui.domain.proposal import Proposal

_CURRENCIES = {"EUR": 2, "USD": 2, "GBP": 2, "JPY": 0, "KWD": 3}
_WORDS = ("tea", "cup", "pot", "tin", "mug", "jar", "box", "set", "bag", "tray", "lid", "spoon")
_NAMES = ("Ada", "Bo", "Cleo", "Dara", "Eli", "Femi", "Gus", "Hana", "Ines", "Jun", "Kofi", "Lena")


@dataclass(frozen=True, slots=True)
class _Text:
    """A test that a template made."""

    folder: str
    """Where it goes, with the file name's pattern: `{}` is the number."""
    title: str
    method: str
    endpoint: str
    body: str


def bulk(count: int, first: int = 1) -> Iterator[Proposal]:
    """`count` candidates, from number `first`."""
    for number in range(first, first + count):
        chance = Random(number)
        text = _TEMPLATES[number % len(_TEMPLATES)](chance)
        yield Proposal(
            path=text.folder.format(f"{number:06d}"),
            content=text.body.encode(),
            place=f"bulk:{number}",
            title=text.title,
            generator={"name": "nightly-gen", "model": "gpt-x", "run": f"bulk-{number // 1000:03d}"},
            endpoint={"method": text.method, "path": text.endpoint},
            priority=chance.choice((-1, 0, 0, 0, 1)),
            labels=("bulk",),
        )


def _items(chance: Random) -> list[tuple[str, int, int]]:
    """Article, quantity, unit price of one to six items."""
    return [
        (chance.choice(_WORDS), chance.randint(1, 99), chance.randrange(100_000)) for _ in range(chance.randint(1, 6))
    ]


def _rows(items: list[tuple[str, int, int]], indent: str) -> str:
    return "\n".join(
        f'{indent}{{"sku": "{sku}", "quantity": {count}, "unit_price": {price}}},' for sku, count, price in items
    )


def _create(chance: Random) -> _Text:
    items, currency = _items(chance), chance.choice(list(_CURRENCIES))
    total = sum(count * price for _, count, price in items)
    body = f'''"""POST /orders with {len(items)} items in {currency}."""

ITEMS = [
{_rows(items, "    ")}
]


def test_order_of_{len(items)}_items(client):
    response = client.post("/orders", {{"items": ITEMS, "currency": "{currency}"}})
    assert response.status == 201
    order = response.json()
    assert order["total"] == {total}
    assert len(order["items"]) == {len(items)}
    assert client.get(f"/orders/{{order['id']}}").json() == order
'''
    title = f"Order of {len(items)} items for {total} {currency}"
    return _Text("tests/api/orders/test_create_{}.py", title, "POST", "/orders", body)


def _refund(chance: Random) -> _Text:
    parts = [chance.randint(1, 50_000) for _ in range(chance.randint(2, 5))]
    rest = chance.randint(1, 50_000)
    body = f'''"""Refunds of an order of {sum(parts) + rest} in {len(parts)} parts."""

import pytest

PARTS = {parts}


@pytest.fixture
def order(client):
    items = [{{"sku": "{chance.choice(_WORDS)}", "quantity": 1, "unit_price": {sum(parts) + rest}}}]
    order = client.post("/orders", {{"items": items}}).json()
    return client.post(f"/orders/{{order['id']}}/pay", {{"card": "card_{chance.choice(_WORDS)}"}}).json()


def test_parts_leave_{rest}(client, order):
    url = f"/orders/{{order['id']}}/refunds"
    for amount in PARTS:
        assert client.post(url, {{"amount": amount}}).status == 201
    refused = client.post(url, {{"amount": {rest + 1}}})
    assert refused.status == 422
    assert refused.json()["error"]["code"] == "amount_too_high"
    assert client.post(url, {{"amount": {rest}}}).status == 201
    assert client.get(f"/orders/{{order['id']}}").json()["status"] == "refunded"
'''
    title = f"Refunds of {', '.join(map(str, parts))} leave {rest}"
    return _Text("tests/api/refunds/test_parts_{}.py", title, "POST", "/orders/{id}/refunds", body)


def _pages(chance: Random) -> _Text:
    prices = [chance.randrange(10_000) for _ in range(chance.randint(3, 12))]
    limit = chance.randint(1, len(prices) - 1)
    body = f'''"""GET /orders?limit={limit} over {len(prices)} orders."""

PRICES = {prices}


def test_first_page_and_the_one_behind(client):
    for price in PRICES:
        client.post("/orders", {{"items": [{{"sku": "{chance.choice(_WORDS)}", "quantity": 1, "unit_price": price}}]}})
    page = client.get("/orders?limit={limit}").json()
    assert [order["total"] for order in page["orders"]] == PRICES[:{limit}]
    following = client.get(f"/orders?limit=100&after={{page['next']}}").json()
    assert [order["total"] for order in following["orders"]] == PRICES[{limit}:]
    assert following["next"] is None
'''
    title = f"Pages of {limit} over {len(prices)} orders"
    return _Text("tests/api/orders/test_pages_{}.py", title, "GET", "/orders", body)


def _invoice(chance: Random) -> _Text:
    cases = []
    for _ in range(chance.randint(3, 9)):
        net, currency = chance.randrange(1_000_000), chance.choice(list(_CURRENCIES))
        cases.append(f'    ("{currency}", {net}, {(net * 38 + 100) // 200}),')
    lines = "\n".join(cases)
    body = f'''"""Tax on the invoice, {len(cases)} cases."""

import pytest

CASES = [
{lines}
]


@pytest.mark.parametrize(("currency", "net", "tax"), CASES)
def test_tax(client, currency, net, tax):
    items = [{{"sku": "{chance.choice(_WORDS)}", "quantity": 1, "unit_price": net}}]
    order = client.post("/orders", {{"items": items, "currency": currency}}).json()["id"]
    client.post(f"/orders/{{order}}/pay", {{"card": "card_visa"}})
    invoice = client.post(f"/orders/{{order}}/invoice").json()
    assert (invoice["net"], invoice["tax"], invoice["gross"]) == (net, tax, net + tax)
'''
    title = f"Tax of {len(cases)} invoices"
    return _Text("tests/api/invoices/test_tax_{}.py", title, "POST", "/orders/{id}/invoice", body)


def _life(chance: Random) -> _Text:
    """A walk through an order's life, with the status that each step answers."""
    status, steps = "open", []
    for _ in range(chance.randint(3, 8)):
        step = chance.choice(("pay", "cancel", "refunds", "decline"))
        answer, after = _STEPS.get((step, status), (409, status))
        steps.append(f'    ("{step}", {answer}, "{after}"),')
        status = after
    lines = "\n".join(steps)
    price = chance.randint(1, 1_000_000)
    body = f'''"""An order of {price} ends {status}."""

STEPS = [
{lines}
]
CARDS = {{"pay": "card_visa", "decline": "card_declined"}}


def test_life(client):
    items = [{{"sku": "{chance.choice(_WORDS)}", "quantity": 1, "unit_price": {price}}}]
    url = f"/orders/{{client.post('/orders', {{'items': items}}).json()['id']}}"
    for step, status, after in STEPS:
        if step in CARDS:
            answer = client.post(f"{{url}}/pay", {{"card": CARDS[step]}})
        else:
            answer = client.post(f"{{url}}/{{step}}", {{}})
        assert answer.status == status, step
        assert client.get(url).json()["status"] == after
'''
    title = f"An order ends {status} after {len(steps)} steps"
    return _Text("tests/api/orders/test_life_{}.py", title, "POST", "/orders/{id}/pay", body)


_STEPS = {
    ("pay", "open"): (200, "paid"),
    ("decline", "open"): (402, "open"),
    ("cancel", "open"): (200, "cancelled"),
    ("refunds", "paid"): (201, "refunded"),
}
"""(step, status before) -> (answer, status after); any other step is refused with 409."""


def _names(chance: Random) -> _Text:
    names = [f"{chance.choice(_NAMES)} {chance.choice(_WORDS).title()}{chance.randrange(1000)}" for _ in range(4)]
    lines = "\n".join(f'        "{name}",' for name in names)
    length = chance.randint(81, 4000)
    body = f'''"""PATCH /users/{{id}}: {names[0]} and others."""

import pytest


@pytest.mark.parametrize(
    "name",
    [
{lines}
    ],
)
def test_name_is_kept(client, name):
    url = f"/users/{{client.user['id']}}"
    assert client.patch(url, {{"name": name}}).json()["name"] == name
    assert client.get(url).json()["name"] == name


def test_name_of_{length}_characters_is_refused(client):
    response = client.patch(f"/users/{{client.user['id']}}", {{"name": "x" * {length}}})
    assert response.status == 422
    assert client.get(f"/users/{{client.user['id']}}").json()["name"] == "Ada"
'''
    return _Text("tests/api/users/test_names_{}.py", f"Users called {names[0]}", "PATCH", "/users/{id}", body)


def _tokens(chance: Random) -> _Text:
    before, after = chance.randrange(3600), 3600 + chance.randrange(1_000_000)
    email = f"{chance.choice(_NAMES).lower()}.{chance.randrange(10**6)}@example.test"
    body = f'''"""The token of {email} after {before} and {after} seconds."""


def test_token(log_in, clock):
    user = log_in("{email}")
    start = clock.now
    clock.now = start + {before}
    assert user.get("/orders").status == 200
    clock.now = start + {after}
    answer = user.get("/orders")
    assert answer.status == 401
    assert answer.json()["error"]["code"] == "token_expired"
'''
    return _Text("tests/api/tokens/test_lifetime_{}.py", f"Token after {after} seconds", "POST", "/tokens", body)


def _says_nothing(chance: Random) -> _Text:
    items = _items(chance)
    calls = chance.sample(("pay", "cancel", "refunds", "invoice"), chance.randint(1, 4))
    lines = "\n".join(f'    client.post(f"/orders/{{order}}/{call}", {{}})' for call in calls)
    body = f'''"""Exercise {", ".join(calls)}."""


def test_{"_".join(calls)}(client):
    items = [
{_rows(items, "        ")}
    ]
    order = client.post("/orders", {{"items": items}}).json()["id"]
{lines}
    assert order is not None
'''
    return _Text("tests/api/orders/test_flow_{}.py", f"Exercise {', '.join(calls)}", "POST", "/orders", body)


def _cart(chance: Random) -> _Text:
    items = list({sku: (sku, count, price) for sku, count, price in _items(chance)}.values())
    total = sum(count * price for _, count, price in items)
    lines = "\n".join(
        f'  cart.add({{ sku: "{sku}", quantity: {count}, unitPrice: {price} }});' for sku, count, price in items
    )
    body = f"""import {{ expect, it }} from "vitest";
import {{ Cart }} from "../../src/cart";

it("adds {len(items)} articles up to {total}", () => {{
  const kept = new Map<string, string>();
  const cart = new Cart({{
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
  }});
{lines}
  expect(cart.count).toBe({len(items)});
  expect(cart.total).toBe({total});
}});
"""
    return _Text("web/tests/bulk/cart-{}.test.ts", f"A cart of {total}", "GET", "/cart", body)


def _signature(chance: Random) -> _Text:
    amounts = [chance.randrange(10**9) for _ in range(chance.randint(2, 6))]
    lines = "\n".join(f'\t\t`{{"order":"ord_{amount % 9973}","total":{amount}}}`,' for amount in amounts)
    body = f"""package gateway

import (
\t"testing"
\t"time"
)

func TestSignature{amounts[0]}(t *testing.T) {{
\tat := time.Unix({1_700_000_000 + chance.randrange(10**8)}, 0)
\tseen := map[string]bool{{}}
\tfor _, body := range []string{{
{lines}
\t}} {{
\t\tsignature := Sign([]byte("bulk key"), []byte(body), at)
\t\tif seen[signature] {{
\t\t\tt.Fatalf("two bodies have the signature %s", signature)
\t\t}}
\t\tseen[signature] = true
\t}}
}}
"""
    return _Text("gateway/bulk_{}_test.go", f"Signatures of {len(amounts)} webhooks", "POST", "/webhooks", body)


_TEMPLATES: tuple[Callable[[Random], _Text], ...] = (
    _create,
    _refund,
    _pages,
    _invoice,
    _life,
    _names,
    _create,
    _tokens,
    _refund,
    _says_nothing,
    _cart,
    _signature,
)
