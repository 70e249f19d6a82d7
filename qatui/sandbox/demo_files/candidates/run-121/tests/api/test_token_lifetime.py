"""A token lives for one hour, to the second."""

import pytest


@pytest.mark.parametrize(("seconds", "status"), [(0, 200), (3599, 200), (3600, 401), (86_400, 401)])
def test_lifetime(client, clock, seconds, status):
    clock.now += seconds
    assert client.get("/orders").status == status


def test_expired_token_says_so(client, clock):
    clock.now += 3600
    response = client.get("/orders")
    assert response.json()["error"] == {"code": "token_expired", "message": "The token has expired."}


def test_expired_token_stays_expired(client, clock):
    clock.now += 3600
    client.get("/orders")
    clock.now -= 3600
    assert client.get("/orders").status == 401
