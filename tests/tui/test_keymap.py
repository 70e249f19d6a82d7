"""The one table: every action is on a screen, has a method there, and a command or a reason to have none."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.errors import ConfigError
from qatui.tui.diff_app import DiffScreen
from qatui.tui.keymap import ACTIONS, NAMED_KEYS, SCREENS, Keymap, key_name, shown
from qatui.tui.screens.help import SCOPES
from qatui.tui.screens.keyed import KeyedScreen
from qatui.tui.screens.publish import PublishScreen
from qatui.tui.screens.queue import QueueScreen
from qatui.tui.screens.review import ReviewScreen

CLASSES: dict[str, type[KeyedScreen]] = {
    "queue": QueueScreen,
    "review": ReviewScreen,
    "publish": PublishScreen,
    "diff": DiffScreen,
}
WITHOUT_COMMAND = re.compile(
    r"^(move\.|review\.|file\.|diff\.(next_hunk|hunk_before|follow_move|search|next_match|match_before|enclosing|unfold(_some|_enclosing)?$|right|left|line_)|app\.(queue|publications|theme|palette|back|help|quit|coach|stop)|"
    r"queue\.(mark|range|invert)|candidate\.copy_|publish\.(browse|copy))"
)
"""What only moves a person about the screens, or is a mark of theirs: a command line has ids and queries instead."""


@pytest.mark.parametrize("act", ACTIONS, ids=lambda act: act.id)
def test_each_action_can_be_done_everywhere_it_is_offered(act: object) -> None:
    keymap = Keymap()
    found = keymap.acts[act.id]  # type: ignore[attr-defined]
    screens = [name for name in SCREENS if found in keymap.of(name)]
    assert screens, "no screen has its scope"
    for name in screens:
        assert callable(getattr(CLASSES[name], f"do_{found.verb}", None)), name
    assert found.help
    assert found.label
    assert found.scope in SCOPES
    assert bool(found.command) or WITHOUT_COMMAND.match(found.id), "no command, and no reason to have none"


def test_verbs_of_a_screen_differ() -> None:
    for name in SCREENS:
        verbs = [act.verb for act in Keymap().of(name)]
        assert len(verbs) == len(set(verbs))


def test_commands_of_the_table_exist() -> None:
    from qatui.cli.main import qatui

    for act in ACTIONS:
        for command in re.findall(r"qatui ([a-z]+)", act.command):
            assert command in qatui.commands, act.id


def test_enter_and_escape_never_decide() -> None:
    keymap = Keymap()
    for name in SCREENS:
        for key in ("enter", "escape"):
            act = keymap.find(name, key)
            assert act is None or act.id == "publish.open" or act.scope not in ("candidate", "publish")


def test_own_keys_replace_and_may_swap() -> None:
    keymap = Keymap({"candidate.approve": "r, f5", "candidate.reject": "a"})
    assert keymap.keys("candidate.approve") == ("r", "f5")
    approve, reject = keymap.find("queue", "f5"), keymap.find("queue", "a")
    assert approve is not None
    assert approve.id == "candidate.approve"
    assert reject is not None
    assert reject.id == "candidate.reject"
    assert keymap.first("candidate.approve") == "r"


@pytest.mark.parametrize(
    ("own", "words", "hint"),
    [
        ({"candidate.aprove": "x"}, "candidate.aprove", "candidate.approve"),
        ({"queue.approve": "x"}, "queue.approve", "candidate.approve"),
        ({"zzz": "x"}, "zzz", "shows the ids"),
        ({"candidate.approve": "spcae"}, "spcae", "space"),
        ({"candidate.approve": "qqqqqqq"}, "qqqqqqq", "one character"),
        ({"candidate.approve": ""}, "candidate.approve", "one character"),
        ({"candidate.approve": "r"}, "candidate.approve and candidate.reject", "Give one"),
    ],
)
def test_own_keys_that_mean_nothing_are_refused(own: dict[str, str], words: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Keymap(own)
    assert words in caught.value.message
    assert hint in caught.value.hint


def test_a_comma_can_be_a_key() -> None:
    assert Keymap({"candidate.approve": ","}).keys("candidate.approve") == (",",)


@given(st.text(max_size=12))
def test_any_text_is_keys_or_refused(text: str) -> None:
    try:
        keys = Keymap({"candidate.redo": text}).keys("candidate.redo")
    except ConfigError:
        return
    assert keys
    assert all((len(key) == 1 and key.isprintable()) or key in NAMED_KEYS for key in keys)


@pytest.mark.parametrize(
    ("key", "character", "name"),
    [("question_mark", "?", "?"), ("A", "A", "A"), ("space", " ", "space"), ("ctrl+d", "\x04", "ctrl+d"),
     ("enter", "\r", "enter"), ("f5", None, "f5")],
)  # fmt: skip
def test_key_presses_are_named_as_people_write_them(key: str, character: str | None, name: str) -> None:
    assert key_name(key, character) == name


def test_keys_are_shown_short() -> None:
    assert [shown(key) for key in ("ctrl+d", "escape", "pagedown", "a")] == ["^d", "esc", "pgdn", "a"]
