"""What a GitHub knows, as records. Moments are whole seconds since 1970 UTC; what git knows is asked of git.

A record refers to others by `id`; ids count up a kind. `GROUP` names the field whose records are listed together.
"""

from typing import Any, ClassVar, Literal

from msgspec import Struct, field

Role = Literal["read", "triage", "write", "maintain", "admin"]
"""What a person may do in a repository, from least to most."""
ROLES: tuple[Role, ...] = ("read", "triage", "write", "maintain", "admin")


class Record(Struct, kw_only=True):
    """One thing that outlives a request."""

    GROUP: ClassVar[str | None] = None
    id: int = 0


class User(Record):
    """A person, a bot, or an organization that owns repositories."""

    login: str
    type: Literal["User", "Bot", "Organization"] = "User"
    name: str | None = None
    email: str | None = None
    created_at: int = 0


class Token(Record):
    """A credential: a person's, or that of an installation of an App."""

    value: str
    user_id: int
    """Who acts with it; for an installation the App's bot."""
    installation_id: int | None = None
    repository_ids: list[int] | None = None
    """Fewer repositories than the installation has; None: all of them."""
    permissions: dict[str, str] | None = None
    """What a fine-grained or installation token may do, such as {"issues": "write"}; None: all that the person may."""
    scopes: list[str] = field(default_factory=lambda: ["repo"])
    """Of a classic token; shown, and not enforced: what it may is what its owner may."""
    expires_at: int | None = None
    sso_url: str | None = None
    """Where the person must authorize it first, when the organization asks for single sign-on."""


class App(Record):
    """A GitHub App; it signs in with a JSON web token whose `iss` is its id."""

    slug: str
    name: str
    owner_id: int
    bot_id: int
    permissions: dict[str, str] = field(default_factory=dict)
    created_at: int = 0


class Installation(Record):
    """An App in somebody's account."""

    app_id: int
    account_id: int
    repository_ids: list[int] | None = None
    """None: all of the account's."""
    created_at: int = 0


class Repository(Record):
    """A repository; its objects and refs are in the bare repository that `bare.path` finds."""

    owner_id: int
    name: str
    default_branch: str = "main"
    private: bool = False
    description: str | None = None
    archived: bool = False
    parent_id: int | None = None
    """What it was forked from."""
    collaborators: dict[int, Role] = field(default_factory=dict)
    """By user id; the owner has everything, everybody reads what is not private."""
    former: list[str] = field(default_factory=list)
    """Names, `owner/name` in lower case, that lead here by a redirect."""
    directory: str | None = None
    """A bare repository that somebody else keeps; None: one of the look-alike's own."""
    next_number: int = 1
    """Issues and pull requests count together."""
    allow_merge_commit: bool = True
    allow_squash_merge: bool = True
    allow_rebase_merge: bool = True
    allow_auto_merge: bool = True
    delete_branch_on_merge: bool = False
    created_at: int = 0
    updated_at: int = 0
    pushed_at: int = 0
    refs_seen: dict[str, str] = field(default_factory=dict)
    """Branch and tag to commit, as the last request saw them: what differs since was pushed."""


class Label(Record):
    """A label of a repository."""

    GROUP = "repository_id"
    repository_id: int
    name: str
    color: str = "ededed"
    description: str | None = None
    default: bool = False


class Milestone(Record):
    """A milestone of a repository, numbered on its own."""

    GROUP = "repository_id"
    repository_id: int
    number: int
    title: str
    creator_id: int
    description: str | None = None
    state: Literal["open", "closed"] = "open"
    due_on: int | None = None
    created_at: int = 0
    updated_at: int = 0
    closed_at: int | None = None


class Issue(Record):
    """An issue, or what a pull request shares with one (then there is a Pull with the same number)."""

    GROUP = "repository_id"
    repository_id: int
    number: int
    title: str
    user_id: int
    body: str | None = None
    is_pull: bool = False
    state: Literal["open", "closed"] = "open"
    state_reason: Literal["completed", "not_planned", "duplicate", "reopened"] | None = None
    label_ids: list[int] = field(default_factory=list)
    assignee_ids: list[int] = field(default_factory=list)
    milestone_id: int | None = None
    locked: bool = False
    created_at: int = 0
    updated_at: int = 0
    closed_at: int | None = None
    closed_by_id: int | None = None
    transferred_to: int | None = None
    """Id of the issue that it became in another repository: asking for it answers 301."""
    deleted: bool = False
    """Asking for it answers 410."""
    parent_id: int | None = None
    sub_issue_ids: list[int] = field(default_factory=list)
    blocked_by_ids: list[int] = field(default_factory=list)
    blocking_ids: list[int] = field(default_factory=list)

    @property
    def gone(self) -> bool:
        """Whether it is in no list any more: deleted, or transferred."""
        return self.deleted or self.transferred_to is not None


class Comment(Record):
    """A comment on an issue or a pull request."""

    GROUP = "issue_id"
    repository_id: int
    issue_id: int
    user_id: int
    body: str
    created_at: int = 0
    updated_at: int = 0


class Event(Record):
    """A line of an issue's timeline: closed, reopened, labeled, merged, head_ref_deleted, cross-referenced, ..."""

    GROUP = "issue_id"
    repository_id: int
    issue_id: int
    event: str
    actor_id: int
    commit_id: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    """What this kind adds, by ids and names: label, assignee_id, milestone, rename, source_issue_id, ..."""
    created_at: int = 0


class AutoMerge(Struct, kw_only=True):
    """That a pull request merges itself once its rules are met."""

    user_id: int
    method: Literal["merge", "squash", "rebase"]
    title: str = ""
    message: str = ""


class Pull(Record):
    """What a pull request has beyond its issue. Files, commits and mergeability come from git each time."""

    GROUP = "repository_id"
    repository_id: int
    issue_id: int
    number: int
    head_repository_id: int | None
    """None: the fork is gone."""
    head_ref: str
    head_sha: str
    """The last commit seen; kept under refs/pull/N/head of the base repository."""
    base_ref: str
    base_sha: str
    """The base branch when the pull request was opened or last retargeted."""
    last_pusher_id: int | None = None
    """Who pushed head_sha; None: nobody knows, as for a push past the server, and it counts as the author's."""
    draft: bool = False
    maintainer_can_modify: bool = False
    requested_reviewer_ids: list[int] = field(default_factory=list)
    merged_at: int | None = None
    merged_by_id: int | None = None
    merge_commit_sha: str | None = None
    """What its merge made; before that, a merge for a test, which refs/pull/N/merge keeps."""
    final_base_sha: str | None = None
    """The base branch just before the merge: what a merged or closed pull request's diff is taken against."""
    computed_for: str | None = None
    """`head..base` commits that mergeability was asked for before: the first asking answers null."""
    auto_merge: AutoMerge | None = None
    queued_at: int | None = None
    """In the merge queue since."""
    viewed: dict[str, list[str]] = field(default_factory=dict)
    """Paths that a login marked as viewed."""


class Review(Record):
    """A review of a pull request."""

    GROUP = "pull_id"
    pull_id: int
    user_id: int
    state: Literal["PENDING", "COMMENTED", "APPROVED", "CHANGES_REQUESTED", "DISMISSED"]
    body: str = ""
    commit_id: str = ""
    submitted_at: int | None = None


class ReviewComment(Record):
    """A comment on a line, or on a file, of a pull request's diff."""

    GROUP = "pull_id"
    pull_id: int
    review_id: int
    user_id: int
    body: str
    path: str
    commit_id: str
    original_commit_id: str
    diff_hunk: str = ""
    line: int | None = None
    original_line: int | None = None
    start_line: int | None = None
    original_start_line: int | None = None
    side: Literal["LEFT", "RIGHT"] = "RIGHT"
    start_side: Literal["LEFT", "RIGHT"] | None = None
    position: int | None = None
    """Lines below the first @@ of the file's diff; None, as `line` is: outdated, or about the file as a whole."""
    original_position: int | None = None
    subject_type: Literal["line", "file"] = "line"
    in_reply_to_id: int | None = None
    """First comment of its thread; None for that one."""
    resolved_by_id: int | None = None
    """On the first comment of a thread: who resolved it."""
    created_at: int = 0
    updated_at: int = 0


class Status(Record):
    """A commit status."""

    GROUP = "repository_id"
    repository_id: int
    sha: str
    state: Literal["error", "failure", "pending", "success"]
    context: str = "default"
    description: str | None = None
    target_url: str | None = None
    creator_id: int = 0
    created_at: int = 0


class CheckSuite(Record):
    """The check runs of one App for one commit."""

    GROUP = "repository_id"
    repository_id: int
    head_sha: str
    head_branch: str | None
    app_id: int
    created_at: int = 0
    updated_at: int = 0


class CheckRun(Record):
    """One check of a commit."""

    GROUP = "repository_id"
    repository_id: int
    suite_id: int
    head_sha: str
    name: str
    status: str = "queued"
    conclusion: str | None = None
    details_url: str | None = None
    external_id: str = ""
    started_at: int | None = None
    completed_at: int | None = None
    output: dict[str, Any] = field(default_factory=dict)
    annotations: list[dict[str, Any]] = field(default_factory=list)


class Rules(Struct, kw_only=True):
    """What a branch asks of those who change it; kept as a ruleset and shown as branch protection too."""

    required_approvals: int = 0
    require_code_owner_review: bool = False
    dismiss_stale_reviews: bool = False
    require_last_push_approval: bool = False
    required_checks: list[str] = field(default_factory=list)
    strict_checks: bool = False
    """Whether the branch must be up to date with the base."""
    signed_commits: bool = False
    linear_history: bool = False
    merge_queue: bool = False
    pull_request: bool = False
    """Whether changes must come by a pull request; implied by required_approvals."""
    allowed_merge_methods: list[str] = field(default_factory=lambda: ["merge", "squash", "rebase"])


class Ruleset(Record):
    """Rules for the branches of a repository that one of the patterns names."""

    GROUP = "repository_id"
    repository_id: int
    name: str
    branches: list[str]
    """Names or globs (fnmatch), such as `main` or `release/*`."""
    rules: Rules
    bypass_user_ids: list[int] = field(default_factory=list)
    enforcement: Literal["active", "disabled"] = "active"
    created_at: int = 0
    updated_at: int = 0


class Hook(Record):
    """A webhook of a repository."""

    GROUP = "repository_id"
    repository_id: int
    url: str
    events: list[str]
    content_type: Literal["json", "form"] = "json"
    secret: str = ""
    insecure_ssl: str = "0"
    active: bool = True
    last_status: int | None = None
    """What the last delivery was answered; None before the first."""
    last_message: str | None = None
    created_at: int = 0
    updated_at: int = 0


class Delivery(Record):
    """One attempt to deliver an event to a hook."""

    GROUP = "hook_id"
    hook_id: int
    guid: str
    event: str
    action: str | None
    request_headers: dict[str, str]
    request_body: str
    """The bytes that were signed, as text."""
    redelivery: bool = False
    delivered_at: float = 0.0
    duration: float = 0.0
    """Seconds."""
    status_code: int = 0
    """What was answered; 502 for no connection, 504 for no answer in time, 0 before it was attempted."""
    status: str = ""
    """In words: `OK`; empty before it was attempted."""
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""
