"""The client: sends what `protocol` describes, paced, and gives a typed answer or one typed error.

A read is asked for again after 5xx, time-outs and answers that break off. A write is sent again only after looks have
shown that it did not happen, and what makes something not at all in the same run after a time-out.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

import msgspec

from qatui.domain.hosts import why_no_api
from qatui.errors import (
    ConfigError,
    Conflict,
    GitHubRefused,
    Gone,
    MergeRefused,
    NoAccess,
    RemoteError,
    ServerTrouble,
    StrangeAnswer,
    Uncertain,
    Unreachable,
)
from qatui.github import limits, links, redirects, refusals
from qatui.github.lost import AGAIN, Fate, Lost
from qatui.github.pacing import Kind, Pacing
from qatui.github.protocol import (
    GRAPHQL,
    Answer,
    BrokenOff,
    Look,
    Request,
    Write,
    decode,
    get,
    read,
    short,
    strange,
    target,
)

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")

CRON_PATIENCE = 900.0
"""Seconds that a run without a person waits for a rate limit."""
TOLD = 5000
"""Milliseconds: a longer wait is told."""
PAUSES = (1.0, 2.0, 4.0)
"""Seconds after each try that failed; there are as many tries."""
LOOKS = (1.0, 3.0, 7.0)
"""Seconds before each look for a write that the server may still be at: in all more than the 10 s after which GitHub
ends a request (https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#timeouts)."""
MOST_PAGES = 1000


class Answers(Protocol):
    """Where answers are kept with their ETags; `qatui.store.answers.Answers` is one."""

    def get(self, key: str) -> tuple[str, str, bytes] | None:
        """The ETag, the Link header and the body kept under a key."""

    def put(self, key: str, etag: str, link: str, body: bytes) -> None:
        """Keep an answer in place of the earlier one."""


def _clock() -> int:
    return time.time_ns() // 1_000_000


class GitHub:
    """GitHub's API with one credential. Safe to use from several threads: its requests go one after the other."""

    def __init__(
        self,
        api_url: str,
        token: str,
        *,
        answers: Answers | None = None,
        transport: "httpx.BaseTransport | None" = None,
        now: Callable[[], int] = _clock,
        sleep: Callable[[float], None] = time.sleep,
        patience: float = 0.0,
        waiting: Callable[[int], None] | None = None,
        apart: float = 1.0,
        seconds: float = 30.0,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        """A client of the API at `api_url`; raises ConfigError for an address or a token that cannot be used.

        `patience`: seconds that a call may wait for rate limits before it raises RateLimited; `waiting` hears until
        which moment it does; `apart`: seconds between two writes; `seconds`: how long an answer may take; `pauses`: as
        PAUSES. `now` tells milliseconds since 1970.
        """
        why = why_no_api(api_url)
        if why:
            message = f"GitHub's API cannot be at “{short(api_url, 100)}”: it {why}."
            raise ConfigError(message, "See `api_url` in your settings.")
        if not token or not (token.isascii() and token.isprintable() and " " not in token):
            raise ConfigError("The token for GitHub has characters that no token has.", "Set it anew.")
        from qatui.github.wire import Wire  # loads httpx: only where something is sent

        self.api_url = api_url.rstrip("/")
        self._credential = hashlib.sha256(token.encode()).hexdigest()
        self._answers = answers
        self._now = now
        self._sleep = sleep
        self._patience = int(patience * 1000)
        self._waiting = waiting
        self._pauses = pauses
        self._pacing = Pacing(int(apart * 1000))
        self._moves = redirects.Moves(self.api_url)
        self._turn = threading.RLock()
        self._wire = Wire(self.api_url, token, seconds, now, transport)

    def __repr__(self) -> str:
        return f"GitHub({self.api_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back the connections."""
        self._wire.close()

    def ask(self, request: Request[T]) -> T:
        """The answer to a reading request. Raises GitHubRefused, Unreachable."""
        return self._read(request, target(self.api_url, request))[0]

    def hear(self, request: Request[T]) -> tuple[T, Mapping[str, str]]:
        """As `ask`, with the headers of the answer, names in lower case."""
        answered, answer = self._read(request, target(self.api_url, request))
        return answered, answer.headers

    def every(self, request: Request[list[T]]) -> Iterator[T]:
        """Every entry of a list; a page is asked for when it is wanted. Raises as `ask`."""
        for page in self._pages(request, MOST_PAGES):
            yield from page

    def until(self, request: Request[T], ready: Callable[[T], bool]) -> T:
        """Ask until the answer is `ready`, some seconds at most; the last answer, ready or not. Raises as `ask`.

        For what GitHub computes after it was asked for, such as whether a pull request can be merged
        (https://docs.github.com/en/rest/guides/using-the-rest-api-to-interact-with-your-git-database).
        """
        answer = self.ask(request)
        for pause in self._pauses:
            if ready(answer):
                break
            self._sleep(pause)
            answer = self.ask(request)
        return answer

    def write(self, write: Write[T], *, again: bool = False) -> T:
        """Do it, once: the answer, or what a look finds where it has happened already.

        `again` looks before the first try too: an earlier run may have sent it and died. Raises GitHubRefused;
        Unreachable where it did not happen and can be tried again; Uncertain where that could not be found out.

        Where the server said that it failed, one look that shows nothing is enough to send it again. Where the answer
        broke off, it may land after a first look: there are LOOKS, and after them GitHub has ended the request. After
        a time-out no bound is known, for what is slow may lie anywhere on the way. What makes something (`creates`)
        would then be there twice, and is not sent again in this run: Uncertain, and the next run looks first.
        """
        if again and write.look is None and not write.harmless:
            earlier = Unreachable(f"Could not {write.request.to}: an earlier run may have sent it.")
            raise _uncertain(write, earlier, "it leaves no trace to look for")
        if again and (found := self._look(write.look)) is not None:
            return found
        for number, pause in enumerate(self._pauses, 1):
            try:
                return self._once(write)
            except Lost as lost:
                trouble: RemoteError = lost.error
                if number == len(self._pauses) and (write.harmless or not lost.sent):
                    break  # nothing is unknown, and no try is left to wait for
                found = self._after_loss(write, lost, pause)
                if found is not None:
                    return found
            except GitHubRefused as refused:
                if not (isinstance(refused, MergeRefused) and refused.why == "base_moved"):
                    return self._perhaps_done(write, refused)
                trouble = refused  # it passes: https://docs.github.com/en/rest/pulls/pulls#merge-a-pull-request
                if number < len(self._pauses):
                    self._sleep(pause)
        raise trouble

    def _once(self, write: Write[T]) -> T:
        if write.looks_first and (found := self._look(write.look)) is not None:
            return found
        kind = Kind.CREATION if write.creates else Kind.WRITE
        answer = self._send(write.request, target(self.api_url, write.request), kind)
        try:
            return self._decoded(write.request, answer)
        except StrangeAnswer as strange:
            return self._granted_strangely(write, strange)

    def _granted_strangely(self, write: Write[T], strange: StrangeAnswer) -> T:
        """What a look finds of a write that was granted with an answer that cannot be read; else Uncertain."""
        if write.look is None:
            raise strange if write.harmless else _uncertain(write, strange, "it leaves no trace to look for")
        try:
            if (found := self._look(write.look)) is not None:
                return found
        except RemoteError as error:
            raise _uncertain(write, strange, f"the look for it failed too: {error.message}") from error
        raise _uncertain(write, strange, "it is not there yet, and may still come") from strange

    def _after_loss(self, write: Write[T], lost: Lost, pause: float) -> T | None:
        """Wait, then look for what may have happened. Raises where it must not be sent again: see `write`."""
        unknown = lost.sent and not write.harmless
        if unknown and write.look is None:
            raise _uncertain(write, lost.error, "it leaves no trace to look for") from lost.error
        for wait in LOOKS if unknown and lost.fate is not Fate.REFUSED else (pause,):
            if not self._pause(lost, wait):
                raise _uncertain(write, lost.error, "GitHub wants to be left alone for now") if unknown else lost.error
            if not unknown:
                return None
            try:
                if (found := self._look(write.look)) is not None:
                    return found
            except Conflict:
                raise  # it shows that nothing is to be done any more
            except RemoteError as error:
                raise _uncertain(write, lost.error, f"the look for it failed too: {error.message}") from error
        if write.creates and lost.fate is Fate.SILENT:
            raise _uncertain(write, lost.error, "it is not there yet, and may still come") from lost.error
        return None

    def _perhaps_done(self, write: Write[T], refused: GitHubRefused) -> T:
        """The result, where the refusal means that it is so already; else raises the refusal."""
        if write.excuse is not None and (excused := write.excuse(refused)) is not None:
            return excused
        if refused.status in write.perhaps_done and (found := self._look(write.look)) is not None:
            return found
        raise refused

    def _look(self, look: Look[T] | None) -> T | None:
        """What shows that it happened, None where nothing does."""
        if look is None:
            return None
        try:
            for page in self._pages(look.request, look.pages):
                if (found := look.found(page)) is not None:
                    return found
        except (NoAccess, Gone):
            if not look.may_be_absent:
                raise
            return look.absent
        return None

    def _pages(self, request: Request[T], most: int) -> Iterator[T]:
        url: str | None = target(self.api_url, request)
        seen: set[str] = set()
        while url is not None and len(seen) < most:
            seen.add(url)
            page, answer = self._read(request, url)
            following = links.next_page(answer.headers.get("link", ""))
            url = redirects.follow(request, self.api_url, answer.url, following) if following is not None else None
            yield page
            if url in seen or (url is not None and len(seen) == MOST_PAGES):
                raise redirects.circle(request)

    def _read(self, request: Request[T], url: str) -> tuple[T, Answer]:
        """The answer, as its type and as it came; asked for again where it was lost, kept where it has an ETag."""
        for number, pause in enumerate(self._pauses, 1):
            try:
                answer = self._send(request, url, Kind.READ)
                decoded = self._decoded(request, answer)
            except Lost as lost:
                if number == len(self._pauses) or not self._pause(lost, pause):
                    raise lost.error from lost
                continue
            etag = answer.headers.get("etag", "")
            if self._answers is not None and etag and answer.status == 200:
                self._answers.put(self._key(answer.url), etag, answer.headers.get("link", ""), answer.body)
            return decoded, answer
        raise AssertionError("the last try returns or raises")

    def _decoded(self, request: Request[T], answer: Answer) -> T:
        try:
            if request.path == GRAPHQL:
                outside = read(request, answer.body, dict[str, msgspec.Raw])
                errors = read(request, outside.get("errors", msgspec.Raw(b"null")), object)
                refusal = refusals.graphql_refusal(request, errors, answer, self._now())
                if refusal is not None:
                    raise refusal
            return decode(request, answer.body)
        except BrokenOff as error:
            message = f"Could not {request.to}: GitHub's answer broke off, or a proxy answered in its place."
            raise Lost(ServerTrouble(message, AGAIN), Fate.BROKEN) from error

    def _pause(self, lost: Lost, pause: float) -> bool:
        """Wait before another try, or as long as the answer asks; False where that is too long for this run."""
        wait = max(int(pause * 1000), lost.wait or 0)
        if wait > max(self._patience, int(pause * 1000)):
            return False
        self._rest(wait)
        return True

    def _rest(self, wait: int) -> None:
        """Wait so many milliseconds, and say so where somebody could wonder."""
        if self._waiting and wait >= TOLD:
            self._waiting(self._now() + wait)
        if wait:
            self._sleep(wait / 1000)

    def _send(self, request: Request[Any], url: str, kind: Kind) -> Answer:
        """The answer that grants the request: paced, limits waited for as long as the patience lasts.

        Raises Lost, GitHubRefused.
        """
        resource = "graphql" if request.path == GRAPHQL else "core"
        left, said = self._patience, ""
        with self._turn:
            while True:
                wait = self._pacing.wait(kind, resource, self._now())
                if wait.limit > left:
                    raise refusals.too_many(request, wait.limit, self._now(), secondary=wait.secondary, said=said)
                self._rest(max(wait.apart, wait.limit))
                left -= wait.limit
                self._pacing.sent(kind, self._now())
                try:
                    answer = self._fetch(request, url)
                finally:
                    self._pacing.back(kind, self._now())
                said = refusals.limit_words(answer)
                limited = limits.limited(answer.status, answer.headers, said, self._now())
                if limited is None:
                    break
                if not self._pacing.limited(limited, self._now()):
                    wait = self._pacing.wait(kind, resource, self._now())
                    raise refusals.too_many(request, wait.limit, self._now(), secondary=limited.secondary, said=said)
            self._pacing.granted(answer.status, limits.budget(answer.headers, self._now()), self._now())
        if answer.status >= 300 and answer.status != 304:
            raise refusals.refusal(request, answer)
        return answer

    def _fetch(self, request: Request[Any], url: str) -> Answer:
        """The answer after redirects; a kept one where GitHub says that it is still right."""
        url = self._moves.now(url)
        for _ in range(redirects.MOST + 1):
            kept = self._answers.get(self._key(url)) if self._answers and request.method == "GET" else None
            answer = self._wire.fetch(request, url, kept[0] if kept else "")
            if answer.status == 304:
                if kept is None:
                    raise strange(request, "status 304 to a question without conditions", 304)
                return replace(answer, headers={**answer.headers, "link": kept[1]}, body=kept[2])
            if answer.status not in redirects.STATUSES:
                return answer
            url = self._moved(request, url, answer)
        raise redirects.circle(request)

    def _moved(self, request: Request[Any], url: str, answer: Answer) -> str:
        """Where a redirect leads. Of an issue it means a transfer, unless its whole repository was renamed."""
        there = redirects.follow(request, self.api_url, url, answer.headers.get("location", ""))
        permanent = answer.status in redirects.PERMANENT
        home, rest = redirects.repository_of(self.api_url, url) or ("", "")
        if rest and (permanent or redirects.is_issue(rest)):
            # GitHub answers a write with 307 for a renamed repository, so the repository itself is asked.
            whole = self._wire.fetch(get(request.to, "", object), home)
            if whole.status in redirects.PERMANENT:
                moved = redirects.follow(request, self.api_url, home, whole.headers.get("location", ""))
                self._moves.remember(home, moved)
                return self._moves.now(url)
            if whole.status >= 400:
                raise refusals.refusal(request, whole)
            if redirects.is_issue(rest):
                raise redirects.transferred(request, there)
        if permanent:
            self._moves.remember(url, there)
        return there

    def _key(self, url: str) -> str:
        """What an answer is kept under: tells neither the token nor the address."""
        return hashlib.sha256(f"{self._credential} {url}".encode()).hexdigest()


def _uncertain(write: Write[Any], error: RemoteError, why: str) -> Uncertain:
    first = error.message.rstrip(".")
    if write.look is None:
        hint = "Look at GitHub whether it is there, before you run this again."
    else:
        hint = "Run it again: it looks first whether it is there."
    return Uncertain(f"{first}. It may have been done all the same: {why.rstrip('.')}.", hint)
