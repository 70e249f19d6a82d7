"""The parts that a start chooses: store, repository, base, team, reviewer."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from qatui import paths
from qatui.errors import ConfigError, NotFound, StoreError
from qatui.flows.desk import Desk
from qatui.flows.hub import repository_key
from qatui.settings.types import Team
from qatui.store.database import Database
from qatui.store.repositories import find_repository
from qatui.wiring import Start, glimpse, load_team, open_desk, open_github, open_hub
from qatui.workspace.repository import discover
from qatui.workspace.ssh import real_host
from tests.conftest import Project, run_git


@pytest.fixture
def opened(project: Project) -> Iterator[Desk]:
    """A desk as the program opens it in the project."""
    desk = open_desk(Start(project.root))
    yield desk
    desk.db.close()


def key(desk: Desk, name: str) -> int | None:
    """The store's number of a repository."""
    with desk.db.read() as connection:
        return find_repository(connection, name)


def test_the_desk_that_tests_are_handed_is_the_one_that_is_found(desk: Desk, project: Project) -> None:
    found = discover(project.root)
    assert (desk.repository, desk.base) == (found, found.base())
    assert key(desk, found.key()) == desk.repository_id


def test_a_desk_without_any_settings(project: Project, opened: Desk) -> None:
    assert opened.reviewer == "robin@example.test"
    assert opened.signature == ("Robin Reviewer", "robin@example.test")
    assert (opened.base.branch, opened.base.commit) == ("main", project.git("rev-parse", "HEAD"))
    assert key(opened, str(project.remote)) == opened.repository_id
    assert (paths.data_dir() / "qatui.db").is_file()


def test_the_store_belongs_to_the_repository_not_to_a_folder(project: Project, opened: Desk, tmp_path: Path) -> None:
    run_git(tmp_path, "clone", "-q", str(project.remote), "second")
    project.git("worktree", "add", "-q", "--detach", str(tmp_path / "third"))
    for folder in ("second", "third"):
        desk = open_desk(Start(tmp_path / folder))
        desk.db.close()
        assert desk.repository_id == opened.repository_id


def test_a_remote_that_is_added_later_keeps_the_queue(project: Project) -> None:
    project.git("remote", "rename", "origin", "gone")
    project.git("config", "--unset", "remote.gone.url")
    alone = open_desk(Start(project.root))
    assert key(alone, str(project.root / ".git")) == alone.repository_id
    alone.db.close()
    project.git("remote", "remove", "gone")
    project.git("remote", "add", "origin", "https://example.test/acme/pay.git")
    known = open_desk(Start(project.root))
    assert known.repository_id == alone.repository_id
    assert key(known, "example.test/acme/pay") == alone.repository_id
    known.db.close()


def test_the_team_file_names_repository_and_base(project: Project) -> None:
    project.commit({"qatui.yaml": "base: release\nrepository: Acme/Pay\nremote: origin\n"})
    project.git("push", "-q", "origin", "main:release")
    project.git("fetch", "-q", "origin")
    project.commit({"qatui.yaml": "base: release\nrepository: ghe.example.com/Acme/Pay\n", "x.py": "x = 1\n"})
    desk = open_desk(Start(project.root))
    # main only says where the base is; the base itself has the last word on the rest.
    assert desk.base.branch == "release"
    assert desk.team.repository == "Acme/Pay"
    assert key(desk, "github.com/acme/pay") == desk.repository_id
    desk.db.close()


@pytest.mark.parametrize(
    ("remote", "key"),
    [
        ("git@ghe.example.com:acme/pay.git", "ghe.example.com/acme/pay"),
        ("http://127.0.0.1:4040/fork/pay.git", "127.0.0.1:4040/acme/pay"),
        ("work:acme/pay.git", "github.com/acme/pay"),
        ("../pay.git", "github.com/acme/pay"),
    ],
)
def test_settings_without_a_host_mean_the_remotes(project: Project, remote: str, key: str) -> None:
    project.git("remote", "set-url", "origin", remote)
    assert repository_key(discover(project.root), Team(repository="Acme/Pay")) == key


def test_a_host_in_the_repository_is_kept(project: Project) -> None:
    project.commit({"qatui.yaml": "repository: ghe.example.com/Acme/Pay\n"})
    desk = open_desk(Start(project.root))
    assert key(desk, "ghe.example.com/acme/pay") == desk.repository_id
    desk.db.close()


def test_team_settings_come_from_the_base_not_the_working_tree(project: Project) -> None:
    (project.root / "qatui.yaml").write_text("self_approve: true\n")
    project.git("add", "qatui.yaml")
    desk = open_desk(Start(project.root))
    desk.db.close()
    assert desk.team.self_approve is False


def test_a_wrong_team_file_names_the_branch(project: Project) -> None:
    project.commit({"qatui.yaml": "base: main\nchekclist: []\n"})
    with pytest.raises(ConfigError, match=r"^qatui\.yaml on main, line 2: “chekclist” is no setting"):
        open_desk(Start(project.root))


def test_the_reviewer_is_the_login_else_the_e_mail(
    project: Project, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = home / "mine.yaml"
    mine.write_text("identity: {login: kim, name: Kim, email: kim@example.test}\n")
    desk = open_desk(Start(project.root, mine))
    desk.db.close()
    assert (desk.reviewer, desk.signature) == ("kim", ("Kim", "kim@example.test"))
    assert desk.identified
    (home / ".gitconfig").write_text("")
    monkeypatch.setenv("LOGNAME", "account")
    desk = open_desk(Start(project.root))
    desk.db.close()
    assert (desk.reviewer, desk.signature) == ("account@localhost", ("account", "account@localhost"))
    assert not desk.identified
    (home / ".gitconfig").write_text("[user]\n\temail = kim@example.test\n")
    desk = open_desk(Start(project.root))
    desk.db.close()
    assert (desk.signature, desk.identified) == (("account", "kim@example.test"), False)


def test_the_first_start_has_no_glimpse_and_the_next_has(project: Project) -> None:
    start = Start(project.root / "tests")
    assert glimpse(start) is None
    desk = open_desk(start)
    seen = glimpse(start)
    assert seen is not None
    assert (seen.repository_id, seen.reviewer) == (desk.repository_id, desk.reviewer)
    assert open_desk(start, seen.db).db is seen.db
    seen.db.close()
    desk.db.close()


def test_another_identity_or_remote_is_another_start(
    project: Project, opened: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = Start(project.root)
    monkeypatch.setenv("QATUI_LOGIN", "kim")
    assert glimpse(start) is None
    open_desk(start).db.close()
    seen = glimpse(start)
    assert seen is not None
    assert seen.reviewer == "kim"
    seen.db.close()
    project.git("remote", "set-url", "origin", "https://github.com/acme/other")
    assert glimpse(start) is None


def test_a_store_that_cannot_be_read_is_closed_again(
    project: Project, opened: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Database] = []
    close = Database.close

    def note(db: Database) -> None:
        closed.append(db)
        close(db)

    with closing(sqlite3.connect(paths.data_dir() / "qatui.db")) as connection:
        connection.execute("DROP TABLE clone")
    monkeypatch.setattr(Database, "close", note)
    for start in (glimpse, open_desk):
        with pytest.raises(StoreError, match="no such table: clone"):
            start(Start(project.root))
    assert len(closed) == 2
    # One that was handed in stays its owner's.
    with pytest.raises(StoreError, match="no such table: clone"):
        open_desk(Start(project.root), opened.db)
    assert len(closed) == 2


def test_outside_of_a_clone(tmp_path: Path) -> None:
    assert glimpse(Start(tmp_path)) is None
    with pytest.raises(NotFound, match="is in no git repository"):
        open_desk(Start(tmp_path))


def test_the_database_that_the_settings_name(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QATUI_DATABASE", str(tmp_path / "team" / "q.db"))
    open_desk(Start(project.root)).db.close()
    assert (tmp_path / "team" / "q.db").is_file()
    assert not (paths.data_dir() / "qatui.db").exists()


def test_github_is_that_of_the_remote_with_the_token_for_it(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GH_TOKEN", "ghp_cloud")
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", "ghp_enterprise")
    for address, api_url in (
        ("https://github.com/acme/pay.git", "https://api.github.com"),
        ("git@acme.ghe.com:acme/pay.git", "https://api.acme.ghe.com"),
        ("http://127.0.0.1:8080/acme/pay.git", "http://127.0.0.1:8080/api/v3"),
    ):
        project.git("remote", "set-url", "origin", address)
        desk = open_desk(Start(project.root))
        github = open_github(Start(project.root), desk)
        assert github is not None
        assert github.api_url == api_url
        github.close()
        desk.db.close()
    outside = open_github(Start(project.root.parent))
    assert outside is not None
    assert outside.api_url == "https://api.github.com"
    outside.close()


def test_no_github_without_a_host_or_a_token(project: Project, opened: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert open_github(Start(project.root)) is None
    monkeypatch.setenv("GH_TOKEN", "ghp_cloud")
    assert open_github(Start(project.root), opened) is None  # its remote is a folder
    monkeypatch.setenv("QATUI_API_URL", "https://git.acme.test/api/v3")
    assert open_github(Start(project.root)) is None  # the token is for github.com, not for there
    monkeypatch.setenv("GH_ENTERPRISE_TOKEN", "ghp_enterprise")
    there = open_github(Start(project.root))
    assert there is not None
    assert there.api_url == "https://git.acme.test/api/v3"
    there.close()


@pytest.mark.parametrize(("named", "hosted"), [("acme/pay", False), ("github.com/acme/pay", True)])
def test_a_clone_of_a_folder_has_no_github_unless_its_host_is_said(
    project: Project, monkeypatch: pytest.MonkeyPatch, named: str, hosted: bool
) -> None:
    monkeypatch.setenv("GH_TOKEN", "ghp_cloud")
    project.commit({"qatui.yaml": f"repository: {named}\n"})
    desk = open_desk(Start(project.root))
    github = open_github(Start(project.root), desk)
    assert (github is not None) is hosted
    if github is not None:
        github.close()
    desk.db.close()


@pytest.mark.parametrize("how", ["core.sshCommand", "GIT_SSH_COMMAND"])
def test_a_name_from_sshs_configuration_is_the_host_that_ssh_goes_to(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    ssh = tmp_path / f"ssh {how}"
    ssh.write_text('#!/bin/sh\n[ "$1 $2 $3" = "-F mine -G" ] && echo "user git" && echo "hostname GitHub.com"\n')
    ssh.chmod(0o755)
    if how == "GIT_SSH_COMMAND":
        monkeypatch.setenv(how, f"'{ssh}' -F mine")
    else:
        project.git("config", how, f"'{ssh}' -F mine")
    monkeypatch.setenv("GH_TOKEN", "ghp_cloud")
    project.git("remote", "set-url", "origin", "git@github.com-work:Acme/Pay.git")
    desk = open_desk(Start(project.root))
    hub = open_hub(Start(project.root), desk)
    desk.db.close()
    assert hub is not None
    assert (hub.github.api_url, str(hub.repo)) == ("https://api.github.com", "acme/pay")
    hub.github.close()


@pytest.mark.parametrize("command", ["/no/such/ssh", "false", "echo 'hostname ../x'", "'unfinished"])
def test_an_ssh_that_does_not_tell_leaves_the_host_as_it_is(project: Project, command: str) -> None:
    project.git("config", "core.sshCommand", command)
    url = "ssh://git@git.acme.test/acme/pay"
    assert real_host(discover(project.root), url, "git.acme.test") == "git.acme.test"
    assert real_host(discover(project.root), "https://git.acme.test/acme/pay", "git.acme.test") == "git.acme.test"


def test_the_base_of_a_forks_clone_is_upstream(project: Project, tmp_path: Path) -> None:
    main = project.git("rev-parse", "main")
    run_git(tmp_path, "init", "-q", "--bare", "-b", "main", "theirs.git")
    project.git("push", "-q", str(tmp_path / "theirs.git"), "main")
    project.commit({"mine.txt": "mine\n"})
    project.git("remote", "add", "upstream", str(tmp_path / "theirs.git"))
    project.git("fetch", "-q", "upstream")
    desk = open_desk(Start(project.root))
    desk.db.close()
    assert (desk.team.remote, desk.base.branch, desk.base.commit) == ("upstream", "main", main)
    assert key(desk, str(tmp_path / "theirs.git")) == desk.repository_id


@pytest.mark.parametrize(
    ("origin", "upstream", "remote"),
    [("me/pay", "acme/pay", "upstream"), ("acme/pay", "other/pay", "origin"), ("me/pay", "you/pay", "origin")],
)
def test_settings_that_name_the_repository_say_which_remote_it_is(
    project: Project, origin: str, upstream: str, remote: str
) -> None:
    project.commit({"qatui.yaml": "repository: Acme/Pay\n"})
    project.git("remote", "set-url", "origin", f"https://github.com/{origin}.git")
    project.git("remote", "add", "upstream", f"https://github.com/{upstream}.git")
    project.git("update-ref", "refs/remotes/upstream/main", "main")
    team, base = load_team(discover(project.root))
    assert (team.remote, base.branch) == (remote, "main")
    assert repository_key(discover(project.root), team) == "github.com/acme/pay"
