"""POST /users: what is accepted, what is refused, what is never shown."""

import pytest

VALID = {"email": "kim@example.test", "password": "long enough", "name": "Kim"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"email": "kim"}, "invalid_email"),
        ({"email": "kim@"}, "invalid_email"),
        ({"email": "kim@example"}, "invalid_email"),
        ({"email": "kim @example.test"}, "invalid_email"),
        ({"password": ""}, "short_password"),
        ({"password": "1234567"}, "short_password"),
    ],
)
def test_refused(anonymous, change, code):
    response = anonymous.post("/users", {**VALID, **change})
    assert response.status == 422
    assert response.json()["error"]["code"] == code


def test_registered_user_can_log_in(anonymous):
    created = anonymous.post("/users", VALID)
    assert created.status == 201
    login = anonymous.post("/tokens", {"email": VALID["email"], "password": VALID["password"]})
    assert login.status == 201
    assert login.json()["token"]


def test_email_is_taken_whatever_its_case(anonymous):
    anonymous.post("/users", VALID)
    again = anonymous.post("/users", {**VALID, "email": "KIM@example.TEST"})
    assert again.status == 409
    assert again.json()["error"]["code"] == "email_taken"


def test_nobody_registers_as_admin(anonymous):
    user = anonymous.post("/users", {**VALID, "role": "admin"}).json()
    assert user["role"] == "customer"
    assert set(user) == {"id", "email", "name", "role"}
