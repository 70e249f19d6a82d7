"""The first schema.

Revision 0001, the beginning.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """From nothing to this schema."""
    _repositories()
    _candidates()
    _revisions()
    _reviews()
    _events()
    _publications()
    _outbox()


def _repositories() -> None:
    """Whose rows they are, and the contents."""
    op.create_table(
        "repository",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_repository"),
        sa.UniqueConstraint("key", name="uq_repository_key"),
    )
    op.create_table(
        "clone",
        sa.Column("git_dir", sa.Text(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.Column("repository_id", ID, nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["repository_id"], ["repository.id"], name="fk_clone_repository_id_repository"),
        sa.PrimaryKeyConstraint("git_dir", name="pk_clone"),
    )
    op.create_table(
        "content",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_content"),
    )
    op.create_table(
        "batch",
        sa.Column("id", ID, nullable=False),
        sa.Column("repository_id", ID, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["repository_id"], ["repository.id"], name="fk_batch_repository_id_repository"),
        sa.PrimaryKeyConstraint("id", name="pk_batch"),
    )
    op.create_index("ix_batch_repository_id", "batch", ["repository_id"])


def _candidates() -> None:
    """The candidates."""
    op.create_table(
        "candidate",
        sa.Column("id", ID, nullable=False),
        sa.Column("repository_id", ID, nullable=False),
        sa.Column("path", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("customized", sa.Boolean(), nullable=False),
        sa.Column("base_oid", sa.String(length=64)),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("risk", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer()),
        sa.Column("score_rank", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("assignee", sa.Text()),
        sa.Column("deferred_until", sa.BigInteger()),
        sa.Column("verdict_kind", sa.String(length=24)),
        sa.Column("verdict_by", sa.Text()),
        sa.Column("verdict_at", sa.BigInteger()),
        sa.Column("verdict_hash", sa.String(length=64)),
        sa.Column("verdict_base_oid", sa.String(length=64)),
        sa.Column("verdict_reason", sa.Text()),
        sa.Column("verdict_note", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["content_hash"], ["content.hash"], name="fk_candidate_content_hash_content"),
        sa.ForeignKeyConstraint(["repository_id"], ["repository.id"], name="fk_candidate_repository_id_repository"),
        sa.PrimaryKeyConstraint("id", name="pk_candidate"),
        sa.UniqueConstraint("repository_id", "path", name="uq_candidate_repository_id_path"),
    )
    op.create_index(
        "ix_candidate_queue",
        "candidate",
        ["repository_id", "risk", "score_rank", sa.text("priority DESC"), "created_at", "id", "state"],
    )
    op.create_index("ix_candidate_state", "candidate", ["repository_id", "state", "deferred_until"])


def _revisions() -> None:
    """What belongs to a candidate beside its state."""
    op.create_table(
        "origin",
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("generator", sa.Text()),
        sa.Column("endpoint", sa.Text()),
        sa.Column("plan_item", sa.Text()),
        sa.Column("completes", sa.Boolean(), nullable=False),
        sa.Column("labels", sa.Text(), nullable=False),
        sa.Column("replaces", sa.Text()),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name="fk_origin_candidate_id_candidate"),
        sa.PrimaryKeyConstraint("candidate_id", name="pk_origin"),
    )
    op.create_table(
        "revision",
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("customized", sa.Boolean(), nullable=False),
        sa.Column("base_oid", sa.String(length=64)),
        sa.Column("base_commit", sa.String(length=64)),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("removed", sa.Integer(), nullable=False),
        sa.Column("batch_id", ID),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name="fk_revision_batch_id_batch"),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name="fk_revision_candidate_id_candidate"),
        sa.ForeignKeyConstraint(["content_hash"], ["content.hash"], name="fk_revision_content_hash_content"),
        sa.PrimaryKeyConstraint("candidate_id", "number", name="pk_revision"),
    )


def _reviews() -> None:
    """What reviewers say and where they were."""
    op.create_table(
        "checklist_answer",
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name="fk_checklist_answer_candidate_id_candidate"),
        sa.PrimaryKeyConstraint("candidate_id", "content_hash", "item", name="pk_checklist_answer"),
    )
    op.create_table(
        "comment",
        sa.Column("id", ID, nullable=False),
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=3)),
        sa.Column("line", sa.Integer()),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name="fk_comment_candidate_id_candidate"),
        sa.PrimaryKeyConstraint("id", name="pk_comment"),
    )
    op.create_index("ix_comment_candidate_id", "comment", ["candidate_id"])
    op.create_table(
        "bookmark",
        sa.Column("repository_id", ID, nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["repository_id"], ["repository.id"], name="fk_bookmark_repository_id_repository"),
        sa.PrimaryKeyConstraint("repository_id", "reviewer", "name", name="pk_bookmark"),
    )


def _events() -> None:
    """The log."""
    op.create_table(
        "event_group",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("repository_id", ID, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("undo", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["repository_id"], ["repository.id"], name="fk_event_group_repository_id_repository"),
        sa.PrimaryKeyConstraint("id", name="pk_event_group"),
        sa.UniqueConstraint("repository_id", "seq", name="uq_event_group_repository_id_seq"),
    )
    op.create_index("ix_event_group_undo", "event_group", ["repository_id", "actor", "undo", "seq"])
    op.create_table(
        "event",
        sa.Column("id", ID, nullable=False),
        sa.Column("repository_id", ID, nullable=False),
        sa.Column("group_id", sa.String(length=26), nullable=False),
        sa.Column("candidate_id", ID),
        sa.Column("action", sa.String(length=24), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name="fk_event_candidate_id_candidate"),
        sa.ForeignKeyConstraint(["group_id"], ["event_group.id"], name="fk_event_group_id_event_group"),
        sa.ForeignKeyConstraint(["repository_id"], ["repository.id"], name="fk_event_repository_id_repository"),
        sa.PrimaryKeyConstraint("id", name="pk_event"),
    )
    op.create_index("ix_event_candidate", "event", ["candidate_id", "id"])
    op.create_index("ix_event_group_id", "event", ["group_id"])
    op.create_index("ix_event_repository", "event", ["repository_id", "id"])


def _publications() -> None:
    """What leaves the house."""
    op.create_table(
        "publication",
        sa.Column("id", ID, nullable=False),
        sa.Column("repository_id", ID, nullable=False),
        sa.Column("branch", sa.Text()),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("base_branch", sa.Text(), nullable=False),
        sa.Column("base_commit", sa.String(length=64), nullable=False),
        sa.Column("head_commit", sa.String(length=64)),
        sa.Column("push_url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("record_file", sa.Text()),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("author_email", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["repository_id"], ["repository.id"], name="fk_publication_repository_id_repository"),
        sa.PrimaryKeyConstraint("id", name="pk_publication"),
        sa.UniqueConstraint("repository_id", "branch", name="uq_publication_repository_id_branch"),
    )
    op.create_index("ix_publication_repository_id", "publication", ["repository_id"])
    op.create_table(
        "publication_candidate",
        sa.Column("publication_id", ID, nullable=False),
        sa.Column("candidate_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("commit", sa.String(length=64)),
        sa.ForeignKeyConstraint(
            ["candidate_id"], ["candidate.id"], name="fk_publication_candidate_candidate_id_candidate"
        ),
        sa.ForeignKeyConstraint(
            ["content_hash"], ["content.hash"], name="fk_publication_candidate_content_hash_content"
        ),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publication.id"], name="fk_publication_candidate_publication_id_publication"
        ),
        sa.PrimaryKeyConstraint("publication_id", "candidate_id", name="pk_publication_candidate"),
    )
    op.create_index("ix_publication_candidate_candidate", "publication_candidate", ["candidate_id"])


def _outbox() -> None:
    """Remote effects still to be done."""
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("repository_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("lease", sa.String(length=64)),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("log", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["repository_id"], ["repository.id"], name="fk_outbox_repository_id_repository"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("repository_id", "key", name="uq_outbox_repository_id_key"),
    )
    op.create_index("ix_outbox_state", "outbox", ["repository_id", "state", "not_before"])
