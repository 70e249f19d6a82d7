"""Threads of comments: where each stands in what is shown now, and settling them; the texts that lines are lines of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qatui.domain.anchors import ON_THE_WHOLE, Anchor, Following, Standing, Thread
from qatui.domain.anchors import threads as in_threads
from qatui.domain.candidate import Candidate, Outcome
from qatui.domain.lifecycle import Action, why_not
from qatui.domain.lines import line_count, split
from qatui.domain.review import Comment
from qatui.flows import moves
from qatui.flows.desk import Desk
from qatui.store import candidates, content, reviews
from qatui.store.database import Connection
from qatui.workspace.align import align_many

if TYPE_CHECKING:
    from qatui.flows.review import Dossier


def threads(desk: Desk, dossier: "Dossier") -> tuple[Thread, ...]:
    """The comments of a candidate as threads, each where it stands in the file on base now or the newest revision.

    Waits for git; raises GitError, and StoreError where the text of one is lost.
    """
    on_lines = [each for each in dossier.comments if each.line is not None and each.reply_to is None]
    anchors = {each.id: _as_it_was(each, dossier) for each in on_lines if each.content_hash is None}
    kept = [each for each in on_lines if each.content_hash is not None]
    names = {each.content_hash for each in kept if each.content_hash is not None}
    with desk.db.read() as connection:
        texts = content.get_many(connection, names) if names else {}
    pairs = {(each.side, each.content_hash): (texts[each.content_hash or ""], _shown(each, dossier)) for each in kept}
    aligned = zip(pairs.items(), align_many(list(pairs.values())), strict=True)
    ways = {key: Following(split(old), split(new), hunks) for (key, (old, new)), hunks in aligned}
    for each in kept:
        anchors[each.id] = ways[each.side, each.content_hash].follow(each.span or range(0))
    return in_threads(dossier.comments, anchors)


def _shown(comment: Comment, dossier: "Dossier") -> bytes:
    """The text that a comment is shown in."""
    return dossier.content if comment.side == "new" else dossier.base or b""


def _as_it_was(comment: Comment, dossier: "Dossier") -> Anchor:
    """Where the text that was read is not known: the line by its number, as long as there is one."""
    lines = comment.span
    if lines is None:
        return ON_THE_WHOLE
    there = lines.stop <= line_count(_shown(comment, dossier))
    return Anchor(Standing.HERE, lines) if there else Anchor(Standing.OUTDATED)


def resolve(desk: Desk, ids: Iterable[int], comment_id: int, settled: bool = True) -> Outcome:
    """Settle the thread that a comment is in, or open it again; a candidate without that comment is refused."""

    def judge(connection: Connection, found: Mapping[int, Candidate]) -> dict[int, moves.Answer]:
        root = reviews.thread(connection, comment_id)
        return {number: turn(connection, each, root) for number, each in found.items()}

    def turn(connection: Connection, each: Candidate, root: Comment | None) -> moves.Answer:
        if root is None or root.candidate_id != each.id:
            return no_comment(comment_id)
        if refused := why_not(each, Action.RESOLVE):
            return refused
        if (root.resolved_by is not None) is settled:
            return moves.SO_ALREADY
        reviews.resolve(connection, root.id, *((desk.reviewer, desk.now()) if settled else (None, None)))
        return moves.Said({"comment": root.id, "resolved": settled})

    return moves.move(desk, ids, Action.RESOLVE, judge, undoable=False)


def no_comment(comment_id: int) -> str:
    """Why a candidate cannot take what is meant for a comment of another one, or of none."""
    return f"it has no comment {comment_id}"


@dataclass(frozen=True, slots=True)
class Text:
    """A text that comments can be made on."""

    hash: str
    lines: int
    data: bytes | None = None
    """None: the store has it."""

    def keep(self, connection: Connection) -> str:
        """Let the store have it; its hash."""
        if self.data is not None:
            content.put(connection, [self.data])
        return self.hash


def base_texts(desk: Desk, numbers: Iterable[int]) -> dict[int, Text]:
    """The target file on base by candidate id; none where there is no such file."""
    with desk.db.read() as connection:
        paths = candidates.paths(connection, desk.repository_id, numbers)
    oids = desk.repository.oids(desk.base.commit, list(paths.values()))
    blobs = desk.repository.blobs(oids.values())
    found = {number: blobs[oids[path]] for number, path in paths.items() if path in oids}
    return {number: Text(content.hash_of(data), line_count(data), data) for number, data in found.items()}


def proposed_texts(desk: Desk, numbers: list[int], revision: int | None) -> dict[int, Text]:
    """The content of each candidate's revision (None: its newest), by candidate id."""
    found: dict[int, Text] = {}
    counted: dict[str, Text] = {}
    for part in moves.chunks(numbers):
        with desk.db.read() as connection:
            if revision is None:
                rows = candidates.get_many(connection, desk.repository_id, part)
                names = {number: each.content_hash for number, each in rows.items()}
            else:
                names = reviews.contents(connection, part, revision)
            for number, name in names.items():
                if name not in counted:
                    counted[name] = Text(name, line_count(content.get(connection, name)))
                found[number] = counted[name]
    return found
