"""Registering, reading and renaming users."""


def test_register(anonymous):
    answer = anonymous.post("/users", {"email": "Bo@Example.test", "password": "long enough", "name": "Bo"})
    assert answer.status == 201
    assert answer.json()["email"] == "bo@example.test"
    assert "password" not in answer.json()


def test_register_twice(anonymous):
    fields = {"email": "bo@example.test", "password": "long enough"}
    anonymous.post("/users", fields)
    answer = anonymous.post("/users", fields)
    assert answer.status == 409


def test_short_password(anonymous):
    answer = anonymous.post("/users", {"email": "bo@example.test", "password": "short"})
    assert answer.status == 422


def test_list_is_for_admins(client, admin):
    assert client.get("/users").status == 403
    assert len(admin.get("/users").json()["users"]) == 2


def test_rename(client):
    answer = client.patch(f"/users/{client.user['id']}", {"name": "Ada L."})
    assert answer.status == 200
    assert answer.json()["name"] == "Ada L."
