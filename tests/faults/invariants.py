"""What must hold: after every death nothing is lost; in the end everything is there once, as if nothing had been."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.faults.sight import Row, Sight
from tests.faults.world import BASE

_COUNTED = {
    "event": ("group_id",),
    "revision": ("batch_id",),
    "outbox": ("attempts", "log", "words"),
    "bookmark": ("value",),
    "clone": ("stamp",),
}
"""Columns that say how often something was tried, or in how many runs."""
_RUNS = ("batch", "event_group", "answer")
"""Tables with a row for each run, or for what a run happened to ask."""
_DATED = ("at", "created_at", "updated_at", "commit", "head_commit")
"""Columns that hang on when a run was; a commit's id holds its date."""


def nothing_lost(before: Sight, now: Sight, end: Sight) -> Iterator[str]:
    """What is wrong, whatever happened so far."""
    yield from now.damage
    yield from _differences("of the person", before.own, now.own)
    yield from _log(before, now)
    yield from _contents(before, now)
    for ref, commit in before.remote.items():
        if now.remote.get(ref) != commit and ref not in now.commits:
            yield f"{ref} of the remote was moved or lost"
    for branch, commits in now.commits.items():
        was, will = before.commits.get(branch, []), end.commits.get(branch, [])
        if not (_grows(was, commits) and _grows(commits, will)):
            yield f"the remote has {branch} otherwise than an undisturbed run has it before, between or after"


def _grows(before: list[str], after: list[str]) -> bool:
    """Whether a branch has what it had, and perhaps more on top; the newest commit comes first."""
    return after[len(after) - len(before) :] == before


def as_undisturbed(before: Sight, now: Sight, end: Sight, *, same_time: bool) -> Iterator[str]:
    """What is wrong in the end; at another time than the undisturbed run's, dates and commit ids may be others."""
    yield from nothing_lost(before, now, end)
    for table in sorted(now.tables.keys() | end.tables.keys()):
        if table not in _RUNS:
            without = {*_COUNTED.get(table, ()), *(() if same_time else _DATED)}
            rows, there = (_counted(sight.tables.get(table, []), without) for sight in (end, now))
            yield from (f"missing in {table}: {_brief(row)}" for row in (rows - there).elements())
            yield from (f"not to be in {table}: {_brief(row)}" for row in (there - rows).elements())
    for what, expected, found in (
        ("of refs/qatui", _lasting(end.refs), _lasting(now.refs)),
        ("of the remote's refs", end.remote, now.remote),
    ):
        yield from _differences(what, _ids(expected, same_time), _ids(found, same_time))
    yield from _differences("of commits", end.commits, now.commits)
    yield from _differences("of files", _lasting(end.records), _lasting(now.records))
    yield from (f"left lying: {name}" for name in now.litter)
    if now.beside != end.beside:
        yield f"beside: {now.beside}, and undisturbed {end.beside}"


def _ids(refs: Mapping[str, str], same_time: bool) -> Mapping[str, str]:
    """Refs with their commits, or their names alone."""
    return refs if same_time else dict.fromkeys(refs, "")


def _lasting(found: Mapping[str, str]) -> Mapping[str, str]:
    """Without what is fetched anew when it is wanted, and the unfinished files of the dead."""
    passing = ("refs/qatui/base/", "refs/qatui/seen/")
    return {name: value for name, value in found.items() if not name.startswith(passing) and not name.endswith(".tmp")}


def whole_candidates(before: Sight, now: Sight, end: Sight) -> Iterator[str]:
    """Each candidate is as it was before, or as it will be in the end: nothing between."""
    was, will = ({row["id"]: row for row in sight.tables.get("candidate", [])} for sight in (before, end))
    known = {number: (_undated(was.get(number)), _undated(will.get(number))) for number in {*was, *will}}
    for row in now.tables.get("candidate", []):
        if _undated(row) not in known.get(row["id"], ()):
            yield f"neither as before nor as in the end: {row}"


def pushed_is_there(before: Sight, now: Sight, end: Sight) -> Iterator[str]:
    """What the store says is pushed is at the remote; candidates are in at most one publication under way."""
    pushed = set()
    for row in now.tables.get("publication", []):
        if row["state"] == "pushed":
            pushed.add(row["id"])
            if now.remote.get(f"refs/heads/{row['branch']}") != row["head_commit"] and row["push_url"]:
                yield f"publication {row['id']} is pushed, and the remote has no {row['branch']} at its commit"
            if not row["push_url"] and any(each["push_url"] for each in end.tables["publication"]):
                yield f"publication {row['id']} went nowhere"
    inside: defaultdict[int, list[int]] = defaultdict(list)
    for row in now.tables.get("publication_candidate", []):
        inside[row["candidate_id"]].append(row["publication_id"])
    for row in now.tables.get("candidate", []):
        at = inside.get(row["id"], [])
        if row["state"] in ("publishing", "published") and len(at) != 1:
            yield f"candidate {row['id']} is {row['state']} and in the publications {at}"
    jobs = [row for row in now.tables.get("outbox", []) if row["kind"] == "publish"]
    if len(jobs) != len(now.tables.get("publication", [])):
        yield "not one job a publication"


def opened_is_there(before: Sight, now: Sight, end: Sight) -> Iterator[str]:
    """A branch has one pull request at most, and what the store says is opened is there."""
    beside = now.beside if isinstance(now.beside, dict) else {"pulls": []}
    heads = Counter(head for _, _, head, *_ in beside["pulls"])
    yield from (f"{count} pull requests for {head}" for head, count in heads.items() if count > 1)
    numbers = {number for number, *_ in beside["pulls"]}
    for row in now.tables.get("publication", []):
        if row["pull_number"] is not None and row["pull_number"] not in numbers:
            yield f"publication {row['id']} has the pull request #{row['pull_number']}, which there is not"


def merged_is_there(before: Sight, now: Sight, end: Sight) -> Iterator[str]:
    """What the store says is merged is in the base at the remote; each kind of job is there once a publication."""
    logs = "\n".join(now.commits.get(f"refs/heads/{BASE}", []))
    for row in now.tables.get("publication", []):
        if row["pull_state"] == "merged" and f"#{row['pull_number']}" not in logs:
            yield f"publication {row['id']} is merged, and {BASE} does not have it"
    keys = Counter(row["key"] for row in now.tables.get("outbox", []))
    yield from (f"{count} jobs {key}" for key, count in keys.items() if count > 1)


def _log(before: Sight, now: Sight) -> Iterator[str]:
    """The log only grows, and tells of every change of a candidate: each event begins where the one before ended."""
    events = now.tables.get("event", [])
    was = before.tables.get("event", [])
    if events[: len(was)] != was:
        yield "events of before were changed or lost"
    told: dict[int, Mapping[str, Any]] = {}
    for event in events:
        number = event["candidate_id"]
        if number is None or event["after"] is None:
            continue
        begun = json.loads(event["before"]) if event["before"] else None
        if begun is not None and number in told and begun != told[number]:
            yield f"event {event['id']} begins elsewhere than the one before it ended"
        if begun is None and number in told and "state" in json.loads(event["after"]):
            yield f"event {event['id']} lets candidate {number} come in a second time"
        told[number] = {**told.get(number, {}), **json.loads(event["after"])}
    for row in now.tables.get("candidate", []):
        last = {name: row[name] for name in told.get(row["id"], ()) if name in row}
        if row["id"] not in told or last != {name: told[row["id"]][name] for name in last}:
            yield f"candidate {row['id']} is not as its last event says"


def _contents(before: Sight, now: Sight) -> Iterator[str]:
    """No candidate, revision or content that there was is gone, and each has what it needs."""
    hashes = {row["hash"] for row in now.tables.get("content", [])}
    revisions = Counter(row["candidate_id"] for row in now.tables.get("revision", []))
    for row in now.tables.get("candidate", []):
        if row["content_hash"] not in hashes or revisions[row["id"]] != row["revision"]:
            yield f"candidate {row['id']} lacks its content or a revision"
    for table, key in (("candidate", "id"), ("content", "hash")):
        there = {row[key] for row in now.tables.get(table, [])}
        yield from (f"{table} {row[key]} is gone" for row in before.tables.get(table, []) if row[key] not in there)
    paths = Counter(row["path"] for row in now.tables.get("candidate", []))
    yield from (f"two candidates for {path}" for path, count in paths.items() if count > 1)


def _undated(row: Row | None) -> Row | None:
    return row and {name: value for name, value in row.items() if name not in _DATED}


def _counted(rows: Iterable[Row], without: Iterable[str]) -> Counter[str]:
    return Counter(json.dumps({name: row[name] for name in row if name not in without}, default=repr) for row in rows)


def _brief(row: str) -> str:
    return row if len(row) < _BRIEF else row[:_BRIEF] + "…"


_BRIEF = 160


def _differences(what: str, expected: Mapping[str, object], found: Mapping[str, object]) -> Iterator[str]:
    for name in sorted({*expected, *found}):
        if name not in found:
            yield f"{what}: {name} is missing"
        elif name not in expected:
            yield f"{what}: {name} is not to be there"
        elif found[name] != expected[name]:
            yield f"{what}: {name} is another"
