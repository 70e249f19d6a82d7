"""Objects: blobs, trees, commits. https://docs.github.com/rest/git"""

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from qatui.sandbox.github import bare, identity, objects, trees
from qatui.sandbox.github.call import Answer, Call, Problem, Route, not_found
from qatui.sandbox.github.committing import NewPerson, check_message, decoded, need_commits, person
from qatui.sandbox.github.views import git as views
from qatui.sandbox.github.views.commits import git_commit
from qatui.sandbox.github.views.repositories import api_url

_KINDS = {trees.FILE: "blob", trees.EXECUTABLE: "blob", trees.LINK: "blob", trees.FOLDER: "tree"}


class NewBlob(Struct):
    """The body of create for a blob."""

    content: str
    encoding: str = "utf-8"


class NewEntry(Struct):
    """A line of a new tree: `sha` null takes the path away."""

    path: str
    mode: Literal["100644", "100755", "040000", "160000", "120000"] = "100644"
    type: Literal["blob", "tree", "commit"] | None = None
    sha: str | UnsetType | None = UNSET
    content: str | None = None


class NewTree(Struct):
    """The body of create for a tree."""

    tree: list[NewEntry]
    base_tree: str | None = None


class NewCommit(Struct):
    """The body of create for a commit."""

    message: str
    tree: str
    parents: list[str] = []
    author: NewPerson | None = None
    committer: NewPerson | None = None
    signature: str | None = None


def create_blob(call: Call) -> Answer:
    """Keep content, given as text or as Base64."""
    asked = call.read(NewBlob)
    need_commits(call)
    if asked.encoding not in ("utf-8", "base64"):
        raise Problem(422, "encoding must be utf-8 or base64")
    data = decoded(asked.content) if asked.encoding == "base64" else asked.content.encode()
    sha = objects.write_blob(call.world.bare(call.repository), data)
    url = f"{api_url(call.world, call.repository)}/git/blobs/{sha}"
    return Answer(201, {"sha": sha, "url": url}, {"Location": url})


def get_tree(call: Call) -> Answer:
    """A tree by its id, or that of a commit, a branch or a tag; `recursive` with any value shows all below."""
    need_commits(call)
    directory, name = call.world.bare(call.repository), call.params["tree_sha"]
    sha = name.lower() if objects.kind(call.world.bare(call.repository), name) == "tree" else None
    if sha is None:
        found = bare.commit(directory, name)
        if found is None:
            raise not_found()
        sha = bare.text(directory, "rev-parse", f"{found}^{{tree}}")
    return Answer(200, _tree(call, sha, recursive="recursive" in call.query))


def create_tree(call: Call) -> Answer:
    """A tree like `base_tree` with these entries over it, or of these alone."""
    asked = call.read(NewTree)
    need_commits(call)
    base = None if asked.base_tree is None else _base_tree(call, asked.base_tree)
    _check_entries(call, asked.tree)
    directory = call.world.bare(call.repository)
    changes: dict[str, tuple[str, str] | None] = {}
    for each in asked.tree:
        if each.content is not None:
            changes[each.path] = (each.mode, objects.write_blob(directory, each.content.encode()))
        else:
            changes[each.path] = (each.mode, each.sha.lower()) if isinstance(each.sha, str) else None
    try:
        sha = trees.write(directory, base, changes)
    except bare.GitFailed:
        raise Problem(422, "tree cannot be written: its entries contradict each other") from None
    made = _tree(call, sha, recursive=False)
    return Answer(201, made, {"Location": made["url"]})


def _base_tree(call: Call, name: str) -> str:
    kind = objects.kind(call.world.bare(call.repository), name)
    if kind not in ("tree", "commit"):
        raise Problem(422, "base_tree is not a valid tree oid")
    return name.lower()


def _check_entries(call: Call, asked: list[NewEntry]) -> None:
    """Every path can be a file's, and every id is of an object that there is and of the type that the mode says."""
    if not asked:
        raise Problem(422, "Invalid tree info")
    named = [each.sha.lower() for each in asked if isinstance(each.sha, str)]
    if not all(objects.is_id(sha) for sha in named):
        raise Problem(422, "tree.sha is not a valid object id")
    kinds = objects.kinds(call.world.bare(call.repository), named)
    for each in asked:
        if not trees.well_formed(each.path):
            raise Problem(422, "tree.path contains a malformed path component")
        if (each.sha is UNSET) == (each.content is None):
            raise Problem(422, "Must supply either tree.sha or tree.content, and not both")
        wanted = _KINDS.get(each.mode)
        if each.content is not None and wanted != "blob":
            raise Problem(422, "tree.content is for blobs only")
        if isinstance(each.sha, str) and wanted is not None and kinds[each.sha.lower()] != wanted:
            raise Problem(422, f"tree.sha {each.sha} is not a valid {wanted}")


def _tree(call: Call, sha: str, *, recursive: bool) -> dict[str, Any]:
    found = trees.entries(call.world.bare(call.repository), sha, recursive=recursive)
    return views.tree(call.world, call.repository, sha, found)


def create_commit(call: Call) -> Answer:
    """A commit that no ref names yet; its author is who asks where none is given, its committer the author."""
    asked = call.read(NewCommit)
    need_commits(call)
    check_message(asked.message)
    check_message(asked.signature or "")
    if objects.kind(call.world.bare(call.repository), asked.tree) != "tree":
        raise Problem(422, "Tree SHA does not exist")
    for each in asked.parents:
        if objects.kind(call.world.bare(call.repository), each) != "commit":
            raise Problem(422, "Parent SHA does not exist or is not a commit object")
    author = person(asked.author, identity.person(call.world, call.who))
    directory = call.world.bare(call.repository)
    sha = objects.write(
        directory,
        tree=asked.tree.lower(),
        parents=[each.lower() for each in asked.parents],
        author=author,
        committer=person(asked.committer, author),
        message=asked.message,
        signature=asked.signature,
    )
    shown = git_commit(call.world, call.repository, objects.read(directory, [sha])[0])
    return Answer(201, shown, {"Location": shown["url"]})


def get_commit(call: Call) -> Answer:
    """A commit object by its full id."""
    need_commits(call)
    sha = call.params["commit_sha"]
    found = objects.read(call.world.bare(call.repository), [sha.lower()]) if objects.is_id(sha) else []
    if not found:
        raise not_found()
    return Answer(200, git_commit(call.world, call.repository, found[0]))


_GIT = "/repos/{owner}/{repo}/git"
_READ, _WRITE = "contents=read", "contents=write"
ROUTES = (
    Route("POST", _GIT + "/blobs", create_blob, "git/blobs#create-a-blob", role="write", grant=_WRITE),
    Route("GET", _GIT + "/trees/{tree_sha}", get_tree, "git/trees#get-a-tree", grant=_READ),
    Route("POST", _GIT + "/trees", create_tree, "git/trees#create-a-tree", role="write", grant=_WRITE),
    Route("GET", _GIT + "/commits/{commit_sha}", get_commit, "git/commits#get-a-commit-object", grant=_READ),
    Route("POST", _GIT + "/commits", create_commit, "git/commits#create-a-commit", role="write", grant=_WRITE),
)
