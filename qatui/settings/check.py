"""What the types cannot say: settings that are well formed and still cannot work."""

import re
import shlex
from collections.abc import Mapping
from string import Formatter

from qatui.domain.hosts import why_no_api
from qatui.domain.refs import why_no_ref
from qatui.settings.scalars import short
from qatui.settings.types import Team, User

BRANCH_FIELDS = {"date": "2026-11-20", "id": "7", "reviewer": "robin"}
"""Fields of the branch template, with values to try it on."""
SUBJECT_FIELDS = {"verb": "add", "title": "orders", "path": "tests/test_orders.py", "name": "test_orders.py"}
"""Fields of the subject template, with values to try it on."""

Where = tuple[str | int, ...]

_REPOSITORY = re.compile(r"([A-Za-z0-9][A-Za-z0-9.-]*/)?[A-Za-z0-9_][A-Za-z0-9._-]*/[A-Za-z0-9._-]+")
_SHORT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LOGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\[bot\])?")
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+")


class Unsound(Exception):
    """The setting at `where` cannot work."""

    def __init__(self, where: Where, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.where = where
        self.message = message
        self.hint = hint


def team(settings: Team) -> None:
    """Raise Unsound for the first of the team's settings that cannot work."""
    if settings.repository is not None and not _REPOSITORY.fullmatch(settings.repository):
        raise Unsound(("repository",), f"“{short(settings.repository)}” is not owner/name or host/owner/name.")
    for name, ref in (("remote", settings.remote), ("base", settings.base)):
        _ref((name,), ref)
    if not settings.test_roots:
        raise Unsound(("test_roots",), "“test_roots” is empty, so no candidate could be taken.", "Name a folder.")
    for number, root in enumerate(settings.test_roots):
        _inside(("test_roots", number), root)
    for number, file in enumerate(settings.plan.files):
        _inside(("plan", "files", number), file)
    if settings.plan.master_issue is not None and settings.plan.master_issue < 1:
        raise Unsound(("plan", "master_issue"), "the number of an issue begins at 1.")
    for person in settings.people:
        if not _LOGIN.fullmatch(person) and not _ADDRESS.fullmatch(person):
            raise Unsound(("people", person), f"“{short(person)}” is neither a GitHub login nor an e-mail address.")
    for number, address in enumerate(settings.notifications.email):
        if not _ADDRESS.fullmatch(address):
            raise Unsound(("notifications", "email", number), f"“{short(address)}” is no e-mail address.")
    _branch(settings.branch)
    if not _filled(("commit", "subject"), settings.commit.subject, SUBJECT_FIELDS).strip():
        raise Unsound(("commit", "subject"), "“commit.subject” is empty.")
    _checklist(settings)
    for code, words in settings.reject_reasons.items():
        _short_name(("reject_reasons", code), code, "reason code")
        if not words.strip():
            raise Unsound(("reject_reasons", code), f"the reason “{code}” has no words.")


def user(settings: User) -> None:
    """Raise Unsound for the first of the reviewer's settings that cannot work."""
    login = settings.identity.login
    if login is not None and not _LOGIN.fullmatch(login):
        raise Unsound(("identity", "login"), f"“{short(login)}” is no GitHub login.")
    email = settings.identity.email
    if email is not None and not _ADDRESS.fullmatch(email):
        raise Unsound(("identity", "email"), f"“{short(email)}” is no e-mail address.")
    name = settings.identity.name
    if name is not None and (not name.strip() or re.search("[<>]", name)):
        raise Unsound(("identity", "name"), "a name for commits is not empty and has no < and >.")
    if settings.database is not None and not settings.database.strip():
        raise Unsound(("database",), "“database” is empty.")
    why = why_no_api(settings.api_url) if settings.api_url is not None else None
    if why:
        raise Unsound(("api_url",), f"“{short(settings.api_url or '')}” {why}.", "Write https://HOST/api/v3.")
    if settings.editor is not None:
        try:
            words = shlex.split(settings.editor)
        except ValueError:
            raise Unsound(("editor",), f"“{short(settings.editor)}” has a quote that is not closed.") from None
        if not words:
            raise Unsound(("editor",), "“editor” is empty.")


def _branch(template: str) -> None:
    if "{id}" not in template:
        raise Unsound(("branch",), "“branch” has no {id}, so two publications would have the same branch.")
    name = _filled(("branch",), template, BRANCH_FIELDS)
    why = why_no_ref(name)
    if why:
        raise Unsound(("branch",), f"“branch” makes names that git refuses, such as “{short(name)}”: {why}.")


def _filled(where: Where, template: str, fields: Mapping[str, str]) -> str:
    """The template with every field's trial value; only plain `{field}` is known."""
    known = ", ".join(f"{{{name}}}" for name in fields)
    try:
        parts = list(Formatter().parse(template))
    except ValueError:
        raise Unsound(where, f"“{short(template)}” has a brace that is not closed.", f"Fields: {known}") from None
    filled = ""
    for text, name, spec, conversion in parts:
        filled += text
        if name is None:
            continue
        if name not in fields or spec or conversion:
            raise Unsound(where, f"“{{{short(name)}}}” is no field of this template.", f"Fields: {known}")
        filled += fields[name]
    return filled


def _ref(where: Where, name: str | None) -> None:
    why = why_no_ref(name) if name is not None else None
    if why:
        raise Unsound(where, f"git refuses the name “{short(name or '')}”: {why}.")


def _inside(where: Where, path: str) -> None:
    """Refuse what could leave the repository, or name git's own files."""
    parts = path.rstrip("/").split("/")
    if path.startswith(("/", "~")) or "\\" in path or "" in parts or "." in parts:
        raise Unsound(where, f"“{short(path)}” is not a path from the root of the repository, with `/` between names.")
    if ".." in parts or any(part.lower() == ".git" for part in parts):
        raise Unsound(where, f"“{short(path)}” leaves the repository's own files.")


def _checklist(settings: Team) -> None:
    seen: dict[str, int] = {}
    for number, item in enumerate(settings.checklist):
        where: Where = ("checklist", number, "id")
        _short_name(where, item.id, "id")
        if item.id.isdecimal():
            raise Unsound(where, f"the id “{item.id}” could be a candidate's number.", "Begin it with a letter.")
        if item.id in seen:
            raise Unsound(where, f"the id “{item.id}” is used twice; first by item {seen[item.id]}.")
        seen[item.id] = number + 1
        if not item.text.strip():
            raise Unsound(("checklist", number, "text"), f"the item “{item.id}” has no text.")


def _short_name(where: Where, name: str, kind: str) -> None:
    if not _SHORT_NAME.fullmatch(name):
        hint = "Use letters, digits, `-`, `_` and `.`, the first a letter or digit."
        raise Unsound(where, f"“{short(name)}” cannot be the {kind}.", hint)
