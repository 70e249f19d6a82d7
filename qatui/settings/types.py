"""What can be set, with its default. Pure types: reading files is `settings.load`'s work.

Two files, two owners. `Team` is `qatui.yaml` at the root of the repository, read from the base commit;
`User` is the reviewer's own file. Everything has a default, so a clone without settings works.
"""

from typing import Literal

from msgspec import Struct, field

TEAM_FILE = "qatui.yaml"
"""The team's settings, at the root of the repository, read from the base commit."""

DEFAULT_TEST_ROOTS = (
    "tests",
    "test",
    "spec",
    "e2e",
    "**/tests/**",
    "**/test/**",
    "**/__tests__/**",
    "**/*_test.go",
    "**/*.test.[jt]s",
    "**/*.test.[jt]sx",
    "**/*.spec.[jt]s",
    "**/*.spec.[jt]sx",
)

REJECT_REASONS = {
    "asserts-nothing": "asserts nothing",
    "wrong-endpoint": "wrong endpoint",
    "duplicate": "duplicate",
    "unsafe": "unsafe",
    "flaky": "flaky",
    "other": "other",
}


class ChecklistItem(Struct, frozen=True, kw_only=True):
    """One question of the review checklist."""

    id: str
    """Short name, unique in the checklist; what `qatui checklist ID ITEM` takes."""
    text: str
    """The question as the reviewer reads it."""
    required: bool = False
    """Approve is refused while a required item is open."""


class Person(Struct, frozen=True, kw_only=True):
    """Somebody of the team, by GitHub login or git e-mail."""

    role: Literal["reviewer", "maintainer", "qa-lead"] = "reviewer"
    name: str = ""
    email: str = ""


class PlanSettings(Struct, frozen=True, kw_only=True):
    """Where the test plan is and how its items find their issues."""

    files: tuple[str, ...] = ()
    """Markdown files with task-list items, relative to the root."""
    master_issue: int | None = None
    """Number of the issue that stands for the whole plan."""
    mapping: Literal["id", "link", "title", "front-matter"] = "id"
    """How an item and its issue recognise each other."""


class Notifications(Struct, frozen=True, kw_only=True):
    """Who hears of what."""

    email: tuple[str, ...] = ()
    """Addresses."""
    events: tuple[str, ...] = ()
    """Names of events, such as `published` or `held`."""


class CommitSettings(Struct, frozen=True, kw_only=True):
    """How a publication reads in git."""

    mode: Literal["candidate", "batch"] = "candidate"
    """One commit a candidate, or one for the whole publication."""
    subject: str = "test: {verb} {title}"
    """Subject line; `{verb}` is add or update, `{title}`, `{path}`, `{name}` are the candidate's."""
    sign_off: bool = False
    """Add `Signed-off-by` of the publisher."""


class Gates(Struct, frozen=True, kw_only=True):
    """What must hold before an approved candidate may be published."""

    base_unchanged: bool = True
    """The target file on base is still what the verdict was given against."""


class Team(Struct, frozen=True, kw_only=True):
    """`qatui.yaml`: the team's settings."""

    repository: str | None = None
    """`owner/name` (or `host/owner/name`) of the base repository; default: from the remote's address."""
    remote: str = "origin"
    """The git remote of the base repository."""
    base: str | None = None
    """Branch that approved tests go to; default: the remote's HEAD, else main or master."""
    test_roots: tuple[str, ...] = DEFAULT_TEST_ROOTS
    """Folders or globs (`**` crosses folders) that a candidate's path must lie in."""
    plan: PlanSettings = PlanSettings()
    people: dict[str, Person] = field(default_factory=dict)
    """By GitHub login or git e-mail."""
    notifications: Notifications = Notifications()
    branch: str = "qatui/{date}-{id}"
    """Name of a publication's branch; `{date}` is YYYY-MM-DD, `{id}` its number, `{reviewer}` the publisher."""
    commit: CommitSettings = CommitSettings()
    checklist: tuple[ChecklistItem, ...] = ()
    """The review checklist."""
    reject_reasons: dict[str, str] = field(default_factory=dict)
    """More reject reasons: code to the words shown; added to the six that are always there."""
    gates: Gates = Gates()
    self_approve: bool = False
    """Whether the author of a customized revision may approve it."""

    def reasons(self) -> dict[str, str]:
        """Every reject reason, the six of the house first, `other` last."""
        all_of = {**REJECT_REASONS, **self.reject_reasons}
        other = all_of.pop("other")
        return {**all_of, "other": other}


Theme = Literal["dark", "light", "contrast"]
"""The palettes of `qatui.render.palette`."""


class Identity(Struct, frozen=True, kw_only=True):
    """Who the reviewer is; default: git's user.email and user.name."""

    login: str | None = None
    """GitHub login; the reviewer's name everywhere when set."""
    name: str | None = None
    email: str | None = None


class User(Struct, frozen=True, kw_only=True):
    """The reviewer's own settings."""

    identity: Identity = Identity()
    keys: dict[str, str] = field(default_factory=dict)
    """Action id to keys, comma-separated, such as `candidate.approve: A`."""
    theme: Theme = "dark"
    glyphs: Literal["auto", "unicode", "ascii"] = "auto"
    """`auto` is ascii on TERM=linux or a locale without UTF-8."""
    editor: str | None = None
    """Command; default: $VISUAL, $EDITOR."""
    token_source: Literal["auto", "env", "keyring", "gh"] = "auto"
    """Where the GitHub token is taken from; never from a repository."""
    api_url: str | None = None
    """GitHub's API, such as `https://github.example.com/api/v3`; default: what belongs to the repository's host.

    Only here and never in the team's file: it says where the token is sent."""
    database: str | None = None
    """A file, or a `postgresql+psycopg://` address; default: a file in the user's data folder."""


class Settings(Struct, frozen=True, kw_only=True):
    """Both files together."""

    team: Team = Team()
    user: User = User()
