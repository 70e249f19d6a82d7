"""Why a job is where it is, for programs; the words that people read were called `error`, of finished jobs too.

Revision 0004, after 0003.
"""

from typing import Literal

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_BEGINNINGS = (
    ("waiting", "%", "it waits for a token%", "token"),
    ("waiting", "%", "git % needs a terminal: %", "terminal"),
    ("waiting", "%", "it was interrupted%", "interrupted"),
    ("failed", "%", "a bug: %", "bug"),
    ("done", "merge", "it is in the merge queue of%", "queue"),
    ("waiting", "%", "_%", "network"),
    ("failed", "%", "%", "refused"),
)
"""State and kind of jobs, how their words begin, and the reason that these stood for."""


def upgrade() -> None:
    """From the schema before to this one."""
    anew: Literal["always", "never"] = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("outbox", recreate=anew) as batch:
        batch.alter_column("error", new_column_name="words", existing_type=sa.Text(), existing_nullable=False)
        batch.add_column(sa.Column("reason", sa.String(length=16), nullable=False, server_default=""))
    job = sa.table("outbox", *map(sa.column, ("state", "kind", "words", "reason")))
    for state, kind, words, reason in _BEGINNINGS:
        told = (job.c.state == state) & job.c.kind.like(kind) & job.c.words.like(words) & (job.c.reason == "")
        op.execute(job.update().where(told).values(reason=reason))
