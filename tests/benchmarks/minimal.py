"""The floor: the smallest Textual app there is. A test of it would be a test of Textual."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Minimal(App[None]):
    """One Static."""

    def compose(self) -> ComposeResult:
        """The one."""
        yield Static("ready to measure")


if __name__ == "__main__":
    Minimal().run()
