"""Branch protection, which says the same as the rulesets. https://docs.github.com/rest/branches/branch-protection"""

from qatui.sandbox.github import rules
from qatui.sandbox.github.call import Answer, Call, Problem, Route, not_found
from qatui.sandbox.github.mergeability import branch_tip
from qatui.sandbox.github.records import Rules
from qatui.sandbox.github.refnames import well_formed
from qatui.sandbox.github.views import rules as views


def get(call: Call) -> Answer:
    """All that protects a branch."""
    return Answer(200, views.protection(call.world, call.repository, call.params["branch"], _rules(call)))


def reviews(call: Call) -> Answer:
    """What reviews it takes to change a branch; 404 for none."""
    found = _rules(call)
    if not rules.wants_pull_request(found):
        raise not_found()
    return Answer(200, views.required_reviews(call.world, call.repository, call.params["branch"], found))


def checks(call: Call) -> Answer:
    """What checks it takes to change a branch; 404 for none."""
    found = _rules(call)
    if not found.required_checks:
        raise Problem(404, "Required status checks not enabled")
    return Answer(200, views.required_checks(call.world, call.repository, call.params["branch"], found))


def _rules(call: Call) -> Rules:
    """What the rulesets ask of the branch of the path; only administrators may read it as protection."""
    branch = call.params["branch"]
    if not call.may("admin"):
        raise not_found()
    if not well_formed(f"refs/heads/{branch}") or branch_tip(call.world.bare(call.repository), branch) is None:
        raise Problem(404, "Branch not found")
    if not rules.rulesets(call.world, call.repository, branch):
        raise Problem(404, "Branch not protected")
    return rules.of_branch(call.world, call.repository, branch)


_PATH = "/repos/{owner}/{repo}/branches/{branch}/protection"
_DOCS = "branches/branch-protection#get"
_GRANT = "administration=read"
ROUTES = (
    Route("GET", _PATH, get, f"{_DOCS}-branch-protection", grant=_GRANT),
    Route(
        "GET",
        f"{_PATH}/required_pull_request_reviews",
        reviews,
        f"{_DOCS}-pull-request-review-protection",
        grant=_GRANT,
    ),
    Route("GET", f"{_PATH}/required_status_checks", checks, f"{_DOCS}-status-checks-protection", grant=_GRANT),
)
