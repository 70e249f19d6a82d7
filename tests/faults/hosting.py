"""The embedded GitHub beside a verb: it keeps its records in the world, and serves the world's bare remote.

It runs in a process of its own, at the same port for all rounds of a world, by a clock that stands still.
"""

import os
import random
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import httpx

from qatui.github.client import GitHub as Client
from qatui.sandbox.github.app import GitHub
from qatui.sandbox.github.founding import add_repository, add_token, add_user, protect
from qatui.sandbox.github.listening import HOST
from qatui.sandbox.github.records import Role, Rules
from qatui.sandbox.github.serve import serving
from qatui.sandbox.github.world import World as Hub
from tests.faults.world import BASE, NOW, World, git, qatui

TOKENS = {"mira": "ghp_mira", "robin": "ghp_robin"}
SHOP = "/repos/acme/shop"


def found(world: World, rules: Rules | None = None) -> None:
    """Make the world's remote the repository acme/shop: mira has admin rights, robin, who sits at the clone, writes."""
    with socket.socket() as one:
        while True:
            port = random.randint(20_000, 30_000)  # below the ports that others are given unasked
            try:
                one.bind((HOST, port))
                break
            except OSError:
                continue
    (world.top / "port").write_text(str(port))
    hub = Hub(world.top / "github", keep=True, now=_now)
    acme = add_user(hub, "acme", kind="Organization")
    mira, robin = (add_user(hub, login, email=f"{login}@example.test") for login in TOKENS)
    for person in (mira, robin):
        add_token(hub, person, value=TOKENS[person.login])
    roles: dict[int, Role] = {mira.id: "admin", robin.id: "write"}
    shop = add_repository(hub, acme, "shop", default_branch=BASE, collaborators=roles, directory=world.remote)
    if rules is not None:
        protect(hub, shop, [BASE], rules)
    hub.commit()
    hub.close()
    git(world.clone, "remote", "set-url", "origin", f"http://x:{TOKENS['robin']}@{HOST}:{port}/acme/shop.git")


def address(world: World) -> str:
    """Where the API is."""
    return f"http://{HOST}:{(world.top / 'port').read_text()}"


def _now() -> float:
    return NOW / 1000


@contextmanager
def served(world: World) -> Iterator[Callable[[], object]]:
    """Serve it; what can be seen there."""
    reading, writing = os.pipe()
    number = os.fork()
    if number == 0:
        _serve(world, writing)
    os.close(writing)
    try:
        assert os.read(reading, 1) == b"!", "the server does not begin"
        yield partial(seen, world)
    finally:
        os.close(reading)
        os.kill(number, signal.SIGTERM)
        os.waitpid(number, 0)


def _serve(world: World, ready: int) -> None:
    """Be the server's process."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    hub = Hub(world.top / "github", keep=True, now=_now)
    try:
        with serving(GitHub(hub), port=int((world.top / "port").read_text())):
            os.write(ready, b"!")
            signal.sigwait({signal.SIGTERM})
    finally:
        hub.close()
        os._exit(0)


def http(world: World, login: str = "mira") -> httpx.Client:
    """Somebody's plain client."""
    headers = {"Authorization": f"Bearer {TOKENS[login]}"}
    return httpx.Client(base_url=address(world), headers=headers, timeout=30, verify=False)


def seen(world: World) -> object:
    """Every pull request and issue there: all of them that is no commit's id."""
    with http(world) as client:
        pulls = client.get(f"{SHOP}/pulls", params={"state": "all"}).raise_for_status().json()
        issues = client.get(f"{SHOP}/issues", params={"state": "all"}).raise_for_status().json()
    return {
        "pulls": [
            [each["number"], each["title"], each["head"]["ref"], each["state"], each["merged_at"]] for each in pulls
        ],
        "issues": [[each["number"], each["title"], each["state"], each["comments"]] for each in issues],
    }


def hosted(*args: str) -> Callable[[World], int]:
    """A verb that is a command line of robin's; it waits for nobody."""
    verb = qatui(*args)

    def run(world: World) -> int:
        os.environ.update(GH_ENTERPRISE_TOKEN=TOKENS["robin"], QATUI_API_URL=address(world))
        defaults = Client.__init__.__kwdefaults__
        assert defaults is not None
        defaults["sleep"] = _no_sleep
        return verb(world)

    return run


def _no_sleep(_: float) -> None:
    """Time stands still."""
