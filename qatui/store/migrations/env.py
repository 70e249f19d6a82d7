"""What Alembic runs around the migrations: in the caller's connection and transaction, which it must pass.

The next migration: change `store/schema.py`, count its `VERSION` up, copy `script.py.mako` filled in to
`versions/`, and write what changes between the two. A test holds the migrated schema against the tables.
"""

from alembic import context

from qatui.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
)
with context.begin_transaction():
    context.run_migrations()
