"""Customers see themselves, admins see everybody, nobody sees a password."""


def test_customer_sees_themselves(client):
    response = client.get(f"/users/{client.user['id']}")
    assert response.status == 200
    assert response.json() == client.user


def test_customer_does_not_see_others(client, log_in):
    other = log_in("eve@example.test")
    response = client.get(f"/users/{other.user['id']}")
    assert response.status == 404
    assert "eve@example.test" not in response.body


def test_others_and_nobody_look_the_same(client, log_in):
    other = log_in("eve@example.test").user["id"]
    hidden = client.get(f"/users/{other}").json()["error"]
    missing = client.get("/users/usr_999").json()["error"]
    assert hidden["code"] == missing["code"] == "no_such_user"


def test_admin_sees_others_without_password(admin, client):
    user = admin.get(f"/users/{client.user['id']}").json()
    assert user["email"] == "ada@example.test"
    assert "password" not in user
