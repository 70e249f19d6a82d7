"""git's own protocol over HTTP: clone, fetch and push of the bare repositories, with a token as password.

https://git-scm.com/docs/gitprotocol-http
"""

import io
import re
import subprocess
import tempfile
import zlib
from collections.abc import AsyncIterator
from typing import IO

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from qatui.sandbox.github import access, bare, pktlines, receiving
from qatui.sandbox.github.access import Caller
from qatui.sandbox.github.answering import GitHub
from qatui.sandbox.github.call import Problem, role_of
from qatui.sandbox.github.pktlines import FLUSH, Malformed
from qatui.sandbox.github.records import ROLES, Repository, User
from qatui.sandbox.github.world import World

MOST_BYTES = 2 * 1024**3
"""Of one push. https://docs.github.com/get-started/using-git/troubleshooting-the-2-gb-push-limit"""
MOST_WANTED = 64 * 1024**2
"""Bytes in which a fetch says what it wants and has."""
FETCH, PUSH = "git-upload-pack", "git-receive-pack"
_FETCH_CONFIG = {"uploadpack.allowAnySHA1InWant": "true", "uploadpack.allowFilter": "true"}
_CHUNK = 64 * 1024
_VERSION = re.compile(r"(?:^|:)version=([012])(?:$|:)")
_FRESH = {"Cache-Control": "no-cache, max-age=0, must-revalidate", "Pragma": "no-cache"}
_SIGN_IN = {"WWW-Authenticate": 'Basic realm="GitHub"'}


class SmartHttp:
    """The three addresses of every repository, with and without `.git` at the end of its name."""

    def __init__(self, github: GitHub) -> None:
        self._github = github

    def routes(self) -> list[Route]:
        """For the application, before those that take any path."""
        return [
            Route("/{owner}/{name}/info/refs", self._refs, methods=["GET"]),
            Route(f"/{{owner}}/{{name}}/{FETCH}", self._fetch, methods=["POST"]),
            Route(f"/{{owner}}/{{name}}/{PUSH}", self._push, methods=["POST"]),
        ]

    async def _refs(self, request: Request) -> Response:
        """What there is to fetch, or to push to; every clone, fetch and push begins here."""
        service = request.query_params.get("service")
        if service not in (FETCH, PUSH):
            return _said(Problem(403, "Please upgrade your git client. GitHub no longer supports git over dumb-http."))
        try:
            found, _ = await self._admitted(request, service)
        except Problem as problem:
            return _said(problem)
        program = service.removeprefix("git-")
        version = _version(request) if service == FETCH else ""
        config = _FETCH_CONFIG if service == FETCH else receiving.CONFIG
        directory = self._github.world.bare(found)
        args = bare.argv(directory, program, "--stateless-rpc", "--advertise-refs", "--", str(directory), config=config)
        listed = await run_in_threadpool(_output, args, version)
        if "2" not in version:
            listed = pktlines.line(f"# service={service}\n".encode()) + FLUSH + listed
        return Response(listed, 200, _FRESH, f"application/x-{service}-advertisement")

    async def _fetch(self, request: Request) -> Response:
        """Objects for a clone or a fetch, sent while git makes them; nobody else has to wait for that."""
        try:
            found, _ = await self._admitted(request, FETCH)
            wanted = io.BytesIO()
            await _read(request, FETCH, wanted, MOST_WANTED)
        except Problem as problem:
            return _said(problem)
        directory = self._github.world.bare(found)
        args = bare.argv(directory, "upload-pack", "--stateless-rpc", "--", str(directory), config=_FETCH_CONFIG)
        return StreamingResponse(
            _stream(args, _version(request), wanted.getvalue()), 200, _FRESH, f"application/x-{FETCH}-result"
        )

    async def _push(self, request: Request) -> Response:
        """Take a push: all of it is read before the world is held."""
        try:
            await self._admitted(request, PUSH)
            with tempfile.TemporaryFile(buffering=0) as body:
                await _read(request, PUSH, body, MOST_BYTES)
                told = await run_in_threadpool(self._received, request, body)
        except Problem as problem:
            return _said(problem)
        return Response(told, 200, _FRESH, f"application/x-{PUSH}-result")

    def _received(self, request: Request, body: IO[bytes]) -> bytes:
        world = self._github.world
        with world.lock:
            found, user = self._admit(request, PUSH)
            assert user is not None
            try:
                told = receiving.receive(world, found, user, body)
            except Malformed as error:
                raise Problem(400, f"Malformed push: {error}") from None
            except BaseException:
                world.take_back()
                raise
            world.commit()
            return told

    async def _admitted(self, request: Request, service: str) -> tuple[Repository, User | None]:
        return await run_in_threadpool(self._locked_admit, request, service)

    def _locked_admit(self, request: Request, service: str) -> tuple[Repository, User | None]:
        with self._github.world.lock:
            return self._admit(request, service)

    def _admit(self, request: Request, service: str) -> tuple[Repository, User | None]:
        """The repository and who asks, if they may; raises Problem with words that git shows."""
        world = self._github.world
        try:
            who = access.caller(world, request.headers)
        except Problem:
            words = "Invalid username or token. Password authentication is not supported for Git operations."
            raise Problem(401, words, headers=_SIGN_IN) from None
        entry = getattr(request.state, "entry", None)
        if entry is not None and who.user is not None:
            entry.user = who.user.login
        owner, name = request.path_params["owner"], request.path_params["name"].removesuffix(".git")
        found = world.repository(owner, name)
        there = found or world.moved(owner, name)
        if there is None or role_of(world, there, who.user, who.token) is None:
            raise _no_sign(who)
        if found is None:
            rest = request.url.path.split("/", 3)[3]
            url = f"{world.api_url}/{world.full_name(there)}.git/{rest}"
            query = f"?{request.url.query}" if request.url.query else ""
            raise Problem(301, "Moved Permanently", headers={"Location": url + query})
        _check_token(world, found, who, service)
        if service == PUSH:
            _check_push(world, found, who)
        return found, who.user


def _no_sign(who: Caller) -> Problem:
    """Of what is not for somebody's eyes there is no sign; nobody is asked to sign in first."""
    if who.user is None:
        return Problem(401, "Repository not found.", headers=_SIGN_IN)
    return Problem(404, "Repository not found.")


def _check_token(world: World, repository: Repository, who: Caller, service: str) -> None:
    """Single sign-on and the permissions of fine-grained tokens."""
    token, owner = who.token, world.users[repository.owner_id]
    if token is None:
        return
    if token.sso_url is not None and owner.type == "Organization":
        words = f"The '{owner.login}' organization has enabled or enforced SAML SSO. To access\n"
        words += f"this repository, visit {token.sso_url} and try your request again."
        raise Problem(403, words)
    if token.permissions is None or not (service == PUSH or repository.private):
        return
    enough = ("write", "admin") if service == PUSH else ("read", "write", "admin")
    if token.permissions.get("contents") not in enough:
        raise Problem(403, f"{'Write' if service == PUSH else 'Read'} access to repository not granted.")


def _check_push(world: World, repository: Repository, who: Caller) -> None:
    if who.user is None:
        raise Problem(401, "No anonymous write access.", headers=_SIGN_IN)
    role = role_of(world, repository, who.user, who.token)
    if role is None or ROLES.index(role) < ROLES.index("write"):
        raise Problem(403, f"Permission to {world.full_name(repository)}.git denied to {who.user.login}.")
    if repository.archived:
        raise Problem(403, "This repository was archived so it is read-only.")


def _said(problem: Problem) -> Response:
    """Words that git shows to the person after `remote:`."""
    return PlainTextResponse(f"{problem.message}\n", problem.status, problem.headers)


def _version(request: Request) -> str:
    """The protocol that the client speaks, for git's environment; anything else that it sends is left out."""
    found = _VERSION.search(request.headers.get("git-protocol", ""))
    return f"version={found[1]}" if found else ""


def _output(args: list[str], version: str) -> bytes:
    done = subprocess.run(
        args,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=bare.environment({"GIT_PROTOCOL": version}),
        timeout=bare.LIMIT_SECONDS,
        check=True,
    )
    return done.stdout


async def _read(request: Request, service: str, into: IO[bytes], most: int) -> None:
    """Put the request's body, unpacked if it was sent compressed, into a file of at most so many bytes."""
    encoding = request.headers.get("content-encoding", "identity")
    kind = request.headers.get("content-type")
    if kind != f"application/x-{service}-request" or encoding not in ("gzip", "x-gzip", "identity"):
        raise Problem(415, "Unsupported Media Type")
    unpack = None if encoding == "identity" else zlib.decompressobj(wbits=31)
    try:
        async for chunk in request.stream():
            rest = chunk
            while rest:
                data = rest if unpack is None else unpack.decompress(rest, _CHUNK)
                rest = b"" if unpack is None else unpack.unconsumed_tail
                into.write(data)
                if into.tell() > most:
                    raise Problem(413, "The request is larger than the maximum allowed size.")
    except (zlib.error, ClientDisconnect):
        raise Problem(400, "The request's body could not be read.") from None
    into.seek(0)


async def _stream(args: list[str], version: str, wanted: bytes) -> AsyncIterator[bytes]:
    """What git writes, as it comes; git is ended when the client goes away."""
    env = bare.environment({"GIT_PROTOCOL": version})
    with tempfile.TemporaryFile(buffering=0) as body:
        body.write(wanted)
        body.seek(0)
        with subprocess.Popen(
            args, stdin=body, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0, env=env
        ) as git:
            assert git.stdout is not None
            try:
                while chunk := await run_in_threadpool(git.stdout.read, _CHUNK):
                    yield chunk
            finally:
                git.kill()
