"""Who is asking: passwords become tokens, tokens become users."""

import hashlib
import secrets
from typing import Any

from payments.http import ApiError, Request
from payments.storage import Store

TOKEN_SECONDS = 3600


def digest(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()


def issue(store: Store, email: str, password: str, now: float) -> dict[str, Any]:
    """A new token for the right password; 401 otherwise, with the same words for both mistakes."""
    for user in store.all("usr"):
        if user["email"] == email and secrets.compare_digest(user["password"], digest(password)):
            token = store.add("tok", {"user": user["id"], "expires_at": now + TOKEN_SECONDS})
            return {"token": token["id"], "expires_in": TOKEN_SECONDS}
    raise ApiError(401, "bad_credentials", "The e-mail or the password is wrong.")


def caller(store: Store, request: Request, now: float) -> dict[str, Any]:
    """The user of the request's bearer token; 401 without a valid one."""
    scheme, _, id = (request.header("Authorization") or "").partition(" ")
    token = store.get("tok", id) if scheme == "Bearer" else None
    if token is None:
        raise ApiError(401, "no_token", "Send a bearer token.")
    if token["expires_at"] <= now:
        store.remove("tok", id)
        raise ApiError(401, "token_expired", "The token has expired.")
    user = store.get("usr", token["user"])
    assert user is not None
    return {**user, "token": id}
