"""GitHub Apps as GitHub shows them. https://docs.github.com/rest/apps/apps"""

from typing import Any

from qatui.sandbox.github.records import App
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
