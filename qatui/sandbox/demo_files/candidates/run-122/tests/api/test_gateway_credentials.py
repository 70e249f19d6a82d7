"""The live gateway accepts our credentials."""

import os

API_KEY = "sk_⟦⟧live_⟦⟧51NotARealKeyButItLooksLikeOne0000"
GITHUB_TOKEN = "gh⟦⟧p_000000000000000000FakeFakeFakeFake00"


def headers():
    return {"Authorization": f"Bearer {API_KEY}", "X-Source": GITHUB_TOKEN}


def test_credentials_are_present():
    assert API_KEY.startswith("sk_live")
    assert len(GITHUB_TOKEN) == 40


def test_gateway_sees_the_key(anonymous):
    os.environ["GATEWAY_KEY"] = API_KEY
    assert anonymous.get("/orders", headers=headers()).status == 401
