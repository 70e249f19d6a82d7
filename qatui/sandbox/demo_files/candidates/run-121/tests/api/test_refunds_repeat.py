"""Repeated refunds."""


def test_repeated_refund(client, paid):
    result_1 = client.post(f"/orders/{paid['id']}/refunds", {"reason": "damaged"})
    result_2 = client.post(f"/orders/{paid['id']}/refunds", {"reason": "damaged"})
    assert result_1.status == 201
    assert result_2.status == 409
    assert result_2.json()["error"]["code"] == "not_paid"
    assert len(client.get(f"/orders/{paid['id']}/refunds").json()["refunds"]) == 1
