"""Looking: `list`, `status`, `show`, `log`."""

import click

COMMANDS: tuple[click.Command, ...] = ()
