"""The base repository at GitHub: which one it is, and the client that speaks to it."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from qatui.github.protocol import Repo
from qatui.settings.types import Team
from qatui.workspace.repository import Repository
from qatui.workspace.ssh import real_host

if TYPE_CHECKING:
    from qatui.github.client import GitHub


@dataclass(frozen=True)
class Hub:
    """A client with its token, and the repository that pull requests are opened in.

    Flows take it as `hub`, None where the repository is at no host or there is no token: what needs GitHub then
    waits in the outbox for a run that has one.
    """

    github: "GitHub"
    repo: Repo

    @cached_property
    def login(self) -> str:
        """Whose token it is, asked for once; empty for an App's. Raises as `GitHub.ask`."""
        from qatui.github.greeting import greet

        return greet(self.github).login


def repository_key(repository: Repository, team: Team) -> str:
    """The store's key, host/owner/name or a path: what the settings name, else what the remote's address says.

    Settings that name no host mean the remote's; github.com where that is a folder, or a name of ssh's configuration.
    """
    if team.repository is None:
        return repository.key(team.remote)
    name = team.repository.lower()
    if name.count("/") == 2:
        return name
    host = repository.key(team.remote).partition("/")[0]  # empty for a path
    return f"{host if '.' in host or host.startswith('localhost') else 'github.com'}/{name}"


def is_elsewhere(repository: Repository, team: Team) -> bool:
    """Whether the remote is a folder, and the settings name a repository without saying at which host that is."""
    named = team.repository or ""
    return named.count("/") == 1 and repository.key(team.remote).startswith("/")


def github_host(repository: Repository, team: Team) -> str | None:
    """The host that has the repository, with the port that its remote names; None where it is but a path.

    A name from ssh's configuration is no host: it is the one that ssh goes to.
    """
    host, *names = repository_key(repository, team).split("/")
    if not host or len(names) != 2:
        return None
    url = repository.remote_url(team.remote, push=False) or ""
    try:
        remote = urlsplit(url)
        port = remote.port if remote.scheme in ("http", "https") and remote.hostname == host else None
    except ValueError:
        return host  # git may make sense of an address that is none
    return f"{host}:{port}" if port else real_host(repository, url, host)
