"""The operations, a module for each noun of GitHub's description; every module ends in its ROUTES."""

from qatui.sandbox.github.routes import pull_lists, pulls, rate_limit, repositories, review_comments, reviews, users

ROUTES = (
    *pull_lists.ROUTES,
    *pulls.ROUTES,
    *rate_limit.ROUTES,
    *repositories.ROUTES,
    *review_comments.ROUTES,
    *reviews.ROUTES,
    *users.ROUTES,
)
"""Every operation that the look-alike has."""
