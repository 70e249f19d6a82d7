"""DELETE /tokens/current ends a session at once."""

import pytest

from tests.conftest import PASSWORD


@pytest.mark.parametrize("path", ["/orders", "/users", "/orders/ord_1", "/invoices/inv_1"])
def test_token_is_useless_after_log_out(client, path):
    assert client.delete("/tokens/current").status == 204
    response = client.get(path)
    assert response.status == 401
    assert response.json()["error"]["code"] == "no_token"


def test_other_sessions_go_on(anonymous, client):
    fields = {"email": "ada@example.test", "password": PASSWORD}
    other = anonymous.post("/tokens", fields).json()["token"]
    client.delete("/tokens/current")
    headers = {"Authorization": f"Bearer {other}"}
    assert anonymous.get("/orders", headers=headers).status == 200


def test_log_out_needs_a_token(anonymous):
    assert anonymous.delete("/tokens/current").status == 401
