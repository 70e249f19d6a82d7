"""Deciding: `approve`, `reject`, `defer`, `claim`, `release`, `assign`, `comment`, `checklist`, `undo`, `redo`."""

import click

COMMANDS: tuple[click.Command, ...] = ()
