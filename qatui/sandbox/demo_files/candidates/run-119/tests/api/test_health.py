"""GET /health."""


def test_health_needs_no_token(anonymous):
    response = anonymous.get("/health")
    assert response.status == 200
    assert response.json() == {"status": "ok"}
    assert response.headers["Content-Type"] == "application/json"


def test_health_is_read_only(anonymous):
    response = anonymous.post("/health", {"status": "down"})
    assert response.status == 405
    assert response.json()["error"]["message"] == "Allowed here: GET."
