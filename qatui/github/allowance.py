"""How many requests are left (https://docs.github.com/en/rest/rate-limit/rate-limit); asking costs none."""

from msgspec import Struct

from qatui.github.protocol import Request, get


class Rate(Struct, frozen=True):
    """One resource's requests of this hour."""

    limit: int
    remaining: int
    used: int
    reset: int
    """When it is full again, in seconds since 1970."""


class Resources(Struct, frozen=True):
    """The resources that we use; GraphQL has none on some Enterprise servers."""

    core: Rate
    graphql: Rate | None = None


def left() -> Request[Resources]:
    """What is left; an Enterprise server without limits answers 404."""
    return get("read how many requests are left", "/rate_limit", Resources, within="resources")
