"""PATCH /users/{id}."""

import pytest


@pytest.mark.parametrize("name", ["A", "Ada Lovelace", "x" * 80, "O'Neill; DROP TABLE users", "<b>Ada</b>"])
def test_name_is_kept_as_it_is(client, name):
    url = f"/users/{client.user['id']}"
    assert client.patch(url, {"name": name}).json()["name"] == name
    assert client.get(url).json()["name"] == name


@pytest.mark.parametrize("name", ["", " ", "x" * 81])
def test_length(client, name):
    response = client.patch(f"/users/{client.user['id']}", {"name": name})
    assert response.status == 422
    assert client.get(f"/users/{client.user['id']}").json()["name"] == "Ada"


def test_other_fields_cannot_be_changed(client):
    user = client.patch(f"/users/{client.user['id']}", {"name": "Ada", "role": "admin", "email": "x@y.zz"}).json()
    assert user == client.user
