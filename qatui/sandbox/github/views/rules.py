"""What a branch asks, as GitHub shows it: rulesets with their rules, and the branch protection that they amount to.

https://docs.github.com/rest/repos/rules and https://docs.github.com/rest/branches/branch-protection
"""

from typing import Any
from urllib.parse import quote

from qatui.sandbox.github.records import Repository, Rules, Ruleset, User
from qatui.sandbox.github.rules import wants_pull_request
from qatui.sandbox.github.views.people import moment, node_id
from qatui.sandbox.github.views.repositories import api_url, html_url
from qatui.sandbox.github.world import World

_QUEUE = {
    "check_response_timeout_minutes": 60,
    "grouping_strategy": "ALLGREEN",
    "max_entries_to_build": 5,
    "max_entries_to_merge": 5,
    "merge_method": "MERGE",
    "min_entries_to_merge": 1,
    "min_entries_to_merge_wait_minutes": 5,
}
"""GitHub's defaults for a new queue."""


def rules(found: Rules) -> list[dict[str, Any]]:
    """`repository-rule` objects. Every ruleset forbids to delete the branch and to force a push to it."""
    shown: list[dict[str, Any]] = [{"type": "deletion"}, {"type": "non_fast_forward"}]
    if found.linear_history:
        shown.append({"type": "required_linear_history"})
    if found.merge_queue:
        shown.append({"type": "merge_queue", "parameters": dict(_QUEUE)})
    if found.signed_commits:
        shown.append({"type": "required_signatures"})
    if wants_pull_request(found):
        parameters = {
            "required_approving_review_count": found.required_approvals,
            "dismiss_stale_reviews_on_push": found.dismiss_stale_reviews,
            "require_code_owner_review": found.require_code_owner_review,
            "require_last_push_approval": found.require_last_push_approval,
            "required_review_thread_resolution": False,
            "allowed_merge_methods": list(found.allowed_merge_methods),
        }
        shown.append({"type": "pull_request", "parameters": parameters})
    if found.required_checks:
        checks = {
            "strict_required_status_checks_policy": found.strict_checks,
            "do_not_enforce_on_create": False,
            "required_status_checks": [{"context": each} for each in found.required_checks],
        }
        shown.append({"type": "required_status_checks", "parameters": checks})
    return shown


def rules_of(world: World, ruleset: Ruleset) -> list[dict[str, Any]]:
    """The rules that a ruleset brings to a branch, each with where it comes from."""
    source = world.full_name(world.repositories[ruleset.repository_id])
    origin = {"ruleset_source_type": "Repository", "ruleset_source": source, "ruleset_id": ruleset.id}
    return [{**rule, **origin} for rule in rules(ruleset.rules)]


def brief(world: World, ruleset: Ruleset) -> dict[str, Any]:
    """`repository-ruleset` as lists have it."""
    repository = world.repositories[ruleset.repository_id]
    url, html = (
        f"{api_url(world, repository)}/rulesets/{ruleset.id}",
        f"{html_url(world, repository)}/rules/{ruleset.id}",
    )
    return {
        "id": ruleset.id,
        "name": ruleset.name,
        "target": "branch",
        "source_type": "Repository",
        "source": world.full_name(repository),
        "enforcement": ruleset.enforcement,
        "node_id": node_id("Ruleset", ruleset.id),
        "_links": {"self": {"href": url}, "html": {"href": html}},
        "created_at": moment(ruleset.created_at),
        "updated_at": moment(ruleset.updated_at),
    }


def whole(world: World, ruleset: Ruleset, viewer: User | None, *, admin: bool) -> dict[str, Any]:
    """`repository-ruleset` as asked for by id; who may bypass it is for administrators."""
    bypasses = viewer is not None and viewer.id in ruleset.bypass_user_ids
    shown = {
        **brief(world, ruleset),
        "conditions": {"ref_name": {"include": [f"refs/heads/{each}" for each in ruleset.branches], "exclude": []}},
        "rules": rules(ruleset.rules),
        "current_user_can_bypass": "always" if bypasses else "never",
    }
    if admin:
        shown["bypass_actors"] = [
            {"actor_id": each, "actor_type": "User", "bypass_mode": "always"} for each in ruleset.bypass_user_ids
        ]
    return shown


def protection_url(world: World, repository: Repository, branch: str) -> str:
    """Where the protection of a branch is."""
    return f"{api_url(world, repository)}/branches/{quote(branch, safe='/')}/protection"


def protection(world: World, repository: Repository, branch: str, found: Rules) -> dict[str, Any]:
    """`branch-protection`."""
    url = protection_url(world, repository, branch)
    shown = {
        "url": url,
        "enforce_admins": {"url": f"{url}/enforce_admins", "enabled": True},
        "required_signatures": {"url": f"{url}/required_signatures", "enabled": found.signed_commits},
        "required_linear_history": {"enabled": found.linear_history},
        "allow_force_pushes": {"enabled": False},
        "allow_deletions": {"enabled": False},
        "block_creations": {"enabled": False},
        "required_conversation_resolution": {"enabled": False},
        "lock_branch": {"enabled": False},
        "allow_fork_syncing": {"enabled": False},
    }
    if wants_pull_request(found):
        shown["required_pull_request_reviews"] = required_reviews(world, repository, branch, found)
    if found.required_checks:
        shown["required_status_checks"] = required_checks(world, repository, branch, found)
    return shown


def required_reviews(world: World, repository: Repository, branch: str, found: Rules) -> dict[str, Any]:
    """`protected-branch-pull-request-review`."""
    return {
        "url": f"{protection_url(world, repository, branch)}/required_pull_request_reviews",
        "dismiss_stale_reviews": found.dismiss_stale_reviews,
        "require_code_owner_reviews": found.require_code_owner_review,
        "required_approving_review_count": found.required_approvals,
        "require_last_push_approval": found.require_last_push_approval,
    }


def required_checks(world: World, repository: Repository, branch: str, found: Rules) -> dict[str, Any]:
    """`status-check-policy`."""
    url = f"{protection_url(world, repository, branch)}/required_status_checks"
    return {
        "url": url,
        "strict": found.strict_checks,
        "contexts": list(found.required_checks),
        "checks": [{"context": each, "app_id": None} for each in found.required_checks],
        "contexts_url": f"{url}/contexts",
    }
