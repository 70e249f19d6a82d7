"""The commands by family, imported when the first is asked for: the workstation starts without them."""

from collections.abc import MutableMapping

import click

from qatui.cli.session import take_json


class Families(click.Group):
    """A group whose commands are those of the families' COMMANDS."""

    _known: MutableMapping[str, click.Command]
    _loaded = False

    @property
    def commands(self) -> MutableMapping[str, click.Command]:
        """The commands by name."""
        if not self._loaded:
            self._loaded = True
            from qatui.cli import demo, doctor, follow, intake, plan, publish, queue, review, sandbox, setup

            for family in (intake, queue, review, publish, follow, plan, setup, demo, sandbox, doctor):
                for command in family.COMMANDS:
                    take_json(command)
                    self.add_command(command)
        return self._known

    @commands.setter
    def commands(self, known: MutableMapping[str, click.Command]) -> None:
        self._known = known
