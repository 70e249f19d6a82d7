"""Repositories as GitHub shows them: minimal, whole, full."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from qatui.sandbox.github.records import ROLES, Repository, Role, User
from qatui.sandbox.github.views.people import moment, node_id, simple_user
from qatui.sandbox.github.world import World

_BELOW = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}
"""Addresses below the repository's own."""
_RIGHTS: tuple[tuple[str, Role], ...] = (
    ("admin", "admin"),
    ("maintain", "maintain"),
    ("push", "write"),
    ("triage", "triage"),
    ("pull", "read"),
)


def api_url(world: World, repository: Repository) -> str:
    """Where the repository is in the API."""
    return f"{world.api_url}/repos/{world.full_name(repository)}"


def html_url(world: World, repository: Repository) -> str:
    """Where people would look at it."""
    return f"{world.api_url}/{world.full_name(repository)}"


def permissions(role: Role | None) -> dict[str, bool]:
    """What a person with this role may, as five answers."""
    rank = -1 if role is None else ROLES.index(role)
    return {name: rank >= ROLES.index(least) for name, least in _RIGHTS}


def minimal(world: World, repository: Repository, role: Role | None = None) -> dict[str, Any]:
    """`minimal-repository`; with the permissions of who has `role`."""
    url, full_name = api_url(world, repository), world.full_name(repository)
    shown = {
        "id": repository.id,
        "node_id": node_id("Repository", repository.id),
        "name": repository.name,
        "full_name": full_name,
        "private": repository.private,
        "owner": simple_user(world, world.users[repository.owner_id]),
        "html_url": html_url(world, repository),
        "description": repository.description,
        "fork": repository.parent_id is not None,
        "url": url,
        **{name: url + below for name, below in _BELOW.items()},
    }
    return shown if role is None else {**shown, "permissions": permissions(role)}


def whole(world: World, repository: Repository, role: Role | None = None) -> dict[str, Any]:
    """`repository`: as it stands in lists and inside other things."""
    web = html_url(world, repository)
    forks = sum(each.parent_id == repository.id for each in world.repositories)
    open_issues = _open_issues(world).get(repository.id, 0)
    return {
        **minimal(world, repository, role),
        "git_url": web.replace("http://", "git://", 1) + ".git",
        "ssh_url": f"git@127.0.0.1:{world.full_name(repository)}.git",
        "clone_url": f"{web}.git",
        "mirror_url": None,
        "svn_url": web,
        "homepage": None,
        "language": None,
        "forks_count": forks,
        "stargazers_count": 0,
        "watchers_count": 0,
        "size": 0,
        "default_branch": repository.default_branch,
        "open_issues_count": open_issues,
        "is_template": False,
        "topics": [],
        "has_issues": True,
        "has_projects": False,
        "has_wiki": False,
        "has_pages": False,
        "has_downloads": False,
        "has_discussions": False,
        "archived": repository.archived,
        "disabled": False,
        "visibility": "private" if repository.private else "public",
        "pushed_at": moment(repository.pushed_at),
        "created_at": moment(repository.created_at),
        "updated_at": moment(repository.updated_at),
        "allow_forking": True,
        "web_commit_signoff_required": False,
        "license": None,
        "forks": forks,
        "open_issues": open_issues,
        "watchers": 0,
    }


def _open_issues(world: World) -> Mapping[int, int]:
    """How many issues and pull requests each repository has open."""

    def count() -> Counter[int]:
        return Counter(each.repository_id for each in world.issues if each.state == "open" and not each.gone)

    return world.derived("open issues", count, world.issues)


def full(world: World, repository: Repository, viewer: User | None, role: Role | None) -> dict[str, Any]:
    """`full-repository`: as asked for by name; how it merges is for those who may push (and is left out for others)."""
    shown = {**whole(world, repository, role if viewer else None), "network_count": 0, "subscribers_count": 0}
    owner = world.users[repository.owner_id]
    if owner.type == "Organization":
        shown["organization"] = simple_user(world, owner)
    parent = world.repositories.get(repository.parent_id)
    if parent is not None:
        shown["parent"] = shown["source"] = whole(world, parent)
    if role is not None and permissions(role)["push"]:
        shown |= {
            "allow_merge_commit": repository.allow_merge_commit,
            "allow_squash_merge": repository.allow_squash_merge,
            "allow_rebase_merge": repository.allow_rebase_merge,
            "allow_auto_merge": repository.allow_auto_merge,
            "delete_branch_on_merge": repository.delete_branch_on_merge,
            "allow_update_branch": True,
        }
    return shown
