"""Idempotency-Key: the same key makes one order, whatever comes with it."""

BODY = {"items": [{"sku": "tea", "quantity": 1, "unit_price": 1250}]}


def test_same_key_one_order(client):
    headers = {"Idempotency-Key": "k-1"}
    answers = [client.post("/orders", BODY, headers=headers) for _ in range(3)]
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(client.get("/orders").json()["orders"]) == 1


def test_other_key_other_order(client):
    ids = {client.post("/orders", BODY, headers={"Idempotency-Key": f"k-{n}"}).json()["id"] for n in range(3)}
    assert len(ids) == 3


def test_keys_belong_to_their_user(client, log_in):
    headers = {"Idempotency-Key": "k-1"}
    mine = client.post("/orders", BODY, headers=headers).json()
    theirs = log_in("eve@example.test").post("/orders", BODY, headers=headers).json()
    assert mine["id"] != theirs["id"]


def test_failed_request_does_not_use_up_the_key(client):
    headers = {"Idempotency-Key": "k-1"}
    assert client.post("/orders", {"items": []}, headers=headers).status == 422
    assert client.post("/orders", BODY, headers=headers).status == 201
