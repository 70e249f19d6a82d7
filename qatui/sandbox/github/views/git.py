"""What git keeps, as GitHub shows it: refs and trees. https://docs.github.com/rest/git"""

from typing import Any
from urllib.parse import quote

from qatui.sandbox.github.records import Repository
from qatui.sandbox.github.trees import Entry
from qatui.sandbox.github.views.repositories import api_url
from qatui.sandbox.github.world import World

_BELOW = {"commit": "commits", "tree": "trees", "blob": "blobs", "tag": "tags"}


def ref(world: World, repository: Repository, name: str, kind: str, sha: str) -> dict[str, Any]:
    """`git-ref`: a full name, and the object that it names, a commit or a tag as a rule."""
    api = api_url(world, repository)
    return {
        "ref": name,
        "node_id": f"REF_kwDO{repository.id}_{quote(name, safe='')}",
        "url": f"{api}/git/{quote(name)}",
        "object": {"sha": sha, "type": kind, "url": f"{api}/git/{_BELOW[kind]}/{sha}"},
    }


def tree(world: World, repository: Repository, sha: str, entries: list[Entry]) -> dict[str, Any]:
    """`git-tree`: it is never cut short here."""
    api = api_url(world, repository)
    shown = {"sha": sha, "url": f"{api}/git/trees/{sha}", "truncated": False}
    return {**shown, "tree": [_entry(api, each) for each in entries]}


def _entry(api: str, entry: Entry) -> dict[str, Any]:
    shown: dict[str, Any] = {"path": entry.path, "mode": entry.mode, "type": entry.type, "sha": entry.sha}
    if entry.size is not None:
        shown["size"] = entry.size
    if entry.type != "commit":
        shown["url"] = f"{api}/git/{_BELOW[entry.type]}/{entry.sha}"
    return shown
