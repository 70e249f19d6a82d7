"""What the backend tells the screens: past tense, ids and values read from the store."""

import copy
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.message_pump import MessagePump

from qatui.domain.candidate import Outcome, State
from qatui.domain.lifecycle import Action

if TYPE_CHECKING:
    from qatui.domain.candidate import QueueRow
    from qatui.domain.diff import Document
    from qatui.domain.publishing import PublishingPlan
    from qatui.flows.preflight import Preflight
    from qatui.flows.publish import Published
    from qatui.flows.review import Dossier
    from qatui.settings.types import ChecklistItem
    from qatui.store.publications import Part, Publication
    from qatui.tui.coach import Ending
    from qatui.workspace.repository import Base


class Told(Message, bubble=False):
    """Base: goes to one screen, or to the app and every screen, never up a tree."""


@dataclass(eq=False, repr=False)
class Opened(Told):
    """The store is open; git may still be asked."""

    bookmarks: Mapping[str, Any]


@dataclass(eq=False, repr=False)
class Connected(Told):
    """Everything is there: repository, base, team settings."""

    place: str
    """The repository and its base branch, for the title line."""
    reviewer: str
    hosted: bool = False
    """Whether the repository is at a host, where pull requests are."""


@dataclass(eq=False, repr=False)
class PageLoaded(Told):
    """The first lines of a filter, before all its ids are known."""

    query: str
    rows: "Sequence[QueueRow]"


@dataclass(eq=False, repr=False)
class QueueLoaded(Told):
    """Every id of a filter in order, the lines asked for, and the counts by state."""

    query: str
    ids: Sequence[int]
    rows: "Mapping[int, QueueRow]"
    """Of those in sight also such as the filter no longer shows."""
    counts: Mapping[State, int]
    over: Collection[int] = ()
    """Marked candidates that the filter does not show and nobody has to decide on any more."""


@dataclass(eq=False, repr=False)
class RowsLoaded(Told):
    """Lines that came into sight."""

    rows: "Mapping[int, QueueRow]"


@dataclass(eq=False, repr=False)
class DossierLoaded(Told):
    """One candidate whole, and its texts aligned."""

    dossier: "Dossier"
    document: "Document"


@dataclass(eq=False, repr=False)
class ChecklistsLoaded(Told):
    """The checklist of one or many candidates."""

    ids: Sequence[int]
    items: "Sequence[tuple[ChecklistItem, int]]"
    """Each item, and how many of `ids` have it ticked."""


@dataclass(eq=False, repr=False)
class Foreseen(Told):
    """What would become of a verdict on many."""

    action: Action
    targets: object
    """The `Targets` it was asked for."""
    outcome: Outcome
    names: Mapping[int, str]
    """Paths of the first candidates that would be refused."""
    turned: Sequence[str] = ()
    """Paths of those to be approved with characters that turn the direction of a line."""
    unlooked: int = 0
    """So many were not looked into for that."""


@dataclass(eq=False, repr=False)
class Recalled(Told):
    """A bookmark was read."""

    name: str
    value: Any


UNDO, REDO = "undo", "redo"


@dataclass(eq=False, repr=False)
class Wrote(Told):
    """A verb is done and saved."""

    verb: str
    """In the past: approved, rejected, claimed ..."""
    outcome: Outcome
    turn: str = UNDO
    """What turns it round: UNDO, REDO, or nothing."""
    counted: bool = True
    """False: the verb says everything."""
    note: str = ""
    """More to know: where a file is."""
    names: Mapping[int, str] = field(default_factory=dict)
    """Path of the only one done, and of the first refused."""


@dataclass(eq=False, repr=False)
class Synced(Told):
    """The pull requests were read, and what followed from them is done."""

    words: str
    """What changed, in one line."""
    needs_person: bool
    verb: str = "synced"
    """In the past; a merge ends in a sync."""


@dataclass(eq=False, repr=False)
class Pushed(Told):
    """A publication is at the remote."""

    ending: "Ending"
    """What came of the newest."""


@dataclass(eq=False, repr=False)
class NothingPushed(Told):
    """There is no publication at the remote yet."""


@dataclass(eq=False, repr=False)
class StoreChanged(Told):
    """This process or another committed something about candidates or publications."""


@dataclass(eq=False, repr=False)
class Failed(Told):
    """A verb failed; nothing of it was written."""

    verb: str
    """In the past; empty where the message says all."""
    message: str
    hint: str

    @property
    def words(self) -> str:
        """What to say of it."""
        return (f"not {self.verb}: " if self.verb else "") + f"{self.message} {self.hint}".strip()


@dataclass(eq=False, repr=False)
class LeftUnfinished(Told):
    """So many publications of the reviewer came to no end, and nobody is at them."""

    count: int


@dataclass(eq=False, repr=False)
class PublicationsLoaded(Told):
    """Every publication, newest first, and what publishing would do now."""

    publications: "Sequence[Publication]"
    plan: "PublishingPlan"
    names: Mapping[int, str]
    """Paths of what is held, or would be held or refused."""
    held: Mapping[int, str]
    """What is held, and why."""
    unfinished: Mapping[int, int]
    """Publication that came to no end -> the job that ends it."""
    why: Mapping[int, str] = field(default_factory=dict)
    """Publication with something left to do -> what its job said when it was tried last."""
    terminal_jobs: tuple[int, ...] = ()
    """Of the unfinished those in which git wants somebody to type."""
    running: int = 0
    """Jobs of publishing that some process is at now."""


@dataclass(eq=False, repr=False)
class LookedAhead(Told):
    """GitHub was asked what the base wants, or could not be."""

    host: str
    """Where pull requests are opened; empty: the repository is at no host."""
    preflight: "Preflight | None" = None
    trouble: str = ""
    """Why nothing can be published, or why that is not known; empty without a preflight: there is no token."""
    base: "Base | None" = None
    """As the remote has it now; None: it was not asked."""
    taken: "Collection[str]" = ()
    """The remote's branches."""
    remarks: tuple[str, ...] = ()
    """Why the remote could not be asked."""


@dataclass(eq=False, repr=False)
class PullRead(Told):
    """GitHub told how a pull request stands, or could not."""

    publication_id: int
    words: str


@dataclass(eq=False, repr=False)
class PartsLoaded(Told):
    """The commits of a publication, and the text of its pull request."""

    publication_id: int
    parts: "Sequence[Part]"
    body: str


@dataclass(eq=False, repr=False)
class PublishEnded(Told):
    """Publishing came to an end, good or bad."""

    result: "Published"


@dataclass(eq=False, repr=False)
class Progressed(Told):
    """A child process told how far it is."""

    text: str
    """Empty: it is over."""


def post_copies(message: Told, pumps: Iterable[MessagePump]) -> None:
    """Give each its own copy: a message keeps track of who handled it."""
    for pump in pumps:
        if pump.is_running:
            pump.post_message(copy.copy(message))
