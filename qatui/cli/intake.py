"""Taking candidates in: `ingest`."""

import click

COMMANDS: tuple[click.Command, ...] = ()
