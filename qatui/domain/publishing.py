"""What a publication will be: its branch, its commits and their messages, and what cannot be in it.

Every word of a candidate is untrusted (`domain.quoting`): nothing of it can forge a trailer, close an issue or
become a ref.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from qatui.domain.candidate import Candidate, State
from qatui.domain.lifecycle import Action, why_not
from qatui.domain.proposal import folded, folders_of, taken_for
from qatui.domain.quoting import one_line, powerless, shortened, signature
from qatui.domain.refs import why_no_ref
from qatui.domain.review import Comment, Ticked
from qatui.settings.types import CommitSettings, Person

SUBJECT_LIMIT = 72
"""Characters of a subject line; longer ones are cut in every list of commits."""
BRANCH_LIMIT = 200
"""Characters of a branch name; with refs/heads/ and .lock it still fits a file name of 255 bytes."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One candidate's share of a publication, with its review."""

    candidate: Candidate
    new: bool
    """Whether base has no such file yet."""
    generator: Mapping[str, str] | None = None
    """Any of name, model, run."""
    plan_item: str | None = None
    completes: bool = False
    issues: tuple[int, ...] = ()
    """Issues that the plan links to the item."""
    unplaced: str = ""
    """Why the plan has no such item; empty where it has."""
    checklist: tuple[Ticked, ...] = ()
    comments: tuple[Comment, ...] = ()
    stored: str = ""
    """How git stores it, where it does not as it was approved: through a filter, from an encoding, with line ends."""


@dataclass(frozen=True, slots=True)
class PlannedCommit:
    """A commit as it will read."""

    message: str
    candidates: tuple[int, ...]
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What a publication does to an item of the test plan once it is merged."""

    candidate: int
    item: str
    """As the candidate names it: untrusted text."""
    completes: bool
    """It is ticked; else the candidate is a part of it."""
    unplaced: str = ""
    """Why nothing will be ticked: the plan has no such item, or several."""


@dataclass(frozen=True, slots=True)
class PublishingPlan:
    """What publishing would do now; nothing is written yet."""

    branch: str
    base_branch: str
    base_commit: str
    push_url: str
    """Where the branch goes to, without a password; empty: there is no remote, it stays in the clone."""
    title: str
    body: str
    commits: tuple[PlannedCommit, ...] = ()
    items: tuple[PlanLine, ...] = ()
    already: tuple[int, ...] = ()
    """Asked for, and published before."""
    there: tuple[int, ...] = ()
    """Approved, and on base exactly so by now: they become merged."""
    held: tuple[tuple[int, str], ...] = ()
    """Approved, but something moved since the verdict: they become held."""
    refused: tuple[tuple[int, str], ...] = ()
    remarks: tuple[str, ...] = ()
    """What the person should know beside."""
    contents: Mapping[int, str] = field(default_factory=dict)
    """Hash of the content of each candidate that something is to become of."""

    @property
    def candidates(self) -> tuple[int, ...]:
        """Ids of what goes into the branch, in its order."""
        return tuple(number for commit in self.commits for number in commit.candidates)


def changes(shown: PublishingPlan, now: PublishingPlan) -> tuple[str, ...]:
    """What is not any more as a person was shown it, a sentence's end each; none: it is exactly that.

    `now` is the plan for the candidates of `shown`. Where it goes to and remarks may have become known since.
    """
    reasons = dict((*now.held, *now.refused))
    told = []
    if (shown.base_branch, shown.base_commit) != (now.base_branch, now.base_commit):
        told.append(f"the base is {one_line(now.base_branch)}@{now.base_commit[:10]} by now")
    if shown.commits and shown.branch != now.branch:
        told.append(f"the branch {shown.branch} is taken by now")
    for number in shown.candidates:
        if number not in now.candidates:
            told.append(f"candidate {number} is left out: {reasons.get(number, 'it is published or merged by now')}")
        elif shown.contents[number] != now.contents[number]:
            told.append(f"candidate {number} has another content by now")
    more = sorted({*now.candidates, *now.there, *dict(now.held)} - set(shown.contents) | _moved(shown, now))
    told += [f"something else becomes of candidate {number} by now" for number in more]
    same = (shown.title, shown.body, shown.commits, shown.items) == (now.title, now.body, now.commits, now.items)
    if not told and not same:
        told.append("the words of the commits or of the pull request changed")
    return tuple(told)


def _moved(shown: PublishingPlan, now: PublishingPlan) -> set[int]:
    """Those that were to be held, or taken for merged, and are not now, or the other way round."""
    aside = {*dict(shown.held), *shown.there}
    fates = ((set(dict(shown.held)), set(dict(now.held))), (set(shown.there), set(now.there)))
    return {number for before, after in fates for number in before ^ after if number in aside}


def why_refused(candidate: Candidate, obstacle: str | None) -> str | None:
    """Why a candidate cannot be published now, None where it can; `obstacle` is what stands in its path on base."""
    reason = why_not(candidate, Action.PUBLISH)
    if reason is not None:
        return reason
    verdict = candidate.verdict
    if verdict is None or verdict.kind is not State.APPROVED or verdict.content_hash != candidate.content_hash:
        return "the approval was given to another content; look at it and approve again"
    return obstacle


def why_held(candidate: Candidate, base_oid: str | None, moved_to: str = "", *, base_unchanged: bool) -> str | None:
    """Why an approved candidate must be looked at again, None where nothing moved since its verdict.

    `base_oid` is what stands in its path on base now, `moved_to` where that stands which did, `base_unchanged` the
    team's gate of this name.
    """
    given = candidate.verdict.base_oid if candidate.verdict else None
    if not base_unchanged or base_oid == given:
        return None
    if base_oid is None and moved_to:
        return f"base changed since the verdict: the file was moved there, to {one_line(moved_to)}"
    if base_oid is None:
        return "base changed since the verdict: the file is gone there"
    return "base changed since the verdict: " + ("the file is another there" if given else "the file is there by now")


def plan_lines(pieces: Iterable[Piece]) -> tuple[PlanLine, ...]:
    """Which items of the test plan the candidates name."""
    return tuple(
        PlanLine(each.candidate.id, item, each.completes, each.unplaced)
        for each in pieces
        if (item := one_line(each.plan_item or ""))
    )


class Tree:
    """Paths that are in one publication, asked whether another can be beside them."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()
        self._names: dict[str, str] = {}
        """Each file and folder, by the name that some file systems know it by."""
        self.add(*paths)

    def add(self, *paths: str) -> None:
        """Put files in."""
        for path in paths:
            self._files.add(path)
            self._folders.update(folders := folders_of(path))
            self._names.update((folded(each), each) for each in (*folders, path))

    def clash(self, path: str) -> str | None:
        """Why `path` cannot be in one tree with these, None where it can."""
        for folder in folders_of(path):
            if folder in self._files:
                return f"{folder}, of the same publication, is a file"
        if path in self._folders:
            return "it is a folder in the same publication"
        for each in (*folders_of(path), path):
            if (other := self._names.get(folded(each), each)) != each:
                return taken_for(each, other, "in the same publication")
        return None


def branch_name(template: str, *, day: str, number: int, reviewer: str, taken: Iterable[str]) -> str:
    """The team's template as a branch name that git takes and nobody has; characters are [A-Za-z0-9._/-].

    `taken` are the branches there are. Two branches cannot be in each other's folder, and their records
    share one folder, so names are compared with `/` as `-` and in lower case.
    """
    values = {"date": day, "id": str(number), "reviewer": _ref_part(reviewer)}
    name = re.sub(r"\{(date|id|reviewer)\}", lambda found: values[found[1]], template)
    name = "/".join(filter(None, map(_ref_part, name.split("/"))))[:BRANCH_LIMIT].rstrip("/.-")
    name = name.removesuffix(".lock")
    if name.lower().startswith("refs/") or re.fullmatch(r"[0-9a-fA-F]{40}|[0-9a-fA-F]{64}", name) or why_no_ref(name):
        name = f"qatui/{number}"
    others = list(taken)
    flat = {_flat(other) for other in others}
    low = {other.lower() for other in others}
    if any(folder.lower() in low for folder in folders_of(name)):
        name = name.replace("/", "-")
    chosen, count = name, 1
    while _flat(chosen) in flat or any(other.startswith(f"{chosen.lower()}/") for other in low):
        count += 1
        chosen = f"{name}-{count}"
    return chosen


def _ref_part(text: str) -> str:
    """A text as one part of a ref's name."""
    part = re.sub(r"\.{2,}", ".", re.sub(r"[^A-Za-z0-9._-]+", "-", text)).strip(".-")
    while part.lower().endswith(".lock"):
        part = part[: -len(".lock")].rstrip(".-")
    return part


def _flat(branch: str) -> str:
    return branch.replace("/", "-").lower()


def signer(by: str, people: Mapping[str, Person], known: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """Name and e-mail of a reviewer: as `known`, as the team's settings say, else what the name itself gives."""
    if by in known:
        return signature(*known[by])
    who = people.get(by, Person())
    email = who.email or (by if "@" in by else f"{by}@users.noreply.github.com")
    return signature(who.name or by, email)


def describe(pieces: Sequence[Piece], template: str) -> str:
    """The subject line for some candidates, by the team's template: of one its own, of many their number."""
    fresh = sum(piece.new for piece in pieces)
    verb = {0: "update", len(pieces): "add"}.get(fresh, "add and update")
    only = pieces[0].candidate if len(pieces) == 1 else None
    many = f"{len(pieces)} tests"
    values = {
        "verb": verb,
        "title": powerless(only.title) if only else many,
        "path": powerless(only.path) if only else many,
        "name": powerless(only.path.rpartition("/")[2]) if only else many,
    }
    subject = one_line(re.sub(r"\{(verb|title|path|name)\}", lambda found: values[found[1]], template))
    # A line of dashes would end the message for `git am`, `fixup!` call for a rebase.
    return subject if re.match(r"(?!(?:fixup|squash|amend)!)\w", subject) else f"test: {verb} {subject}".strip()


def messages(
    pieces: Sequence[Piece],
    settings: CommitSettings,
    *,
    people: Mapping[str, Person],
    known: Mapping[str, tuple[str, str]],
    publisher: tuple[str, str],
) -> list[str]:
    """The commit message of each piece; an empty one: it is in the commit of the piece before."""
    groups = [[piece] for piece in pieces] if settings.mode == "candidate" else [list(pieces)]
    made = []
    for group in groups:
        trailers = [_trailers(group, people, known)]
        if settings.sign_off:
            trailers.append("Signed-off-by: {} <{}>".format(*signature(*publisher)))
        subject = shortened(describe(group, settings.subject), SUBJECT_LIMIT)
        paragraphs = [subject, _explain(group), *closing(group), "\n".join(trailers)]
        made.append("\n\n".join(paragraphs) + "\n")
        made.extend([""] * (len(group) - 1))
    return made


def _explain(pieces: Sequence[Piece]) -> str:
    """The message's body: our words at the start of each line, so that nothing of a candidate begins one."""
    if len(pieces) == 1:
        lines = [f"{'Adds' if pieces[0].new else 'Updates'} {powerless(pieces[0].candidate.path)} as it was reviewed."]
    else:
        lines = [f"Contains {counted(pieces)} files as they were reviewed."]
    lines += [f"Generated by {words}." for words in sorted({made_by(piece) for piece in pieces} - {""})[:5]]
    return "\n".join(lines)


def counted(pieces: Sequence[Piece]) -> str:
    """`2 new and 3 updated`, or what there is of it."""
    fresh = sum(piece.new for piece in pieces)
    counts = ((fresh, "new"), (len(pieces) - fresh, "updated"))
    return " and ".join(f"{count} {words}" for count, words in counts if count)


def made_by(piece: Piece) -> str:
    """The generator in words, empty where none is known."""
    told = piece.generator or {}
    name = told.get("name") or told.get("model") or ""
    details = [told[key] for key in ("model", "run") if told.get(key) and told[key] != name]
    return powerless(f"{name} ({', '.join(details)})" if details else name)


def closing(pieces: Sequence[Piece]) -> list[str]:
    """`Closes #N` for plan items that these candidates complete, `Part of #N` for the others; one paragraph, or none.

    N is the issue that the candidate names itself, or that the plan links to its item.
    https://docs.github.com/issues/tracking-your-work-with-issues/linking-a-pull-request-to-an-issue
    """
    items: dict[int, bool] = {}
    for piece in pieces:
        named = re.fullmatch(r"#([1-9][0-9]{0,9})", (piece.plan_item or "").strip(), re.ASCII)
        for number in {*piece.issues, *([int(named[1])] if named else [])}:
            items[number] = items.get(number, False) or piece.completes
    lines = [f"{'Closes' if done else 'Part of'} #{number}" for number, done in sorted(items.items())]
    return ["\n".join(lines)] if lines else []


def _trailers(pieces: Sequence[Piece], people: Mapping[str, Person], known: Mapping[str, tuple[str, str]]) -> str:
    reviewers = dict.fromkeys(piece.candidate.verdict.by for piece in pieces if piece.candidate.verdict)
    lines = ["Reviewed-by: {} <{}>".format(*signer(by, people, known)) for by in reviewers]
    return "\n".join([*lines, *(f"QA-Candidate: {stamp(piece.candidate)}" for piece in pieces)])


def stamp(candidate: Candidate) -> str:
    """`ID@REVISION sha256:HASH`: exactly which content was reviewed."""
    return f"{candidate.id}@{candidate.revision} sha256:{candidate.content_hash}"
