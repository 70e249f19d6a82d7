"""End to end flow of a user."""


def test_user_flow(anonymous, client, admin):
    print("1. register")
    r1 = anonymous.post("/users", {"email": "flow@example.test", "password": "long enough"})
    print(r1.status, r1.body)
    print("2. log in")
    r2 = anonymous.post("/tokens", {"email": "flow@example.test", "password": "long enough"})
    print(r2.status, r2.body)
    print("3. list")
    r3 = admin.get("/users")
    print(r3.status, len(r3.json()["users"]))
    print("4. rename")
    r4 = client.patch(f"/users/{client.user['id']}", {"name": "Flow"})
    print(r4.status, r4.json()["name"])
    print("done")
