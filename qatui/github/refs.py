"""Branches and tags as refs (https://docs.github.com/en/rest/git/refs); names without `refs/`: `heads/main`."""

from msgspec import Struct

from qatui.github.protocol import Done, Repo, Request, Write, get, look, path, send


class Object(Struct, frozen=True):
    """What a ref points to."""

    sha: str
    type: str = "commit"


class Ref(Struct, frozen=True):
    """A ref."""

    ref: str
    """Its whole name: `refs/heads/main`."""
    object: Object


def ref(repo: Repo, name: str) -> Request[Ref]:
    """Where a ref is; NoAccess where there is none, Conflict in an empty repository."""
    return get(f"read {name} of {repo}", path("/repos/{}/git/ref/{/}", repo, name), Ref)


def refs_under(repo: Repo, prefix: str) -> Request[list[Ref]]:
    """Every ref whose name begins with `prefix`."""
    return get(f"read the refs of {repo}", path("/repos/{}/git/matching-refs/{/}", repo, prefix), list[Ref])


def create_ref(repo: Repo, name: str, sha: str) -> Write[Ref]:
    """Make a ref; done where it is at `sha` already. Raises Invalid where it is somewhere else."""
    body = {"ref": f"refs/{name}", "sha": sha}
    request = send("POST", f"make {name} in {repo}", path("/repos/{}/git/refs", repo), Ref, body)
    seen = look(ref(repo, name), lambda now: _at(now, sha), may_be_absent=True)
    return Write(request, seen, perhaps_done=frozenset({422}))


def update_ref(repo: Repo, name: str, sha: str, *, force: bool = False) -> Write[Ref]:
    """Move a ref forward; with `force` anywhere."""
    body = {"sha": sha, "force": force}
    request = send("PATCH", f"move {name} in {repo}", path("/repos/{}/git/refs/{/}", repo, name), Ref, body)
    return Write(request, look(ref(repo, name), lambda now: _at(now, sha), may_be_absent=True))


def delete_ref(repo: Repo, name: str) -> Write[Done]:
    """Remove a ref; one that is gone already is success (the answer is then 422, or 404)."""
    request = send("DELETE", f"remove {name} from {repo}", path("/repos/{}/git/refs/{/}", repo, name), Done)
    gone = look(ref(repo, name), lambda now: None, may_be_absent=True, absent=Done())
    return Write(request, gone, harmless=True, perhaps_done=frozenset({404, 422}))


def _at(now: Ref, sha: str) -> Ref | None:
    return now if now.object.sha == sha else None
