"""GitHub Apps as GitHub shows them. https://docs.github.com/rest/apps/apps"""

from typing import Any

from qatui.sandbox.github.records import App, Installation, Repository
from qatui.sandbox.github.views.people import moment, node_id, simple_user
from qatui.sandbox.github.world import World


def integration(world: World, app: App) -> dict[str, Any]:
    """`integration`: the App itself."""
    return {
        "id": app.id,
        "slug": app.slug,
        "node_id": node_id("App", app.id),
        "owner": simple_user(world, world.users[app.owner_id]),
        "name": app.name,
        "description": "",
        "external_url": f"{world.api_url}/apps/{app.slug}",
        "html_url": f"{world.api_url}/apps/{app.slug}",
        "created_at": moment(app.created_at),
        "updated_at": moment(app.created_at),
        "permissions": app.permissions,
        "events": [],
    }


def reaches(installation: Installation, repository: Repository) -> bool:
    """Whether the App is installed for this repository."""
    chosen = installation.repository_ids
    return installation.account_id == repository.owner_id and (chosen is None or repository.id in chosen)


def installation(world: World, installation: Installation) -> dict[str, Any]:
    """`installation`: an App in an account."""
    app, account = world.apps[installation.app_id], world.users[installation.account_id]
    return {
        "id": installation.id,
        "account": simple_user(world, account),
        "repository_selection": "all" if installation.repository_ids is None else "selected",
        "access_tokens_url": f"{world.api_url}/app/installations/{installation.id}/access_tokens",
        "repositories_url": f"{world.api_url}/installation/repositories",
        "html_url": f"{world.api_url}/settings/installations/{installation.id}",
        "app_id": app.id,
        "app_slug": app.slug,
        "target_id": account.id,
        "target_type": account.type,
        "permissions": app.permissions,
        "events": [],
        "created_at": moment(installation.created_at),
        "updated_at": moment(installation.created_at),
        "single_file_name": None,
        "suspended_by": None,
        "suspended_at": None,
    }
