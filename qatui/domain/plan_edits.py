"""Edits of a test plan, byte for byte: nothing but the wanted bytes changes, and the parser says so too.

After each edit the file is parsed again. Had anything but the wanted item changed, the edit is refused; so an item's
number means the same before and after.
"""

import re
from dataclasses import replace

from qatui.domain.plan_items import Item, items
from qatui.errors import NotFound, PlanEditRefused

PLACEHOLDER = re.compile(rb"#PR_NUMBER(?![A-Za-z0-9_])")
"""What authors write where the number of the pull request shall go."""


def item_at(data: bytes, number: int) -> Item:
    """Item `number` of a plan. Raises NotFound."""
    found = items(data)
    if 1 <= number <= len(found):
        return found[number - 1]
    raise NotFound(f"There is no item {number}: the plan has {len(found)}.")


def toggle(data: bytes, number: int, checked: bool) -> bytes:
    """Item `number` ticked, or not; one byte changes, or none where it is so already.

    Unticking writes a blank, whatever blank stood there before it was ticked. Raises NotFound, PlanEditRefused.
    """
    item = item_at(data, number)
    if item.checked is checked:
        return data
    edited = data[: item.offset] + (b"x" if checked else b" ") + data[item.offset + 1 :]
    _alone(data, edited, item, ("checked",))
    return edited


def add_suffix(data: bytes, number: int, suffix: str) -> bytes:
    """`suffix`, such as ` (#12)`, after the text of item `number`: before its marker and before blanks at its end.

    Nothing changes where it is there already, whichever links follow it. Raises NotFound, PlanEditRefused, and
    ValueError for a suffix that is no link.
    """
    item = item_at(data, number)
    kind, target = _linked(suffix)
    if target in getattr(item, kind):
        return data
    edited = data[: item.end] + suffix.encode() + data[item.end :]
    after = _alone(data, edited, item, _OF_TEXT)
    if target not in getattr(after, kind):
        raise PlanEditRefused(f"{_place(item)} ends within code, HTML or a box: no link can go there.", _BY_HAND)
    return edited


def remove_suffix(data: bytes, number: int, suffix: str) -> bytes:
    """The plan without `suffix` at item `number`: what it was before `add_suffix`. Nothing changes where it is not.

    Raises NotFound, PlanEditRefused, and ValueError for a suffix that is no link.
    """
    item = item_at(data, number)
    kind, target = _linked(suffix)
    written = suffix.encode()
    at = data.rfind(written, item.offset, item.end)
    if target not in getattr(item, kind) or at < 0:
        return data
    edited = data[:at] + data[at + len(written) :]
    _alone(data, edited, item, _OF_TEXT)
    return edited


def add_pull(data: bytes, number: int, pull: int) -> bytes:
    """The number of the pull request that did item `number`: for `#PR_NUMBER` on its line, else as ` (#12)`.

    Nothing changes where the item names it. Raises NotFound, PlanEditRefused.
    """
    item = item_at(data, number)
    if pull in item.mentions:
        return data
    line = _LINE.match(data, item.offset)
    assert line is not None  # it matches nothing as well
    edited = data[: line.start()] + PLACEHOLDER.sub(b"#%d" % pull, line[0]) + data[line.end() :]
    if edited != data and pull in _alone(data, edited, item, _OF_TEXT).mentions:
        return edited  # otherwise all of them are code
    return add_suffix(data, number, f" (#{pull})")


_BY_HAND = "Change the line by hand."
_SUFFIX = re.compile(r" \((closes )?#([1-9][0-9]{0,9})\)", re.ASCII)


def _linked(suffix: str) -> tuple[str, int]:
    """Which links of an item `suffix` is one of, and where it leads."""
    found = _SUFFIX.fullmatch(suffix)
    if not found:
        raise ValueError(f"not a link to an issue or pull request: {suffix!r}")
    return "issues" if found[1] else "pulls", int(found[2])


_LINE = re.compile(rb"[^\r\n]*")
_OF_TEXT = ("end", "text", "title", "issues", "pulls", "mentions")
"""What an edit of an item's text may change of it."""


def _alone(before: bytes, after: bytes, item: Item, may_change: tuple[str, ...]) -> Item:
    """The item as it is `after`, once it is sure that nothing else changed; items behind it may have moved."""
    moved = len(after) - len(before)
    was, now = items(before), items(after)
    if len(now) == len(was):
        edited = now[item.number - 1]
        allowed = replace(item, **{name: getattr(edited, name) for name in may_change})
        behind = (replace(each, offset=each.offset + moved, end=each.end + moved) for each in was[item.number :])
        if now == (*was[: item.number - 1], allowed, *behind):
            return edited
    raise PlanEditRefused(f"{_place(item)} cannot be changed alone: other items would change with it.", _BY_HAND)


def _place(item: Item) -> str:
    return f"Item {item.number} of the plan, on line {item.line},"
