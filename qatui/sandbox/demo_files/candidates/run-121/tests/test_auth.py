"""Tokens: given for a password, taken back on log-out, useless after an hour."""

from tests.conftest import PASSWORD


def test_log_in(anonymous, client):
    answer = anonymous.post("/tokens", {"email": "ada@example.test", "password": PASSWORD})
    assert answer.status == 201
    assert answer.json()["expires_in"] == 3600


def test_wrong_password(anonymous, client):
    answer = anonymous.post("/tokens", {"email": "ada@example.test", "password": "wrong horse"})
    assert answer.status == 401
    assert answer.json()["error"]["code"] == "bad_credentials"


def test_log_out(client):
    assert client.delete("/tokens/current").status == 204
    assert client.get("/orders").status == 401


def test_expiry(client, clock):
    clock.now += 3600
    client.get("/orders")


def test_scheme(client):
    client.get("/orders", headers={"Authorization": f"Token {client.token}"})
    assert client.token
