"""Setting up: `init`, `demo`."""

import click

COMMANDS: tuple[click.Command, ...] = ()
