"""Hosts of GitHub: where the API of one is, and which host a token for that API belongs to."""

import re
from urllib.parse import SplitResult, urlsplit

GITHUB = "github.com"
_NO_ADDRESS = re.compile(r"[\x00-\x20\x7f-\uffff\\\"<>^`{|}]")
_TENANT = ".ghe.com"


def is_loopback(host: str) -> bool:
    """Whether `host` (without a port) is this machine, so that nothing sent there can be read on the way."""
    parts = host.split(".")
    numbers = len(parts) == 4 and all(re.fullmatch("[0-9]{1,3}", part) and int(part) < 256 for part in parts)
    return host in ("localhost", "::1") or (numbers and int(parts[0]) == 127)


def api_url_for(host: str) -> str:
    """The address of the REST API of `host` (a host name as in a remote's address, perhaps with a port).

    https://docs.github.com/en/rest/using-the-rest-api/getting-started-with-the-rest-api and, for GitHub Enterprise
    Server, https://docs.github.com/en/enterprise-server/rest/enterprise-admin.

    >>> api_url_for("github.com"), api_url_for("acme.ghe.com")
    ('https://api.github.com', 'https://api.acme.ghe.com')
    >>> api_url_for("git.acme.test"), api_url_for("127.0.0.1:3000")
    ('https://git.acme.test/api/v3', 'http://127.0.0.1:3000/api/v3')
    """
    host = host.lower()
    if host in (GITHUB, f"www.{GITHUB}", f"ssh.{GITHUB}"):
        return f"https://api.{GITHUB}"
    if host.endswith(_TENANT):
        return f"https://api.{host}"
    return f"{'http' if is_loopback(_name(urlsplit(f'//{host}'))) else 'https'}://{host}/api/v3"


def token_host(api_url: str) -> str:
    """The host that a token for this API is kept under, in `gh`, the keyring and the environment.

    >>> token_host("https://api.github.com"), token_host("https://git.acme.test/api/v3")
    ('github.com', 'git.acme.test')
    """
    name = _name(urlsplit(api_url))
    bare = name.removeprefix("api.")
    return bare if bare == GITHUB or bare.endswith(_TENANT) else name


def why_no_api(url: str) -> str | None:
    """Why a token cannot be sent to `url`, None where it can.

    >>> why_no_api("https://git.acme.test/api/v3")
    >>> why_no_api("http://git.acme.test/api/v3")
    'would send the token in clear text; only this machine may be spoken to by http'
    """
    if _NO_ADDRESS.search(url):
        return "has characters that no address has"
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for what is no port
    except ValueError:
        return "is no address"
    if parts.scheme not in ("http", "https") or not _name(parts):
        return "is no http or https address"
    if parts.username is not None or parts.password is not None:
        return "has a user name or a password in it; tokens come from the environment, the keyring or gh"
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        return "has more than a host and a path"
    if parts.scheme == "http" and not is_loopback(_name(parts)):
        return "would send the token in clear text; only this machine may be spoken to by http"
    return None


def _name(parts: SplitResult) -> str:
    return parts.hostname or ""
