"""Intake into a real store over a real repository."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from qatui.domain.candidate import Candidate, State
from qatui.domain.lifecycle import Action
from qatui.domain.proposal import MAX_BYTES, Intake, Proposal, Refusal, Replaced
from qatui.errors import StoreError
from qatui.flows.admission import admit
from qatui.flows.arrival import Item, Run
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.ingest import ingest
from qatui.flows.publish import publish
from qatui.store import candidates, content, events, reviews
from qatui.store import schema as tables
from tests.conftest import Project


def proposal(path: str, body: str | bytes = "def test():\n    assert 1\n", **told: object) -> Proposal:
    """A proposal as a folder would give it."""
    return replace(Proposal(path, body.encode() if isinstance(body, str) else body, f"in/{path}"), **told)  # type: ignore[arg-type]


def take(desk: Desk, *proposals: Proposal | Refusal) -> Intake:
    """Ingest, from a source called `here`."""
    return ingest(desk, proposals, source="here")


def one(desk: Desk, path: str) -> Candidate:
    """The candidate of a path."""
    with desk.db.read() as connection:
        return candidates.by_path(connection, desk.repository_id, [path])[path]


def count(desk: Desk, name: str) -> int:
    """Rows in a table."""
    with desk.db.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(getattr(tables, name))) or 0)


def put_state(desk: Desk, number: int, state: State, **values: object) -> None:
    """Bring a candidate into a state, with a verdict of ann where it has one."""
    with desk.db.write() as connection:
        was = candidates.get_many(connection, desk.repository_id, [number])[number]
        kinds = {State.APPROVED, State.REJECTED, State.DEFERRED}
        verdict = {"verdict_kind": state, "verdict_by": "ann", "verdict_at": 1, "verdict_hash": was.content_hash}
        columns = {"state": state, **(verdict if state in kinds else {}), **values}
        candidates.change_many(connection, [(was, columns)], desk.now())


def test_new_candidate_has_everything(desk: Desk) -> None:
    """State row, revision, content, origin, batch and event of a new file and of a modified one."""
    told = {
        "title": "Refunds",
        "generator": {"name": "gen", "model": "m1"},
        "endpoint": {"method": "GET", "path": "/refunds"},
        "plan_item": "#7",
        "completes": True,
        "priority": 3,
        "labels": ("a", "b"),
    }
    done = take(desk, proposal("tests/test_refunds.py", "a\nb\n", **told), proposal("tests/test_orders.py", "x\n"))
    new = one(desk, "tests/test_refunds.py")
    changed = one(desk, "tests/test_orders.py")
    assert done == Intake(new=(new.id, changed.id))
    assert done.taken == (new.id, changed.id)
    assert (new.state, new.title, new.author, new.priority, new.added, new.removed) == (
        State.PENDING, "Refunds", "gen", 3, 2, 0,
    )  # fmt: skip
    assert new.base_oid is None
    assert (changed.title, changed.author, changed.priority, changed.added, changed.removed) == (
        "test_orders", "generator", 0, 1, 3,
    )  # fmt: skip
    assert changed.base_oid == desk.repository.oids(desk.base.commit, ["tests/test_orders.py"])["tests/test_orders.py"]
    with desk.db.read() as connection:
        assert content.get(connection, new.content_hash) == b"a\nb\n"
        origins = reviews.origins(connection, [new.id, changed.id])
        (revision,) = reviews.revisions(connection, new.id)
        log = events.log(connection, desk.repository_id)
        batches = connection.execute(select(tables.batch.c.source, tables.batch.c.actor)).all()
        undo = events.last_to_undo(connection, desk.repository_id, desk.reviewer)
    assert list(origins) == [new.id]
    assert origins[new.id] == reviews.Origin(
        generator={"name": "gen", "model": "m1"},
        endpoint={"method": "GET", "path": "/refunds"},
        plan_item="#7",
        completes=True,
        labels=("a", "b"),
        replaces=None,
    )
    assert (revision.number, revision.base_commit, revision.author) == (1, desk.base.commit, "gen")
    assert [(each.action, each.cause, each.actor, each.before) for each in log] == [
        ("ingest", "here", "robin@example.test", None)
    ] * 2
    assert batches == [("here", "robin@example.test")]
    assert undo is None


def test_again_changes_nothing(desk: Desk) -> None:
    """The same bytes twice: no row, no event, no batch more."""
    files = [proposal(f"tests/test_{number}.py", f"{number}\n") for number in range(5)]
    first = take(desk, *files)
    before = [count(desk, name) for name in ("candidate", "revision", "event", "batch", "content")]
    assert take(desk, *files) == Intake(unchanged=first.new)
    assert [count(desk, name) for name in ("candidate", "revision", "event", "batch", "content")] == before


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.PENDING, "revision 2 came in"),
        (State.IN_REVIEW, "revision 2 came in"),
        (State.APPROVED, "revision 2 came in; was approved by ann"),
        (State.REJECTED, "revision 2 came in; was rejected by ann"),
        (State.DEFERRED, "revision 2 came in; was deferred by ann"),
        (State.MERGED, "revision 2 came in; was merged"),
        (State.SUPERSEDED, "revision 2 came in; was superseded"),
    ],
)
def test_new_content_makes_a_revision(desk: Desk, state: State, words: str) -> None:
    """It waits for review again and says why; the verdict is gone, what the source did not say stays."""
    (number,) = take(desk, proposal("tests/test_a.py", "1\n", title="A", priority=4)).new
    put_state(desk, number, state, assignee="ann", risk=0, score=3, score_rank=3)
    assert take(desk, proposal("tests/test_a.py", "2\n3\n")) == Intake(revised=(number,))
    now = one(desk, "tests/test_a.py")
    assert (now.state, now.state_reason, now.revision, now.verdict) == (State.PENDING, words, 2, None)
    assert (now.title, now.priority, now.added, now.score, int(now.risk)) == ("A", 4, 2, None, 3)
    assert now.assignee == (None if state in (State.MERGED, State.SUPERSEDED) else "ann")
    with desk.db.read() as connection:
        (event, _) = events.log(connection, desk.repository_id, candidate_id=number)
        assert [each.number for each in reviews.revisions(connection, number)] == [1, 2]
    assert event.action == Action.REVISE
    assert event.before is not None
    assert event.after is not None
    assert (event.before["state"], event.after["state"]) == (state, "pending")


def test_bytes_are_kept(desk: Desk) -> None:
    """Not UTF-8, CRLF, no last line end, nothing at all: as they came."""
    files = {"tests/a": b"\xff\xfe caf\xe9", "tests/b": b"1\r\n2", "tests/c": b""}
    done = take(desk, *(proposal(path, data) for path, data in files.items()))
    assert len(done.new) == 3
    with desk.db.read() as connection:
        for path, data in files.items():
            assert content.get(connection, one(desk, path).content_hash) == data


def test_an_earlier_revision_is_known(desk: Desk) -> None:
    """A source that goes back to what was there before changes nothing."""
    (number,) = take(desk, proposal("tests/a", "1")).new
    take(desk, proposal("tests/a", "2"))
    assert take(desk, proposal("tests/a", "1")) == Intake(unchanged=(number,))
    assert one(desk, "tests/a").revision == 2


def test_a_damaged_content_is_mended_by_a_newer_version_as_its_hint_says(desk: Desk) -> None:
    """The same bytes again are known and mend nothing, so the hint must not say so."""
    (number,) = take(desk, proposal("tests/a", "1")).new
    with desk.db.write() as connection:
        connection.execute(update(tables.content).values(data=b"damaged"))
    with desk.db.read() as connection, pytest.raises(StoreError) as caught:
        content.get(connection, one(desk, "tests/a").content_hash)
    assert caught.value.hint == "Restore a backup, or ingest a newer version of the file."
    assert take(desk, proposal("tests/a", "1")) == Intake(unchanged=(number,))
    assert take(desk, proposal("tests/a", "2")) == Intake(revised=(number,))
    with desk.db.read() as connection:
        assert content.get(connection, one(desk, "tests/a").content_hash) == b"2"


def test_a_reviewers_own_edit_is_told_of(desk: Desk) -> None:
    """New content over a customized revision says whose that was; the revision stays."""
    (number,) = take(desk, proposal("tests/a", "1")).new
    put_state(desk, number, State.IN_REVIEW, customized=True, author="ann")
    take(desk, proposal("tests/a", "2", generator={"name": "gen"}))
    now = one(desk, "tests/a")
    assert now.state_reason == "revision 2 came in; revision 1 was ann's own"
    assert (now.customized, now.author) == (False, "gen")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.PUBLISHING, "it is being published"),
        (State.PUBLISHED, "it is published; close or merge its pull request first"),
    ],
)
def test_not_over_what_is_published(desk: Desk, state: State, words: str) -> None:
    """What is on its way out is not changed behind its back."""
    (number,) = take(desk, proposal("tests/a", "1")).new
    put_state(desk, number, state)
    assert take(desk, proposal("tests/a", "2")) == Intake(refused=(("in/tests/a", words),))
    assert one(desk, "tests/a").revision == 1


def test_what_was_published_and_is_on_base_now_is_merged_and_can_be_revised(desk: Desk, project: Project) -> None:
    """Somebody merged the pull request, and the clone has fetched that; no token told us."""
    (number, other) = take(desk, proposal("tests/a", "1"), proposal("tests/b", "1")).new
    decide(desk, [number, other], Action.APPROVE)
    (made,) = publish(desk).publications
    assert [reason for _, reason in take(desk, proposal("tests/a", "2")).refused] == [
        "it is published; close or merge its pull request first"
    ]
    project.git("push", "-q", "origin", f"{made.head_commit}:refs/heads/main")
    project.git("fetch", "-q", "origin")
    merged = replace(desk, base=desk.repository.base())
    assert take(merged, proposal("tests/a", "1")) == Intake(unchanged=(number,)), "only new content is a reason to look"
    assert take(merged, proposal("tests/a", "2")) == Intake(revised=(number,))
    now = one(desk, "tests/a")
    assert (now.state, now.revision, now.verdict, now.base_oid) == (
        State.PENDING, 2, None, project.git("rev-parse", "origin/main:tests/a")
    )  # fmt: skip
    assert now.state_reason == "revision 2 came in; was merged"
    with desk.db.read() as connection:
        revised, landed, *_ = events.log(connection, desk.repository_id, candidate_id=number)
    assert (landed.action, revised.action) == (Action.MERGED, Action.REVISE)
    assert [each["state"] for each in (landed.before, landed.after, revised.before, revised.after) if each] == [
        "published", "merged", "merged", "pending"
    ]  # fmt: skip
    assert one(desk, "tests/b").state is State.PUBLISHED


def test_what_is_on_base_otherwise_stays_published(desk: Desk, project: Project) -> None:
    """Merged with changes, or by others: that is for a person to look at."""
    (number,) = take(desk, proposal("tests/a", "1")).new
    put_state(desk, number, State.PUBLISHED)
    project.commit({"tests/a": "theirs"})
    later = replace(desk, base=desk.repository.base())
    assert len(take(later, proposal("tests/a", "2")).refused) == 1
    assert one(desk, "tests/a").state is State.PUBLISHED


def test_the_rest_is_taken(desk: Desk) -> None:
    """Refusals, those of the source and ours, stand in their order; the others come in."""
    done = take(
        desk,
        Refusal("m line 1", "malformed"),
        proposal("tests/a"),
        proposal("src/a.py"),
        proposal("tests/../x"),
        proposal("tests/bin", b"\0"),
        proposal("tests/b"),
        proposal("tests/.git/hooks/post-checkout"),
        proposal("tests/big", b"a" * (MAX_BYTES + 1)),
    )
    assert len(done.new) == 2
    assert [place for place, _ in done.refused] == [
        "m line 1", "in/src/a.py", "in/tests/../x", "in/tests/bin", "in/tests/.git/hooks/post-checkout", "in/tests/big",
    ]  # fmt: skip
    assert done.seen == 8


def test_nothing_makes_no_batch(desk: Desk) -> None:
    """A run that takes nothing leaves no trace."""
    assert take(desk) == Intake()
    assert take(desk, proposal("src/x"), Refusal("a", "b")).refused
    assert [count(desk, name) for name in ("batch", "event", "event_group", "content")] == [0, 0, 0, 0]


def test_same_as_on_base(desk: Desk, project: Project) -> None:
    """A file that base has already is nothing to review."""
    there = (project.root / "tests" / "test_orders.py").read_bytes()
    assert take(desk, proposal("tests/test_orders.py", there)) == Intake(same_as_base=1)
    assert count(desk, "candidate") == 0


def test_base_stands_in_the_way(desk: Desk, project: Project) -> None:
    """Through links and submodules, over folders, below files: refused, each with what stands there."""
    (project.root / "tests" / "link").symlink_to("/tmp")
    (project.root / "tests" / "file_link.py").symlink_to("test_orders.py")
    commit = project.commit({"tests/deep/x.py": "1\n"})
    project.git("update-index", "--add", "--cacheinfo", f"160000,{commit},tests/module")
    project.git("commit", "-q", "-m", "module")
    desk = replace(desk, base=replace(desk.base, commit=project.git("rev-parse", "HEAD")))
    paths = [
        "tests/link/x.py", "tests/file_link.py", "tests/module/x.py", "tests/module", "tests/deep", "tests/deep/x.py/y",
        "tests/deep/y.py",
    ]  # fmt: skip
    done = take(desk, *(proposal(path) for path in paths))
    assert [reason for _, reason in done.refused] == [
        "the path goes through tests/link, a symbolic link or submodule on base",
        "the path is a symbolic link or submodule on base",
        "the path goes through tests/module, a symbolic link or submodule on base",
        "the path is a symbolic link or submodule on base",
        "the path is a folder on base",
        "tests/deep/x.py is a file on base, no folder",
    ]
    assert done.new == (one(desk, "tests/deep/y.py").id,)


def test_a_name_is_a_file_or_a_folder(desk: Desk) -> None:
    """Between candidates too, of this run and of earlier ones; the first stays, and gone ones do not count."""
    done = take(desk, proposal("tests/a/b"), proposal("tests/a"), proposal("tests/a/b/c"))
    assert done.refused == (
        ("in/tests/a", "another candidate lies in it as in a folder: tests/a/b"),
        ("in/tests/a/b/c", "another candidate is the file tests/a/b"),
    )
    again = take(desk, proposal("tests/a"), proposal("tests/a/b/c"))
    assert again.refused == done.refused
    put_state(desk, one(desk, "tests/a/b").id, State.WITHDRAWN)
    assert len(take(desk, proposal("tests/a")).new) == 1


def test_later_in_the_same_run(desk: Desk) -> None:
    """The later of two proposals for a path is the next revision; run again, nothing changes."""
    both = [proposal("tests/a", "1"), proposal("tests/a", "2"), proposal("tests/a", "1")]
    done = take(desk, *both)
    number = one(desk, "tests/a").id
    assert done == Intake(new=(number,), revised=(number,), unchanged=(number,))
    assert take(desk, *both) == Intake(unchanged=(number,) * 3)
    with desk.db.read() as connection:
        assert content.get(connection, one(desk, "tests/a").content_hash) == b"2"


def test_replaces(desk: Desk) -> None:
    """By path and by id, in the store and in the same run: the other is superseded, and says by whom."""
    take(desk, proposal("tests/a"), proposal("tests/b"))
    a, b = one(desk, "tests/a"), one(desk, "tests/b")
    put_state(desk, a.id, State.APPROVED)
    done = take(
        desk,
        proposal("tests/c", replaces="tests/a"),
        proposal("tests/d", replaces=str(b.id)),
        proposal("tests/e"),
        proposal("tests/f", replaces="tests/e"),
    )
    assert len(done.new) == 4
    for path, by in (("tests/a", "tests/c"), ("tests/b", "tests/d"), ("tests/e", "tests/f")):
        gone = one(desk, path)
        assert (gone.state, gone.state_reason) == (State.SUPERSEDED, f"{by} replaced it")
        with desk.db.read() as connection:
            assert events.log(connection, desk.repository_id, candidate_id=gone.id)[0].action == Action.SUPERSEDE
    assert one(desk, "tests/f").state is State.PENDING
    assert one(desk, "tests/a").verdict is not None


def test_replaces_nothing_to_do(desk: Desk) -> None:
    """What is gone already needs no replacing; saying so again refuses nothing."""
    take(desk, proposal("tests/a"))
    take(desk, proposal("tests/b", replaces="tests/a"))
    version = one(desk, "tests/a").version
    assert take(desk, proposal("tests/b", "2", replaces="tests/a")).revised
    assert one(desk, "tests/a").version == version


def test_replaces_itself(desk: Desk) -> None:
    """By path, there or not, or by id: a mistake worth a look."""
    words = "replaces: it names itself; new content for a path is its next revision without it"
    assert take(desk, proposal("tests/a", replaces="tests/a")) == Intake(refused=(("in/tests/a", words),))
    (number,) = take(desk, proposal("tests/a")).new
    for name in ("tests/a", str(number)):
        assert take(desk, proposal("tests/a", "2", replaces=name)).refused == (("in/tests/a", words),)
    assert (one(desk, "tests/a").state, one(desk, "tests/a").revision) == (State.PENDING, 1)


def test_what_is_superseded_is_told(desk: Desk) -> None:
    """Which, by what, and whose approval is lost; told once."""
    a, b = take(desk, proposal("tests/a"), proposal("tests/b")).new
    decide(desk, [a], Action.APPROVE)
    proposals = [proposal("tests/c", replaces="tests/a"), proposal("tests/d", replaces=str(b))]
    assert take(desk, *proposals).superseded == (
        Replaced(a, "tests/a", "tests/c", desk.reviewer),
        Replaced(b, "tests/b", "tests/d", None),
    )
    assert take(desk, *proposals).superseded == ()


@pytest.mark.parametrize("words", ["tests/none", "99", "9" * 30, "²"])
def test_replaces_nobody(desk: Desk, words: str) -> None:
    """A candidate that is not there is a mistake worth a look."""
    done = take(desk, proposal("tests/a", replaces=words))
    assert done == Intake(refused=(("in/tests/a", f"replaces: there is no candidate {words}"),))


def test_replaces_what_is_published(desk: Desk) -> None:
    """Refused whole, with the lifecycle's words; and nothing of it comes in."""
    (number,) = take(desk, proposal("tests/a")).new
    put_state(desk, number, State.PUBLISHED)
    ((_, reason),) = take(desk, proposal("tests/b", replaces="tests/a")).refused
    assert reason == (
        f"replaces: candidate {number} cannot be replaced: it is published; close or merge its pull request first"
    )
    assert count(desk, "candidate") == 1


def test_a_folder_may_take_the_place_of_the_file_it_replaces(desk: Desk) -> None:
    """And a file that of the folder; the clash goes with the one that goes."""
    take(desk, proposal("tests/a"))
    assert take(desk, proposal("tests/a/b", replaces="tests/a")).refused == ()
    assert take(desk, proposal("tests/a", "2", replaces="tests/a/b")).refused == ()
    assert one(desk, "tests/a").state is State.PENDING
    assert one(desk, "tests/a/b").state is State.SUPERSEDED


def test_every_file_of_a_folder_must_go_before_a_file_takes_its_place(desk: Desk) -> None:
    """One of two that goes is not enough; once both are replaced, whoever did it, the place is free."""
    take(desk, proposal("tests/dir/x"), proposal("tests/dir/y"), proposal("tests/dir-z"), proposal("tests/dir0"))
    ((_, reason),) = take(desk, proposal("tests/dir", replaces="tests/dir/y")).refused
    assert reason == "another candidate lies in it as in a folder: tests/dir/x"
    assert one(desk, "tests/dir/y").state is State.PENDING
    done = take(desk, proposal("tests/x", replaces="tests/dir/x"), proposal("tests/dir", replaces="tests/dir/y"))
    assert (len(done.new), done.refused) == (2, ())


@pytest.mark.parametrize("between", [0, 210])
def test_what_goes_makes_room_at_once(desk: Desk, between: int) -> None:
    """For what comes later, in the same transaction or another; not for what came before it."""
    take(desk, proposal("tests/e/y"), proposal("tests/f"))
    done = take(
        desk,
        proposal("tests/e"),
        proposal("tests/f/g"),
        proposal("tests/z", replaces="tests/e/y"),
        proposal("tests/f2", replaces="tests/f"),
        *(proposal(f"tests/many/{number}") for number in range(between)),
        proposal("tests/e", "2"),
        proposal("tests/f/g", "2"),
    )
    assert [reason for _, reason in done.refused] == [
        "another candidate lies in it as in a folder: tests/e/y",
        "another candidate is the file tests/f",
    ]
    assert len(done.new) == 4 + between


def test_replaced_and_then_revised(desk: Desk) -> None:
    """The proposals count in their order: what comes in after it was replaced waits again, the other is gone."""
    take(desk, proposal("tests/a"), proposal("tests/b"))
    number = one(desk, "tests/b").id
    take(desk, proposal("tests/c", replaces="tests/a"), proposal("tests/a", "2"))
    take(desk, proposal("tests/b", "2"), proposal("tests/d", replaces=str(number)))
    assert (one(desk, "tests/a").state, one(desk, "tests/a").revision) == (State.PENDING, 2)
    assert (one(desk, "tests/b").state, one(desk, "tests/b").revision) == (State.SUPERSEDED, 2)


def test_two_replace_one(desk: Desk) -> None:
    """The first names itself in it; for the second it is gone already."""
    take(desk, proposal("tests/a"))
    assert len(take(desk, proposal("tests/b", replaces="tests/a"), proposal("tests/c", replaces="tests/a")).new) == 2
    assert one(desk, "tests/a").state_reason == "tests/b replaced it"


def test_a_superseded_candidate_comes_back(desk: Desk) -> None:
    """New content for it makes it wait for review again."""
    take(desk, proposal("tests/a"), proposal("tests/b", replaces="tests/a"))
    take(desk, proposal("tests/a", "2"))
    now = one(desk, "tests/a")
    assert (now.state, now.state_reason) == (State.PENDING, "revision 2 came in; was superseded")


def test_what_is_told_again(desk: Desk) -> None:
    """A newer intake's words take the place of the earlier ones; silence leaves them."""
    take(desk, proposal("tests/a", "1", labels=("x",), title="Old"))
    take(desk, proposal("tests/a", "2"))
    number = one(desk, "tests/a").id
    with desk.db.read() as connection:
        assert reviews.origins(connection, [number])[number].labels == ("x",)
    take(desk, proposal("tests/a", "3", labels=("y",), title="New", priority=9))
    with desk.db.read() as connection:
        assert reviews.origins(connection, [number])[number].labels == ("y",)
    assert (one(desk, "tests/a").title, one(desk, "tests/a").priority) == ("New", 9)


@pytest.mark.parametrize(
    ("path", "title"), [("tests/test_a.py", "test_a"), ("tests/a.test.ts", "a.test"), ("tests/.env", ".env")]
)
def test_title_of_a_file(desk: Desk, path: str, title: str) -> None:
    """The file's name without its ending, where none was told."""
    take(desk, proposal(path))
    assert one(desk, path).title == title


def test_chunks(desk: Desk) -> None:
    """At most 200 candidates a transaction, told after each; one batch and one group for the whole run."""
    told: list[int] = []
    moments: list[int] = []

    def now() -> int:
        moments.append(len(told))
        return 1

    mixed: list[Proposal | Refusal] = [proposal(f"tests/{number}", f"{number}") for number in range(401)]
    mixed[200:200] = [Refusal("x", "y")] * 201
    done = ingest(replace(desk, now=now), mixed, source="here", progress=told.append)
    assert len(done.new) == 401
    assert told == [200, 400, 600, 602]
    assert moments == [0, 2, 3]
    assert [count(desk, name) for name in ("batch", "event_group", "event")] == [1, 1, 401]


def test_large_contents_make_smaller_chunks(desk: Desk) -> None:
    """A transaction is bounded in bytes as well."""
    told: list[int] = []
    many = [proposal(f"tests/{number}", bytes([65 + number]) * MAX_BYTES) for number in range(9)]
    assert len(ingest(desk, many, source="here", progress=told.append).new) == 9
    assert told == [4, 8, 9]


def test_what_another_run_took_meanwhile(desk: Desk) -> None:
    """Between the look and the write others may come first; the rows count as they are when it writes."""
    item = Item(proposal("tests/a"), content.hash_of(proposal("tests/a").content), added=1)
    first, second = (Run(desk, "here", events.new_group_id()) for _ in range(2))
    assert admit(first, [item]) == (Intake(new=(1,)), [])
    assert admit(second, [item]) == (Intake(unchanged=(1,)), [])
    assert count(desk, "revision") == 1


def test_a_neighbour_that_came_meanwhile(desk: Desk) -> None:
    """A file and a folder of one name do not both come in, though neither run saw the other's when it began."""

    def slowly() -> Iterator[Proposal]:
        take(desk, proposal("tests/a"), proposal("tests/b/c"))
        yield proposal("tests/a/b")
        yield proposal("tests/b")

    done = ingest(desk, slowly(), source="slow")
    assert [reason for _, reason in done.refused] == [
        "another candidate is the file tests/a",
        "another candidate lies in it as in a folder: tests/b/c",
    ]
