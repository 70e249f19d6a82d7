"""The schema's version, apart from the tables: it can be asked before SQLAlchemy is loaded."""

VERSION = "0005"
"""Revision of the newest migration, as the `alembic_version` table carries it."""
