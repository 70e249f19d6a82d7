"""What the Windows client sends: blanks around values, capitals in headers."""


def test_header_names_ignore_case(client):
    shouted = {"AUTHORIZATION": f"Bearer {client.token}"}
    client.token = None
    assert client.get("/orders", headers=shouted).status == 200


def test_email_is_trimmed(anonymous):
    response = anonymous.post("/users", {"email": "  win@example.test \r\n", "password": "long enough"})
    assert response.status == 201
    assert response.json()["email"] == "win@example.test"


def test_token_is_not_trimmed(client):
    spaced = {"Authorization": f"Bearer  {client.token}"}
    client.token = None
    assert client.get("/orders", headers=spaced).status == 401
