"""The one table of actions: it makes the keys, the footer, the palette, the help screen and the README's table.

A key is written as a person types it: `a`, `A`, `?`, `space`, `ctrl+d`. Only what works is in the table.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from qatui.domain.lifecycle import Action
from qatui.domain.nearest import nearest
from qatui.errors import ConfigError


class Act(NamedTuple):
    """Something a person can do at a screen."""

    id: str
    """`scope.verb`; the same in settings, help, docs and tests. A screen has a method `do_VERB`."""
    keys: tuple[str, ...]
    label: str
    """For the footer: one or two words."""
    help: str
    """For the help screen, the palette and the docs: what it does."""
    rank: int = 0
    """Place in the footer; the higher goes first when the terminal is narrow. 0: never there."""
    needs: Action | None = None
    """The step of a candidate's life it takes: `lifecycle.why_not` greys its key."""
    command: str = ""
    """The same without a screen; empty where it only moves a person about the screen."""

    @property
    def scope(self) -> str:
        """What it belongs to; a screen has the keys of several scopes."""
        return self.id.partition(".")[0]

    @property
    def verb(self) -> str:
        """Its name among the actions of a screen."""
        return self.id.partition(".")[2]


ACTIONS: tuple[Act, ...] = (
    Act("move.down", ("j", "down"), "down", "one line down"),
    Act("move.up", ("k", "up"), "up", "one line up"),
    Act("move.page_down", ("ctrl+d", "pagedown"), "page down", "half a page down"),
    Act("move.page_up", ("ctrl+u", "pageup"), "page up", "half a page up"),
    Act("move.top", ("g", "home"), "top", "to the first line"),
    Act("move.end", ("G", "end"), "end", "to the last line"),
    Act("queue.open", ("enter",), "open", "open the candidate under the cursor", 1, Action.OPEN, "qatui show ID"),
    Act(
        "candidate.approve",
        ("a",),
        "approve",
        "approve the marked candidates, or the one at hand",
        2,
        Action.APPROVE,
        "qatui approve ID...",
    ),
    Act(
        "candidate.reject",
        ("r",),
        "reject",
        "reject with a reason and a note",
        3,
        Action.REJECT,
        "qatui reject ID... --reason CODE",
    ),
    Act("candidate.defer", ("s",), "defer", "put off until a time", 6, Action.DEFER, "qatui defer ID... --until TIME"),
    Act("queue.mark", ("space",), "mark", "mark or unmark, and go on to the next", 8),
    Act("queue.range", ("v",), "range", "mark from here to where v is pressed again", 14),
    Act("queue.all", ("*",), "all", "mark all that the filter shows", 9, None, "--query FILTER"),
    Act("queue.invert", ("i",), "invert", "turn the marks round", 15),
    Act(
        "candidate.assign",
        ("w",),
        "claim",
        "claim, release or assign to somebody",
        11,
        None,
        "qatui claim ID..., qatui release ID..., qatui assign ID... --to NAME",
    ),
    Act(
        "candidate.comment",
        ("C",),
        "comment",
        "comment on the candidate",
        12,
        Action.COMMENT,
        "qatui comment ID -m TEXT",
    ),
    Act(
        "candidate.checklist",
        ("t",),
        "checklist",
        "answer the review checklist, of all that is marked",
        10,
        Action.CHECKLIST,
        "qatui checklist ID... ITEM",
    ),
    Act("diff.next_hunk", ("]",), "change", "to the next change", 5),
    Act("diff.hunk_before", ("[",), "change before", "to the change before"),
    Act("diff.follow_move", ("%",), "moved", "to where the line under the cursor moved, or came from"),
    Act("diff.search", ("/",), "search", "search both sides, in folds too; a capital makes capitals count"),
    Act("diff.next_match", ("n",), "next match", "to the next match, after the last to the first"),
    Act("diff.match_before", ("N",), "match before", "to the match before, before the first to the last"),
    Act("diff.enclosing", ("(",), "enclosing", "to where the function, test or class around begins"),
    Act("review.next", ("J",), "next", "the next candidate", 7),
    Act("review.previous", ("K",), "previous", "the candidate before"),
    Act("file.next", ("J",), "next file", "the next file that differs", 6),
    Act("file.previous", ("K",), "previous file", "the file before", 12),
    Act(
        "diff.layout",
        ("|",),
        "split",
        "two sides beside each other, or one below the other",
        13,
        None,
        "qatui diff --unified, qatui diff --side-by-side",
    ),
    Act("diff.wrap", ("W",), "wrap", "long lines whole, on several lines, or cut", 15, None, "qatui diff --print"),
    Act(
        "diff.blanks",
        ("b",),
        "blanks",
        "next way with blanks, as -b, -w and --ignore-blank-lines",
        16,
        None,
        "qatui diff -b, qatui diff -w, qatui diff --ignore-blank-lines",
    ),
    Act(
        "diff.by",
        ("B",),
        "by character",
        "what differs in a line by words, or by characters",
        0,
        None,
        "qatui diff --by-character",
    ),
    Act(
        "diff.codes",
        ("U",),
        "code points",
        "hidden characters by their signs, or by their code points",
        0,
        None,
        "qatui diff --code-points",
    ),
    Act("diff.masks", ("S",), "secrets", "secrets masked, or shown", 0, None, "qatui diff --show-secrets"),
    Act(
        "diff.more",
        ("+",),
        "more context",
        "more unchanged lines around changes, at last the whole",
        0,
        None,
        "qatui diff -U N",
    ),
    Act("diff.less", ("-",), "less context", "fewer unchanged lines around each change", 0, None, "qatui diff -U N"),
    Act("diff.unfold", ("enter",), "unfold", "show the unchanged lines that are folded here"),
    Act("diff.unfold_some", ("=",), "unfold 10", "show 10 more lines at each end of the fold here"),
    Act("diff.unfold_enclosing", (")",), "unfold function", "show of the fold here what is of the functions beside it"),
    Act("diff.right", ("right",), "right", "the rest of long lines"),
    Act("diff.left", ("left",), "left", "back to the left of long lines"),
    Act("diff.line_end", ("$",), "line's end", "to the end of the line under the cursor"),
    Act("diff.line_start", ("0",), "line's start", "back to the beginning of lines"),
    Act("review.pane", ("p",), "pane", "checklist, comments and revisions beside the diff", 14),
    Act(
        "review.comment_line",
        ("c",),
        "comment",
        "comment on the line under the cursor",
        8,
        Action.COMMENT,
        "qatui comment ID --line N -m TEXT",
    ),
    Act("queue.filter", ("/",), "filter", "filter the queue by words and is:STATE", 5, None, "qatui list FILTER"),
    Act("candidate.undo", ("z",), "undo", "take back your last verdict or claim", 4, None, "qatui undo"),
    Act("candidate.redo", ("Z",), "redo", "do again what was taken back", 16, None, "qatui redo"),
    Act("app.publish", ("P",), "publish", "see what would be published, and publish it", 7, None, "qatui publish"),
    Act("candidate.copy_path", ("y",), "copy path", "copy the path of the candidate"),
    Act("candidate.copy_id", ("Y",), "copy id", "copy the id of the candidate"),
    Act("queue.ingest", (), "ingest", "take candidates in from a folder or a manifest", 0, None, "qatui ingest PATH"),
    Act(
        "publish.open",
        ("enter",),
        "look",
        "review the first test that is held or refused",
        6,
        None,
        "qatui list is:held",
    ),
    Act(
        "publish.merge",
        ("M",),
        "merge",
        "merge the open pull request, as its base's rules let it",
        6,
        None,
        "qatui merge PUBLICATION",
    ),
    Act("publish.browse", ("o",), "browser", "open the pull request in the browser", 7),
    Act("publish.copy", ("y",), "copy address", "copy the address of the pull request"),
    Act(
        "publish.terminal",
        ("F",),
        "at the terminal",
        "go on in the foreground, where git may ask",
        8,
        None,
        "qatui outbox retry JOB",
    ),
    Act(
        "app.refresh",
        ("R",),
        "refresh",
        "sync with GitHub, read again; finish what is unfinished",
        0,
        None,
        "qatui sync",
    ),
    Act("app.queue", ("1",), "Queue", "go to the queue"),
    Act("app.publications", ("2",), "Publish", "go to the publications"),
    Act("app.stop", (), "stop", "stop the intake or the sync that runs; what it did stays"),
    Act("app.theme", (), "theme", "next theme: dark, light, contrast"),
    Act("app.coach", (), "coach", "the coach: first steps, shown or hidden"),
    Act("app.palette", (":", "ctrl+p"), "palette", "every action by name"),
    Act("app.back", ("escape",), "back", "back, close, end a range or a search, or unmark all"),
    Act("app.help", ("?",), "keys", "every key and what it does", 1),
    Act("app.quit", ("q", "ctrl+q"), "quit", "leave; everything is saved already", 13),
)
"""In the order of footer and help."""

SCREENS: dict[str, tuple[str, ...]] = {
    "queue": ("move", "queue", "candidate", "app"),
    "review": ("move", "diff", "review", "candidate", "app"),
    "publish": ("move", "publish", "app"),
    "diff": ("move", "diff", "file", "app.theme", "app.palette", "app.back", "app.help", "app.quit"),
}
"""Screen -> the scopes whose keys it has; of some only single actions."""

NAMES = {"queue": "the queue", "review": "a review", "publish": "the publications", "diff": "qatui diff"}
"""Screens as they are told."""

NAMED_KEYS = frozenset(
    {
        *("space", "enter", "escape", "tab", "backspace", "delete", "insert"),
        *("up", "down", "left", "right", "home", "end", "pageup", "pagedown"),
        *(f"f{number}" for number in range(1, 13)),
        *(f"ctrl+{letter}" for letter in "abdefghijklnopqrstuvwxyz"),  # c copies, m is enter
    }
)
"""Keys of more than one character that can be bound."""


class Keymap:
    """The table with the reviewer's own keys laid over it."""

    def __init__(self, own: Mapping[str, str] | None = None, acts: Iterable[Act] = ACTIONS) -> None:
        """`own` maps action id to keys, comma-separated; raises ConfigError for an unknown id or key, or a clash."""
        self.acts = {act.id: act for act in acts}
        self._keys = {act.id: act.keys for act in self.acts.values()}
        for name, text in (own or {}).items():
            self._keys[_known_id(name, self.acts)] = _parse_keys(name, text)
        self._by_key = {screen: self._table(screen) for screen in SCREENS}

    def keys(self, action_id: str) -> tuple[str, ...]:
        """The keys of an action."""
        return self._keys[action_id]

    def first(self, action_id: str) -> str:
        """The key to show for an action, shortened as in `^p`; empty where it has none."""
        keys = self._keys[action_id]
        return shown(keys[0]) if keys else ""

    def find(self, screen: str, key: str) -> Act | None:
        """The action of a key at a screen."""
        return self._by_key[screen].get(key)

    def elsewhere(self, screen: str, key: str) -> str | None:
        """Why a key does nothing at a screen: its action has another key, or is of another screen."""
        for act in self.of(screen):
            if key in act.keys:
                own = self.first(act.id)
                return f"{act.label}: your key for it is {own}" if own else f"{act.label}: it has no key"
        for other, name in NAMES.items():
            found = self._by_key[other].get(key)
            if found is not None and "diff" not in (screen, other):
                return f"{found.label}: only in {name}"
        return None

    def of(self, screen: str) -> list[Act]:
        """The actions of a screen, in the table's order."""
        return [act for act in self.acts.values() if {act.scope, act.id} & set(SCREENS[screen])]

    def _table(self, screen: str) -> dict[str, Act]:
        table: dict[str, Act] = {}
        for act in self.of(screen):
            for key in self._keys[act.id]:
                other = table.setdefault(key, act)
                if other is not act:
                    raise ConfigError(
                        f"Your settings give the key {key} to both {other.id} and {act.id}.",
                        f"Give one of them another key under `keys:`, as in `{act.id}: f8`.",
                    )
        return table


def shown(key: str) -> str:
    """A key as the footer shows it."""
    if key.startswith("ctrl+"):
        return "^" + key[5:]
    return {"escape": "esc", "pagedown": "pgdn", "pageup": "pgup"}.get(key, key)


def key_name(key: str, character: str | None) -> str:
    """A key press as the table writes it: the character where one is seen, else the key's name."""
    return character if character and character != " " and character.isprintable() else key


def _known_id(name: str, acts: Mapping[str, Act]) -> str:
    if name in acts:
        return name
    same_verb = [each for each, act in acts.items() if act.verb == name.rpartition(".")[2]]
    near = same_verb[0] if same_verb else nearest(name, acts)
    hint = f"Did you mean {near}?" if near else "`?` in the workstation shows the ids."
    raise ConfigError(f"Your settings give keys to “{name}”, which is no action.", hint)


def _parse_keys(name: str, text: str) -> tuple[str, ...]:
    keys = tuple(part.strip() for part in text.split(",") if part.strip()) or (("," if "," in text else ""),)
    for key in keys:
        if (len(key) == 1 and key.isprintable()) or key in NAMED_KEYS:
            continue
        near = nearest(key.lower(), NAMED_KEYS)
        hint = f"Did you mean {near}?" if near else "A key is one character, or a name such as f5, space or ctrl+d."
        raise ConfigError(f"Your settings give {name} the key “{key}”, which is no key.", hint)
    return keys
