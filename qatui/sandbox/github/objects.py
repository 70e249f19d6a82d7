"""Commits, read from the object store of a bare repository: many for the price of one process."""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from qatui.sandbox.github import bare

_LATEST = 253402300799
"""9999-12-31T23:59:59Z: a date beyond it could not be written down."""
_CHARACTER_SETS = ("utf-8", "ascii", "iso8859", "cp12", "koi8", "shift_jis", "euc_", "gb", "big5")
_ID = re.compile(r"[0-9a-fA-F]{40}")
_CRUD = re.compile(r"[<>\x00-\x1f]")
"""What would break the line that a person is in."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote or made a commit, and when (seconds since 1970)."""

    name: str
    email: str
    seconds: int
    zone: str = "+0000"


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit object, understood."""

    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str
    """Without the line end that git puts last."""
    signature: str | None = None
    payload: str | None = None
    """What the signature is over; None for an unsigned one."""


def read(repository: Path, names: Iterable[str]) -> list[Commit]:
    """The commits that these full ids name, in order; what is missing or no commit is left out."""
    return [parse(sha, data) for sha, kind, data in contents(repository, names) if kind == "commit"]


def contents(repository: Path, names: Iterable[str]) -> Iterator[tuple[str, str, bytes]]:
    """Id, type and bytes of the objects with these full ids, in order; what is missing is left out."""
    asked = "".join(f"{name}\n" for name in names)
    data = bare.run(repository, "cat-file", "--batch", data=asked.encode()) if asked else b""
    at = 0
    while at < len(data):
        end = data.index(b"\n", at)
        words = data[at:end].decode("utf-8", "replace").split(" ")
        at = end + 1
        if len(words) == 3 and words[2].isdigit():
            size = int(words[2])
            yield words[0], words[1], data[at : at + size]
            at += size + 1


def is_id(name: str) -> bool:
    """Whether a name is a full object id."""
    return _ID.fullmatch(name) is not None


def kinds(repository: Path, names: Iterable[str]) -> dict[str, str]:
    """The types of the objects with these full ids: commit, tree, blob, tag; `missing` for what is not there."""
    asked = "".join(f"{name}\n" for name in names)
    rows = bare.run(repository, "cat-file", "--batch-check", data=asked.encode()).decode().splitlines() if asked else []
    return {words[0]: words[1] for words in (row.split() for row in rows)}


def kind(repository: Path, name: str) -> str | None:
    """The type of the object with a full id, None for none."""
    found = kinds(repository, [name.lower()]).get(name.lower()) if is_id(name) else None
    return None if found == "missing" else found


def parse(sha: str, data: bytes) -> Commit:
    """The commit whose object holds `data`."""
    head, _, message = data.partition(b"\n\n")
    headers: dict[str, list[bytes]] = {}
    last: list[bytes] = []
    for line in head.split(b"\n"):
        if line.startswith(b" ") and last:
            last[-1] += b"\n" + line[1:]
            continue
        name, _, value = line.partition(b" ")
        last = headers.setdefault(name.decode("ascii", "replace"), [])
        last.append(value)
    encoding = _encoding(headers)
    signature = headers.get("gpgsig", [None])[0]
    return Commit(
        sha=sha,
        tree=headers["tree"][0].decode("ascii", "replace"),
        parents=tuple(each.decode("ascii", "replace") for each in headers.get("parent", [])),
        author=_person(headers.get("author", [b""])[0], encoding),
        committer=_person(headers.get("committer", [b""])[0], encoding),
        message=message.decode(encoding, "replace").removesuffix("\n"),
        signature=None if signature is None else signature.decode("utf-8", "replace"),
        payload=None if signature is None else _unsigned(head, message).decode("utf-8", "replace"),
    )


def _encoding(headers: dict[str, list[bytes]]) -> str:
    """What the commit says its text is in; UTF-8 where that is no character set that commits are written in."""
    try:
        named = codecs.lookup(headers.get("encoding", [b"utf-8"])[0].decode("ascii", "replace")).name
    except (LookupError, ValueError):
        return "utf-8"
    return named if named.startswith(_CHARACTER_SETS) else "utf-8"


def _unsigned(head: bytes, message: bytes) -> bytes:
    """The object without its signature."""
    kept: list[bytes] = []
    inside = False
    for line in head.split(b"\n"):
        inside = line.startswith(b"gpgsig") or (inside and line.startswith(b" "))
        if not inside:
            kept.append(line)
    return b"\n".join(kept) + b"\n\n" + message


def _person(line: bytes, encoding: str) -> Person:
    """`Name <address> seconds zone`, as broken as old or hostile tools have written it."""
    text = line.decode(encoding, "replace")
    name, _, rest = text.partition("<")
    email, _, when = rest.rpartition(">")
    words = when.split()
    seconds = int(words[0]) if words and words[0].isascii() and words[0].isdigit() and len(words[0]) < 15 else 0
    return Person(name.strip(), email.strip(), min(seconds, _LATEST), words[1] if len(words) > 1 else "+0000")


def write(
    repository: Path,
    *,
    tree: str,
    parents: Iterable[str],
    author: Person,
    committer: Person,
    message: str,
    signature: str | None = None,
) -> str:
    """Make a commit; its id. Trees and parents are full ids of objects that are there; the message holds no NUL."""
    lines = [f"tree {tree}", *(f"parent {each}" for each in parents)]
    lines += [f"author {_line(author)}", f"committer {_line(committer)}"]
    if signature is not None:
        lines.append("gpgsig " + signature.strip("\n").replace("\n", "\n "))
    data = "\n".join([*lines, "", message]).encode()
    return bare.run(repository, "hash-object", "-t", "commit", "-w", "--stdin", data=data).decode().strip()


def _line(who: Person) -> str:
    """What git would write, without the characters that it drops."""
    name, email = (_CRUD.sub("", each).strip() for each in (who.name, who.email))
    return f"{name or email or 'unknown'} <{email}> {who.seconds} {who.zone}"


def write_blob(repository: Path, data: bytes) -> str:
    """Keep a file's content; its id."""
    return bare.run(repository, "hash-object", "-w", "--stdin", data=data).decode().strip()
