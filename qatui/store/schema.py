"""The tables. State tables are the truth; `event` is append-only and nothing is rebuilt from it.

Moments are whole milliseconds since 1970 UTC. A change of this file needs a migration
(`store/migrations/versions`) and the next `version.VERSION`; a test holds both against each other.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up only columns of the exact type INTEGER."""

Bytewise = Text().with_variant(Text(collation="C"), "postgresql")
"""In the order of its bytes on either database, so that the files of a folder are one stretch of an index."""

alembic_version = Table(
    "alembic_version",  # as Alembic makes it
    metadata,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

repository = Table(
    "repository",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),  # host/owner/name; a path where there is no remote
    Column("created_at", BigInteger, nullable=False),
)

clone = Table(
    "clone",  # which repository a git directory on this machine belongs to, so that a start need not ask git
    metadata,
    Column("git_dir", Text, primary_key=True),
    Column("stamp", Text, nullable=False),  # of git's config file; another stamp means: ask again
    Column("repository_id", ForeignKey("repository.id"), nullable=False),
    Column("reviewer", Text, nullable=False),
)

content = Table(
    "content",
    metadata,
    Column("hash", String(64), primary_key=True),  # sha256 of the bytes, hex
    Column("size", Integer, nullable=False),  # bytes
    Column("data", LargeBinary, nullable=False),  # zlib level 1
)

batch = Table(
    "batch",
    metadata,
    Column("id", Id, primary_key=True),
    Column("repository_id", ForeignKey("repository.id"), nullable=False, index=True),
    Column("source", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

candidate = Table(
    "candidate",
    metadata,
    Column("id", Id, primary_key=True),
    Column("repository_id", ForeignKey("repository.id"), nullable=False),
    Column("path", Bytewise, nullable=False),
    Column("title", Text, nullable=False),
    Column("state", String(24), nullable=False),
    Column("state_reason", Text, nullable=False, default=""),
    Column("version", Integer, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content_hash", ForeignKey("content.hash"), nullable=False),
    Column("author", Text, nullable=False),
    Column("customized", Boolean, nullable=False, default=False),
    Column("base_oid", String(64)),
    Column("added", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("risk", Integer, nullable=False),
    Column("score", Integer),
    Column("score_rank", Integer, nullable=False),  # score, or 101 where there is none: never NULL in an order
    Column("priority", Integer, nullable=False),
    Column("assignee", Text),
    Column("deferred_until", BigInteger),
    Column("verdict_kind", String(24)),
    Column("verdict_by", Text),
    Column("verdict_at", BigInteger),
    Column("verdict_hash", String(64)),
    Column("verdict_base_oid", String(64)),
    Column("verdict_reason", Text),
    Column("verdict_note", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    UniqueConstraint("repository_id", "path"),
)
Index(
    "ix_candidate_queue",  # the queue's order, with what its filter and its count look at
    candidate.c.repository_id,
    candidate.c.risk,
    candidate.c.score_rank,
    candidate.c.priority.desc(),
    candidate.c.created_at,
    candidate.c.id,
    candidate.c.state,
)
Index("ix_candidate_state", candidate.c.repository_id, candidate.c.state, candidate.c.deferred_until)

origin = Table(
    "origin",  # what the manifest said of a candidate; one row each, apart from the hot row
    metadata,
    Column("candidate_id", ForeignKey("candidate.id"), primary_key=True),
    Column("generator", Text),  # JSON {name, model, run}
    Column("endpoint", Text),  # JSON {method, path}
    Column("plan_item", Text),
    Column("completes", Boolean, nullable=False, default=False),
    Column("labels", Text, nullable=False, default="[]"),  # JSON list
    Column("replaces", Text),
)

revision = Table(
    "revision",
    metadata,
    Column("candidate_id", ForeignKey("candidate.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("content_hash", ForeignKey("content.hash"), nullable=False),
    Column("author", Text, nullable=False),
    Column("customized", Boolean, nullable=False, default=False),
    Column("base_oid", String(64)),
    Column("base_commit", String(64)),
    Column("added", Integer, nullable=False),
    Column("removed", Integer, nullable=False),
    Column("batch_id", ForeignKey("batch.id")),
    Column("at", BigInteger, nullable=False),
)

checklist_answer = Table(
    "checklist_answer",  # a row is a tick; it belongs to the content it was given to
    metadata,
    Column("candidate_id", ForeignKey("candidate.id"), primary_key=True),
    Column("content_hash", String(64), primary_key=True),
    Column("item", Text, primary_key=True),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

comment = Table(
    "comment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("candidate_id", ForeignKey("candidate.id"), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("side", String(3)),
    Column("line", Integer),
    Column("body", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("last_line", Integer),  # of several; NULL: one
    Column("reply_to", ForeignKey("comment.id")),  # the first comment of the thread
    Column("resolved_by", Text),  # on the first comment of a thread
    Column("resolved_at", BigInteger),
    Column("content_hash", ForeignKey("content.hash")),  # the text that was read: a line is a line of this
)

seen = Table(
    "seen",  # which revisions a reviewer had on the screen
    metadata,
    Column("candidate_id", ForeignKey("candidate.id"), primary_key=True),
    Column("reviewer", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
)

viewed = Table(
    "viewed",  # the hunks that a reviewer marked as viewed, by what they say (domain.viewed)
    metadata,
    Column("candidate_id", ForeignKey("candidate.id"), primary_key=True),
    Column("reviewer", Text, primary_key=True),
    Column("hunk", String(64), primary_key=True),
    Column("at", BigInteger, nullable=False),
)

event_group = Table(
    "event_group",  # one verb of one person: what one undo takes back
    metadata,
    Column("id", String(26), primary_key=True),
    Column("repository_id", ForeignKey("repository.id"), nullable=False),
    Column("seq", Integer, nullable=False),  # order within the repository
    Column("actor", Text, nullable=False),
    Column("action", String(24), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("undo", String(8), nullable=False),  # never | done | undone | dropped
    Index("ix_event_group_undo", "repository_id", "actor", "undo", "seq"),
    UniqueConstraint("repository_id", "seq"),
)

event = Table(
    "event",
    metadata,
    Column("id", Id, primary_key=True),
    Column("repository_id", ForeignKey("repository.id"), nullable=False),
    Column("group_id", ForeignKey("event_group.id"), nullable=False, index=True),
    Column("candidate_id", ForeignKey("candidate.id")),
    Column("action", String(24), nullable=False),
    Column("actor", Text, nullable=False),
    Column("cause", Text, nullable=False, default=""),
    Column("at", BigInteger, nullable=False),
    Column("before", Text),  # JSON
    Column("after", Text),  # JSON
    Index("ix_event_repository", "repository_id", "id"),
    Index("ix_event_candidate", "candidate_id", "id"),
)

publication = Table(
    "publication",
    metadata,
    Column("id", Id, primary_key=True),
    Column("repository_id", ForeignKey("repository.id"), nullable=False, index=True),
    Column("branch", Text),  # NULL only in the transaction that makes the row: the name may hold its id
    Column("state", String(16), nullable=False),  # gathering | waiting | pushed | held | failed | dropped
    Column("base_branch", Text, nullable=False),
    Column("base_commit", String(64), nullable=False),
    Column("head_commit", String(64)),
    Column("push_url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("record_file", Text),  # where the pull request's text was written
    Column("author_name", Text, nullable=False),
    Column("author_email", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False, default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("pull_number", Integer),
    Column("pull_url", Text, nullable=False, server_default=""),
    Column("pull_state", String(16), nullable=False, server_default=""),  # '' (none yet) | open | merged | closed
    Column("head_repository", Text, nullable=False, server_default=""),  # owner/name of the fork that has the branch
    Column("merge_commit", String(64)),
    Column("signed", Boolean, nullable=False, server_default=false()),  # whether the user's git signed its commits
    UniqueConstraint("repository_id", "branch"),
)

publication_candidate = Table(
    "publication_candidate",  # the exact bytes and words each commit is made of
    metadata,
    Column("publication_id", ForeignKey("publication.id"), primary_key=True),
    Column("candidate_id", ForeignKey("candidate.id"), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("path", Text, nullable=False),
    Column("content_hash", ForeignKey("content.hash"), nullable=False),
    Column("message", Text, nullable=False),
    Column("commit", String(64)),
    Column("blob", String(64)),  # what git stored: other bytes than the content's where the path has a filter
    Index("ix_publication_candidate_candidate", "candidate_id"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("repository_id", ForeignKey("repository.id"), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("key", Text, nullable=False),  # one job a key: what makes a second request the same job
    Column("payload", Text, nullable=False),  # JSON
    Column("state", String(16), nullable=False),  # waiting | running | done | failed | dropped
    Column("actor", Text, nullable=False),
    Column("credential", Text, nullable=False),  # `user:LOGIN` or `app`: who may run it
    Column("attempts", Integer, nullable=False, default=0),
    Column("not_before", BigInteger, nullable=False, default=0),
    Column("lease", String(64)),  # who runs it
    Column("lease_until", BigInteger),
    Column("words", Text, nullable=False, default=""),  # what the last run said, good or bad
    Column("log", Text, nullable=False, default=""),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("reason", String(16), nullable=False, server_default=""),  # outbox.Reason: what programs decide by
    UniqueConstraint("repository_id", "key"),
    Index("ix_outbox_state", "repository_id", "state", "not_before"),
)

bookmark = Table(
    "bookmark",  # where a reviewer was, so that a kill loses no place
    metadata,
    Column("repository_id", ForeignKey("repository.id"), primary_key=True),
    Column("reviewer", Text, primary_key=True),
    Column("name", String(32), primary_key=True),
    Column("value", Text, nullable=False),  # JSON
    Column("at", BigInteger, nullable=False),
)

answer = Table(
    "answer",  # GitHub's answers with their ETags, so that asking again for what did not change is free
    metadata,
    Column("key", String(64), primary_key=True),  # sha256 of credential and address, hex: tells neither
    Column("etag", Text, nullable=False),
    Column("link", Text, nullable=False),  # the Link header: an answer 304 has none
    Column("size", Integer, nullable=False),  # bytes of `body` as kept
    Column("used_at", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),  # zlib level 1
    Index("ix_answer_used_at", "used_at"),
)
