"""Both files and the environment, put together."""

import os
import sys
from pathlib import Path
from subprocess import run

import pytest

from qatui import paths
from qatui.errors import ConfigError
from qatui.settings.load import load_config, load_team, load_user, variables
from qatui.settings.types import TEAM_FILE, Identity, Settings, Team, User


def write(file: Path, text: str) -> Path:
    """A file with `text`, its folders made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_no_file_is_the_defaults() -> None:
    assert load_team(None) == Team()
    assert load_user(None, {}) == User()
    assert load_config(None, environ={}) == Settings()


def test_the_team_file_is_called_what_it_was_read_from() -> None:
    with pytest.raises(ConfigError, match=r"^qatui\.yaml on main, line 7: “chekclist” is no setting; did you mean"):
        load_team(b"\n" * 6 + b"chekclist: []\n", f"{TEAM_FILE} on main")


def test_what_cannot_work_is_refused_with_its_line() -> None:
    with pytest.raises(ConfigError, match=r"^qatui\.yaml, line 3: the id “a” is used twice"):
        load_team(b"checklist:\n- {id: a, text: x}\n- {id: a, text: y}\n")
    with pytest.raises(ConfigError, match=r"^f, line 2: “\.\./x” leaves"):
        load_team(b"base: main\ntest_roots: [../x]\n", "f")


def test_the_usual_file_is_read(home: Path) -> None:
    write(paths.config_file(), "theme: light\nkeys: {queue.approve: A}\n")
    assert load_user(None, {"HOME": str(home)}) == User(theme="light", keys={"queue.approve": "A"})


def test_config_names_another_file(home: Path) -> None:
    write(paths.config_file(), "theme: light\n")
    other = write(home / "other.yaml", "theme: contrast\n")
    assert load_user(None, {"QATUI_CONFIG": str(other)}).theme == "contrast"
    assert load_user(None, {"QATUI_CONFIG": "~/other.yaml"}).theme == "contrast"
    third = write(home / "third.yaml", "glyphs: ascii\n")
    assert load_user(third, {"QATUI_CONFIG": str(other)}) == User(glyphs="ascii")


def test_a_file_that_was_named_must_be_there(home: Path) -> None:
    missing = home / "missing.yaml"
    with pytest.raises(ConfigError, match=f"^There is no settings file {missing}"):
        load_user(missing, {})
    with pytest.raises(ConfigError, match=f"^There is no settings file {missing}"):
        load_user(None, {"QATUI_CONFIG": str(missing)})
    assert load_user(None, {"QATUI_CONFIG": ""}) == User()


def test_a_file_that_cannot_be_read_is_refused(home: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load_user(home, {})


def test_a_wrong_user_file_is_named(home: Path) -> None:
    file = write(home / "mine.yaml", "theme: dark\ntheem: light\n")
    with pytest.raises(ConfigError, match=f"^{file}, line 2: “theem” is no setting; did you mean “theme”"):
        load_user(file, {})
    file.write_text("identity:\n  email: nobody\n")
    with pytest.raises(ConfigError, match=f"^{file}, line 2: “nobody” is no e-mail address"):
        load_user(file, {})


def test_a_relative_database_lies_beside_the_file_that_names_it(home: Path) -> None:
    file = write(home / "conf" / "mine.yaml", "database: reviews/q.db\n")
    assert load_user(file, {}).database == str(home / "conf" / "reviews" / "q.db")


@pytest.mark.parametrize("setting", ["/var/q.db", "~/q.db", "sqlite:////var/q.db", "postgresql+psycopg://u@h/q"])
def test_any_other_database_stays_as_it_is(home: Path, setting: str) -> None:
    assert load_user(write(home / "mine.yaml", f"database: {setting}\n"), {}).database == setting


def test_the_environment_wins_over_the_file(home: Path) -> None:
    file = write(home / "mine.yaml", "theme: light\nidentity: {login: robin, name: Robin}\n")
    environ = {"QATUI_THEME": "contrast", "QATUI_LOGIN": "kim", "QATUI_DATABASE": "here.db", "QATUI_EDITOR": ""}
    user = load_user(file, environ)
    assert user == User(theme="contrast", identity=Identity(login="kim", name="Robin"), database="here.db")


def test_every_single_value_has_a_variable_of_its_own() -> None:
    names = [name for name, _, _ in variables()]
    assert sorted(names) == [
        "QATUI_API_URL",
        "QATUI_DATABASE",
        "QATUI_EDITOR",
        "QATUI_EMAIL",
        "QATUI_GLYPHS",
        "QATUI_LOGIN",
        "QATUI_NAME",
        "QATUI_THEME",
        "QATUI_TOKEN_SOURCE",
    ]


def test_every_variable_arrives() -> None:
    values = {"QATUI_THEME": "light", "QATUI_GLYPHS": "ascii", "QATUI_TOKEN_SOURCE": "gh", "QATUI_EMAIL": "a@b"}
    values["QATUI_API_URL"] = "https://git.example.com/api/v3"
    for name, where, _ in variables():
        value = values.get(name, "x")
        found: object = load_user(None, {name: value})
        for step in where:
            found = getattr(found, step)
        assert found == value


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("QATUI_THEME", "blue", "The variable QATUI_THEME wants “dark” or “light” or “contrast”, not “blue”."),
        ("QATUI_NAME", "a\nb", "The variable QATUI_NAME wants a text of one line"),
        ("QATUI_LOGIN", "a b", "The variable QATUI_LOGIN: “a b” is no GitHub login."),
        ("QATUI_EDITOR", "'vi", "The variable QATUI_EDITOR: “'vi” has a quote that is not closed."),
        ("QATUI_DATABASE", " ", "The variable QATUI_DATABASE: “database” is empty."),
        ("QATUI_API_URL", "http://x.test", "The variable QATUI_API_URL: “http://x.test” would send the token in clear"),
    ],
)
def test_a_wrong_variable_is_named(variable: str, value: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_user(None, {variable: value})
    assert str(caught.value).startswith(message)


def test_a_near_miss_gets_a_hint() -> None:
    with pytest.raises(ConfigError) as caught:
        load_user(None, {"QATUI_THEME": "lite"})
    assert caught.value.hint == "Did you mean “light”?"


def test_without_a_file_yaml_is_not_loaded() -> None:
    code = "import sys; from qatui.settings.load import load_user; load_user(None, {}); print('yaml' in sys.modules)"
    assert run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_only_a_plain_file_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for name in ("/dev/zero", str(tmp_path / "fifo"), str(tmp_path)):
        with pytest.raises(ConfigError, match=r"no plain file|Is a directory"):
            load_user(Path(name))


def test_only_the_reviewer_says_where_the_token_goes() -> None:
    assert load_user(None, {"QATUI_API_URL": "http://127.0.0.1:8080"}).api_url == "http://127.0.0.1:8080"
    with pytest.raises(ConfigError, match="“api_url” is no setting"):
        load_team(b"api_url: https://evil.example.com\n")
