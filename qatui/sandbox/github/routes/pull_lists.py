"""Pull requests as lists, and the lists of one: files, commits, reviewers asked for. https://docs.github.com/rest/pulls"""

from functools import lru_cache
from pathlib import Path

from msgspec import Struct, field

from qatui.sandbox.github import bare, diffs, objects, pull_states
from qatui.sandbox.github.call import Answer, Call, Problem, Route
from qatui.sandbox.github.mergeability import (
    MOST_COMMITS,
    MOST_FILES,
    base_tip,
    branch_tip,
    commits_between,
    fork_point,
    start,
)
from qatui.sandbox.github.records import Issue, Pull, User
from qatui.sandbox.github.routes.pulls import pull_of
from qatui.sandbox.github.views import commits as commit_views
from qatui.sandbox.github.views import pulls as views
from qatui.sandbox.github.views.people import simple_user

_LONG_RUNNING = 30 * 86400
"""Seconds: open for a month, and changed in the last one."""
_PAGED = 8
"""So many lists of files are kept, for who asks page by page."""


def index(call: Call) -> Answer:
    """Pull requests by state, head and base, in the asked order."""
    world = call.world
    state = call.choice("state", ("open", "closed", "all"), "open")
    rows = [(pull, world.issues[pull.issue_id]) for pull in world.pulls.under(call.repository.id)]
    if state != "all":
        rows = [row for row in rows if row[1].state == state]
    if base := call.query.get("base"):
        rows = [row for row in rows if row[0].base_ref == base]
    if head := call.query.get("head"):
        rows = [row for row in rows if _is_head(call, row[0], head)]
    sort = call.choice("sort", ("created", "updated", "popularity", "long-running"), "created")
    if sort == "long-running":
        since = world.now() - _LONG_RUNNING
        rows = [row for row in rows if row[1].created_at < since <= row[1].updated_at]
    rows.sort(key=lambda row: _rank(call, row[1], sort))
    if call.choice("direction", ("asc", "desc"), "desc" if sort == "created" else "asc") == "desc":
        rows.reverse()
    return call.page(rows, lambda row: views.simple(world, row[0]))


def _rank(call: Call, issue: Issue, sort: str) -> tuple[int, int]:
    """What a list is sorted by, and then by number."""
    if sort == "updated":
        return issue.updated_at, issue.number
    return (call.world.comments.count(issue.id) if sort == "popularity" else 0), issue.number


def _is_head(call: Call, pull: Pull, wanted: str) -> bool:
    """Whether a pull request's branch is `owner:branch`; GitHub takes no notice of a filter without an owner."""
    owner, colon, branch = wanted.partition(":")
    if not colon:
        return True
    repository = call.world.repositories.get(pull.head_repository_id)
    login = "" if repository is None else call.world.users[repository.owner_id].login
    return (login.lower(), pull.head_ref) == (owner.lower(), branch)


def files(call: Call) -> Answer:
    """The files that it changes, up to 3,000 of them (GITHUB.md, Answers)."""
    pull = pull_of(call)
    directory = call.world.bare(call.repository)
    found = _changes(directory, start(call.world, pull), pull.head_sha)
    return call.page(found, lambda each: commit_views.diff_entry(call.world, call.repository, each, pull.head_sha))


@lru_cache(_PAGED)
def _changes(directory: Path, old: str, new: str) -> list[diffs.Change]:
    return diffs.changes(directory, old, new)[:MOST_FILES]


def commits(call: Call) -> Answer:
    """Its commits, oldest first, up to 250 of them."""
    pull = pull_of(call)
    directory = call.world.bare(call.repository)
    shas = commits_between(directory, base_tip(call.world, pull), pull.head_sha)[:MOST_COMMITS]
    found = objects.read(directory, shas)
    return call.page(found, lambda each: commit_views.commit(call.world, call.repository, each))


def of_commit(call: Call) -> Answer:
    """The pull request that brought a commit (or a branch's last) to the default branch, else all that have it."""
    world, directory = call.world, call.world.bare(call.repository)
    sha = bare.commit(directory, call.params["commit_sha"])
    if sha is None:
        message = f"No commit found for SHA: {call.params['commit_sha']}"
        raise Problem(422, message)
    mine = [each for each in world.pulls.under(call.repository.id) if _has(call, each, sha)]
    if _is_on_default(call, directory, sha):
        mine = [each for each in mine if each.merged_at is not None]
    found = [each for each in mine if each.merged_at is not None or world.issues[each.issue_id].state == "open"]
    return call.page(found, lambda each: views.simple(world, each))


def _has(call: Call, pull: Pull, sha: str) -> bool:
    """Whether a commit is one of the pull request's, or what its merge made."""
    directory = call.world.bare(call.repository)
    return sha == pull.merge_commit_sha or sha in commits_between(directory, base_tip(call.world, pull), pull.head_sha)


def _is_on_default(call: Call, directory: Path, sha: str) -> bool:
    tip = branch_tip(directory, call.repository.default_branch)
    return tip is not None and fork_point(directory, tip, sha) == sha


def reviewers(call: Call) -> Answer:
    """Who has been asked for a review and has not given one yet."""
    asked = pull_of(call).requested_reviewer_ids
    return Answer(200, {"users": [simple_user(call.world, call.world.users[each]) for each in asked], "teams": []})


class Reviewers(Struct):
    """Whom to ask; the look-alike has no teams, so that those named are taken no notice of."""

    reviewers: list[str] = field(default_factory=list)
    team_reviewers: list[str] = field(default_factory=list)


def request_reviewers(call: Call) -> Answer:
    """Ask people for a review: not the author, and only who may read the repository."""
    pull, asked = pull_of(call), call.read(Reviewers)
    full_name = call.world.full_name(call.repository)
    people = []
    for login in asked.reviewers:
        user = call.world.user(login)
        if user is None or not _is_collaborator(call, user):
            raise Problem(422, f"{_ONLY_COLLABORATORS} {full_name} repository.")
        if user.id == call.world.issues[pull.issue_id].user_id:
            raise Problem(422, "Review cannot be requested from pull request author.")
        people.append(user)
    pull_states.request_reviews(call.world, pull, call.who, people)
    return Answer(201, views.simple(call.world, pull))


def _is_collaborator(call: Call, user: User) -> bool:
    return user.id == call.repository.owner_id or user.id in call.repository.collaborators


_ONLY_COLLABORATORS = (
    "Reviews may only be requested from collaborators. "
    "One or more of the users or teams you specified is not a collaborator of the"
)
_PULLS = "/repos/{owner}/{repo}/pulls"
_PULL = _PULLS + "/{pull_number}"
_READ, _WRITE = "pull_requests=read", "pull_requests=write"
ROUTES = (
    Route("GET", _PULLS, index, "pulls/pulls#list-pull-requests", grant=_READ),
    Route("GET", f"{_PULL}/files", files, "pulls/pulls#list-pull-requests-files", grant=_READ),
    Route("GET", f"{_PULL}/commits", commits, "pulls/pulls#list-commits-on-a-pull-request", grant=_READ),
    Route(
        "GET",
        "/repos/{owner}/{repo}/commits/{commit_sha}/pulls",
        of_commit,
        "commits/commits#list-pull-requests-associated-with-a-commit",
        grant=_READ,
    ),
    Route(
        "GET",
        f"{_PULL}/requested_reviewers",
        reviewers,
        "pulls/review-requests#get-all-requested-reviewers-for-a-pull-request",
        grant=_READ,
    ),
    Route(
        "POST",
        f"{_PULL}/requested_reviewers",
        request_reviewers,
        "reference/pulls#request-reviewers-for-a-pull-request",
        role="write",
        grant=_WRITE,
    ),
)
