"""POST /tokens."""

from tests.conftest import PASSWORD


def test_wrong_email_and_wrong_password_read_the_same(anonymous, client):
    unknown = anonymous.post("/tokens", {"email": "nobody@example.test", "password": PASSWORD})
    wrong = anonymous.post("/tokens", {"email": "ada@example.test", "password": PASSWORD + "!"})
    assert unknown.status == wrong.status == 401
    assert unknown.body == wrong.body


def test_two_logins_give_two_tokens(anonymous, client):
    fields = {"email": "ada@example.test", "password": PASSWORD}
    first = anonymous.post("/tokens", fields).json()["token"]
    second = anonymous.post("/tokens", fields).json()["token"]
    assert first != second


def test_body_must_be_an_object(anonymous):
    for body in (None, [], "email=ada", 7):
        response = anonymous.post("/tokens", body)
        assert response.status == 422
        assert response.json()["error"]["code"] == "invalid_body"
