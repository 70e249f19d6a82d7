"""A push over HTTP, once it is here: what it wants to change, which of it the rules let through, what is reported.

https://git-scm.com/docs/gitprotocol-pack#_pushing_data_to_a_server
"""

import io
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from typing import IO
from urllib.parse import quote

from qatui.sandbox.github import bare, moves, pktlines, pushes, rules, waiting
from qatui.sandbox.github.pktlines import FLUSH, Malformed
from qatui.sandbox.github.records import Repository, User
from qatui.sandbox.github.refnames import branch, well_formed
from qatui.sandbox.github.views.repositories import html_url
from qatui.sandbox.github.world import World

MOST_COMMANDS = 10_000
CONFIG = {
    "receive.hideRefs": "refs/pull",
    "receive.fsckObjects": "true",
    "receive.autogc": "false",
    "receive.advertiseAtomic": "true",
}
"""Pull requests keep their commits below refs/pull: nobody pushes there ("deny updating a hidden ref")."""
_RULES, _NAME = "push declined due to repository rule violations", "pre-receive hook declined"


@dataclass(frozen=True, slots=True)
class Command:
    """One ref that is to change."""

    raw: bytes
    """The line, without capabilities and line end."""
    old: str
    new: str
    ref: str
    """Bytes that are no UTF-8 are surrogates."""

    @property
    def name(self) -> bytes:
        """The ref as it was sent."""
        return self.raw.split(b" ", 2)[2]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a ref is not changed: words for the person, and the reason in the report."""

    words: str
    reason: str


@dataclass(frozen=True, slots=True)
class Push:
    """The head of a push; the pack, if there is one, follows at `end` of the body."""

    commands: tuple[Command, ...]
    capabilities: tuple[str, ...]
    shallow: tuple[bytes, ...]
    end: int


def understand(body: IO[bytes]) -> Push:
    """The head of a push, from the beginning of its body. Raises Malformed."""
    body.seek(0)
    commands: list[Command] = []
    shallow: list[bytes] = []
    capabilities: tuple[str, ...] = ()
    for data in pktlines.until_flush(body):
        if data.startswith(b"shallow "):
            shallow.append(data)
            continue
        raw, nul, able = data.partition(b"\0")
        if nul:
            capabilities = tuple(able.decode("utf-8", "replace").split())
        commands.append(_command(raw.removesuffix(b"\n")))
        if len(commands) > MOST_COMMANDS:
            raise Malformed("too many refs at once")
    return Push(tuple(commands), capabilities, tuple(shallow), body.tell())


def _command(raw: bytes) -> Command:
    words = raw.decode("utf-8", "surrogateescape").split(" ", 2)
    if len(words) != 3 or not all(len(each) == 40 and each.isalnum() for each in words[:2]):
        raise Malformed("not a change of a ref")
    return Command(raw, words[0], words[1], words[2])


def receive(world: World, repository: Repository, user: User, body: IO[bytes]) -> bytes:
    """Do what a push wants as far as rules let it, tell pull requests and hooks; the answer for git.

    `body` is a file without a buffer: git goes on reading where we stop. The caller holds the world's lock. Raises
    Malformed.
    """
    push = understand(body)
    pushes.notice(world, repository)
    refused = _refused(world, repository, user, push, body)
    if refused and "atomic" in push.capabilities:
        others = [each for each in push.commands if each not in refused]
        refused |= {each: Refusal("", "atomic push failure") for each in others}
    kept = [each for each in push.commands if each not in refused]
    if not refused:
        body.seek(0)
        return _settled(world, repository, user, _received(world, repository, body))
    with tempfile.TemporaryFile(buffering=0) as changed:
        output = b""
        if kept:
            _rewrite(push, kept, body, changed)
            output = _settled(world, repository, user, _received(world, repository, changed))
    return _reported(push, refused, output)


def _settled(world: World, repository: Repository, user: User, output: bytes) -> bytes:
    moves.adopt(world, repository)
    pushes.notice(world, repository, user)
    waiting.advance(world, repository)
    return output


def _refused(world: World, repository: Repository, user: User, push: Push, body: IO[bytes]) -> dict[Command, Refusal]:
    """What of a push is against names or rules."""
    found: dict[Command, Refusal] = {}
    unpacked: bool | None = None
    for each in push.commands:
        if each.ref.startswith(("refs/heads/", "refs/tags/")) and each.new != bare.ZERO and not well_formed(each.ref):
            words = "error: GH002: Sorry, branch or tag names like this are not allowed."
            found[each] = Refusal(words, _NAME)
            continue
        name = branch(each.ref)
        if name is None or not rules.rulesets(world, repository, name, user):
            continue
        if unpacked is None:
            unpacked = _unpack(world, repository, push, body)
        new = each.new if unpacked or each.new == bare.ZERO else ""
        old = None if each.old == bare.ZERO else each.old
        words_of_rules = rules.refuses_push(world, repository, name, user, old=old, new=new)
        if words_of_rules is not None:
            found[each] = Refusal(_in_words(world, repository, each.ref, words_of_rules), _RULES)
    return found


def _unpack(world: World, repository: Repository, push: Push, body: IO[bytes]) -> bool:
    """Bring the objects of a push into the repository, under no name, for rules that look at commits; if they fit."""
    if not any(each.new != bare.ZERO for each in push.commands):
        return True
    body.seek(push.end)
    directory = world.bare(repository)
    with tempfile.TemporaryFile(buffering=0) as pack:
        shutil.copyfileobj(body, pack)
        pack.seek(0)
        done = subprocess.run(
            bare.argv(directory, "index-pack", "--stdin", "--fix-thin", "--strict"),
            stdin=pack,
            capture_output=True,
            env=bare.environment(),
            timeout=bare.LIMIT_SECONDS,
            check=False,
        )
    return done.returncode == 0 and all(
        bare.commit(directory, each.new) == each.new for each in push.commands if each.new != bare.ZERO
    )


def _in_words(world: World, repository: Repository, ref: str, words: str) -> str:
    """https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/troubleshooting-rules"""
    _, *broken = (each for each in words.split("\n\n") if each)
    url = f"{html_url(world, repository)}/rules?ref={quote(ref, safe='')}"
    lines = [f"error: GH013: Repository rule violations found for {ref}.", f"Review all repository rules at {url}", ""]
    return "\n".join([*lines, *(f"- {each}" for each in broken), ""])


def _rewrite(push: Push, kept: list[Command], body: IO[bytes], changed: IO[bytes]) -> None:
    """The same push with fewer commands."""
    for each in push.shallow:
        changed.write(pktlines.line(each))
    for number, command in enumerate(kept):
        able = b"\0" + " ".join(push.capabilities).encode() if number == 0 else b""
        changed.write(pktlines.line(command.raw + able))
    changed.write(FLUSH)
    body.seek(push.end)
    shutil.copyfileobj(body, changed)
    changed.seek(0)


def _received(world: World, repository: Repository, body: IO[bytes]) -> bytes:
    """What git says to a push."""
    directory = world.bare(repository)
    done = subprocess.run(
        bare.argv(directory, "receive-pack", "--stateless-rpc", "--", str(directory), config=CONFIG),
        stdin=body,
        capture_output=True,
        env=bare.environment(),
        timeout=bare.LIMIT_SECONDS,
        check=False,
    )
    return done.stdout


def _reported(push: Push, refused: dict[Command, Refusal], output: bytes) -> bytes:
    """git's answer to the rest of a push, and why the others were refused."""
    capability = pktlines.sideband(push.capabilities)
    report, words = output, b""
    if capability is not None and output:
        report, words = pktlines.by_band(io.BytesIO(output))
    lines = list(pktlines.until_flush(io.BytesIO(report))) if report else [b"unpack ok\n"]
    lines += [b"ng %s %s\n" % (each.name, why.reason.encode()) for each, why in refused.items()]
    told = b"".join(pktlines.line(each) for each in lines) + FLUSH
    if not any(each.startswith("report-status") for each in push.capabilities):
        told = b""
    if capability is None:
        return told
    ours = "".join(f"{why.words}\n" for why in refused.values() if why.words).encode("utf-8", "surrogateescape")
    banded = [*pktlines.banded(capability, 2, ours + words), *pktlines.banded(capability, 1, told)]
    return b"".join([*banded, FLUSH])
