"""Refunding the same order two times."""


def test_second_refund_is_refused(client, paid):
    first = client.post(f"/orders/{paid['id']}/refunds", {"reason": "damaged"})
    second = client.post(f"/orders/{paid['id']}/refunds", {"reason": "damaged"})
    assert first.status == 201
    assert second.status == 409
    assert second.json()["error"]["code"] == "not_paid"
    assert len(client.get(f"/orders/{paid['id']}/refunds").json()["refunds"]) == 1
