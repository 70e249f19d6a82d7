"""Where a token comes from, and that it is never shown."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Literal

import pytest

from qatui.errors import ConfigError
from qatui.settings import token as token_module
from qatui.settings.token import Token, get_token
from qatui.settings.types import User

SECRET = "ghp_0123456789"
Source = Literal["auto", "env", "keyring", "gh"]


def user(source: Source = "auto") -> User:
    """Settings with this token source."""
    return User(token_source=source)


@pytest.fixture
def gh(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """A `gh` made of the shell lines given; the environment that finds it and nothing else."""

    def make(script: str) -> dict[str, str]:
        folder = tmp_path / "bin"
        folder.mkdir()
        (folder / "gh").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "gh").chmod(0o755)
        return {"PATH": f"{folder}:/usr/bin:/bin"}

    return make


@pytest.fixture
def empty_path(tmp_path: Path) -> dict[str, str]:
    """An environment without `gh`."""
    return {"PATH": str(tmp_path)}


class Keyring(ModuleType):
    """Stands for the optional package `keyring`, which another process's desktop would have to answer for."""

    def __init__(self, secrets: dict[tuple[str, str], str], *, locked: bool = False) -> None:
        super().__init__("keyring")
        self.secrets = secrets
        self.locked = locked
        self.errors = ModuleType("keyring.errors")
        self.errors.KeyringError = type("KeyringError", (Exception,), {})  # type: ignore[attr-defined]

    def get_password(self, service: str, name: str) -> str | None:
        """As the package's function of this name."""
        if self.locked:
            raise self.errors.KeyringError(SECRET)
        return self.secrets.get((service, name))

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be what `import keyring` finds."""
        monkeypatch.setitem(sys.modules, "keyring", self)
        monkeypatch.setitem(sys.modules, "keyring.errors", self.errors)


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the extra is not installed."""
    monkeypatch.setitem(sys.modules, "keyring", None)


@pytest.mark.parametrize(
    ("host", "environ", "source"),
    [
        ("github.com", {"GH_TOKEN": SECRET, "GITHUB_TOKEN": "other"}, "GH_TOKEN"),
        ("github.com", {"GITHUB_TOKEN": SECRET, "GH_ENTERPRISE_TOKEN": "other"}, "GITHUB_TOKEN"),
        ("github.com", {"GH_TOKEN": "", "GITHUB_TOKEN": f" {SECRET}\n"}, "GITHUB_TOKEN"),
        ("acme.ghe.com", {"GH_TOKEN": SECRET}, "GH_TOKEN"),
        (
            "ghe.example.com",
            {"GH_TOKEN": "other", "GH_ENTERPRISE_TOKEN": SECRET, "GH_HOST": "GHE.example.com"},
            "GH_ENTERPRISE_TOKEN",
        ),
        (
            "ghe.example.com",
            {"GITHUB_TOKEN": "other", "GITHUB_ENTERPRISE_TOKEN": SECRET, "GH_HOST": "ghe.example.com"},
            "GITHUB_ENTERPRISE_TOKEN",
        ),
        ("127.0.0.1", {"GH_ENTERPRISE_TOKEN": SECRET}, "GH_ENTERPRISE_TOKEN"),
    ],
)
def test_the_environment_as_gh_reads_it(host: str, environ: dict[str, str], source: str) -> None:
    assert get_token(user(), host, environ) == Token(SECRET, source)
    assert get_token(user("env"), host, environ) == Token(SECRET, source)


def test_a_token_for_github_is_not_sent_elsewhere(no_keyring: None, empty_path: dict[str, str]) -> None:
    assert get_token(user(), "evil.example", {"GH_TOKEN": SECRET, **empty_path}) is None
    assert get_token(user(), "evilghe.com", {"GH_TOKEN": SECRET, **empty_path}) is None


def test_a_host_that_only_a_remote_names_gets_no_enterprise_token(no_keyring: None, empty_path: dict[str, str]) -> None:
    environ = {"GH_ENTERPRISE_TOKEN": SECRET, **empty_path}
    assert get_token(user(), "evil.example", environ) is None
    assert get_token(user(), "evil.example", {**environ, "GH_HOST": "ghe.example.com"}) is None
    named = User(api_url="https://ghe.example.com/api/v3")
    assert get_token(named, "ghe.example.com", environ) == Token(SECRET, "GH_ENTERPRISE_TOKEN")
    assert get_token(named, "evil.example", environ) is None


def test_nowhere_is_none(no_keyring: None, empty_path: dict[str, str]) -> None:
    assert get_token(user(), environ=empty_path) is None
    assert get_token(user("env"), environ=empty_path) is None


def test_the_keyring_comes_before_gh(monkeypatch: pytest.MonkeyPatch, gh: Callable[[str], dict[str, str]]) -> None:
    Keyring({("qatui", "github.com"): f"{SECRET}\n"}).install(monkeypatch)
    environ = gh("echo from-gh")
    assert get_token(user(), environ=environ) == Token(SECRET, "keyring")
    assert get_token(user("keyring"), environ=environ) == Token(SECRET, "keyring")
    assert get_token(user(), "ghe.example.com", environ) == Token("from-gh", "gh")
    assert get_token(user("gh"), environ=environ) == Token("from-gh", "gh")
    assert get_token(user("keyring"), "ghe.example.com", environ) is None


def test_a_locked_keyring(monkeypatch: pytest.MonkeyPatch, empty_path: dict[str, str]) -> None:
    Keyring({}, locked=True).install(monkeypatch)
    assert get_token(user(), environ=empty_path) is None
    with pytest.raises(ConfigError, match=r"^The keyring cannot be read \(KeyringError\)") as caught:
        get_token(user("keyring"), environ=empty_path)
    assert SECRET not in str(caught.value)


def test_a_source_that_is_set_must_be_there(no_keyring: None, empty_path: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match="keyring is not installed") as caught:
        get_token(user("keyring"), environ=empty_path)
    assert caught.value.hint == "pip install 'qatui[keyring]'"
    with pytest.raises(ConfigError, match="gh is not installed"):
        get_token(user("gh"), environ=empty_path)


def test_gh_is_asked_for_the_host_without_a_terminal_or_our_token(gh: Callable[[str], dict[str, str]]) -> None:
    environ = gh('read line && exit 9; echo "$1/$2/$3/$4/$GH_TOKEN$GITHUB_ENTERPRISE_TOKEN/$GH_PROMPT_DISABLED"')
    environ |= {"GH_TOKEN": "other", "GITHUB_ENTERPRISE_TOKEN": "other"}
    found = get_token(user("gh"), "ghe.example.com", environ)
    assert found == Token("auth/token/--hostname/ghe.example.com//1", "gh")


@pytest.mark.parametrize("script", ["echo no token >&2; exit 1", "true"])
def test_gh_without_a_token(no_keyring: None, gh: Callable[[str], dict[str, str]], script: str) -> None:
    environ = gh(script)
    assert get_token(user(), environ=environ) is None
    assert get_token(user("gh"), environ=environ) is None


def test_a_gh_that_hangs_is_stopped(
    no_keyring: None, gh: Callable[[str], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_module, "GH_SECONDS", 0.2)
    environ = gh("exec sleep 30")
    assert get_token(user(), environ=environ) is None
    with pytest.raises(ConfigError, match="could not be asked"):
        get_token(user("gh"), environ=environ)


def test_the_value_is_never_shown(no_keyring: None) -> None:
    assert SECRET not in repr(Token(SECRET, "GH_TOKEN"))
    for bad in (f"{SECRET}\nX: y", f"{SECRET} x", f"{SECRET}é"):
        with pytest.raises(ConfigError, match="from GH_TOKEN has characters that no token has") as caught:
            get_token(user(), environ={"GH_TOKEN": bad})
        assert SECRET not in f"{caught.value}{caught.value.hint}"
