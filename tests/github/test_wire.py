"""The client on real sockets: what httpx would do by itself, and servers that never end."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from qatui.errors import ServerTrouble, StrangeAnswer, Unreachable
from qatui.github import users, wire
from qatui.github.client import PAUSES, GitHub
from tests.conftest import Clock
from tests.github.conftest import TOKEN

OK = b'HTTP/1.1 200 OK\r\nContent-Length: 25\r\nConnection: close\r\n\r\n{"login": "kim", "id": 1}'


@contextmanager
def serving(speak: Callable[[socket.socket], object]) -> Iterator[tuple[str, list[bytes]]]:
    """A server that says to each connection what it says, whatever is asked; its address and what was asked."""
    heard: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                heard.append(connection.recv(65_536))
                with suppress(OSError):  # the client went away, as it should
                    speak(connection)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def client(url: str, clock: Clock, seconds: float = 30.0) -> GitHub:
    return GitHub(url, TOKEN, now=clock, sleep=lambda pause: clock.forward(round(pause * 1000)), seconds=seconds)


def test_no_netrc_and_no_proxy_takes_the_tokens_place(
    home: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    netrc = home / ".netrc"
    netrc.write_text("machine 127.0.0.1 login me password other\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with serving(lambda end: end.sendall(OK)) as (url, heard), serving(lambda end: end.sendall(OK)) as (proxy, through):
        monkeypatch.setenv("HTTP_PROXY", proxy)
        monkeypatch.setenv("ALL_PROXY", proxy)
        with client(url, clock) as github:
            assert github.ask(users.me()).login == "kim"
    assert f"authorization: bearer {TOKEN}".encode() in heard[0].lower()
    assert b"Basic" not in heard[0]
    assert through == []


def test_a_proxy_of_the_environment_carries_https(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    refuse = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with serving(lambda end: end.sendall(refuse)) as (proxy, through):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        with client("https://git.acme.test/api/v3", clock) as github, pytest.raises(Unreachable, match="403 Forbidden"):
            github.ask(users.me())
    assert through[0].startswith(b"CONNECT git.acme.test:443 ")
    assert TOKEN.encode() not in b"".join(through)


def test_an_answer_without_an_end_is_cut_off(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setattr(wire, "LARGEST", 1_000_000)

    def endless(end: socket.socket) -> None:
        end.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        while True:
            end.sendall(b"[" * 65_536)

    with (
        serving(endless) as (url, heard),
        client(url, clock) as github,
        pytest.raises(StrangeAnswer, match="more than 1 million bytes"),
    ):
        github.ask(users.me())
    assert len(heard) == 1


def test_an_answer_that_drips_is_too_slow(clock: Clock) -> None:
    def drip(end: socket.socket) -> None:
        end.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            clock.forward(4000)
            end.sendall(b"1\r\n[\r\n")

    with (
        serving(drip) as (url, heard),
        client(url, clock) as github,
        pytest.raises(ServerTrouble, match="longer than 30 seconds"),
    ):
        github.ask(users.me())
    assert len(heard) == len(PAUSES)


def test_silence_is_too_slow(clock: Clock) -> None:
    with (
        serving(lambda end: end.recv(1)) as (url, heard),
        client(url, clock, seconds=0.05) as github,
        pytest.raises(ServerTrouble, match=r"longer than 0\.05 seconds"),
    ):
        github.ask(users.me())
    assert len(heard) == len(PAUSES)


@pytest.mark.parametrize(
    "answer",
    [
        OK[:-5],
        b"",
        b"HTTP/1.1 200 OK\r\n\r\n" + b'{"login": "k',
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        b"\x16\x03\x01 this is not HTTP\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: nonsense\r\n\r\n{}",
        b"HTTP/1.1 500 Server Error\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=["cut", "nothing", "no length", "no gzip", "no http", "bad length", "500"],
)
def test_what_breaks_off_is_one_typed_error(clock: Clock, answer: bytes) -> None:
    with (
        serving(lambda end: end.sendall(answer)) as (url, heard),
        client(url, clock) as github,
        pytest.raises(ServerTrouble),
    ):
        github.ask(users.me())
    assert len(heard) == len(PAUSES)


def test_nobody_there(clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with client(f"http://127.0.0.1:{port}", clock) as github, pytest.raises(Unreachable, match="could not be reached"):
        github.ask(users.me())
