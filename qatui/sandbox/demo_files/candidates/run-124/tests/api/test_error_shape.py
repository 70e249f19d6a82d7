"""Every error has the same shape: {"error": {"code", "message"}}."""

import pytest

CASES = [
    ("GET", "/nowhere", None, 404),
    ("PUT", "/orders", None, 405),
    ("GET", "/orders/ord_0", None, 404),
    ("POST", "/orders", {"items": []}, 422),
    ("POST", "/orders", {"currency": "???", "items": []}, 422),
    ("PATCH", "/users/usr_0", {"name": "x"}, 404),
    ("GET", "/users", None, 403),
    ("GET", "/invoices/inv_0", None, 404),
]


@pytest.mark.parametrize(("method", "url", "body", "status"), CASES)
def test_shape(client, method, url, body, status):
    response = client.request(method, url, body)
    assert response.status == status
    assert set(response.json()) == {"error"}
    assert set(response.json()["error"]) == {"code", "message"}
    assert response.json()["error"]["message"].endswith(".")


def test_codes_are_words(client):
    codes = {client.request(method, url, body).json()["error"]["code"] for method, url, body, _ in CASES}
    assert all(code.replace("_", "").isalpha() and code.islower() for code in codes)
