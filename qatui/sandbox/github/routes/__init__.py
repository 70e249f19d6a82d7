"""The operations, a module for each noun of GitHub's description; every module ends in its ROUTES."""

from qatui.sandbox.github.routes import repositories, users

ROUTES = (
    *repositories.ROUTES,
    *users.ROUTES,
)
"""Every operation that the look-alike has."""
