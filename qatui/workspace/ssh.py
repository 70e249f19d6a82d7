"""Names that ssh's configuration gives to hosts: `git@work:acme/shop` may well lead to github.com."""

import os
import re
import shlex
import subprocess
from functools import lru_cache

from qatui.workspace.repository import Repository

_SECONDS = 5.0
_SSH = re.compile(r"^(?:ssh://(?:[^/@]*@)?([^/:]+)|(?:[^@/]+@)?([^:/]+):(?!//))", re.IGNORECASE)
_HOST = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def real_host(repository: Repository, url: str, host: str) -> str:
    """The host that ssh goes to for a remote's address whose host is called `host`; that itself for other addresses.

    Asked of the ssh that git runs (https://git-scm.com/docs/git-config#Documentation/git-config.txt-coresshCommand);
    `-G` only prints its configuration (https://man.openbsd.org/ssh#G).
    """
    found = _SSH.match(url)
    if not found or (found[1] or found[2]).lower() != host or not _HOST.fullmatch(host) or host == "github.com":
        return host
    command = os.environ.get("GIT_SSH_COMMAND") or repository.config("core.sshCommand") or ""
    return _asked(command or os.environ.get("GIT_SSH") or "ssh", host)


@lru_cache(64)
def _asked(command: str, host: str) -> str:
    try:
        done = subprocess.run(
            [*shlex.split(command), "-G", host],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_SECONDS,
            start_new_session=True,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return host
    said = re.search(r"^hostname (\S+)$", done.stdout.decode("utf-8", "replace"), re.MULTILINE)
    name = said[1].lower() if said and done.returncode == 0 else host
    return name if _HOST.fullmatch(name) else host
