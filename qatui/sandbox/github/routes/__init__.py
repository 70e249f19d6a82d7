"""The operations, a module for each noun of GitHub's description; every module ends in its ROUTES."""

from qatui.sandbox.github.routes import pull_lists, pulls, repositories, users

ROUTES = (
    *pull_lists.ROUTES,
    *pulls.ROUTES,
    *repositories.ROUTES,
    *users.ROUTES,
)
"""Every operation that the look-alike has."""
