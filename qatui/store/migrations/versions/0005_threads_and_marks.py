"""Comments on ranges, threads that are settled, the text a comment was made on; what a reviewer saw and viewed.

Revision 0005, after 0004.
"""

from typing import Literal

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_TEXT_READ = """
UPDATE comment SET content_hash = (
    SELECT revision.content_hash FROM revision
     WHERE revision.candidate_id = comment.candidate_id AND revision.number = comment.revision
) WHERE side = 'new'
"""
"""Of a comment on base nobody kept which text it was made on."""


def upgrade() -> None:
    """From the schema before to this one."""
    # SQLite writes a column that is added behind the constraints: made anew, the table is as a fresh store has it.
    anew: Literal["always", "never"] = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("comment", recreate=anew) as batch:
        batch.add_column(sa.Column("last_line", sa.Integer()))
        batch.add_column(sa.Column("reply_to", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
        batch.add_column(sa.Column("resolved_by", sa.Text()))
        batch.add_column(sa.Column("resolved_at", sa.BigInteger()))
        batch.add_column(sa.Column("content_hash", sa.String(length=64)))
        batch.create_foreign_key("fk_comment_reply_to_comment", "comment", ["reply_to"], ["id"])
        batch.create_foreign_key("fk_comment_content_hash_content", "content", ["content_hash"], ["hash"])
    op.execute(_TEXT_READ)
    op.create_table(
        "seen",
        sa.Column("candidate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("candidate_id", "reviewer", "revision", name="pk_seen"),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name="fk_seen_candidate_id_candidate"),
    )
    op.create_table(
        "viewed",
        sa.Column("candidate_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("hunk", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("candidate_id", "reviewer", "hunk", name="pk_viewed"),
        sa.ForeignKeyConstraint(["candidate_id"], ["candidate.id"], name="fk_viewed_candidate_id_candidate"),
    )
