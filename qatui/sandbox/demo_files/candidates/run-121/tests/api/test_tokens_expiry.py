"""Tokens expire."""

import time


def test_token_expiry(client):
    time.sleep(0.3)  # wait for the token to age
    response = client.get("/orders")
    assert response.status in (200, 401)


def test_token_still_valid(client):
    start = time.time()
    while time.time() - start < 0.2:
        assert client.get("/orders").status == 200
        time.sleep(0.05)
