"""Repositories themselves. https://docs.github.com/rest/repos/repos"""

from qatui.sandbox.github.call import Answer, Call, Route
from qatui.sandbox.github.views import repositories as views


def get(call: Call) -> Answer:
    """One repository, with what the asking person may do in it."""
    return Answer(200, views.full(call.world, call.repository, call.user, call.role()))


ROUTES = (Route("GET", "/repos/{owner}/{repo}", get, "repos/repos#get-a-repository", grant="metadata=read"),)
