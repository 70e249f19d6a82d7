"""An Answer as it goes out: errors in GitHub's words, JSON as bytes, entity tags and dates that save a second sending.

https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

import msgspec

from qatui.sandbox.github.call import DOCS, Answer, Problem

JSON = "application/json; charset=utf-8"
_USUAL = {"X-GitHub-Media-Type": "github.v3; format=json", "X-GitHub-Api-Version-Selected": "2022-11-28"}
_TAG = re.compile(r'(?:W/)?"([^"]*)"')


def told(problem: Problem, docs: str = "") -> Answer:
    """A Problem as GitHub words it; `docs` is the route's page, where the problem names none.

    https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api
    """
    docs = problem.docs or docs
    body = {"message": problem.message, **problem.more}
    if problem.errors is not None:
        body["errors"] = list(problem.errors)
    body |= {"documentation_url": f"{DOCS}/{docs}" if docs else DOCS, "status": str(problem.status)}
    return Answer(problem.status, body, problem.headers)


def encoded(answer: Answer, method: str = "POST", headers: Mapping[str, str] | None = None) -> Answer:
    """The same answer with its body as bytes and all its headers; 304 where a reader has just this already.

    `method` and `headers` are the request's. A body that is bytes stays as it is: its handler names the type.
    """
    fields = {**_USUAL, **answer.headers}
    if answer.body is None:
        return Answer(answer.status, None, fields)
    data = answer.body if isinstance(answer.body, bytes) else msgspec.json.encode(answer.body)
    fields.setdefault("Content-Type", JSON)
    if answer.status == 200 and method in ("GET", "HEAD"):
        fields.setdefault("Cache-Control", "private, max-age=60, s-maxage=60")
        fields.setdefault("Vary", "Accept, Authorization")
        fields["ETag"] = f'W/"{hashlib.sha256(data).hexdigest()}"'
        changed = answer.body.get("updated_at") if isinstance(answer.body, dict) else None
        if isinstance(changed, str):
            fields["Last-Modified"] = format_datetime(datetime.fromisoformat(changed).astimezone(UTC), usegmt=True)
        if _has_it(headers or {}, fields):
            del fields["Content-Type"]
            return Answer(304, None, fields)
    if method == "HEAD":
        fields["Content-Length"] = str(len(data))
        data = b""
    return Answer(answer.status, data, fields)


def _has_it(asked: Mapping[str, str], fields: Mapping[str, str]) -> bool:
    """Whether the reader's copy is this one (RFC 9110, 13.1: tags are compared weakly and come before dates)."""
    tags = asked.get("if-none-match")
    if tags is not None:
        return tags.strip() == "*" or _TAG.findall(fields["ETag"])[0] in _TAG.findall(tags)
    since = asked.get("if-modified-since")
    if since is None or "Last-Modified" not in fields:
        return False
    try:
        return parsedate_to_datetime(fields["Last-Modified"]) <= parsedate_to_datetime(since).replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return False
