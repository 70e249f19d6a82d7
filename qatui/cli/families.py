"""The commands by family, imported when the first is asked for: the workstation starts without them."""

from collections.abc import MutableMapping
from importlib import import_module

import click

from qatui.cli.session import take_json

_FAMILIES = (
    "intake", "queue", "review", "viewed", "diff", "publish", "follow", "plan", "setup", "demo", "sandbox", "doctor",
)  # fmt: skip
"""The modules that have COMMANDS."""


class Families(click.Group):
    """A group whose commands are those of the families' COMMANDS."""

    _known: MutableMapping[str, click.Command]
    _loaded: tuple[str, ...] = ()

    @property
    def commands(self) -> MutableMapping[str, click.Command]:
        """The commands by name."""
        for family in _FAMILIES:
            self._load(family)
        return self._known

    @commands.setter
    def commands(self, known: MutableMapping[str, click.Command]) -> None:
        self._known = known

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command; for that of a family's own name no other family is imported."""
        if cmd_name in _FAMILIES:
            self._load(cmd_name)
            if cmd_name in self._known:
                return self._known[cmd_name]
        return super().get_command(ctx, cmd_name)

    def _load(self, family: str) -> None:
        if family in self._loaded:
            return
        self._loaded = (*self._loaded, family)
        for command in import_module(f"qatui.cli.{family}").COMMANDS:
            take_json(command)
            self._known[command.name] = command
