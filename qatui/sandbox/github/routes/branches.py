"""Branches and tags. https://docs.github.com/rest/branches/branches"""

from typing import Any
from urllib.parse import quote

from qatui.sandbox.github import bare, objects, rules
from qatui.sandbox.github.call import Answer, Call, Problem, Route
from qatui.sandbox.github.refnames import well_formed
from qatui.sandbox.github.views.commits import commit
from qatui.sandbox.github.views.repositories import api_url, html_url


def branches(call: Call) -> Answer:
    """The branches by name; `protected` true or false for those with rules or those without."""
    tips = bare.refs(call.world.bare(call.repository), "refs/heads")
    rows = [(name.removeprefix("refs/heads/"), sha) for name, sha in tips.items()]
    asked = call.query.get("protected")
    if asked in ("true", "false"):
        rows = [row for row in rows if _is_protected(call, row[0]) == (asked == "true")]
    return call.page(rows, lambda row: _short(call, *row))


def branch(call: Call) -> Answer:
    """One branch, with its last commit."""
    world, repository, name = call.world, call.repository, call.params["branch"]
    ref = f"refs/heads/{name}"
    sha = bare.refs(world.bare(repository), ref).get(ref) if well_formed(ref) else None
    if sha is None:
        raise Problem(404, "Branch not found")
    url = f"{api_url(world, repository)}/branches/{quote(name)}"
    shown = {
        **_short(call, name, sha),
        "commit": commit(world, repository, objects.read(world.bare(repository), [sha])[0]),
        "_links": {"self": url, "html": f"{html_url(world, repository)}/tree/{quote(name)}"},
        "protection": _protection(call, name),
        "protection_url": f"{url}/protection",
    }
    return Answer(200, shown)


def _short(call: Call, name: str, sha: str) -> dict[str, Any]:
    """`short-branch`."""
    url = f"{api_url(call.world, call.repository)}/commits/{sha}"
    return {"name": name, "commit": {"sha": sha, "url": url}, "protected": _is_protected(call, name)}


def _is_protected(call: Call, name: str) -> bool:
    return bool(rules.rulesets(call.world, call.repository, name))


def _protection(call: Call, name: str) -> dict[str, Any]:
    """What everybody may know of a branch's rules: the checks that it wants."""
    wanted = rules.of_branch(call.world, call.repository, name).required_checks
    checks = {
        "enforcement_level": "everyone" if wanted else "off",
        "contexts": wanted,
        "checks": [{"context": each, "app_id": None} for each in wanted],
    }
    return {"enabled": _is_protected(call, name), "required_status_checks": checks}


def tags(call: Call) -> Answer:
    """The tags, the highest version first, each with the commit that it is for."""
    form = "--format=%(refname:strip=2)%00%(objectname)%00%(*objectname)"
    directory = call.world.bare(call.repository)
    lines = bare.text(directory, "for-each-ref", "--sort=-version:refname", form, "--", "refs/tags").splitlines()
    rows = [line.split("\0") for line in lines]
    return call.page(rows, lambda row: _tag(call, row[0], row[2] or row[1]))


def _tag(call: Call, name: str, sha: str) -> dict[str, Any]:
    """`tag`."""
    api = api_url(call.world, call.repository)
    return {
        "name": name,
        "commit": {"sha": sha, "url": f"{api}/commits/{sha}"},
        "zipball_url": f"{api}/zipball/refs/tags/{quote(name)}",
        "tarball_url": f"{api}/tarball/refs/tags/{quote(name)}",
        "node_id": f"REF_kwDO{call.repository.id}_{quote(f'refs/tags/{name}', safe='')}",
    }


_REPO = "/repos/{owner}/{repo}"
ROUTES = (
    Route("GET", _REPO + "/branches", branches, "branches/branches#list-branches", grant="contents=read"),
    Route("GET", _REPO + "/branches/{branch}", branch, "branches/branches#get-a-branch", grant="contents=read"),
    Route("GET", _REPO + "/tags", tags, "repos/repos#list-repository-tags", grant="metadata=read"),
)
