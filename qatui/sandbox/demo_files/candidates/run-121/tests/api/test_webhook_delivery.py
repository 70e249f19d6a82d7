"""Webhooks reach the partner's endpoint."""

import json
import urllib.request

HOOK = "https://hooks.partner-shop.example/payments"


def deliver(event):
    data = json.dumps(event).encode()
    request = urllib.request.Request(HOOK, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.status


def test_paid_event_is_delivered(client, paid):
    assert deliver({"event": "order.paid", "order": paid["id"], "total": paid["total"]}) == 200


def test_refund_event_is_delivered(client, paid):
    refund = client.post(f"/orders/{paid['id']}/refunds", {"amount": 100}).json()
    assert deliver({"event": "order.refunded", "refund": refund["id"]}) == 200
