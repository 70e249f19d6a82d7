"""Commit statuses. https://docs.github.com/rest/commits/statuses"""

from typing import Any, Literal

from msgspec import Struct

from qatui.sandbox.github import bare, checks, objects, rules
from qatui.sandbox.github.call import Answer, Call, Problem, Route, invalid, not_found
from qatui.sandbox.github.records import Status
from qatui.sandbox.github.views import checks as views
from qatui.sandbox.github.views import commits
from qatui.sandbox.github.views.people import simple_user
from qatui.sandbox.github.views.repositories import api_url, minimal

LONGEST_DESCRIPTION = 140
MOST_OF_A_CONTEXT = 1000
"""How many statuses a commit may have of one context."""


class NewStatus(Struct):
    """The body of create."""

    state: Literal["error", "failure", "pending", "success"]
    target_url: str | None = None
    description: str | None = None
    context: str = "default"


def create(call: Call) -> Answer:
    """A status for a commit, given by its whole id; it stands in for the last one of its context."""
    world, repository, asked = call.world, call.repository, call.read(NewStatus)
    sha = call.params["sha"].lower()
    if objects.kind(world.bare(repository), sha) != "commit":
        raise Problem(422, f"No commit found for SHA: {call.params['sha']}")
    if asked.description is not None and len(asked.description) > LONGEST_DESCRIPTION:
        raise invalid("Status", "description", "custom", f"description is too long (maximum is {LONGEST_DESCRIPTION})")
    if asked.target_url and not asked.target_url.lower().startswith(("http://", "https://")):
        raise invalid("Status", "target_url", "custom", "target_url must use http(s) scheme")
    if sum(each.context == asked.context for each in checks.statuses_of(world, repository, sha)) >= MOST_OF_A_CONTEXT:
        raise Problem(422, "This SHA and context has reached the maximum number of statuses.")
    made = world.statuses.add(
        Status(
            repository_id=repository.id,
            sha=sha,
            state=asked.state,
            context=asked.context or "default",
            description=asked.description,
            target_url=asked.target_url,
            creator_id=call.who.id,
            created_at=world.now(),
        )
    )
    _tell(call, made)
    shown = views.status(world, repository, made)
    return Answer(201, shown, {"Location": shown["url"]})


def _tell(call: Call, made: Status) -> None:
    """https://docs.github.com/webhooks/webhook-events-and-payloads#status"""
    world, repository = call.world, call.repository
    if not world.hooks.count(repository.id):
        return
    directory, api = world.bare(repository), api_url(world, repository)
    form = "--format=%(objectname) %(refname)"
    tips = bare.text(directory, "for-each-ref", f"--contains={made.sha}", form, "refs/heads")
    named = [(line[:40], line[41:].removeprefix("refs/heads/")) for line in tips.splitlines()]
    shown = views.simple_status(world, repository, made)
    payload = {name: shown[name] for name in ("id", "avatar_url", "state", "description", "target_url", "context")}
    branches = [
        {
            "name": name,
            "commit": {"sha": sha, "url": f"{api}/commits/{sha}"},
            "protected": bool(rules.rulesets(world, repository, name)),
        }
        for sha, name in named
    ]
    payload |= {
        "sha": made.sha,
        "name": world.full_name(repository),
        "commit": commits.commit(world, repository, objects.read(directory, [made.sha])[0]),
        "branches": branches,
        "created_at": shown["created_at"],
        "updated_at": shown["updated_at"],
        "sender": simple_user(world, call.who),
    }
    world.emit(repository, "status", payload)


def of_commit(call: Call) -> Answer:
    """Every status of a commit, newest first."""
    found = checks.statuses_of(call.world, call.repository, commit_of(call))
    return call.page(found, lambda each: views.status(call.world, call.repository, each))


def combined(call: Call) -> Answer:
    """The last status of each context, and what they come to."""
    world, repository, sha = call.world, call.repository, commit_of(call)
    found = checks.latest_statuses(world, repository, sha)
    api = api_url(world, repository)

    def wrap(rows: list[Any], total: int) -> dict[str, Any]:
        return {
            "state": checks.combined(found),
            "statuses": rows,
            "sha": sha,
            "total_count": total,
            "repository": minimal(world, repository),
            "commit_url": f"{api}/commits/{sha}",
            "url": f"{api}/commits/{sha}/status",
        }

    return call.page(found, lambda each: views.simple_status(world, repository, each), wrap)


def commit_of(call: Call) -> str:
    """The commit that `ref` of the path names: a branch, a tag, an id; 404 for none."""
    name = call.params["ref"].removeprefix("refs/").removeprefix("heads/")
    found = bare.commit(call.world.bare(call.repository), name)
    if found is None:
        raise not_found()
    return found


_REPO = "/repos/{owner}/{repo}"
_DOCS = "commits/statuses#"
ROUTES = (
    Route(
        "POST",
        _REPO + "/statuses/{sha}",
        create,
        _DOCS + "create-a-commit-status",
        role="write",
        grant="statuses=write",
    ),
    Route(
        "GET",
        _REPO + "/commits/{ref}/statuses",
        of_commit,
        _DOCS + "list-commit-statuses-for-a-reference",
        grant="statuses=read",
    ),
    Route(
        "GET",
        _REPO + "/statuses/{ref}",  # its older address, which PyGithub asks
        of_commit,
        _DOCS + "list-commit-statuses-for-a-reference",
        grant="statuses=read",
    ),
    Route(
        "GET",
        _REPO + "/commits/{ref}/status",
        combined,
        _DOCS + "get-the-combined-status-for-a-specific-reference",
        grant="statuses=read",
    ),
)
