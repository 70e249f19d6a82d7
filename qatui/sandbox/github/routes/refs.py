"""Branches, tags and other names of commits. https://docs.github.com/rest/git/refs"""

from msgspec import Struct

from qatui.sandbox.github import bare, objects
from qatui.sandbox.github.call import Answer, Call, Problem, Route, not_found
from qatui.sandbox.github.committing import need_commits
from qatui.sandbox.github.moves import move
from qatui.sandbox.github.refnames import well_formed
from qatui.sandbox.github.views import git as views


class NewRef(Struct):
    """The body of create."""

    ref: str
    sha: str


class RefUpdate(Struct):
    """The body of update."""

    sha: str
    force: bool = False


def get(call: Call) -> Answer:
    """One ref by its whole name, `heads/main`; 404 for a part of one."""
    need_commits(call)
    found = _known(call, _named(call))
    if found is None:
        raise not_found()
    return Answer(200, _shown(call, *found))


def matching(call: Call) -> Answer:
    """The refs whose names begin so, all where nothing is said; none is an empty list."""
    need_commits(call)
    wanted = _named(call)
    folder = wanted.rpartition("/")[0]
    rows = _rows(call, f"{folder}/") if folder == "refs" or well_formed(f"{folder}/x") else []
    return call.page([row for row in rows if row[0].startswith(wanted)], lambda row: _shown(call, *row))


def create(call: Call) -> Answer:
    """A new ref for a commit that is there."""
    asked = call.read(NewRef)
    need_commits(call)
    if not asked.ref.startswith("refs/") or asked.ref.count("/") < 2:
        raise Problem(422, "Reference name must start with 'refs/' and contain at least two slashes.")
    _check_name(asked.ref)
    if _known(call, asked.ref) is not None:
        raise Problem(422, "Reference already exists")
    _check_object(call, asked.ref, asked.sha)
    move(call, asked.ref, None, asked.sha.lower())
    shown = _now(call, asked.ref)
    return Answer(201, shown, {"Location": shown["url"]})


def update(call: Call) -> Answer:
    """Let a ref name another commit: one that has the old one behind it, unless `force` says that it need not."""
    asked = call.read(RefUpdate)
    need_commits(call)
    name, old = _there(call)
    _check_object(call, name, asked.sha)
    new = asked.sha.lower()
    if not asked.force and not _is_ancestor(call, old, new):
        raise Problem(422, "Update is not a fast forward")
    move(call, name, old, new)
    return Answer(200, _now(call, name))


def delete(call: Call) -> Answer:
    """Away with a ref, whatever it names; the default branch stays."""
    need_commits(call)
    name, old = _there(call)
    if name == f"refs/heads/{call.repository.default_branch}":
        raise Problem(422, "Cannot delete the default branch")
    move(call, name, old, None)
    return Answer(204)


def _named(call: Call) -> str:
    return f"refs/{call.params.get('ref', '').removeprefix('refs/')}"


def _check_name(name: str) -> None:
    """Refuse what git takes for no name, and what GitHub keeps for itself."""
    if not well_formed(name):
        raise Problem(422, f"{name} is not a valid ref name.")
    if name.startswith("refs/pull/"):
        raise Problem(422, "Reference cannot be updated")


def _there(call: Call) -> tuple[str, str]:
    """The ref of the path and what it names, for a change; GITHUB.md, Answers: a missing one is 422 there."""
    name = _named(call)
    found = _known(call, name)
    if found is None:
        raise Problem(422, "Reference does not exist")
    _check_name(name)
    return name, found[2]


def _check_object(call: Call, name: str, sha: str) -> None:
    """Branches name commits, other refs any object."""
    kind = objects.kind(call.world.bare(call.repository), sha)
    if kind is None:
        raise Problem(422, "Object does not exist")
    if name.startswith("refs/heads/") and kind != "commit":
        raise Problem(422, "Reference update failed")


def _is_ancestor(call: Call, old: str, new: str) -> bool:
    directory = call.world.bare(call.repository)
    try:
        return not bare.text(directory, "rev-list", "-n1", old, f"^{new}", "--")
    except bare.GitFailed:
        return False  # a tag of something that is no commit has no history


def _rows(call: Call, *patterns: str) -> list[tuple[str, str, str]]:
    """Name, type and id of the refs at or below the patterns."""
    form = "--format=%(refname) %(objecttype) %(objectname)"
    lines = bare.text(call.world.bare(call.repository), "for-each-ref", form, "--", *patterns).splitlines()
    rows = [line.split(" ") for line in lines]
    return [(row[0], row[1], row[2]) for row in rows]


def _known(call: Call, name: str) -> tuple[str, str, str] | None:
    rows = _rows(call, name) if well_formed(name) else []
    return next((row for row in rows if row[0] == name), None)


def _now(call: Call, name: str) -> dict[str, str]:
    found = _known(call, name)
    assert found is not None
    return _shown(call, *found)


def _shown(call: Call, name: str, kind: str, sha: str) -> dict[str, str]:
    return views.ref(call.world, call.repository, name, kind, sha)


_GIT = "/repos/{owner}/{repo}/git"
_ONE = _GIT + "/refs/{ref}"
_READ, _WRITE = "contents=read", "contents=write"
ROUTES = (
    Route("GET", _GIT + "/ref/{ref}", get, "git/refs#get-a-reference", grant=_READ),
    Route("GET", _GIT + "/matching-refs/{ref}", matching, "git/refs#list-matching-references", grant=_READ),
    Route("GET", _GIT + "/matching-refs/", matching, "git/refs#list-matching-references", grant=_READ),
    Route("GET", _GIT + "/matching-refs", matching, "git/refs#list-matching-references", grant=_READ),
    Route("POST", _GIT + "/refs", create, "git/refs#create-a-reference", role="write", grant=_WRITE),
    Route("PATCH", _ONE, update, "git/refs#update-a-reference", role="write", grant=_WRITE),
    Route("DELETE", _ONE, delete, "git/refs#delete-a-reference", role="write", grant=_WRITE),
)
