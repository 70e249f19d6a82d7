"""Rulesets, and what they ask of a branch. https://docs.github.com/rest/repos/rules"""

from qatui.sandbox.github import rules
from qatui.sandbox.github.call import Answer, Call, Route, not_found
from qatui.sandbox.github.views import rules as views


def listed(call: Call) -> Answer:
    """The repository's rulesets."""
    targets = call.query.get("targets", "branch").split(",")
    found = call.world.rulesets.under(call.repository.id) if "branch" in targets else []
    return call.page(found, lambda each: views.brief(call.world, each))


def get(call: Call) -> Answer:
    """One ruleset with its rules."""
    found = call.world.rulesets.get(call.number("ruleset_id"))
    if found is None or found.repository_id != call.repository.id:
        raise not_found()
    return Answer(200, views.whole(call.world, found, call.user, admin=call.may("admin")))


def of_branch(call: Call) -> Answer:
    """The active rules of a branch, whether it is there or not, with those that do not bind the asking person."""
    active = rules.rulesets(call.world, call.repository, call.params["branch"])
    return call.page([rule for each in active for rule in views.rules_of(call.world, each)], lambda rule: rule)


_PATH = "/repos/{owner}/{repo}/rulesets"
ROUTES = (
    Route("GET", _PATH, listed, "repos/rules#get-all-repository-rulesets", grant="metadata=read"),
    Route("GET", f"{_PATH}/{{ruleset_id}}", get, "repos/rules#get-a-repository-ruleset", grant="metadata=read"),
    Route(
        "GET",
        "/repos/{owner}/{repo}/rules/branches/{branch}",
        of_branch,
        "repos/rules#get-rules-for-a-branch",
        grant="metadata=read",
    ),
)
