"""Places, the log, and finding the clone without git."""

import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qatui import paths
from qatui.errors import ConfigError
from qatui.files import write_atomically
from tests.conftest import Project, run_git

# -- places


def test_places_are_the_users_own(home: Path) -> None:
    assert home in paths.data_dir().parents
    assert home in paths.log_file().parents
    assert paths.config_file({}).name == "config.yaml"
    assert home in paths.config_file({}).parents


def test_the_database(home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert paths.database_url(None) == f"sqlite:///{paths.data_dir()}/qatui.db"
    assert paths.database_url("/var/q.db") == "sqlite:////var/q.db"
    assert paths.database_url("~/q.db") == f"sqlite:///{home}/q.db"
    assert paths.database_url("q.db") == f"sqlite:///{tmp_path}/q.db"
    assert paths.database_url("sqlite:////var/q.db") == "sqlite:////var/q.db"
    assert paths.database_url("postgresql+psycopg://u:p@h/q") == "postgresql+psycopg://u:p@h/q"


def test_an_address_of_another_kind_is_refused_without_its_password() -> None:
    with pytest.raises(ConfigError, match=r"^The setting “database” .* mysql://, which qatui does not know") as caught:
        paths.database_url("mysql://u:secret@h/q")
    assert "secret" not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize("setting", ["/var/a?b.db", "~nobody-of-this-name/q.db"])
def test_a_file_that_cannot_be_a_database_is_refused(setting: str) -> None:
    with pytest.raises(ConfigError, match="database"):
        paths.database_url(setting)


def test_the_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "robin")
    assert paths.account() == "robin"


def test_an_account_without_a_name_is_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)

    def nobody(number: int) -> pwd.struct_passwd:
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    assert paths.account() == str(os.getuid())


# -- the log


def test_the_log_grows_by_entries_and_is_private() -> None:
    first = paths.append_log("one\ntrace\n")
    second = paths.append_log("two \udcff")
    assert first == second == paths.log_file()
    text = first.read_text()
    assert re.fullmatch(r"--- \S+\+00:00 pid \d+\none\ntrace\n--- \S+ pid \d+\ntwo �\n", text)
    assert stat.S_IMODE(first.stat().st_mode) == 0o600


def test_a_long_log_begins_anew() -> None:
    paths.append_log("x" * (paths.LOG_BYTES + 1))
    log = paths.append_log("next")
    assert log.stat().st_size < 100
    assert log.with_name("qatui.log.1").stat().st_size > paths.LOG_BYTES


# -- the clone


def told_by_git(folder: Path) -> Path | None:
    """What git itself says of the folder."""
    command = ["git", "rev-parse", "--path-format=absolute", "--git-common-dir"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return Path(done.stdout.rstrip("\n")).resolve() if done.returncode == 0 else None


def plain(project: Project, tmp_path: Path) -> Path:
    """The root of a clone."""
    return project.root


def below(project: Project, tmp_path: Path) -> Path:
    """A folder in a clone."""
    return project.root / "tests"


def linked(project: Project, tmp_path: Path) -> Path:
    """A clone seen through a symbolic link."""
    (tmp_path / "link").symlink_to(project.root / "tests")
    return tmp_path / "link"


def worktree(project: Project, tmp_path: Path) -> Path:
    """A folder in a linked worktree."""
    project.git("worktree", "add", "-q", "--detach", str(tmp_path / "other"))
    return tmp_path / "other" / "tests"


def submodule(project: Project, tmp_path: Path) -> Path:
    """A folder in a submodule."""
    project.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(project.remote), "libs/sub")
    return project.root / "libs" / "sub" / "tests"


def bare(project: Project, tmp_path: Path) -> Path:
    """A bare repository."""
    return project.remote


def inside_git(project: Project, tmp_path: Path) -> Path:
    """A folder in the git directory."""
    return project.root / ".git" / "refs" / "heads"


def separate(project: Project, tmp_path: Path) -> Path:
    """A clone whose git directory lies elsewhere."""
    run_git(tmp_path, "clone", "-q", "--separate-git-dir", str(tmp_path / "far.git"), str(project.remote), "near")
    return tmp_path / "near" / "tests"


def nested(project: Project, tmp_path: Path) -> Path:
    """A clone in a clone."""
    run_git(project.root, "init", "-q", "inner")
    return project.root / "inner"


def broken_inside(project: Project, tmp_path: Path) -> Path:
    """A folder with an empty `.git` folder, in a clone."""
    (project.root / "tests" / ".git").mkdir()
    return project.root / "tests"


def half_made(project: Project, tmp_path: Path) -> Path:
    """A `.git` with a HEAD that is none, in a clone."""
    odd = project.root / "tests" / ".git"
    (odd / "objects").mkdir(parents=True)
    (odd / "refs").mkdir()
    (odd / "HEAD").write_text("nonsense")
    return odd.parent


def old_link(project: Project, tmp_path: Path) -> Path:
    """HEAD as a symbolic link, as git made it long ago."""
    head = project.root / ".git" / "HEAD"
    head.unlink()
    head.symlink_to("refs/heads/main")
    return project.root


def detached(project: Project, tmp_path: Path) -> Path:
    """No branch checked out."""
    project.git("checkout", "-q", "--detach")
    return project.root


def outside(project: Project, tmp_path: Path) -> Path:
    """No repository at all."""
    (tmp_path / "plain").mkdir()
    return tmp_path / "plain"


def dangling(project: Project, tmp_path: Path) -> Path:
    """A `.git` file that points nowhere, in a clone."""
    (project.root / "tests" / ".git").write_text("gitdir: ../nowhere\n")
    return project.root / "tests"


def garbage(project: Project, tmp_path: Path) -> Path:
    """A `.git` file that is none, in a clone."""
    (project.root / "tests" / ".git").write_text("hello\n")
    return project.root / "tests"


def wrong_link(project: Project, tmp_path: Path) -> Path:
    """HEAD as a symbolic link to something else."""
    odd = tmp_path / "odd"
    run_git(tmp_path, "init", "-q", "odd")
    (odd / ".git" / "HEAD").unlink()
    (odd / ".git" / "HEAD").symlink_to("/dev/null")
    return odd


KINDS = [
    *(plain, below, linked, worktree, submodule, bare, inside_git, separate, nested, broken_inside, half_made),
    *(old_link, detached, outside, dangling, garbage, wrong_link),
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_git_directory_is_what_git_says(
    kind: Callable[[Project, Path], Path], project: Project, tmp_path: Path
) -> None:
    folder = kind(project, tmp_path)
    found = paths.find_git_dir(folder)
    assert found == told_by_git(folder)
    if kind not in (outside, dangling, garbage, wrong_link):
        assert found is not None


def test_a_relative_start(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project.root / "tests")
    assert paths.find_git_dir(Path()) == project.root.resolve() / ".git"


@pytest.mark.skipif(os.getuid() == 0, reason="root reads everything")
def test_a_git_file_that_cannot_be_read(project: Project) -> None:
    (project.root / "tests" / ".git").write_text("gitdir: x")
    (project.root / "tests" / ".git").chmod(0)
    assert paths.find_git_dir(project.root / "tests") is None


# -- the stamp


def test_the_stamp_changes_with_whatever_may_change_remote_or_identity(
    project: Project, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_dir = project.root / ".git"
    seen = [paths.stamp(git_dir)]
    assert paths.stamp(git_dir) == seen[0]

    def changed() -> None:
        seen.append(paths.stamp(git_dir))
        assert len(set(seen)) == len(seen)

    project.git("remote", "set-url", "origin", "https://github.com/acme/other")
    changed()
    run_git(home, "config", "--global", "user.email", "other@example.test")
    changed()
    write_atomically(paths.config_file(), b"identity: {login: kim}")
    changed()
    monkeypatch.setenv("QATUI_LOGIN", "robin")
    changed()
    monkeypatch.setenv("GIT_CONFIG_COUNT", "0")
    changed()
    project.git("config", "extensions.worktreeConfig", "true")
    changed()
    monkeypatch.delenv("GIT_CONFIG_GLOBAL")
    changed()
    (home / ".gitconfig").write_text("[user]\n")
    changed()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / "xdg"))
    (home / "xdg" / "git").mkdir(parents=True)
    (home / "xdg" / "git" / "config").write_text("[user]\n")
    changed()


def test_the_stamp_follows_the_file_that_config_names(project: Project, home: Path) -> None:
    file = home / "mine.yaml"
    before = paths.stamp(project.root / ".git", file)
    file.write_text("theme: dark\n")
    assert paths.stamp(project.root / ".git", file) != before


def test_the_stamp_does_not_repeat_a_password(project: Project) -> None:
    environ = {"QATUI_DATABASE": "postgresql+psycopg://u:secret@h/q"}
    assert "secret" not in paths.stamp(project.root / ".git", None, environ)


def test_the_stamp_is_not_changed_by_work(project: Project) -> None:
    before = paths.stamp(project.root / ".git")
    project.commit({"tests/new.py": "x = 1\n"})
    assert paths.stamp(project.root / ".git") == before


def test_it_is_light() -> None:
    code = (
        "import sys; from qatui import paths; from pathlib import Path; paths.find_git_dir(Path());"
        "print([name for name in ('platformdirs', 'yaml', 'git', 'subprocess', 'click') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
