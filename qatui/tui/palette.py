"""The palette: every action of the screen, by name."""

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from qatui.tui.keymap import Act, shown
from qatui.tui.screens.keyed import KeyedScreen


class Actions(Provider):
    """The actions of the screen below, from the one table."""

    def _acts(self) -> Iterator[tuple[Act, str, str]]:
        screen = self.screen
        if not isinstance(screen, KeyedScreen):
            return
        # Those that act come first, then what cannot be done now; who moves about does it by keys.
        acts = [(act, screen.why_not(act)) for act in screen.keymap.of(screen.NAME)]
        for act, reason in sorted(acts, key=lambda each: (each[0].scope == "move", each[1] is not None)):
            keys = " ".join(shown(key) for key in screen.keymap.keys(act.id))
            help_text = f"not now: {reason}" if reason else "  ".join(filter(None, (keys, act.id)))
            yield act, f"{act.help}", help_text

    async def discover(self) -> Hits:
        """All of them, before anything is typed."""
        for act, words, help_text in self._acts():
            yield DiscoveryHit(words, self._run(act), words, help_text)

    async def search(self, query: str) -> Hits:
        """Those whose words or id have the letters."""
        matcher = self.matcher(query)
        for act, words, help_text in self._acts():
            score = max(matcher.match(words), matcher.match(act.id), matcher.match(act.label))
            if score > 0:
                yield Hit(score, matcher.highlight(words), self._run(act), words, help_text)

    def _run(self, act: Act) -> "partial[None]":
        assert isinstance(self.screen, KeyedScreen)
        return partial(self.screen.act, act.id)
