"""The clone a reviewer stands in, read-only: what it is, where its base is, what the base holds."""

import re
import shlex
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from qatui.errors import GitError, NotFound, QatuiError
from qatui.workspace.git import Finished, first_words, git

_NO_REMOTE, _NO_URLS = 2, "no URLs configured"
"""What `git remote get-url` ends with where there is no remote of that name, and says where it has no address."""
_BRANCHES_NAMED = 8
"""At most so many are listed where none of them is the base."""


@dataclass(frozen=True, slots=True)
class Base:
    """Where approved tests go to: a branch, and the commit it is at."""

    branch: str
    commit: str


class Entry(NamedTuple):
    """What a tree holds under a name."""

    mode: str
    """git's: 100644, 100755, 120000 (symbolic link), 160000 (submodule), 040000 (folder)."""
    oid: str


@dataclass(frozen=True, slots=True)
class Repository:
    """A clone or worktree on this machine."""

    root: Path
    """Top folder of the working tree (the git directory of a bare one)."""
    git_dir: Path
    """The git directory that all worktrees share."""

    def git(self, *args: str, data: bytes | None = None, accept: Sequence[int] = (0,)) -> Finished:
        """Run git here."""
        return git(args, cwd=self.root, data=data, accept=accept)

    def config(self, name: str) -> str | None:
        """A value of git's configuration."""
        found = self.git("config", "--get", name, accept=(0, 1))
        return found.text if found.status == 0 else None

    def remotes(self) -> list[str]:
        """Names of the remotes."""
        return self.git("remote").text.split()

    def remote_url(self, remote: str, *, push: bool = True) -> str | None:
        """Address of a remote as git would use it (`insteadOf`, `pushurl`), None where there is none."""
        return next(iter(self.remote_urls(remote, push=push)), None)

    def remote_urls(self, remote: str, *, push: bool = True) -> list[str]:
        """Every address of a remote; we use the first, git pushes to all."""
        kind = ["--push"] if push else []
        try:
            found = self.git("remote", "get-url", "--all", *kind, remote, accept=(0, _NO_REMOTE))
        except GitError as error:
            if _NO_URLS in error.said:
                return []
            raise  # no answer: who takes it for "there is none" publishes to nowhere
        return list(filter(None, found.text.split("\n"))) if found.status == 0 else []

    def key(self, remote: str = "origin") -> str:
        """What the store knows this repository by: host/owner/name, or the git directory where there is no remote."""
        url = self.remote_url(remote, push=False)
        # From the main working tree, as git takes it there: linked ones are the same repository.
        top = self.git_dir.parent if self.git_dir.name == ".git" else self.root
        return key_of(url, top) if url else str(self.git_dir)

    def base(self, branch: str | None = None, remote: str = "origin") -> Base:
        """The base branch and its commit: the remote's where there is one, else the local branch.

        Without a name: what the remote's HEAD says, else main or master, else the branch checked out.
        Raises NotFound where there is no commit.
        """
        if branch is None:
            head = self.git("symbolic-ref", "--quiet", f"refs/remotes/{remote}/HEAD", accept=(0, 1))
            named = head.text.removeprefix(f"refs/remotes/{remote}/") if head.status == 0 else None
            current = self.git("symbolic-ref", "--quiet", "--short", "HEAD", accept=(0, 1)).text
            names = [name for name in (named, "main", "master", current) if name]
        else:
            names = [branch]
        for name in names:
            ours, tracking, local = base_ref(remote, name), f"refs/remotes/{remote}/{name}", f"refs/heads/{name}"
            there = self.refs(ours, seen_ref(remote, name), tracking, local)
            if ours in there and there.get(tracking) == there.get(seen_ref(remote, name)):
                return Base(name, there[ours])  # the user has fetched nothing else since
            if found := there.get(tracking) or there.get(local):
                return Base(name, found)
        raise self._no_base(branch, names)

    def _no_base(self, branch: str | None, tried: Sequence[str]) -> NotFound:
        """Why there is no base, and which branches there are."""
        if branch is not None:
            return NotFound(
                f"{self.root} has no branch {branch} to review against.", "Fetch it, or set `base:` in qatui.yaml."
            )
        rows = self.git("for-each-ref", "--format=%(refname:short)", "refs/heads", "refs/remotes").text.splitlines()
        if not rows:
            return NotFound(f"{self.root} has no commit to review against.", "Make a first commit.")
        shown = ", ".join(rows[:_BRANCHES_NAMED]) + (" …" if len(rows) > _BRANCHES_NAMED else "")
        names = " or ".join(dict.fromkeys(tried))
        return NotFound(
            f"{self.root} has no branch {names} to review against; there are: {shown}.",
            "Check out the branch that tests go to.",
        )

    def refs(self, *names: str) -> dict[str, str]:
        """The objects of those refs, by their full names, that there are."""
        # for-each-ref takes a name for a folder as well: release would find release/1.0.
        rows = self.git("for-each-ref", "--format=%(refname) %(objectname)", *names).text.splitlines()
        found = dict(row.rsplit(" ", 1) for row in rows)
        return {name: found[name] for name in names if name in found}

    def oids(self, commit: str, paths: Sequence[str]) -> dict[str, str]:
        """Blob ids of those `paths` that are files at `commit`; a symbolic link is none."""
        there = self.entries(commit, paths)
        return {path: there[path].oid for path in paths if path in there and there[path].mode.startswith("100")}

    def paths(self, commit: str) -> list[str]:
        """Every file, symbolic link and submodule at `commit`."""
        return self._names("ls-tree", "-r", "-z", "--name-only", commit)

    def paths_near_top(self, commit: str, folders: Collection[str]) -> list[str]:
        """What stands at the top of `commit`, and every path in those of its folders that bear one of these names.

        The names are lower case; a folder may be written in any.
        """
        top = self._names("ls-tree", "-z", "--name-only", commit)
        inside = [name for name in top if name.lower() in folders]
        if not inside:
            return top
        return top + self._names("--literal-pathspecs", "ls-tree", "-r", "-z", "--name-only", commit, "--", *inside)

    def beside(self, commit: str, folders: Iterable[str]) -> list[str]:
        """What stands directly in those of `folders` (an empty name: the top) that there are at `commit`."""
        asked = set(folders)
        found = self._names("ls-tree", "-z", "--name-only", commit) if "" in asked else []
        below = sorted(f"{folder}/" for folder in asked - {""})
        for start in range(0, len(below), 500):
            some = below[start : start + 500]
            found += self._names("--literal-pathspecs", "ls-tree", "-t", "-z", "--name-only", commit, "--", *some)
        return found

    def _names(self, *args: str) -> list[str]:
        return self.git(*args).out.decode("utf-8", "surrogateescape").split("\0")[:-1]

    def blobs(self, oids: Iterable[str]) -> dict[str, bytes]:
        """The bytes of blobs, by id, through one `cat-file --batch`."""
        wanted = list(dict.fromkeys(oids))
        if not wanted:
            return {}
        data = "".join(f"{oid}\n" for oid in wanted).encode()
        out = self.git("cat-file", "--batch", data=data).out
        found: dict[str, bytes] = {}
        at = 0
        for oid in wanted:
            end = out.index(b"\n", at)
            head = out[at:end].split(b" ")
            if len(head) != 3:
                raise GitError(f"git has no object {oid[:12]}.", "Fetch again; the clone may be shallow or partial.")
            size = int(head[2])
            found[oid] = out[end + 1 : end + 1 + size]
            at = end + 1 + size + 1
        return found

    def known(self, oids: Iterable[str]) -> set[str]:
        """Those of `oids` that the clone has."""
        wanted = list(dict.fromkeys(oids))
        if not wanted:
            return set()
        rows = self.git("cat-file", "--batch-check", data="".join(f"{oid}\n" for oid in wanted).encode()).text
        return {row.split(" ")[0] for row in rows.splitlines() if not row.endswith(" missing")}

    def read(self, commit: str, path: str) -> bytes | None:
        """A file's bytes at a commit, None where there is no such file."""
        oid = self.oids(commit, [path]).get(path)
        return self.blobs([oid])[oid] if oid else None

    def entries(self, commit: str, paths: Iterable[str]) -> dict[str, Entry]:
        """What stands at those of `paths` (files or folders) that there are at `commit`."""
        wanted = set(paths)
        asked = sorted(wanted)
        found: dict[str, Entry] = {}
        for start in range(0, len(asked), 500):
            # -t: a folder is listed also when something in it is asked for as well; then all that is in it is, too.
            out = self.git("--literal-pathspecs", "ls-tree", "-t", "-z", commit, "--", *asked[start : start + 500]).out
            for row in out.split(b"\0")[:-1]:
                head, _, raw = row.partition(b"\t")
                name = raw.decode("utf-8", "surrogateescape")
                if name in wanted:
                    mode, _, oid = head.decode().split(" ")
                    found[name] = Entry(mode, oid)
        return found


def base_ref(remote: str, branch: str) -> str:
    """Where we keep a branch of a remote as we fetched it."""
    return f"refs/qatui/base/{remote}/{branch}"


def seen_ref(remote: str, branch: str) -> str:
    """Where we keep what the user had fetched of it at that time: as long as that is so, ours is the later."""
    return f"refs/qatui/seen/{remote}/{branch}"


def discover(start: Path) -> Repository:
    """The repository that holds the folder `start`.

    Raises NotFound outside of one, and where git does not trust it; GitError where git cannot read it.
    """
    common = _rev_parse(start, "--git-common-dir")
    if common.status != 0:
        raise _no_repository(start, common.err)
    git_dir = Path(common.text)
    top = _rev_parse(start, "--show-toplevel")
    if top.status != 0 and git_dir.name == ".git":  # asked from inside the git directory
        top = _rev_parse(git_dir.parent, "--show-toplevel")
    return Repository(Path(top.text) if top.status == 0 else git_dir, git_dir)


def _no_repository(start: Path, said: str) -> QatuiError:
    """What git's words mean for the person."""
    if "dubious ownership" in said:
        named = _DUBIOUS.search(said)
        place = named[1] if named else str(start.resolve())
        return NotFound(
            f"git does not trust {place}: it belongs to another user.",
            f"git config --global --add safe.directory {shlex.quote(place)}",
        )
    if "not a git repository" in said:
        return NotFound(f"{start} is in no git repository.", "Go into a clone, or name one with -C DIR.")
    return GitError(f"git cannot read the repository at {start}: {first_words(said)}", "See: git status", said)


_DUBIOUS = re.compile(r"in repository at '(.*)'$", re.MULTILINE)


def _rev_parse(start: Path, option: str) -> Finished:
    """One path of git's; one at a time, for a folder's name may hold a line's end."""
    return git(["rev-parse", "--path-format=absolute", option], cwd=start, accept=(0, 128))


_SCP = re.compile(r"^(?:[^@/]+@)?([^:/]+):(?!//)(.+)$")
_URL = re.compile(r"^[a-z][a-z0-9+.-]*://(?:[^/]*@)?(\[[^\]]+\]|[^:/]+)?(?::(\d+))?/(.*)$", re.IGNORECASE)
_THIS_MACHINE = re.compile(r"127(\.\d+){3}|localhost|\[::1\]", re.IGNORECASE)


def key_of(url: str, top: Path) -> str:
    """host/owner/name of a remote's address, lower case as GitHub compares them; a path stays one, seen from `top`.

    >>> key_of("git@github.com:Acme/payments-api.git", Path("/"))
    'github.com/acme/payments-api'

    A port is left out, so that https and ssh mean one repository; on this machine each port is another server.
    """
    host = path = ""
    if found := _URL.match(url):
        host, path = found[1] or "", found[3]
        if found[2] and _THIS_MACHINE.fullmatch(host):
            host = f"{host}:{found[2]}"
    elif found := _SCP.match(url):
        host, path = found[1], found[2]
    if host:
        return f"{host.lower()}/{path.strip('/').removesuffix('.git').lower()}"
    return str(Path(top, url.removeprefix("file://")).resolve())
