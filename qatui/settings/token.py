"""Where the GitHub token comes from: the environment, the keyring, or `gh`. Never from a file in a repository."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field

from qatui.domain.hosts import is_loopback, token_host
from qatui.errors import ConfigError
from qatui.settings.types import User

KEYRING_SERVICE = "qatui"
"""The keyring's service name; the host is the user name: `keyring set qatui github.com`."""
GITHUB_NAMES = ("GH_TOKEN", "GITHUB_TOKEN")
"""Variables for github.com and its tenants at ghe.com."""
ENTERPRISE_NAMES = ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN")
"""Variables for the one other host that GH_HOST or the setting `api_url` names, and for this machine."""
GH_SECONDS = 10.0
"""Limit of `gh auth token`."""


@dataclass(frozen=True, slots=True)
class Token:
    """A credential for one host. Its value is never shown: neither by `repr` nor in any message."""

    value: str = field(repr=False)
    source: str
    """Where it came from, such as `GH_TOKEN`, `keyring` or `gh`."""


def get_token(user: User, host: str = "github.com", environ: Mapping[str, str] = os.environ) -> Token | None:
    """The token for `host`, None where there is none; `token_source` of the settings restricts where it is looked for.

    `auto` looks into the environment, then the keyring where it is installed, then asks `gh`. Raises ConfigError
    where the one source that is set cannot be used, or a token could not be sent in a header.
    """
    source = user.token_source
    token = None
    if source in ("auto", "env"):
        token = _from_environment(host, environ, known=_known(user, host, environ))
    if token is None and source in ("auto", "keyring"):
        token = _from_keyring(host, required=source == "keyring")
    if token is None and source in ("auto", "gh"):
        token = _from_gh(host, environ, required=source == "gh")
    if token is not None and not (token.value.isascii() and token.value.isprintable() and " " not in token.value):
        raise ConfigError(f"The token for {host} from {token.source} has characters that no token has.", "Set it anew.")
    return token


def _known(user: User, host: str, environ: Mapping[str, str]) -> bool:
    """Whether the person named this host, or it is this machine.

    A remote's address names a host too, and anybody may have written that: it alone must not get a token.
    """
    named = {environ.get("GH_HOST", "").strip().lower(), token_host(user.api_url) if user.api_url else ""}
    return host in named or is_loopback(host)


def _from_environment(host: str, environ: Mapping[str, str], *, known: bool) -> Token | None:
    """The variables of `gh`, and its rule which host they are for (https://cli.github.com/manual/gh_help_environment)."""
    github = host == "github.com" or host.endswith(".ghe.com")
    if not (github or known):
        return None
    for name in GITHUB_NAMES if github else ENTERPRISE_NAMES:
        value = environ.get(name, "").strip()
        if value:
            return Token(value, name)
    return None


def _from_keyring(host: str, *, required: bool) -> Token | None:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ModuleNotFoundError:
        if required:
            raise ConfigError(
                "The setting “token_source” is keyring, and keyring is not installed.", "pip install 'qatui[keyring]'"
            ) from None
        return None
    try:
        value = keyring.get_password(KEYRING_SERVICE, host)
    except KeyringError as error:
        if required:
            raise ConfigError(f"The keyring cannot be read ({type(error).__name__}).", "Unlock it.") from None
        return None
    return Token(value.strip(), "keyring") if value and value.strip() else None


def _from_gh(host: str, environ: Mapping[str, str], *, required: bool) -> Token | None:
    # gh itself would answer with the environment's token; here only what it stores counts.
    clean = {name: value for name, value in environ.items() if name not in (*GITHUB_NAMES, *ENTERPRISE_NAMES)}
    clean |= {"GH_PROMPT_DISABLED": "1", "GH_NO_UPDATE_NOTIFIER": "1"}
    try:
        done = subprocess.run(
            ["gh", "auth", "token", "--hostname", host],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env=clean,
            timeout=GH_SECONDS,
            start_new_session=True,
            check=False,
        )
    except FileNotFoundError:
        if required:
            raise ConfigError(
                "The setting “token_source” is gh, and gh is not installed.", "See https://cli.github.com"
            ) from None
        return None
    except (OSError, subprocess.TimeoutExpired) as error:
        if required:
            raise ConfigError(f"gh could not be asked for a token ({type(error).__name__}).") from None
        return None
    value = done.stdout.decode("utf-8", "replace").strip()
    return Token(value, "gh") if done.returncode == 0 and value else None
