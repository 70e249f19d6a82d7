"""The pull request's text, which carries the review's record: who approved which content, when, and what was said.

GitHub takes a title of 256 and a body of 65,536 characters; what does not fit is cut with a remark, and the
commits' own trailers still carry it.
"""

from collections.abc import Iterable, Sequence

from qatui.domain.moments import iso
from qatui.domain.publishing import Piece, closing, counted, describe, made_by, stamp
from qatui.domain.quoting import code as _code
from qatui.domain.quoting import markdown, one_line, powerless, quote, shortened
from qatui.domain.review import Comment

TITLE_LIMIT = 256
BODY_LIMIT = 65_536
NAMED = 5
"""So many reviewers are named in the opening; the table names each."""
_CLOSING_ROOM = 20_000
"""Characters at most of the lines that close issues."""
_CUT_ROOM = 200
"""Characters kept for the remark on what was cut."""
_HEAD = "| test | verdict | by | at | candidate@revision and content |\n|---|---|---|---|---|"


def title(pieces: Sequence[Piece], template: str) -> str:
    """The pull request's title, by the template of the subject line."""
    return shortened(describe(pieces, template), TITLE_LIMIT)


def body(pieces: Sequence[Piece], *, publisher: str, base_branch: str, base_commit: str, template: str = "") -> str:
    """The pull request's text as Markdown, behind the repository's `template` where it has one.

    Nothing of a candidate has a meaning in it, nor in the commit message that a squash may make of it.
    """
    opening = (
        f"Test files, {counted(pieces)}, {_approved(pieces)}published by {code(publisher)} "
        f"on top of {code(base_branch)} at {code(base_commit[:12])}."
    )
    said = [opening, *(_cut(paragraph) for paragraph in closing(pieces))]
    heading = "## Review record"
    top = "\n\n".join([template, heading, *said, _HEAD] if template else [*said, heading, _HEAD])
    room = BODY_LIMIT - _CUT_ROOM - len(top)
    rows = _fitting((f"\n{_row(piece)}" for piece in pieces), room)
    room -= sum(map(len, rows))
    details = _fitting((f"\n\n{_details(piece)}" for piece in pieces), room) if len(rows) == len(pieces) else []
    text = top + "".join(rows) + "".join(details)
    if len(rows) < len(pieces):
        text += f"\n\n_{len(pieces) - len(rows)} more tests do not fit here; every commit names its own._"
    elif len(details) < len(pieces):
        text += f"\n\n_The remarks on {len(pieces) - len(details)} more tests do not fit here._"
    return text + "\n"


def _cut(lines: str) -> str:
    """As many lines as leave room for the record; each commit has its own."""
    return lines if len(lines) <= _CLOSING_ROOM else lines[: lines.rindex("\n", 0, _CLOSING_ROOM)]


def _approved(pieces: Sequence[Piece]) -> str:
    """By whom they were approved; how closely each looked is not known, so nothing is said of it."""
    by = dict.fromkeys(piece.candidate.verdict.by for piece in pieces if piece.candidate.verdict)
    names = [code(shortened(name, 100)) for name in list(by)[:NAMED]]
    if len(by) > NAMED:
        names.append(f"{len(by) - NAMED} more")
    return f"approved by {', '.join(names[:-1])}{' and ' if names[1:] else ''}{names[-1]} and " if names else ""


def _fitting(parts: Iterable[str], room: int) -> list[str]:
    """The first of `parts` that fit together into `room` characters."""
    taken: list[str] = []
    for part in parts:
        room -= len(part)
        if room < 0:
            break
        taken.append(part)
    return taken


def _row(piece: Piece) -> str:
    each = piece.candidate
    verdict = each.verdict
    said = [verdict.kind.value, code(verdict.by), iso(verdict.at)] if verdict else ["none", "", ""]
    name = code(shortened(each.path, 400)) + (" new" if piece.new else "")
    return "| " + " | ".join([name, *said, code(stamp(each))]) + " |"


def _details(piece: Piece) -> str:
    """What there is to say of one test beside the verdict."""
    each = piece.candidate
    lines = [f"### {code(shortened(each.path, 400))}", ""]
    facts = [
        ("Title", markdown(shortened(each.title, 300))),
        ("Change", f"+{each.added} −{each.removed} lines, revision {each.revision}" + _by_hand(piece)),
        ("Stored", markdown(shortened(one_line(piece.stored), 300))),
        ("Generator", markdown(made_by(piece))),
        ("Plan item", markdown(shortened(piece.plan_item or "", 300))),
        ("Verdict's note", markdown(each.verdict.note) if each.verdict else ""),
    ]
    lines += [f"- {name}: {words}" for name, words in facts if words]
    for answer in piece.checklist:
        who = f" ({code(answer.by)}, {iso(answer.at)})" if answer.by and answer.at is not None else ""
        lines.append(f"- Checklist {'✓' if answer.done else '○'} {markdown(answer.item.text)}{who}")
    for comment in sorted(piece.comments, key=lambda each: (each.reply_to or each.id, each.id)):
        lines += ["", f"{code(comment.author)} {_place(comment)}, {iso(comment.at)}:", "", quote(comment.body)]
    return "\n".join(lines)


def _place(comment: Comment) -> str:
    """What a comment is on, or that it answers the one before it; of a thread, whether it is settled."""
    if comment.reply_to is not None:
        return "answered"
    where = "the test"
    if comment.span is not None:
        first, last = comment.span.start + 1, comment.span.stop
        where = f"line {first} ({comment.side})" if first == last else f"lines {first}-{last} ({comment.side})"
    elif comment.side is not None:
        where = f"the file ({comment.side})"
    settled = f", resolved by {code(comment.resolved_by)}" if comment.resolved_by else ""
    return f"on {where}, revision {comment.revision}{settled}"


def code(text: str) -> str:
    """A code span whose words have no power where it is none: in the commit message of a squash."""
    return _code(powerless(text))


def _by_hand(piece: Piece) -> str:
    return f", written by {code(one_line(piece.candidate.author))}" if piece.candidate.customized else ""
