"""Files and folders as GitHub shows them. https://docs.github.com/rest/repos/contents"""

import base64
from typing import Any
from urllib.parse import quote

from qatui.sandbox.github import trees
from qatui.sandbox.github.records import Repository
from qatui.sandbox.github.trees import Entry
from qatui.sandbox.github.views.repositories import api_url, html_url
from qatui.sandbox.github.world import World

LARGEST_SHOWN = 1024 * 1024
"""Bytes beyond which a file's content is left out, and `encoding` is `none`."""


def entry(world: World, repository: Repository, found: Entry, ref: str) -> dict[str, Any]:
    """What files, folders, links and submodules have in common; as it stands in the list of a folder.

    A submodule is called a file there, as GitHub does for old clients.
    """
    api, web, path = api_url(world, repository), html_url(world, repository), quote(found.path)
    kind = "dir" if found.type == "tree" else "symlink" if found.mode == trees.LINK else "file"
    url = f"{api}/contents/{path}?ref={quote(ref, safe='')}"
    git = None if found.type == "commit" else f"{api}/git/{found.type}s/{found.sha}"
    html = None if found.type == "commit" else f"{web}/{found.type}/{quote(ref)}/{path}"
    return {
        "name": found.name,
        "path": found.path,
        "sha": found.sha,
        "size": found.size or 0,
        "url": url,
        "html_url": html,
        "git_url": git,
        "download_url": f"{web}/raw/{quote(ref)}/{path}" if found.type == "blob" else None,
        "type": kind,
        "_links": {"self": url, "git": git, "html": html},
    }


def file(world: World, repository: Repository, found: Entry, ref: str, content: bytes) -> dict[str, Any]:
    """`content-file`: with its content in lines of Base64, unless it is too large for that."""
    large = len(content) > LARGEST_SHOWN
    return {
        **entry(world, repository, found, ref),
        "type": "file",
        "content": "" if large else _lines(content),
        "encoding": "none" if large else "base64",
    }


def link(world: World, repository: Repository, found: Entry, ref: str, target: str) -> dict[str, Any]:
    """`content-symlink`: a link that leads to no file of the repository."""
    return {**entry(world, repository, found, ref), "target": target}


def submodule(world: World, repository: Repository, found: Entry, ref: str, url: str) -> dict[str, Any]:
    """`content-submodule`."""
    return {**entry(world, repository, found, ref), "type": "submodule", "submodule_git_url": url}


def _lines(content: bytes) -> str:
    text = base64.b64encode(content).decode()
    return "".join(f"{text[at : at + 60]}\n" for at in range(0, len(text), 60))
