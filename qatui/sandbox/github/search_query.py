"""A search for issues, understood: qualifiers such as `label:bug` and `-author:mira`, and words.

https://docs.github.com/search-github/searching-on-github/searching-issues-and-pull-requests
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from qatui.sandbox.github.records import Issue, Pull, User
from qatui.sandbox.github.world import World

Test = Callable[[Issue], bool]
LONGEST = 256
"""Characters of the words, without qualifiers."""
_TERM = re.compile(r'(?P<no>-)?(?:(?P<name>[A-Za-z-]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))')
_WORD = re.compile(r"\w+")
_DAY = 86400
_LATEST = 2**62
"""After every moment, and more than every number."""


@dataclass
class Query:
    """What is looked for."""

    repositories: list[str] = field(default_factory=list)
    """`owner/name` of each `repo:`, in lower case."""
    owners: list[str] = field(default_factory=list)
    """Logins of `user:` and `org:`, in lower case."""
    tests: list[Test] = field(default_factory=list)
    """What an issue must pass, all of it."""
    words: str = ""
    """What is no qualifier."""


def understood(world: World, text: str, me: User | None) -> Query:
    """What `text` looks for; `me` is who `@me` is. A qualifier that there is not is taken for words."""
    found = Query()
    words: list[tuple[str, bool]] = []
    places: set[str] = set()
    negated = False
    for term in _TERM.finditer(text):
        value = term["plain"] if term["quoted"] is None else term["quoted"]
        name = (term["name"] or "").lower()
        if not name and term["quoted"] is None and value in ("AND", "NOT"):
            negated = value == "NOT"
            continue
        no, negated = bool(term["no"]) or negated, False
        wanted = me.login.lower() if me and value == "@me" else value.lower()
        make = _QUALIFIERS.get(name)
        test = None if make is None else make(world, wanted)
        if name in ("repo", "user", "org") and not no:
            (found.repositories if name == "repo" else found.owners).append(wanted)
        elif name == "in":
            places |= set(wanted.split(","))
        elif test is not None:
            found.tests.append(_not(test) if no else test)
        else:
            words.append((f"{name}:{value}" if name else value, no))
    found.words = " ".join(word for word, _ in words)
    for word, no in words:
        test = _says(world, word.lower(), places or {"title", "body", "comments"})
        found.tests.append(_not(test) if no else test)
    return found


def _not(test: Test) -> Test:
    return lambda issue: not test(issue)


def _says(world: World, phrase: str, places: set[str]) -> Test:
    """Whether the words of `phrase` stand side by side in the title, the body or a comment."""
    words = _WORD.findall(phrase)
    longest = max(words, key=len, default="")
    side_by_side = re.compile(r"(?<!\w)" + r"\W+".join(words) + r"(?!\w)")

    def says(text: str | None) -> bool:
        lowered = (text or "").lower()
        return longest in lowered and side_by_side.search(lowered) is not None

    def test(issue: Issue) -> bool:
        if not words or ("title" in places and says(issue.title)) or ("body" in places and says(issue.body)):
            return True
        return "comments" in places and any(says(each.body) for each in world.comments.under(issue.id))

    return test


def _pull(world: World, issue: Issue) -> Pull | None:
    return world.pull(world.repositories[issue.repository_id], issue.number) if issue.is_pull else None


def _is(world: World, value: str) -> Test | None:
    """`is:`, `type:`, `state:`."""

    def of_pull(test: Callable[[Pull], bool]) -> Test:
        return lambda issue: (pull := _pull(world, issue)) is not None and test(pull)

    tests: dict[str, Test] = {
        "issue": lambda issue: not issue.is_pull,
        "pr": lambda issue: issue.is_pull,
        "pull-request": lambda issue: issue.is_pull,
        "open": lambda issue: issue.state == "open",
        "closed": lambda issue: issue.state == "closed",
        "merged": of_pull(lambda pull: pull.merged_at is not None),
        "unmerged": of_pull(lambda pull: pull.merged_at is None),
        "draft": of_pull(lambda pull: pull.draft),
        "queued": of_pull(lambda pull: pull.queued_at is not None),
        "locked": lambda issue: issue.locked,
        "unlocked": lambda issue: not issue.locked,
        "private": lambda issue: world.repositories[issue.repository_id].private,
        "public": lambda issue: not world.repositories[issue.repository_id].private,
        "blocked": lambda issue: any(world.issues[each].state == "open" for each in issue.blocked_by_ids),
        "blocking": lambda issue: issue.state == "open" and bool(issue.blocking_ids),
    }
    return tests.get(value)


def _draft(world: World, value: str) -> Test | None:
    draft = _is(world, "draft")
    return draft if value == "true" or draft is None else _not(draft)


def _label(world: World, value: str) -> Test:
    """One of the labels that commas part."""
    wanted = {each.strip().strip('"') for each in value.split(",")}
    return lambda issue: any(world.labels[each].name.lower() in wanted for each in issue.label_ids)


def _milestone(world: World, value: str) -> Test:
    def test(issue: Issue) -> bool:
        found = world.milestones.get(issue.milestone_id)
        return found is not None and found.title.lower() == value

    return test


def _no(world: World, value: str) -> Test | None:
    tests: dict[str, Test] = {
        "label": lambda issue: not issue.label_ids,
        "assignee": lambda issue: not issue.assignee_ids,
        "milestone": lambda issue: issue.milestone_id is None,
        "parent-issue": lambda issue: issue.parent_id is None,
    }
    return tests.get(value)


def _person(world: World, login: str) -> int:
    """Somebody's id; 0, which nobody has, for a stranger."""
    user = world.user(login)
    return user.id if user else 0


def _author(world: World, login: str) -> Test:
    person = _person(world, login)
    return lambda issue: issue.user_id == person


def _assignee(world: World, login: str) -> Test:
    person = _person(world, login)
    return lambda issue: person in issue.assignee_ids


def _commenter(world: World, login: str) -> Test:
    person = _person(world, login)
    return lambda issue: any(each.user_id == person for each in world.comments.under(issue.id))


def _mentions(world: World, login: str) -> Test:
    spelled = re.compile(rf"@{re.escape(login)}(?![\w-])", re.IGNORECASE)
    return lambda issue: spelled.search(issue.body or "") is not None


def _head(world: World, value: str) -> Test:
    """A branch whose name begins so."""
    return lambda issue: (pull := _pull(world, issue)) is not None and pull.head_ref.lower().startswith(value)


def _base(world: World, value: str) -> Test:
    return lambda issue: (pull := _pull(world, issue)) is not None and pull.base_ref.lower() == value


def _reason(world: World, value: str) -> Test:
    wanted = value.replace(" ", "_").replace("-", "_")
    return lambda issue: issue.state == "closed" and issue.state_reason == wanted


def _numbers(read: Callable[[str], tuple[int, int]], value: str) -> tuple[int, int]:
    """First and last number that a range such as `>5`, `2..9`, `*..9` or `7` has. Raises ValueError."""
    if ".." in value:
        low, _, high = value.partition("..")
        return -_LATEST if low == "*" else read(low)[0], _LATEST if high == "*" else read(high)[1]
    for sign, span in (
        (">=", lambda first, last: (first, _LATEST)),
        ("<=", lambda first, last: (-_LATEST, last)),
        (">", lambda first, last: (last + 1, _LATEST)),
        ("<", lambda first, last: (-_LATEST, first - 1)),
    ):
        if value.startswith(sign):
            return span(*read(value.removeprefix(sign)))
    return read(value)


def _moments(text: str) -> tuple[int, int]:
    """First and last second of a day, or a moment twice."""
    moment = datetime.fromisoformat(text.upper())
    seconds = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    return seconds, seconds + (_DAY - 1 if len(text) == len("2026-01-31") else 0)


def _count(text: str) -> tuple[int, int]:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError(text)
    return int(text), int(text)


def _ranged(
    read: Callable[[str], tuple[int, int]], of: Callable[[World, Issue], int | None]
) -> Callable[[World, str], Test | None]:
    def make(world: World, value: str) -> Test | None:
        try:
            low, high = _numbers(read, value)
        except ValueError:
            return None
        return lambda issue: (found := of(world, issue)) is not None and low <= found <= high

    return make


def _merged_at(world: World, issue: Issue) -> int | None:
    pull = _pull(world, issue)
    return None if pull is None else pull.merged_at


_QUALIFIERS: dict[str, Callable[[World, str], Test | None]] = {
    "is": _is,
    "type": _is,
    "state": _is,
    "draft": _draft,
    "label": _label,
    "milestone": _milestone,
    "no": _no,
    "author": _author,
    "assignee": _assignee,
    "commenter": _commenter,
    "mentions": _mentions,
    "head": _head,
    "base": _base,
    "reason": _reason,
    "created": _ranged(_moments, lambda world, issue: issue.created_at),
    "updated": _ranged(_moments, lambda world, issue: issue.updated_at),
    "closed": _ranged(_moments, lambda world, issue: issue.closed_at),
    "merged": _ranged(_moments, _merged_at),
    "comments": _ranged(_count, lambda world, issue: world.comments.count(issue.id)),
}
