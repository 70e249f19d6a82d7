"""What the commands print of the domain's values as JSON: keys that stay (see `output.SCHEMA`)."""

from typing import TYPE_CHECKING, Any

from qatui.domain.candidate import Candidate, Outcome, Risk, Verdict
from qatui.domain.event import Event
from qatui.domain.moments import iso
from qatui.domain.review import Comment, Revision, Ticked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qatui.domain.anchors import Anchor, Thread
    from qatui.domain.candidate import QueueRow
    from qatui.domain.viewed import Viewing
    from qatui.store.reviews import Origin


def moment(at: int | None) -> str | None:
    """A moment as ISO 8601 in UTC."""
    return None if at is None else iso(at)


def risk(of: Risk) -> str | None:
    """`high`, `look`, `good`; None while nothing is known."""
    return None if of is Risk.UNKNOWN else of.name.lower()


def queue_row(row: "QueueRow") -> dict[str, Any]:
    """A line of the queue."""
    return {
        "id": row.id,
        "path": row.path,
        "title": row.title,
        "state": row.state.value,
        "state_reason": row.state_reason,
        "risk": risk(row.risk),
        "score": row.score,
        "priority": row.priority,
        "revision": row.revision,
        "content_hash": row.content_hash,
        "new_file": row.new_file,
        "added": row.added,
        "removed": row.removed,
        "assignee": row.assignee,
        "deferred_until": moment(row.deferred_until),
        "verdict_by": row.verdict_by,
        "verdict_reason": row.verdict_reason,
        "created_at": moment(row.created_at),
    }


def candidate(of: Candidate) -> dict[str, Any]:
    """A candidate whole, without its content."""
    return {
        "id": of.id,
        "path": of.path,
        "title": of.title,
        "state": of.state.value,
        "state_reason": of.state_reason,
        "risk": risk(of.risk),
        "score": of.score,
        "priority": of.priority,
        "revision": of.revision,
        "content_hash": of.content_hash,
        "author": of.author,
        "customized": of.customized,
        "new_file": of.base_oid is None,
        "base_oid": of.base_oid,
        "added": of.added,
        "removed": of.removed,
        "assignee": of.assignee,
        "deferred_until": moment(of.deferred_until),
        "verdict": None if of.verdict is None else verdict(of.verdict),
        "created_at": moment(of.created_at),
        "updated_at": moment(of.updated_at),
    }


def verdict(of: Verdict) -> dict[str, Any]:
    """A standing verdict."""
    return {
        "kind": of.kind.value,
        "by": of.by,
        "at": moment(of.at),
        "content_hash": of.content_hash,
        "base_oid": of.base_oid,
        "reason": of.reason,
        "note": of.note,
    }


def revision(of: Revision) -> dict[str, Any]:
    """One version of a candidate."""
    return {
        "number": of.number,
        "content_hash": of.content_hash,
        "author": of.author,
        "customized": of.customized,
        "base_oid": of.base_oid,
        "base_commit": of.base_commit,
        "added": of.added,
        "removed": of.removed,
        "at": moment(of.at),
    }


def origin(of: "Origin | None") -> dict[str, Any] | None:
    """What the manifest said."""
    if of is None:
        return None
    return {
        "generator": of.generator,
        "endpoint": of.endpoint,
        "plan_item": of.plan_item,
        "completes": of.completes,
        "labels": list(of.labels),
        "replaces": of.replaces,
    }


def comments(threads: "Sequence[Thread]") -> list[dict[str, Any]]:
    """The comments of threads, oldest first; one that is no answer with what became of its place."""
    rows = []
    for each in threads:
        rows.append({**comment(each.root), "now": _anchor(each.anchor)})
        rows += [{**comment(answer), "now": None} for answer in each.replies]
    return sorted(rows, key=lambda row: row["id"])


def comment(of: Comment) -> dict[str, Any]:
    """A comment."""
    return {
        "id": of.id,
        "reply_to": of.reply_to,
        "revision": of.revision,
        "side": of.side,
        "line": of.line,
        "last": of.last,
        "body": of.body,
        "author": of.author,
        "at": moment(of.at),
        "resolved_by": of.resolved_by,
        "resolved_at": moment(of.resolved_at),
    }


def _anchor(of: "Anchor") -> dict[str, Any]:
    """Where a comment stands in what is shown now: `here`, `changed` or `outdated`; what its lines said."""
    return {
        "standing": of.standing.value,
        "line": None if of.lines is None else of.lines.start + 1,
        "last": of.lines.stop if of.lines is not None and len(of.lines) > 1 else None,
        "excerpt": [line.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for line in of.excerpt],
    }


def viewing(of: "Viewing") -> dict[str, Any]:
    """The hunks of a candidate, and which are viewed; lines from 1, of a side without any the one it stands before."""
    return {
        "percent": of.percent,
        "hunks": [
            {
                "number": number,
                "old_line": hunk.old_start + 1,
                "old_count": hunk.old_count,
                "new_line": hunk.new_start + 1,
                "new_count": hunk.new_count,
                "viewed": key in of.marks,
                "key": key,
            }
            for number, (hunk, key) in enumerate(zip(of.hunks, of.keys, strict=True), start=1)
        ],
    }


def ticked(of: Ticked) -> dict[str, Any]:
    """A checklist item with its answer."""
    return {
        "id": of.item.id,
        "text": of.item.text,
        "required": of.item.required,
        "done": of.done,
        "by": of.by,
        "at": moment(of.at),
    }


def event(of: Event) -> dict[str, Any]:
    """A line of the log."""
    return {
        "id": of.id,
        "at": moment(of.at),
        "group": of.group,
        "candidate": of.candidate_id,
        "path": of.path,
        "action": of.action,
        "actor": of.actor,
        "cause": of.cause,
        "before": of.before,
        "after": of.after,
    }


def outcome(of: Outcome) -> dict[str, Any]:
    """What became of a verb on one or many."""
    return {
        "done": list(of.done),
        "already": list(of.already),
        "refused": [{"id": number, "reason": reason} for number, reason in of.refused],
        "group": of.group,
    }
