"""What the user's git does to a file before it stores it, by the attributes that the base names for its path.

A filter, an encoding, line ends (https://git-scm.com/docs/gitattributes). Here is only what is known beforehand; the
blobs of such files are made by `workspace.storing`, and by `workspace.filtering` where a filter is among it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from qatui.workspace.repository import Entry, Repository
from qatui.workspace.scratch import open_scratch, raw

FILE = ".gitattributes"
_NAMES = ("filter", "working-tree-encoding", "ident", "text", "crlf", "eol")
_NO_VALUE = ("unspecified", "unset", "set")
_TRUE = ("true", "yes", "on", "1")
_AUTOCRLF = "core.autocrlf"


@dataclass(frozen=True, slots=True)
class Treatment:
    """What stands between a file's bytes and its blob."""

    filter: str = ""
    """Name of the driver whose clean command the bytes go through."""
    encoding: str = ""
    """What the bytes are read as; the blob has UTF-8."""
    ident: bool = False
    line_ends: str = ""
    """The attribute or setting that has CRLF stored as LF."""
    obstacle: str | None = None
    """Why this git cannot store it, as a sentence's end."""
    rule: str = field(default="", compare=False)
    """All of it as a line of a .gitattributes file says it, behind the pattern."""

    @property
    def keeps_crlf(self) -> bool:
        """Whether a file that base has with CRLF is stored with CRLF again (`text=auto`)."""
        return self.line_ends.endswith("auto") or self.line_ends == _AUTOCRLF

    def touches(self, data: bytes) -> bool:
        """Whether the blob may have other bytes than these."""
        return bool(self.filter or self.encoding or self.ident or (self.line_ends and b"\r\n" in data))

    def words(self, data: bytes) -> str:
        """How these bytes are stored, empty where as they are."""
        if not self.touches(data):
            return ""
        ways = [
            f"through the filter {self.filter}" if self.filter else "",
            f"from {self.encoding}" if self.encoding else "",
            "with ident" if self.ident else "",
            f"with line ends by {self.line_ends}" if self.line_ends and b"\r\n" in data else "",
        ]
        upload = "; git-lfs uploads the file itself when the branch is pushed" if self.filter == "lfs" else ""
        return ", ".join(filter(None, ways)) + upload


AS_IT_IS = Treatment()


def treatments(repository: Repository, paths: Sequence[str], there: Mapping[str, Entry]) -> dict[str, Treatment]:
    """What git would do to each of `paths`; `there` holds the base's .gitattributes files on the way to them."""
    if not paths:
        return {}
    config = _config(repository)
    with open_scratch(repository, attributes=files_of(there), git_dir=repository.git_dir) as scratch:
        asked = b"".join(raw(path) + b"\0" for path in paths)
        told = scratch.git("check-attr", "-z", "--stdin", *_NAMES, data=asked).out
    values: dict[str, dict[str, str]] = {path: {} for path in paths}
    fields = told.decode("utf-8", "surrogateescape").split("\0")[:-1]
    for path, name, value in zip(fields[::3], fields[1::3], fields[2::3], strict=True):
        values[path][name] = value
    lfs = any(each["filter"] == "lfs" for each in values.values()) and _has_lfs(repository)
    return {path: _treatment(each, config, lfs=lfs) for path, each in values.items()}


def files_of(there: Mapping[str, Entry]) -> dict[str, str]:
    """The .gitattributes files among what base has: blob by path."""
    found = {path: entry for path, entry in there.items() if path.rpartition("/")[2] == FILE}
    return {path: entry.oid for path, entry in found.items() if entry.mode.startswith("100")}


def _config(repository: Repository) -> dict[str, str]:
    """What the user's git is told of filters and line ends."""
    found = repository.git(
        "config", "-z", "--get-regexp", r"^(filter\..*\.(clean|process|required)|core\.autocrlf)$", accept=(0, 1)
    )
    rows = (row.partition("\n") for row in found.out.decode("utf-8", "surrogateescape").split("\0")[:-1])
    return {name: value if told else "true" for name, told, value in rows}


def _has_lfs(repository: Repository) -> bool:
    return repository.git("lfs", "version", accept=(0, 1)).status == 0


def _treatment(told: Mapping[str, str], config: Mapping[str, str], *, lfs: bool) -> Treatment:
    """What attributes mean, in the order in which git looks at them (convert.c, convert_attrs)."""
    name, encoding = (told[each] if told[each] not in _NO_VALUE else "" for each in _NAMES[:2])
    command = config.get(f"filter.{name}.process") or config.get(f"filter.{name}.clean")
    obstacle = None
    if name == "lfs" and not (lfs and command):
        missing = "is not set up here: git lfs install" if lfs else "is not installed here"
        obstacle = f"base keeps such files in Git LFS, and git-lfs {missing}"
    elif name and not command and config.get(f"filter.{name}.required", "").lower() in _TRUE:
        obstacle = f"its filter {name} is required, and this git has no clean command for it"
    return Treatment(
        filter=name if command else "",
        encoding="" if encoding.lower() in ("utf-8", "utf8") else encoding,
        ident=told["ident"] == "set",
        line_ends=_line_ends(told, config),
        obstacle=obstacle,
        rule=" ".join(_said(each, told[each]) for each in _NAMES),
    )


def _said(name: str, value: str) -> str:
    """An attribute as a .gitattributes file says it."""
    return {"unspecified": f"!{name}", "unset": f"-{name}", "set": name}.get(value, f"{name}={value}")


def _line_ends(told: Mapping[str, str], config: Mapping[str, str]) -> str:
    """What has CRLF stored as LF: `text`, else its older name `crlf`, else `eol`, else the user's core.autocrlf."""
    name = "text" if told["text"] != "unspecified" else "crlf"
    if told[name] in ("set", "auto", "input"):
        return name if told[name] == "set" else f"{name}={told[name]}"
    if told[name] == "unset":
        return ""
    if told["eol"] in ("lf", "crlf"):
        return f"eol={told['eol']}"
    return _AUTOCRLF if config.get(_AUTOCRLF, "").lower() in (*_TRUE, "input") else ""
