"""What is left of the rate limits. https://docs.github.com/rest/rate-limit/rate-limit"""

from qatui.sandbox.github.call import Answer, Call, Route


def get(call: Call) -> Answer:
    """The caller's limits; asking is free."""
    return Answer(200, call.rates())


ROUTES = (Route("GET", "/rate_limit", get, "rate-limit/rate-limit#get-rate-limit-status-for-the-authenticated-user"),)
