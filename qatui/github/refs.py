"""Branches and tags as refs (https://docs.github.com/en/rest/git/refs); names without `refs/`: `heads/main`."""

from typing import Any

from msgspec import Struct

from qatui.errors import Conflict
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


def update_ref(repo: Repo, name: str, sha: str, *, expected: str | None = None) -> Write[Ref]:
    """Move a ref forward; with `expected`, anywhere, but from there only: Conflict where it is somewhere else.

    GitHub takes no expected commit, so it is looked for right before each try
    (https://docs.github.com/en/rest/git/refs#update-a-reference).
    """
    request = send(
        "PATCH",
        f"move {name} in {repo}",
        path("/repos/{}/git/refs/{/}", repo, name),
        Ref,
        {"sha": sha, "force": expected is not None},
    )

    def found(now: Ref) -> Ref | None:
        if now.object.sha != sha and expected is not None:
            _hold(request, now, expected)
        return _at(now, sha)

    seen = look(ref(repo, name), found, may_be_absent=True)
    return Write(request, seen, looks_first=expected is not None)


def delete_ref(repo: Repo, name: str, *, sha: str | None = None) -> Write[Done]:
    """Remove a ref, if it is still at `sha` where that is given (else Conflict, as of `update_ref`).

    One that is gone already is success; the answer is then 422, or 404, which a repository that the token does not see
    has as well. So the repository's refs are asked for: without the repository that is NoAccess.
    """
    request = send("DELETE", f"remove {name} from {repo}", path("/repos/{}/git/refs/{/}", repo, name), Done)

    def found(page: list[Ref]) -> Done | None:
        there = next((each for each in page if each.ref == f"refs/{name}"), None)
        if there is not None and sha is not None:
            _hold(request, there, sha)
        return Done() if there is None else None

    # The ref itself sorts before those that only begin with its name: it is on the first page.
    seen = look(refs_under(repo, name), found)
    return Write(request, seen, looks_first=sha is not None, perhaps_done=frozenset({404, 422}))


def _hold(request: Request[Any], now: Ref, expected: str) -> None:
    """Raise Conflict where a ref is not where it was known to be."""
    if now.object.sha != expected:
        message = f"Could not {request.to}: it is at {now.object.sha[:12]}, no longer at {expected[:12]}."
        raise Conflict(message, "See who pushed there, then run it again.")


def _at(now: Ref, sha: str) -> Ref | None:
    return now if now.object.sha == sha else None
