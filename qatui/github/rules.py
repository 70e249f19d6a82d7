"""What a branch asks of a merge: rulesets (https://docs.github.com/en/rest/repos/rules) and branch protection
(https://docs.github.com/en/rest/branches/branch-protection), which a branch may have both."""

from msgspec import Struct

from qatui.github.protocol import Repo, Request, get, pages, path


class Check(Struct, frozen=True):
    """A status check that must have passed."""

    context: str
    integration_id: int | None = None
    """The app that must report it; None: any."""


class Parameters(Struct, frozen=True):
    """What a rule can be told more exactly; each type of rule has a few of these."""

    required_approving_review_count: int = 0
    dismiss_stale_reviews_on_push: bool = False
    require_code_owner_review: bool = False
    require_last_push_approval: bool = False
    required_review_thread_resolution: bool = False
    allowed_merge_methods: tuple[str, ...] = ()
    required_status_checks: tuple[Check, ...] = ()
    strict_required_status_checks_policy: bool = False
    merge_method: str = ""
    """Of a merge queue: MERGE, SQUASH or REBASE."""


class Rule(Struct, frozen=True):
    """One rule of a branch."""

    type: str
    """pull_request, required_status_checks, required_signatures, required_linear_history, merge_queue, ..."""
    parameters: Parameters | None = None
    ruleset_id: int = 0


class Switch(Struct, frozen=True):
    """A rule that is on or off."""

    enabled: bool = False


class RequiredChecks(Struct, frozen=True):
    """Checks of branch protection; `contexts` is the older form of `checks`."""

    strict: bool = False
    contexts: tuple[str, ...] = ()


class RequiredReviews(Struct, frozen=True):
    """Reviews of branch protection."""

    required_approving_review_count: int = 0
    dismiss_stale_reviews: bool = False
    require_code_owner_reviews: bool = False
    require_last_push_approval: bool = False


class Protection(Struct, frozen=True):
    """Branch protection; only those who administer the repository may read it."""

    required_status_checks: RequiredChecks | None = None
    required_pull_request_reviews: RequiredReviews | None = None
    required_signatures: Switch = Switch()
    required_linear_history: Switch = Switch()
    required_conversation_resolution: Switch = Switch()
    lock_branch: Switch = Switch()


class Tip(Struct, frozen=True):
    """The commit a branch is at."""

    sha: str


class Branch(Struct, frozen=True):
    """A branch; whether it is protected is told to everybody who may read it."""

    name: str
    commit: Tip
    protected: bool = False


def branch(repo: Repo, name: str) -> Request[Branch]:
    """A branch."""
    return get(f"read the branch {name} of {repo}", path("/repos/{}/branches/{}", repo, name), Branch)


def rules(repo: Repo, branch: str) -> Request[list[Rule]]:
    """The rules of all active rulesets for a branch, which need not exist yet."""
    place = path("/repos/{}/rules/branches/{}", repo, branch)
    return pages(f"read the rules of the branch {branch} of {repo}", place, Rule)


def protection(repo: Repo, branch: str) -> Request[Protection]:
    """Its branch protection; NoAccess where there is none, and for those who do not administer the repository."""
    place = path("/repos/{}/branches/{}/protection", repo, branch)
    return get(f"read the protection of the branch {branch} of {repo}", place, Protection)
