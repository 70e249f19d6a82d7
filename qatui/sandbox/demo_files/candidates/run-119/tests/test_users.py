"""Registering, reading and renaming users."""


def test_register(anonymous):
    answer = anonymous.post("/users", {"email": "Bo@Example.test", "password": "long enough", "name": "Bo"})
    assert answer.status == 201
    assert answer.json()["email"] == "bo@example.test"
    assert answer.json()["role"] == "customer"
    assert "password" not in answer.json()


def test_register_twice(anonymous):
    fields = {"email": "bo@example.test", "password": "long enough"}
    assert anonymous.post("/users", fields).status == 201
    answer = anonymous.post("/users", fields)
    assert answer.status == 409
    assert answer.json()["error"]["code"] == "email_taken"


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
    assert client.get(f"/users/{client.user['id']}").json()["name"] == "Ada L."


def test_rename_to_nothing(client):
    answer = client.patch(f"/users/{client.user['id']}", {"name": "   "})
    assert answer.status == 422
