"""Commits that are signed as the user's git signs."""

import shutil
import subprocess
from pathlib import Path

import pytest

from qatui.errors import GitError, NeedsTerminal
from qatui.workspace.branches import Author, File, write_commits
from qatui.workspace.repository import discover
from qatui.workspace.signing import Signer, sign_commits, signs
from tests.conftest import NOW, Project
from tests.workspace.test_attributes import executable

REF, DRAFTS = "refs/qatui/publications/1", "refs/qatui/drafts/1"
SIGNER = Signer(Author("Robin Röd", "robin@example.test", NOW))
MESSAGES = ("one\n\nbody: ünï\n\nReviewed-by: K <k@x>\n", "two\n")

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="makes SSH keys")


def ssh_key(project: Project, passphrase: str = "") -> Path:
    """A key of the person's, and git told to sign with it."""
    key = project.root.parent / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(key)], check=True)
    public = key.with_suffix(".pub").read_text()
    allowed = project.root.parent / "allowed"
    allowed.write_text(f"robin@example.test {public}")
    for name, value in (
        ("commit.gpgSign", "yes"), ("gpg.format", "ssh"), ("user.signingKey", str(key)),
        ("gpg.ssh.allowedSignersFile", str(allowed)),
    ):  # fmt: skip
        project.git("config", name, value)
    return key


def drafts(project: Project) -> tuple[str, list[str]]:
    """Two commits that are not signed, and their base."""
    base = project.git("rev-parse", "origin/main")
    commits = [(text, [File(f"tests/{at}.py", "100644", b"%d" % at)]) for at, text in enumerate(MESSAGES)]
    return base, write_commits(discover(project.root), DRAFTS, base, commits, SIGNER.author)


def sign(project: Project) -> list[str]:
    return sign_commits(discover(project.root), REF, *drafts(project), SIGNER)


def test_who_signs_by_settings_of_any_kind(project: Project, home: Path) -> None:
    repository = discover(project.root)
    assert not signs(repository)
    (home / "more").write_text("[commit]\n\tgpgSign\n")
    with (home / ".gitconfig").open("a") as settings:
        settings.write(f"[include]\n\tpath = {home / 'more'}\n")
    assert signs(repository)
    project.git("config", "commit.gpgsign", "off")
    assert not signs(repository)


def test_ssh_signatures_are_valid_and_the_rest_is_as_without(project: Project) -> None:
    ssh_key(project)
    base, plain = drafts(project)
    made = sign(project)
    assert project.git("rev-parse", REF) == made[-1]
    assert project.git("rev-list", "--reverse", f"{base}..{REF}").split() == made
    for commit, draft, message in zip(made, plain, MESSAGES, strict=True):
        project.git("verify-commit", commit)
        assert project.git("log", "-1", "--format=%G?", commit) == "G"
        shape = "--format=%T|%an|%ae|%at|%ai|%cn|%ce|%ct|%ci"
        assert project.git("log", "-1", shape, commit) == project.git("log", "-1", shape, draft)
        assert project.git("cat-file", "commit", commit).endswith(message.rstrip("\n"))
        assert "\nencoding " not in project.git("cat-file", "commit", commit)
    assert project.git("fsck", "--strict") == ""


def random_signer(project: Project) -> Path:
    """A gpg whose every signature is another, and how often it ran."""
    counted = project.root.parent / "signatures"
    script = (
        f"cat >> /dev/null; echo x >> {counted}\n"
        "echo '[GNUPG:] SIG_CREATED D' >&2\n"
        "echo '-----BEGIN PGP SIGNATURE-----'; head -c 9 /dev/urandom | od -An -tx1; echo '-----END PGP SIGNATURE-----'"
    )
    gpg = executable(project.root.parent / "gpg", script)
    project.git("config", "commit.gpgSign", "true")
    project.git("config", "gpg.program", str(gpg))
    return counted


def test_what_was_signed_is_not_signed_again(project: Project) -> None:
    counted = random_signer(project)
    made = sign(project)
    assert sign(project) == made
    assert counted.read_text().count("x") == 2
    # Somebody else's commits in the ref, or ours unsigned, are not taken for them.
    project.git("update-ref", REF, DRAFTS)
    other = sign(project)
    assert other != made
    assert counted.read_text().count("x") == 4
    assert project.git("rev-parse", REF) == other[-1]


def test_of_two_that_sign_at_a_time_one_wins(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    random_signer(project)
    base, plain = drafts(project)
    repository = discover(project.root)
    quicker: list[list[str]] = []
    real = sign_commits.__globals__["_sign"]

    def overtaken(*args: object) -> object:
        if not quicker:
            monkeypatch.undo()
            quicker.append(sign_commits(repository, REF, base, plain, SIGNER))
        return real(*args)

    monkeypatch.setitem(sign_commits.__globals__, "_sign", overtaken)
    assert sign_commits(repository, REF, base, plain, SIGNER) == quicker[0]
    assert project.git("rev-parse", REF) == quicker[0][-1]


def test_a_key_with_a_passphrase_and_no_agent_needs_a_terminal(project: Project) -> None:
    ssh_key(project, "sesame")
    with pytest.raises(NeedsTerminal, match=r"git commit-tree needs a terminal: .*passphrase"):
        sign(project)
    assert project.git("for-each-ref", "--format=%(refname)", "refs/qatui") == DRAFTS


def test_a_git_that_cannot_sign_says_so(project: Project) -> None:
    ssh_key(project).unlink()
    with pytest.raises(GitError, match="git could not sign a commit: git commit-tree failed") as caught:
        sign(project)
    assert not isinstance(caught.value, NeedsTerminal)
    assert "commit.gpgSign" in caught.value.hint
    assert project.git("for-each-ref", "--format=%(refname)", "refs/qatui") == DRAFTS
