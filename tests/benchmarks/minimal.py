"""The floor: the smallest Textual app there is. A test of it would be a test of Textual.

A key changes what it says, so that it is the floor of a step as well.
"""

from textual.app import App, ComposeResult
from textual.events import Key
from textual.widgets import Static


class Minimal(App[None]):
    """One Static."""

    def compose(self) -> ComposeResult:
        """The one."""
        yield Static("ready to measure")

    def on_key(self, event: Key) -> None:
        """Say another thing."""
        said = self.query_one(Static)
        said.update("one" if said.content == "other" else "other")


if __name__ == "__main__":
    Minimal().run()
