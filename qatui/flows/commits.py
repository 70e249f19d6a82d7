"""The commits of a publication: the contents that were approved, as the user's git stores and signs them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from qatui.flows.desk import Desk
from qatui.flows.gathering import CONTENTS_AT_ONCE
from qatui.store import content, publications
from qatui.store.database import ROWS_A_WRITE
from qatui.store.publications import Part, Publication
from qatui.workspace.attributes import AS_IT_IS
from qatui.workspace.branches import (
    WRITE_SECONDS,
    Author,
    File,
    drafts_ref,
    drop_ref,
    publication_ref,
    write_commits,
)
from qatui.workspace.filtering import run_filters
from qatui.workspace.landing import FILE, Ground, survey
from qatui.workspace.signing import Signer, sign_commits, signs
from qatui.workspace.storing import NotStored, not_stored, store


@dataclass(frozen=True, slots=True)
class Written:
    """Commits that are in the clone."""

    head: str
    commits: Mapping[int, str]
    """Of each candidate."""
    blobs: Mapping[int, str]
    """What git stored of each candidate."""
    signed: bool


def write(
    desk: Desk, publication: Publication, *, foreground: bool, log: Callable[[str], None] | None = None
) -> Written:
    """Make the commits of a publication whose words are composed, on top of its base, which the clone has.

    `foreground` lets filters and git ask at the terminal. Raises GitError where a filter fails or git cannot sign,
    NeedsTerminal where one of them wants a passphrase or a pin.
    """
    repository, number, base = desk.repository, publication.id, publication.base_commit
    with desk.db.read() as connection:
        parts = publications.parts(connection, number)
    ground = survey(repository, base, [part.path for part in parts])
    stored = _store(desk, parts, ground, log, foreground=foreground)
    groups = list(_groups(parts))
    author = Author(publication.author_name, publication.author_email, publication.created_at)
    stream = ((group[0].message, _files(desk, group, ground, stored)) for group in groups)
    signed = signs(repository)
    if signed:
        drafts = write_commits(repository, drafts_ref(number), base, stream, author)
        made = sign_commits(repository, publication_ref(number), base, drafts, Signer(author, foreground, log))
        drop_ref(repository, drafts_ref(number))
    else:
        made = write_commits(repository, publication_ref(number), base, stream, author)
    blobs = repository.oids(made[-1], [part.path for part in parts])
    return Written(
        head=made[-1],
        commits={part.candidate_id: commit for group, commit in zip(groups, made, strict=True) for part in group},
        blobs={part.candidate_id: blobs[part.path] for part in parts},
        signed=signed,
    )


def keep(desk: Desk, number: int, written: Written) -> None:
    """Note the commits; the head last, for it says that all are noted."""
    ids = list(written.commits)
    for start in range(0, len(ids), ROWS_A_WRITE):
        some = ids[start : start + ROWS_A_WRITE]
        with desk.db.write() as connection:
            publications.keep_commits(connection, number, {each: written.commits[each] for each in some})
            publications.keep_blobs(connection, number, {each: written.blobs[each] for each in some})
    with desk.db.write() as connection:
        values = {"head_commit": written.head, "signed": written.signed}
        publications.change(connection, number, values, desk.now())


def _groups(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """The parts of each commit: one with a message, and those behind it without."""
    count = 0

    def which(part: Part) -> int:
        nonlocal count
        count += bool(part.message)
        return count

    return (list(group) for _, group in groupby(parts, which))


def _contents(desk: Desk, parts: Sequence[Part]) -> Iterator[tuple[Part, bytes]]:
    for start in range(0, len(parts), CONTENTS_AT_ONCE):
        some = parts[start : start + CONTENTS_AT_ONCE]
        with desk.db.read() as connection:
            data = content.get_many(connection, [part.content_hash for part in some])
        yield from ((part, data[part.content_hash]) for part in some)


def _store(
    desk: Desk, parts: Sequence[Part], ground: Ground, log: Callable[[str], None] | None, *, foreground: bool
) -> dict[str, str]:
    """Have git make the blobs of those files that it does not store as they are; blob id by path."""
    repository, spots = desk.repository, ground.spots
    treated = [part for part in parts if spots[part.path].treatment != AS_IT_IS]
    filtered = [part for part in treated if spots[part.path].treatment.filter]
    made = _made_before(desk, filtered)
    left = [part for part in filtered if part.path not in made]
    if left:
        files, paths = ((part.path, data) for part, data in _contents(desk, left)), [part.path for part in left]
        for path, blob in run_filters(repository, ground, paths, files, WRITE_SECONDS, log, foreground=foreground):
            if isinstance(blob, NotStored):
                raise not_stored(path, blob.message)
            made[path] = blob
    plain = [part for part in treated if not spots[part.path].treatment.filter]
    touched = ((part.path, data) for part, data in _contents(desk, plain) if spots[part.path].treatment.touches(data))
    first = next(touched, None)
    return made if first is None else made | store(repository, ground, chain([first], touched), WRITE_SECONDS, log)


def _made_before(desk: Desk, parts: Sequence[Part]) -> dict[str, str]:
    """The blobs that filters made when the publication was gathered, as far as the clone still has them, by path."""
    known = {part.path: part.blob for part in parts if part.blob}
    there = desk.repository.known(known.values())
    return {path: blob for path, blob in known.items() if blob in there}


def _files(desk: Desk, parts: Sequence[Part], ground: Ground, stored: Mapping[str, str]) -> Iterator[File]:
    for part in parts:
        if part.path in stored:
            yield File(part.path, _mode(ground, part), b"", stored[part.path])
    plain = [part for part in parts if part.path not in stored]
    for part, data in _contents(desk, plain):
        yield File(part.path, _mode(ground, part), data)


def _mode(ground: Ground, part: Part) -> str:
    spot = ground.spots[part.path]
    return spot.mode if spot.oid else FILE
