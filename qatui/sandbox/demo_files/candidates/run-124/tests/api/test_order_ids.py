"""Ids carry their kind and are never used twice."""


def test_ids_are_unique_over_kinds(client):
    body = {"items": [{"sku": "tea", "quantity": 1, "unit_price": 1}]}
    ids = [client.post("/orders", body).json()["id"] for _ in range(50)]
    assert len(set(ids)) == 50
    assert all(id.startswith("ord_") for id in ids)


def test_id_of_another_kind_is_not_found(client, order):
    assert client.get(f"/orders/{client.user['id']}").status == 404
    assert client.get(f"/users/{order['id']}").status == 404
    assert client.get(f"/invoices/{order['id']}").status == 404
