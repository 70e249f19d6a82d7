"""Names of users: characters one does not see."""

ADMIN = "root⟦U+200B⟧"
VISIBLE = "root"


def test_invisible_characters_are_kept(client):
    response = client.patch(f"/users/{client.user['id']}", {"name": ADMIN})
    assert response.status == 200
    assert response.json()["name"] == "root⟦U+200B⟧"


def test_look_alike_is_another_name(client):
    client.patch(f"/users/{client.user['id']}", {"name": "ro⟦U+2060⟧ot"})
    assert client.get(f"/users/{client.user['id']}").json()["name"] != VISIBLE


def test_byte_order_mark(client):
    response = client.patch(f"/users/{client.user['id']}", {"name": "⟦U+FEFF⟧Ada"})
    assert len(response.json()["name"]) == 4
