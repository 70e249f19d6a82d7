"""The pull request of a publication, how it was signed, and the blob that each candidate was stored as.

Revision 0003, after 0002.
"""

from typing import Literal

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """From the schema before to this one."""
    # SQLite writes a column that is added behind the constraints: made anew, the table is as a fresh store has it.
    anew: Literal["always", "never"] = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("publication", recreate=anew) as batch:
        batch.add_column(sa.Column("pull_number", sa.Integer()))
        batch.add_column(sa.Column("pull_url", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("pull_state", sa.String(length=16), nullable=False, server_default=""))
        batch.add_column(sa.Column("head_repository", sa.Text(), nullable=False, server_default=""))
        batch.add_column(sa.Column("merge_commit", sa.String(length=64)))
        batch.add_column(sa.Column("signed", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("publication_candidate", recreate=anew) as batch:
        batch.add_column(sa.Column("blob", sa.String(length=64)))
