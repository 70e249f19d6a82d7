"""What the global options say, and the desk opened on first use."""

import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qatui.cli import diagnostics
from qatui.wiring import Start, open_desk, open_hub

if TYPE_CHECKING:
    from qatui.flows.desk import Desk
    from qatui.flows.hub import Hub


@dataclass
class Session:
    """One run of the program: its global options."""

    directory: Path
    user_file: Path | None
    json: bool
    quiet: bool
    color: bool | None
    """False for --no-color; None: as the stream and NO_COLOR say."""

    @property
    def start(self) -> Start:
        """Where wiring begins."""
        return Start(self.directory, self.user_file)

    @cached_property
    def desk(self) -> "Desk":
        """The parts for the repository in `directory`."""
        desk = open_desk(self.start)
        if desk.db.backup is not None:
            diagnostics.say(f"The database was upgraded; {desk.db.backup} is it as it was.", quiet=self.quiet)
        return desk

    @cached_property
    def hub(self) -> "Hub | None":
        """The repository at GitHub; None where it is at no host, or there is no token for that.

        A person waits for no rate limit; a run without one waits some minutes, and says until when.
        """
        from qatui.github.client import CRON_PATIENCE

        patience = 0.0 if sys.stderr.isatty() else CRON_PATIENCE
        return open_hub(self.start, self.desk, patience=patience, waiting=self.waits)

    def waits(self, until: int) -> None:
        """Say that nothing goes on until that moment."""
        from qatui.domain.moments import iso

        diagnostics.say(f"Waiting until {iso(until)}, as GitHub asks.", quiet=self.quiet)

    def close(self) -> None:
        """Give back what a command opened: the connections, the store."""
        if (hub := self.__dict__.get("hub")) is not None:
            hub.github.close()
        if "desk" in self.__dict__:
            self.desk.db.close()


def take_json(command: click.Command) -> None:
    """Let `command`, and every command below it, take `--json` as well as the program itself does."""
    if isinstance(command, click.Group):
        for below in command.commands.values():
            take_json(below)
    else:
        option = click.Option(
            ["--json"], is_flag=True, expose_value=False, callback=_as_json, help="Print data as JSON, errors too."
        )
        command.params.append(option)


def _as_json(context: click.Context, _parameter: click.Parameter, given: bool) -> None:
    session = context.find_object(Session)
    if given and session is not None:
        session.json = True


pass_session = click.make_pass_decorator(Session)
"""Gives a command its Session as first argument."""
