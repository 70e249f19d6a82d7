"""A world that is kept: all of it is there again, also after SIGKILL; one process has it; other files are refused."""

import multiprocessing
import os
import signal
import sqlite3
from multiprocessing.connection import Connection
from pathlib import Path

import httpx
import msgspec
import pytest

from qatui.errors import StoreBusy, StoreError
from qatui.sandbox.github.answering import GitHub
from qatui.sandbox.github.records import Comment, Label
from qatui.sandbox.github.serve import serving
from qatui.sandbox.github.world import FILE, Table, World
from tests.lookalike import found_world

R = "/repos/acme/payments-api"


def everything(world: World) -> dict[str, list[bytes]]:
    """Every record of every kind."""
    tables = [each for each in vars(world).values() if isinstance(each, Table)]
    assert len(tables) > 15
    return {each.name: [msgspec.json.encode(record) for record in each] for each in tables}


def serve(directory: Path, told: Connection) -> None:
    """Serve a kept world until the end comes from outside."""
    world = World(directory, keep=True)
    with serving(GitHub(world)) as url:
        told.send(url)
        told.recv()


def test_all_is_there_again(tmp_path: Path) -> None:
    """GITHUB.md, The embedded GitHub: state in SQLite."""
    world, repository, _ = found_world(tmp_path / "world", keep=True)
    token = next(iter(world.tokens)).value
    with serving(GitHub(world)) as url, httpx.Client(base_url=url, headers={"Authorization": f"token {token}"}) as http:
        number = http.post(f"{R}/issues", json={"title": "a", "labels": ["bug"]}).json()["number"]
        http.patch(f"{R}/issues/{number}", json={"state": "closed"})
        for words in ("one", "two"):
            comment = http.post(f"{R}/issues/{number}/comments", json={"body": words}).json()
        assert http.delete(f"{R}/issues/comments/{comment['id']}").status_code == 204
        http.post(f"{R}/hooks", json={"config": {"url": "http://127.0.0.1:1/", "secret": "s"}})
        before = {path: http.get(path).text for path in (R, f"{R}/issues/{number}", f"{R}/issues/{number}/timeline")}
    seen = everything(world)
    assert [each.body for each in world.comments] == ["one"]
    world.close()
    again = World(tmp_path / "world", keep=True)
    assert everything(again) == seen
    assert again.comments.add(Comment(repository_id=1, issue_id=1, user_id=1, body="three")).id == comment["id"] + 1
    again.comments.remove(next(each for each in again.comments if each.body == "three"))
    with serving(GitHub(again)) as other:
        for path, text in before.items():
            headers = {"Authorization": f"token {token}"}
            assert httpx.get(other + path, headers=headers).text == text.replace(url[7:], other[7:])
    assert again.bare(again.repositories[repository.id]).is_dir()
    again.close()


def test_killed_loses_nothing_answered(tmp_path: Path) -> None:
    """What was answered 201 is there after SIGKILL, every one."""
    world, *_ = found_world(tmp_path / "world", keep=True)
    token = next(iter(world.tokens)).value
    world.close()
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(tmp_path / "world", theirs), daemon=True)
    process.start()
    made = []
    with httpx.Client(base_url=ours.recv(), headers={"Authorization": f"token {token}"}) as http:
        for n in range(20):
            answer = http.post(f"{R}/labels", json={"name": f"label-{n}", "color": "abcdef"})
            made.append(answer.json()["id"])
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
    process.join()
    again = World(tmp_path / "world", keep=True)
    assert [again.labels[number].name for number in made] == [f"label-{n}" for n in range(20)]
    again.close()


def test_one_process_at_a_time(tmp_path: Path) -> None:
    """The second is refused; when the first ends the folder is free."""
    first = World(tmp_path, keep=True)
    with pytest.raises(StoreBusy, match="in use by another sandbox"):
        World(tmp_path, keep=True)
    first.close()
    World(tmp_path, keep=True).close()


@pytest.mark.parametrize("what", ["text", "empty database", "other program", "other version", "odd record"])
def test_other_files_are_refused(tmp_path: Path, what: str) -> None:
    """One clear sentence, and the file stays as it is."""
    path = tmp_path / FILE
    if what == "text":
        path.write_text("not a database at all, and long enough to be read as one's header")
    elif what in ("other version", "odd record"):
        World(tmp_path, keep=True).close()
    change = {
        "other program": "CREATE TABLE customer (id INTEGER)",
        "other version": "PRAGMA user_version = 99",
        "odd record": "INSERT INTO record VALUES ('Issue', 1, '{\"id\": \"one\"}')",
    }.get(what)
    if change:
        with sqlite3.connect(path) as connection:
            connection.execute(change)
        connection.close()
    if what == "empty database":
        path.touch()
        World(tmp_path, keep=True).close()
        return
    before = path.read_bytes()
    for _ in range(2):
        with pytest.raises(StoreError, match="is no file of this version's sandbox"):
            World(tmp_path, keep=True)
    assert path.read_bytes() == before


def test_what_could_not_be_written_has_not_been(tmp_path: Path) -> None:
    """What was answered 500 for a full disk is not there later; what is only read is answered meanwhile."""
    world, repository, _ = found_world(tmp_path / "world", keep=True)
    storage, token = world._storage, next(iter(world.tokens)).value
    github, next_number = GitHub(world), repository.next_number

    class Full:
        load, unreadable = storage.load, storage.unreadable

        def save(self, *_: object) -> None:
            raise StoreError("The disk is full.", "Make room.")

    before = everything(world)
    headers = {"Authorization": f"token {token}"}
    with serving(github) as url, httpx.Client(base_url=url, headers=headers) as http:
        hook = {"config": {"url": "http://127.0.0.1:1/"}, "events": ["label"]}
        assert http.post(f"{R}/hooks", json=hook).status_code == 201
        assert github.deliveries.idle(10)
        before = everything(world)
        world._storage = Full()  # type: ignore[assignment]  # stands for a full disk
        assert http.post(f"{R}/labels", json={"name": "lost", "color": "abcdef"}).status_code == 500
        assert http.post(f"{R}/issues", json={"title": "lost"}).status_code == 500
        assert http.get(f"{R}/issues/{next_number}").status_code == 404
        world._storage = storage
        assert everything(world) == before
        assert http.get("/user").status_code == 200
        assert http.post(f"{R}/issues", json={"title": "kept"}).json()["number"] == next_number
    assert repository is world.repositories[repository.id]
    world.close()
    assert len(github.bugs) == 2
    again = World(tmp_path / "world", keep=True)
    assert "lost" not in [each.name for each in again.labels]
    assert [each.title for each in again.issues] == ["kept"]
    again.close()


@pytest.mark.parametrize("keep", [False, True])
def test_all_at_once_or_nothing(tmp_path: Path, *, keep: bool) -> None:
    """Commits within are held back; an exception takes all of it back, in memory too."""
    world, repository, _ = found_world(tmp_path / "world", keep=keep)
    before = everything(world)

    def half() -> None:
        with world.at_once():
            world.labels.add(Label(repository_id=repository.id, name="half"))
            world.commit()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    world.commit()
    assert everything(world) == before
    with world.at_once():
        world.labels.add(Label(repository_id=repository.id, name="whole"))
    world.take_back()
    assert "whole" in [each.name for each in world.labels]
    world.close()


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    """Tokens are in it, and a private repository."""
    world, repository, _ = found_world(tmp_path / "world", keep=True)
    folders = [tmp_path / "world", world.bare(repository).parent]
    files = list((tmp_path / "world").glob(f"{FILE}*"))
    assert len(files) > 1  # the write-ahead log too
    assert {each.stat().st_mode & 0o777 for each in folders} == {0o700}
    assert {each.stat().st_mode & 0o777 for each in files} == {0o600}
    world.close()
