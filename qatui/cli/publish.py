"""Publishing: `publish`, `outbox`."""

import click

COMMANDS: tuple[click.Command, ...] = ()
