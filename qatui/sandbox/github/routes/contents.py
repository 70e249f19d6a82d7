"""Files: read them, and write them one commit each. https://docs.github.com/rest/repos/contents"""

import posixpath
from pathlib import Path
from typing import Any

from msgspec import Struct

from qatui.sandbox.github import bare, identity, objects, trees
from qatui.sandbox.github.call import Answer, Call, Problem, Route, not_found
from qatui.sandbox.github.committing import NewPerson, check_message, decoded, person
from qatui.sandbox.github.moves import move
from qatui.sandbox.github.refnames import well_formed
from qatui.sandbox.github.trees import Entry
from qatui.sandbox.github.views import contents as views
from qatui.sandbox.github.views.commits import git_commit

MOST_ENTRIES = 1000
"""How many entries of a folder are listed."""
LARGEST_FILE = 100 * 1024 * 1024
"""Bytes beyond which a file is not given at all."""


class NewContent(Struct):
    """The body of put; `content` is Base64."""

    message: str
    content: str
    sha: str | None = None
    branch: str | None = None
    committer: NewPerson | None = None
    author: NewPerson | None = None


def get(call: Call) -> Answer:
    """A file with its content, a folder's list, a link that leads nowhere, a submodule."""
    directory, ref = call.world.bare(call.repository), call.query.get("ref") or call.repository.default_branch
    commit = bare.commit(directory, ref)
    if commit is None:
        if bare.is_empty(directory):
            raise Problem(404, "This repository is empty.")
        raise Problem(404, f"No commit found for the ref {ref}")
    path = call.params.get("path", "").strip("/")
    if not path:
        return _folder(call, "", ref, commit)
    if not trees.well_formed(path):
        raise not_found()
    found = trees.entry(directory, commit, path)
    if found is None:
        raise not_found()
    if found.type == "tree":
        return _folder(call, path, ref, found.sha)
    if found.type == "commit":
        url = _submodule_url(call, commit, path)
        return Answer(200, views.submodule(call.world, call.repository, found, ref, url))
    return _file(call, found, ref, commit)


def _folder(call: Call, path: str, ref: str, tree: str) -> Answer:
    rows = trees.entries(call.world.bare(call.repository), tree)[:MOST_ENTRIES]
    below = [Entry(posixpath.join(path, each.path), each.mode, each.type, each.sha, each.size) for each in rows]
    shown = [views.entry(call.world, call.repository, each, ref) for each in below]
    if call.media != "object":
        return Answer(200, shown)
    sha = bare.text(call.world.bare(call.repository), "rev-parse", f"{tree}^{{tree}}")
    itself = Entry(path, trees.FOLDER, "tree", sha, None)
    return Answer(200, {**views.entry(call.world, call.repository, itself, ref), "entries": shown})


def _file(call: Call, found: Entry, ref: str, commit: str) -> Answer:
    directory = call.world.bare(call.repository)
    if (found.size or 0) > LARGEST_FILE:
        words = "This API returns blobs up to 100 MB in size. The requested blob is too large to fetch via the API."
        raise Problem(403, words, [{"resource": "Blob", "field": "data", "code": "too_large"}])
    content = _content(directory, found.sha)
    if found.mode == trees.LINK:
        # "If the content is a symlink and its target is a normal file in the repository, the API responds with it."
        target = content.decode("utf-8", "replace")
        at = posixpath.normpath(posixpath.join(posixpath.dirname(found.path), target))
        led = trees.entry(directory, commit, at) if trees.well_formed(at) else None
        if led is None or led.type != "blob" or led.mode == trees.LINK:
            return Answer(200, views.link(call.world, call.repository, found, ref, target))
        content = _content(directory, led.sha)
    if call.media == "raw":
        return Answer(200, content, {"Content-Type": "application/vnd.github.raw+json; charset=utf-8"})
    return Answer(200, views.file(call.world, call.repository, found, ref, content))


def _content(directory: Path, sha: str) -> bytes:
    return next(data for _, _, data in objects.contents(directory, [sha]))


def _submodule_url(call: Call, commit: str, path: str) -> str:
    """What .gitmodules says of a submodule; "" where it says nothing."""
    directory = call.world.bare(call.repository)
    listed = trees.entry(directory, commit, ".gitmodules")
    if listed is None or listed.type != "blob":
        return ""
    try:
        text = bare.run(directory, "config", "--blob", listed.sha, "-z", "--list").decode("utf-8", "replace")
    except bare.GitFailed:
        return ""
    settings = dict(line.split("\n", 1) for line in text.split("\0") if "\n" in line)
    names = [key.removesuffix(".path") for key, value in settings.items() if key.endswith(".path") and value == path]
    return next((settings.get(f"{name}.url", "") for name in names), "")


def put(call: Call) -> Answer:
    """Write one file as one commit on a branch. `sha` is what the file was when it was read."""
    asked = call.read(NewContent)
    path = call.params["path"]
    if not trees.well_formed(path):
        raise Problem(422, "path contains a malformed path component")
    content = decoded(asked.content)
    check_message(asked.message)
    branch, head = _branch(call, asked.branch)
    before = _before(call, head, path, asked.sha)
    directory = call.world.bare(call.repository)
    blob = objects.write_blob(directory, content)
    mode = before.mode if before is not None and before.type == "blob" else trees.FILE
    try:
        tree = trees.write(directory, head, {path: (mode, blob)})
    except bare.GitFailed:
        raise Problem(422, "path contains a malformed path component") from None
    committer = person(asked.committer, identity.person(call.world, call.who))
    sha = objects.write(
        directory,
        tree=tree,
        parents=[head] if head else [],
        author=person(asked.author, committer),
        committer=committer,
        message=asked.message,
    )
    move(call, f"refs/heads/{branch}", head, sha, refusal=409)
    return Answer(
        201 if before is None else 200, _written(call, branch, sha, Entry(path, mode, "blob", blob, len(content)))
    )


def _written(call: Call, branch: str, sha: str, made: Entry) -> dict[str, Any]:
    """`file-commit`."""
    world, repository = call.world, call.repository
    commit = git_commit(world, repository, objects.read(world.bare(repository), [sha])[0])
    return {"content": views.entry(world, repository, made, branch), "commit": commit}


def _branch(call: Call, name: str | None) -> tuple[str, str | None]:
    """The branch to write to and its commit; an empty repository gets its default branch this way."""
    wanted = call.repository.default_branch if name is None else name.removeprefix("refs/heads/")
    ref, directory = f"refs/heads/{wanted}", call.world.bare(call.repository)
    heads = bare.refs(directory, ref) if well_formed(ref) else {}
    if ref in heads:
        return wanted, heads[ref]
    if wanted == call.repository.default_branch and bare.is_empty(directory):
        return wanted, None
    raise Problem(404, f"Branch {wanted} not found")


def _before(call: Call, head: str | None, path: str, sha: str | None) -> Entry | None:
    """What is at the path now, if `sha` is that; GITHUB.md, Answers: 409 for another, 422 for none."""
    directory = call.world.bare(call.repository)
    found = None if head is None else trees.entry(directory, head, path)
    if head is None or found is None:
        _check_folders(directory, head, path)
        return None
    if sha is None:
        raise Problem(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if found.type == "tree":
        raise Problem(422, f"{path} is a directory")
    if sha.lower() != found.sha:
        raise Problem(409, f"{path} does not match {sha}")
    return found


def _check_folders(directory: Path, head: str | None, path: str) -> None:
    """422 where a new file would need a folder that is a file."""
    above = posixpath.dirname(path)
    while head is not None and above:
        found = trees.entry(directory, head, above)
        if found is not None and found.type != "tree":
            raise Problem(422, f"{above} is a file, not a directory")
        above = "" if found is not None else posixpath.dirname(above)


_PATH = "/repos/{owner}/{repo}/contents/{path}"
_DOCS = "repos/contents#get-repository-content"
ROUTES = (
    Route("GET", _PATH, get, _DOCS, grant="contents=read"),
    Route("GET", _PATH.removesuffix("{path}"), get, _DOCS, grant="contents=read"),
    Route("GET", _PATH.removesuffix("/{path}"), get, _DOCS, grant="contents=read"),
    Route(
        "PUT",
        _PATH,
        put,
        "repos/contents#create-or-update-file-contents",
        role="write",
        grant="contents=write",
    ),
)
