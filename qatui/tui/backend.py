"""Where the screens meet what may wait: the store, git, files, children. The only worker, and the screens' edge.

Every verb returns at once. Its work runs in a thread, in its lane: a lane is first in, first out, so two
verdicts are saved in the order of their keys; in a lane where only the newest counts, older work is dropped.
What comes back is a message.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from textual.app import App
from textual.message_pump import MessagePump

from qatui.domain import query
from qatui.domain.blanks import Blanks
from qatui.domain.lifecycle import Action
from qatui.errors import QatuiError
from qatui.tui import errands, messages
from qatui.tui.aside import aside
from qatui.tui.child import Child
from qatui.tui.parts import Parts, Seat
from qatui.tui.trouble import Kind, Trouble
from qatui.workspace import running

if TYPE_CHECKING:
    from qatui.domain.publishing import PublishingPlan
    from qatui.domain.review import Side
    from qatui.flows.desk import Desk
    from qatui.store.first_look import FirstLook

T = TypeVar("T")

POLL_SECONDS = 0.25
"""How often the store is asked whether somebody committed."""
SHOWN_SECONDS = 1.0
"""How long the start waits at most for the first rows to be on the screen."""
WAKE_SECONDS = 60.0
"""How often deferred candidates are looked at for whose time has come."""


Step = Callable[[Seat], messages.Told]
"""One question to the store, and its answer."""


class Backend:
    """The verbs of the screens."""

    def __init__(self, app: App[Any], parts: Parts, tell: Callable[[messages.Told], None]) -> None:
        """`tell` gives a message to the app and to every screen."""
        self._app = app
        self._parts = parts
        self.open_hub = parts.open_hub
        self._tell = tell
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._newest: defaultdict[str, int] = defaultdict(int)
        self._seat: Seat | None = None
        self._desk: Desk | None = None
        self._ready = asyncio.Event()
        """The seat is known."""
        self._shown = asyncio.Event()
        self._connected = asyncio.Event()
        """The desk is known."""
        self._seen = (-1, -1)
        """The store's data version and newest event when last looked."""
        self._places: dict[str, Any] = {}
        self._trouble = Trouble(parts.log)
        self.child: Child | None = None
        self.unsaved = 0
        """Writes that are on their way."""
        self.publishing = False
        """Whether a publish of ours is under way."""
        self.publishes = 0
        """How many were begun."""

    @property
    def desk(self) -> "Desk | None":
        """The parts of the flows, None until connected."""
        return self._desk

    @property
    def is_saved(self) -> bool:
        """Whether what was written last is in the store, and the store can be used."""
        return self._trouble.is_saved

    @property
    def reviewer(self) -> str:
        """Who sits here; empty until known."""
        return self._seat.reviewer if self._seat else ""

    def now(self) -> int:
        """Milliseconds since 1970."""
        return self._parts.now()

    # The start

    def start(self) -> None:
        """Open the store, then the repository; an error here ends the app with it."""
        self._spawn("connect", self._connect)

    async def _connect(self) -> None:
        try:
            seen = await asyncio.to_thread(self._parts.first_look, errands.PAGE)
            if seen is not None:
                await self._show_first(seen)
            seat = await asyncio.to_thread(self._parts.glimpse)
            if seat is not None:
                known = seen is not None and (seen.repository_id, seen.reviewer) == (seat.repository_id, seat.reviewer)
                await self._take(seat, told=known)
                await self._until_shown()
            self._desk = desk = await asyncio.to_thread(self._parts.open_desk, seat.db if seat else None)
            seat = Seat(desk.db, desk.repository_id, desk.reviewer)
            if self._seat != seat:
                await self._take(seat)
            connected = await asyncio.to_thread(errands.connected, desk)
        except QatuiError as error:
            self._app.exit(error, return_code=error.exit_code)
            return
        except Exception as error:  # noqa: BLE001 - the screens' edge
            self._app.exit(error, return_code=5)
            return
        self._connected.set()
        self._parts.settled()
        self._tell(connected)
        self._wake()
        self._app.set_interval(WAKE_SECONDS, self._wake)

    def rows_shown(self) -> None:
        """The queue's first rows are on the screen: the rest of the start may go on."""
        self._shown.set()

    async def _show_first(self, seen: "FirstLook") -> None:
        """Show the first lines before the store's library is loaded: that takes as long as all until here."""
        self._tell(messages.Opened(seen.bookmarks))
        if seen.rows:
            self._tell(messages.PageLoaded(seen.filter, seen.rows))
            await self._until_shown()

    async def _until_shown(self) -> None:
        """Let the first lines come onto the screen before the next library is loaded."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._shown.wait(), SHOWN_SECONDS)

    async def _take(self, seat: Seat, *, told: bool = False) -> None:
        """Sit down: the store is watched from now on; where the person was is `told` already, or is now."""
        self._seen, from_store = await asyncio.to_thread(errands.sit_down, seat)
        first = self._seat is None
        self._seat = seat
        self._ready.set()
        if not told:
            self._tell(messages.Opened(from_store))
        if first:
            self._app.set_interval(POLL_SECONDS, self.poll)

    def close(self) -> None:
        """Give the store back, end a child, and what git does: a push or its hook may take minutes."""
        if self.child is not None:
            self.child.cancel()
        running.end_all()
        if self._seat is not None:
            self._seat.db.close()

    # Reading

    def load_page(self, asker: MessagePump, text: str) -> None:
        """The first lines that the filter `text` means; raises QueryError for one that means nothing."""
        step: Step = partial(errands.first_page, text=text, wanted=query.parse(text))
        self._spawn("queue", partial(self._read, "queue", asker, step))

    def load_queue(self, asker: MessagePump, text: str, sight: Sequence[int], marks: Collection[int]) -> None:
        """Every id that the filter `text` means, the lines in `sight`, the decided of `marks`; raises QueryError."""
        step: Step = partial(errands.whole_queue, text=text, wanted=query.parse(text), sight=sight, marks=set(marks))
        self._spawn("queue", partial(self._read, "queue", asker, step))

    def load_rows(self, asker: MessagePump, ids: Sequence[int]) -> None:
        """The lines of `ids`, which came into sight."""
        self._spawn("rows", partial(self._read, "rows", asker, partial(errands.some_rows, ids=ids)))

    def look(self, asker: MessagePump, number: int, blanks: Blanks = Blanks.SHOW, *, opening: bool = False) -> None:
        """One candidate whole; with `opening` a pending one is in review from now on."""
        lane = f"dossier of {type(asker).__name__}"
        self.ask(asker, lane, partial(errands.dossier, candidate_id=number, opening=opening, blanks=blanks))

    def preload(self, candidate_id: int, blanks: Blanks = Blanks.SHOW) -> None:
        """Align the texts of a candidate that is likely to be looked at next."""

        async def load() -> None:
            async with self._locks["preload"]:
                await self._connected.wait()
                if self._newest["preload"] == mine:
                    work = partial(errands.dossier, candidate_id=candidate_id, opening=False, blanks=blanks)
                    await self._guarded("read", "read", work, self._must())

        self._newest["preload"] = mine = self._newest["preload"] + 1
        self._spawn("preload", load)

    def recall(self, asker: MessagePump, name: str) -> None:
        """A bookmark; None where there is none."""
        step: Step = lambda seat: messages.Recalled(name, errands.recall(seat, [name])[name])  # noqa: E731
        self._spawn("place", partial(self._read, "place", asker, step, newest=False))

    def ask(
        self, asker: MessagePump, lane: str, work: Callable[["Desk"], messages.Told], *, newest: bool = True,
        far: bool = False,
    ) -> None:  # fmt: skip
        """Run a flow that reads, from GitHub if `far`; its message goes to `asker`. `newest`: a later one drops it."""
        step: Step = lambda _seat: work(self._must())  # noqa: E731
        self._spawn(lane, partial(self._read, lane, asker, step, newest=newest, desk=True, far=far))

    async def _read(
        self, lane: str, asker: MessagePump, step: Step, *, newest: bool = True, desk: bool = False, far: bool = False
    ) -> None:
        self._newest[lane] = mine = self._newest[lane] + 1
        async with self._locks[lane]:
            await (self._connected if desk else self._ready).wait()
            if newest and self._newest[lane] != mine:
                return
            found = await self._guarded("read", "read", step, self._sitting(), far=far)
        if found is not None and asker.is_running and (not newest or self._newest[lane] == mine):
            asker.post_message(found)

    # Writing

    def decide(
        self,
        ids: Sequence[int],
        action: Action,
        *,
        reason: str | None = None,
        note: str = "",
        until: int | None = None,
        expected: Mapping[int, str] | None = None,
    ) -> None:
        """Give a verdict to `ids`; `expected` is the content the person had before them, by id."""
        given = {"reason": reason, "note": note, "until": until, "expected": expected}
        self.write(errands.PAST[action], partial(errands.decide, ids=ids, action=action, given=given))

    def undo(self) -> None:
        """Take back the reviewer's last verb."""
        self.write("taken back", errands.undo)

    def redo(self) -> None:
        """Do again what was taken back."""
        self.write("done again", errands.redo)

    def claim(self, ids: Sequence[int], verb: str, to: str = "") -> None:
        """`claim`, `release`, or `assign` to somebody."""
        self.write("claimed", partial(errands.claim, ids=ids, verb=verb, to=to))

    def comment(
        self, candidate_id: int, body: str, *, side: "Side | None", line: int | None, revision: int, draft: str
    ) -> None:
        """Comment on a revision of a candidate or a line of it; the draft of that name is over."""
        self._places.pop(draft, None)
        self.write("commented", lambda desk: errands.comment(desk, candidate_id, body, side, line, revision, draft))

    def answer(self, ids: Sequence[int], item: str, done: bool) -> None:
        """Tick or untick an item of the checklist for each of `ids`."""
        self.write("ticked", partial(errands.answer, ids=ids, item=item, done=done))

    def write(self, verb: str, work: Callable[["Desk"], messages.Wrote]) -> None:
        """Run a flow that writes, after those asked for earlier; `verb`, in the past, is for its failure."""
        self.unsaved += 1
        self._spawn("write", partial(self._write, verb, work))

    async def _write(self, verb: str, work: Callable[["Desk"], messages.Wrote]) -> None:
        try:
            async with self._locks["write"]:
                await self._connected.wait()
                wrote = await self._guarded("write", verb, errands.named, self._must(), work)
        finally:
            self.unsaved -= 1
        if wrote is not None:
            self._tell(wrote)
            await self._look_for_changes()

    def publish(self, what: "PublishingPlan | int") -> bool:
        """Publish a plan that was shown, or end what a job began, in a lane of its own; False: one is under way."""
        verb = partial(errands.finish, job=what) if isinstance(what, int) else partial(errands.publish, shown=what)
        work = partial(verb, open_hub=self.open_hub)

        async def run() -> None:
            try:
                await self._connected.wait()
                # Not waited for by who leaves: every step is safe to be killed in, and the next publish finishes it.
                ended = await self._guarded("write", "published", work, self._must(), far=True)
            finally:
                self.publishing = False
            for message in ended or ():
                self._tell(message)
            await self._look_for_changes()

        if self.publishing:
            return False
        self.publishing = True
        self.publishes += 1
        self._spawn("publish", run)
        return True

    def keep(self, name: str, value: Any) -> None:
        """Keep a bookmark at once; while one is being written, only the newest of each name waits."""
        waiting = bool(self._places)
        self._places[name] = value
        if not waiting:
            self._spawn("place", self._keep)

    async def _keep(self) -> None:
        async with self._locks["place"]:
            await self._ready.wait()
            places, self._places = self._places, {}
            if self._seat is not None:
                await self._guarded("keep", "", errands.keep, self._seat, places, self.now())

    # The change feed

    def poll(self) -> None:
        """Look for commits, unless a look is under way."""
        if not self._locks["watch"].locked():
            self._spawn("watch", self._look_for_changes)

    async def _look_for_changes(self) -> None:
        async with self._locks["watch"]:
            seen = await self._guarded("watch", "", errands.versions, self._sitting(), self._seen)
            if seen is None or seen == self._seen:
                return
            changed = seen[1] != self._seen[1]
            self._seen = seen
            if changed:
                self._tell(messages.StoreChanged())

    def _wake(self) -> None:
        """Bring back the deferred candidates whose time has come."""

        def work(desk: "Desk") -> None:
            from qatui.flows.review import wake_due

            wake_due(desk)

        async def wake() -> None:
            async with self._locks["write"]:
                await self._guarded("keep", "", work, self._must())
            await self._look_for_changes()

        self._spawn("wake", wake)

    # Children

    def run_child(self, arguments: Sequence[str], verb: str) -> bool:
        """Start the headless command as a child; its progress and its end come as messages. False: one runs already."""
        if self.child is not None:
            return False
        self.child = Child(self.command(*arguments))
        self._spawn("child", partial(self._follow, self.child, verb))
        return True

    def command(self, *arguments: str) -> list[str]:
        """The headless command of this program for this repository."""
        return [*self._parts.child, *arguments]

    def ingest(self, path: str) -> bool:
        """Take candidates in from a folder or a manifest; False: an intake runs already."""
        where = ["--manifest", path] if path.endswith((".jsonl", ".ndjson")) else ["--", path]
        return self.run_child(["--json", "ingest", "--progress", *where], "taken in")

    async def _follow(self, child: Child, verb: str) -> None:
        async for told in child.follow(verb):
            self._tell(told)
        self.child = None
        await self._look_for_changes()

    # The edge

    def _spawn(self, lane: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run `work` beside the screens; called by the worker itself, so that none is left over when the app ends."""
        run: Any = work  # Textual's own type of what a worker runs is one that mypy cannot solve
        self._app.run_worker(run, group=lane, exit_on_error=False)

    def _sitting(self) -> Seat:
        assert self._seat is not None, "asked before the store was open"
        return self._seat

    def _must(self) -> "Desk":
        assert self._desk is not None, "asked before connected"
        return self._desk

    async def _guarded(self, kind: Kind, verb: str, work: Callable[..., T], *args: Any, far: bool = False) -> T | None:
        """`work` in a thread; an error becomes a message, a bug one in the log too. `verb` in the past, or none."""
        try:
            found = await (aside if far else asyncio.to_thread)(work, *args)
        except Exception as error:  # noqa: BLE001 - the screens' edge
            if (failed := self._trouble.of(kind, verb, error)) is not None:
                self._tell(failed)
            return None
        if self._trouble.over(kind):
            self._tell(messages.StoreChanged())
        return found
