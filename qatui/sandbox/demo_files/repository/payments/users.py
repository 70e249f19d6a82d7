"""Registering users and reading them."""

import re
from typing import Any

from payments.auth import digest
from payments.http import ApiError
from payments.storage import Store

_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


def register(store: Store, fields: dict[str, Any], role: str = "customer") -> dict[str, Any]:
    email = str(fields.get("email", "")).strip().lower()
    password = str(fields.get("password", ""))
    if not _EMAIL.match(email):
        raise ApiError(422, "invalid_email", "This is no e-mail address.")
    if len(password) < 8:
        raise ApiError(422, "short_password", "A password has at least 8 characters.")
    if any(user["email"] == email for user in store.all("usr")):
        raise ApiError(409, "email_taken", "This e-mail address is registered already.")
    row = {"email": email, "name": str(fields.get("name", "")), "role": role, "password": digest(password)}
    return public(store.add("usr", row))


def find(store: Store, id: str, caller: dict[str, Any]) -> dict[str, Any]:
    """A user, to themselves and to admins; for others there is none."""
    user = store.get("usr", id)
    if user is None or (caller["role"] != "admin" and caller["id"] != id):
        raise ApiError(404, "no_such_user", f"There is no user {id}.")
    return user


def rename(user: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    name = str(fields.get("name", "")).strip()
    if not 1 <= len(name) <= 80:
        raise ApiError(422, "invalid_name", "A name has 1 to 80 characters.")
    user["name"] = name
    return public(user)


def public(user: dict[str, Any]) -> dict[str, Any]:
    """A user without the password."""
    return {key: user[key] for key in ("id", "email", "name", "role")}
