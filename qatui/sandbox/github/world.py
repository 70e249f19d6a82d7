"""The world of one look-alike: its records, its clock, its bare repositories, and what has to be told to hooks."""

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from qatui.errors import StoreError
from qatui.sandbox.github.records import (
    App,
    CheckRun,
    CheckSuite,
    Comment,
    Delivery,
    Event,
    Hook,
    Installation,
    Issue,
    Label,
    Milestone,
    Pull,
    Record,
    Repository,
    Review,
    ReviewComment,
    Ruleset,
    Status,
    Token,
    User,
)
from qatui.sandbox.github.storage import Storage

R = TypeVar("R", bound=Record)
T = TypeVar("T")
FILE = "github.db"
"""The records of a world that is kept, in its folder."""
REPOSITORIES = "repositories"
"""Its bare repositories, there too."""


class Table(Generic[R]):
    """The records of one kind: in memory for reading, and marked when they have to be written."""

    def __init__(self, kind: type[R], storage: Storage) -> None:
        self.kind = kind
        self.name = kind.__name__
        self._last_name = f"{self.name}.last"
        self._rows: dict[int, R] = {}
        self._groups: dict[Any, dict[int, R]] = {}
        self._changed: set[int] = set()
        self._gone: set[int] = set()
        self._last = 0
        self.version = 0
        """Counts changes."""
        self._decoder = msgspec.json.Decoder(kind)
        self.read(storage)

    def read(self, storage: Storage) -> None:
        """Have what is written, and nothing else; a record that is known stays the same object."""
        known, self._rows, self._groups = self._rows, {}, {}
        try:
            for data in storage.load(self.name):
                record = self._decoder.decode(data)
                before = known.get(record.id)
                if before is not None:
                    for field in before.__struct_fields__:
                        setattr(before, field, getattr(record, field))
                self._keep(before or record)
            for data in storage.load(self._last_name):
                self._last = max(self._last, msgspec.json.decode(data, type=int))
        except msgspec.DecodeError as error:
            raise storage.unreadable() from error
        self.settled()
        self.version += 1

    def _keep(self, record: R) -> None:
        self._rows[record.id] = record
        self._last = max(self._last, record.id)
        if self.kind.GROUP is not None:
            self._groups.setdefault(getattr(record, self.kind.GROUP), {})[record.id] = record

    def add(self, record: R) -> R:
        """Keep a new record under the next id."""
        record.id = self._last + 1
        self._keep(record)
        return self.save(record)

    def save(self, record: R) -> R:
        """Say that a record has changed (its group never does)."""
        self._changed.add(record.id)
        self.version += 1
        return record

    def remove(self, record: R) -> None:
        """Forget a record; its id is not given again."""
        del self._rows[record.id]
        if self.kind.GROUP is not None:
            del self._groups[getattr(record, self.kind.GROUP)][record.id]
        self._changed.discard(record.id)
        self._gone.add(record.id)
        self.version += 1

    def get(self, number: int | None) -> R | None:
        """The record with this id."""
        return None if number is None else self._rows.get(number)

    def __getitem__(self, number: int) -> R:
        """The record with this id, which there must be."""
        return self._rows[number]

    def __iter__(self) -> Iterator[R]:
        """Every record, oldest first."""
        return iter(list(self._rows.values()))

    def under(self, group: Any) -> list[R]:
        """The records of a group, oldest first."""
        return list(self._groups.get(group, {}).values())

    def count(self, group: Any) -> int:
        """How many records a group has."""
        return len(self._groups.get(group, ()))

    def changes(self) -> tuple[list[tuple[str, int, bytes]], list[tuple[str, int]]]:
        """What has to be written, as Storage takes it, until it `settled`."""
        changed = [(self.name, each, msgspec.json.encode(self._rows[each])) for each in sorted(self._changed)]
        if self._gone:
            changed.append((self._last_name, 0, msgspec.json.encode(self._last)))
        return changed, [(self.name, each) for each in sorted(self._gone)]

    def settled(self) -> None:
        """Say that all changes are written."""
        self._changed.clear()
        self._gone.clear()


def clock() -> float:
    """Seconds since 1970."""
    return time.time()


def _nothing() -> None:
    pass


class World:
    """Everything that one look-alike knows. One request at a time holds `lock`; `commit` writes what it changed."""

    def __init__(self, directory: Path, *, keep: bool = False, now: Callable[[], float] = clock) -> None:
        """A world whose bare repositories are in `directory`; with `keep` the records too, and they are read again.

        Raises StoreBusy where another process has the folder, StoreError where its records cannot be read.
        """
        self.directory = directory = directory.absolute()
        directory.mkdir(0o700, parents=True, exist_ok=True)
        self.clock = now
        self.lock = threading.RLock()
        self.api_url = "http://127.0.0.1"
        """Where the API is, without a slash at the end; the server sets it once it knows its port."""
        self.emitted: list[tuple[Repository, str, dict[str, Any]]] = []
        """Events (repository, name, payload) since the last commit that hooks have to be told."""
        self.undelivered: list[int] = []
        """Ids of deliveries made since the last commit."""
        self.before_commit: Callable[[], None] = _nothing
        """Called at the beginning of `commit`: makes of what was emitted what has to be written with it."""
        self.after_commit: Callable[[], None] = _nothing
        """Called when everything is written."""
        self.ref_stamps: dict[int, tuple[tuple[str, int], ...]] = {}
        """By repository id, what the folders of its refs looked like when they were last read (pushes.py)."""
        self._storage = storage = Storage(directory / FILE if keep else None)
        try:
            self._open(storage)
        except StoreError:
            storage.close()
            raise
        self._derived: dict[Hashable, tuple[tuple[int, ...], Any]] = {}
        self._numbers: dict[tuple[int, int], Issue] = {}
        self._number()
        self._held = False

    def _number(self) -> None:
        self._numbers = {(each.repository_id, each.number): each for each in self.issues}

    def _open(self, storage: Storage) -> None:
        self.users = Table(User, storage)
        self.tokens = Table(Token, storage)
        self.apps = Table(App, storage)
        self.installations = Table(Installation, storage)
        self.repositories = Table(Repository, storage)
        self.labels = Table(Label, storage)
        self.milestones = Table(Milestone, storage)
        self.issues = Table(Issue, storage)
        self.comments = Table(Comment, storage)
        self.events = Table(Event, storage)
        self.pulls = Table(Pull, storage)
        self.reviews = Table(Review, storage)
        self.review_comments = Table(ReviewComment, storage)
        self.statuses = Table(Status, storage)
        self.check_suites = Table(CheckSuite, storage)
        self.check_runs = Table(CheckRun, storage)
        self.rulesets = Table(Ruleset, storage)
        self.hooks = Table(Hook, storage)
        self.deliveries = Table(Delivery, storage)
        self._tables: list[Table[Any]] = [each for each in vars(self).values() if isinstance(each, Table)]

    def now(self) -> int:
        """The moment, whole seconds since 1970."""
        return int(self.clock())

    def commit(self) -> None:
        """Write what has changed since the last call; what cannot be written is taken back."""
        with self.lock:
            if self._held:
                return
            try:
                self._write()
            except BaseException:
                self.take_back()
                raise
            self.after_commit()

    def _write(self) -> None:
        self.before_commit()
        changed, gone = [], []
        for table in self._tables:
            more, less = table.changes()
            changed += more
            gone += less
        if changed or gone:
            self._storage.save(changed, gone)
        for table in self._tables:
            table.settled()

    def take_back(self) -> None:
        """Forget what has changed since the last commit, and have what is written: nobody was told otherwise.

        What git did stays, and is noticed by the next request as a push past the server is.
        """
        with self.lock:
            self.emitted.clear()
            self.undelivered.clear()
            self.ref_stamps.clear()
            for table in self._tables:
                table.read(self._storage)
            self._number()

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Write all that changes in the context at its end, or nothing of it."""
        with self.lock:
            self._held = True
            try:
                yield
            except BaseException:
                self.take_back()
                raise
            finally:
                self._held = False
            self.commit()

    def close(self) -> None:
        """Write the rest and give the file back."""
        with self.lock:
            try:
                self.commit()
            finally:
                self._storage.close()

    def derived(self, key: Hashable, make: Callable[[], T], *tables: Table[Any]) -> T:
        """What `make` finds in `tables`, made again only after one of them has changed: counts and indexes."""
        versions = tuple(each.version for each in tables)
        known = self._derived.get(key)
        if known is None or known[0] != versions:
            known = self._derived[key] = (versions, make())
        value: T = known[1]
        return value

    def user(self, login: str) -> User | None:
        """Who has this login, whatever its case."""
        wanted = login.lower()
        return next((each for each in self.users if each.login.lower() == wanted), None)

    def repository(self, owner: str, name: str) -> Repository | None:
        """The repository that is called so now."""
        wanted = f"{owner}/{name}".lower()
        return next((each for each in self.repositories if self.full_name(each).lower() == wanted), None)

    def moved(self, owner: str, name: str) -> Repository | None:
        """The repository that was called so once."""
        wanted = f"{owner}/{name}".lower()
        return next((each for each in self.repositories if wanted in each.former), None)

    def full_name(self, repository: Repository) -> str:
        """`owner/name`."""
        return f"{self.users[repository.owner_id].login}/{repository.name}"

    def bare(self, repository: Repository) -> Path:
        """The bare repository on disk."""
        return Path(repository.directory or self.directory / REPOSITORIES / f"{repository.id}.git")

    def issue(self, repository: Repository, number: int) -> Issue | None:
        """The issue or pull request with this number, whatever became of it."""
        return self._numbers.get((repository.id, number))

    def pull(self, repository: Repository, number: int) -> Pull | None:
        """The pull request with this number."""
        index = self.derived(
            "pulls", lambda: {(each.repository_id, each.number): each for each in self.pulls}, self.pulls
        )
        return index.get((repository.id, number))

    def add_issue(self, issue: Issue) -> Issue:
        """Keep a new issue under its repository's next number."""
        repository = self.repositories[issue.repository_id]
        issue.number = repository.next_number
        repository.next_number += 1
        self.repositories.save(repository)
        self._numbers[repository.id, issue.number] = issue
        return self.issues.add(issue)

    def emit(self, repository: Repository, event: str, payload: dict[str, Any]) -> None:
        """Tell the repository's hooks, after this request; `repository` and `sender` of the payload are in it."""
        self.emitted.append((repository, event, payload))
