"""What operations that make commits and objects read from a request alike."""

import base64
import binascii
import re

from msgspec import Struct

from qatui.sandbox.github import bare
from qatui.sandbox.github.call import Call, Problem, invalid
from qatui.sandbox.github.moments import seconds
from qatui.sandbox.github.objects import Person


class NewPerson(Struct):
    """Who is to stand in a commit."""

    name: str | None = None
    email: str | None = None
    date: str | None = None


def need_commits(call: Call) -> None:
    """409 for a repository without a commit (GITHUB.md, Answers)."""
    if bare.is_empty(call.world.bare(call.repository)):
        raise Problem(409, "Git Repository is empty.")


def person(given: NewPerson | None, default: Person) -> Person:
    """Who is given, with what is left out as in `default`."""
    if given is None:
        return default
    when = seconds(given.date) if given.date is not None else default.seconds
    if when is None:
        raise invalid("Commit", "date", "invalid", f"{given.date} is not a date")
    return Person(given.name or default.name, given.email or default.email, when)


def decoded(text: str) -> bytes:
    """Base64, with line ends or without; 422 for what is none."""
    try:
        return base64.b64decode(re.sub(r"\s", "", text), validate=True)
    except (binascii.Error, ValueError):
        raise Problem(422, "content is not valid Base64") from None


def check_message(message: str) -> None:
    """422 for what git takes for no message."""
    if "\0" in message:
        raise invalid("Commit", "message", "invalid", "message may not hold NUL")
