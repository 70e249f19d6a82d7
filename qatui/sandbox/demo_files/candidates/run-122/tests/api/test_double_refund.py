"""A customer clicks the refund button two times."""


def test_double_click(client, paid):
    click = client.post(f"/orders/{paid['id']}/refunds", {"reason": "damaged"})
    again = client.post(f"/orders/{paid['id']}/refunds", {"reason": "damaged"})
    assert click.status == 201
    assert again.status == 409
    assert again.json()["error"]["code"] == "not_paid"
    assert len(client.get(f"/orders/{paid['id']}/refunds").json()["refunds"]) == 1
