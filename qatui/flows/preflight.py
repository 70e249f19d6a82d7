"""What a publication will meet at GitHub, asked before anything is written: the rules of the base, and who may push.

A handful of requests, the same for one candidate and for a thousand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from qatui.domain import base_rules
from qatui.domain.base_rules import BaseRules
from qatui.errors import NoAccess, NoPermission, RateLimited, Refused, Unreachable
from qatui.flows.desk import Desk
from qatui.flows.hub import Hub
from qatui.github.protocol import Repo
from qatui.github.repositories import Repository, repository
from qatui.github.rules import Parameters, Protection, Rule, branch, protection, rules
from qatui.workspace.remote import Remote
from qatui.workspace.repository import key_of
from qatui.workspace.signing import signs

_OWN = frozenset(
    {
        "pull_request",
        "required_status_checks",
        "required_signatures",
        "required_linear_history",
        "merge_queue",
        "update",
        # These say what may be done to the branch itself; a pull request does none of it.
        "deletion",
        "non_fast_forward",
        "creation",
    }
)
"""Types of rules that have a sentence of their own, or need none."""
_BY_PULL = frozenset({"pull_request", "merge_queue", "required_status_checks"})
"""Types of rules that no commit meets which is pushed straight to the branch."""
_NOWHERE = Path("/")
_ROLES = ("qa-lead", "maintainer")
"""Who of the team is asked for a review."""


@dataclass(frozen=True, slots=True)
class Preflight:
    """What was found out."""

    push_url: str
    """Where the branch goes to, without a password: the base's repository, or the publisher's fork of it."""
    rules: tuple[str, ...] = ()
    """What the base asks for, a sentence each."""
    requests: int = 0
    """Requests to GitHub that publishing costs, these included."""
    remarks: tuple[str, ...] = ()
    away: bool = False
    """Whether GitHub could not be asked: the rules are not known, and the pull request will wait."""


class Asked(NamedTuple):
    """The base's rules, and the repository that has it."""

    repository: Repository
    rules: BaseRules

    @property
    def repo(self) -> Repo:
        """Its name as it is now."""
        return Repo.of(self.repository.full_name)


RULES_COST = 3
"""Requests of `ask`; made again for the pull request, where the team has people who could be asked for a review."""
_OPENING_COST = 3
"""Read the repository, look whether the pull request is there, open it."""
_ASKING_COST = 2
"""See who the author is, and ask them."""


def ask(hub: Hub, base_branch: str) -> Asked:
    """Ask for the repository and the rules of a branch, branch protection included. Raises as `GitHub.ask`."""
    found = hub.github.ask(repository(hub.repo))
    repo = Repo.of(found.full_name)
    listed = list(hub.github.every(rules(repo, base_branch)))
    kept: Protection | None = None
    hidden = False
    try:
        if found.permissions.admin:
            kept = hub.github.ask(protection(repo, base_branch))
        else:
            told = any(each.type in _BY_PULL for each in listed)  # by rulesets, which everybody may read
            hidden = hub.github.ask(branch(repo, base_branch)).protected and not told
    except (NoAccess, NoPermission):
        pass  # there is none, or no such branch yet: rulesets have said everything
    return Asked(found, gathered(found, listed, kept, hidden=hidden))


def gathered(found: Repository, listed: list[Rule], kept: Protection | None, *, hidden: bool = False) -> BaseRules:
    """Rulesets, branch protection and the repository's settings as one: of two the stricter counts."""
    reviews = [each.parameters or Parameters() for each in listed if each.type == "pull_request"]
    checks = [each.parameters or Parameters() for each in listed if each.type == "required_status_checks"]
    types = {each.type for each in listed}
    guard = kept or Protection()
    old, old_checks = guard.required_pull_request_reviews, guard.required_status_checks
    names = [check.context for each in checks for check in each.required_status_checks]
    names += old_checks.contexts if old_checks else ()
    methods = set(found.merge_methods)
    for each in reviews:
        methods &= set(each.allowed_merge_methods) or methods
    return BaseRules(
        by_pull=old is not None or bool(types & _BY_PULL),
        approvals=max(
            [each.required_approving_review_count for each in reviews]
            + [old.required_approving_review_count if old else 0]
        ),
        code_owners=any(each.require_code_owner_review for each in reviews)
        or bool(old and old.require_code_owner_reviews),
        last_push=any(each.require_last_push_approval for each in reviews)
        or bool(old and old.require_last_push_approval),
        conversations=any(each.required_review_thread_resolution for each in reviews)
        or guard.required_conversation_resolution.enabled,
        signatures="required_signatures" in types or guard.required_signatures.enabled,
        linear="required_linear_history" in types or guard.required_linear_history.enabled,
        sign_off=found.web_commit_signoff_required,
        checks=tuple(dict.fromkeys(names)),
        up_to_date=any(each.strict_required_status_checks_policy for each in checks)
        or bool(old_checks and old_checks.strict),
        queue="merge_queue" in types,
        methods=tuple(way for way in ("merge", "squash", "rebase") if way in methods),
        locked="update" in types or guard.lock_branch.enabled,
        hidden=hidden,
        others=tuple(sorted(types - _OWN)),
    )


def look_ahead(desk: Desk, hub: Hub | None) -> Preflight:
    """What publishing from this desk will meet; raises Refused where it cannot be, with the reason.

    Where GitHub cannot be reached now a remark says so. Raises GitHubRefused for a token that sees nothing.
    """
    url = desk.repository.remote_url(desk.team.remote)
    target = Remote(desk.repository, url).name if url else ""
    if hub is None:
        return Preflight(target)
    try:
        asked = ask(hub, desk.base.branch)
        target, extra = _target(desk, hub, asked.repository, target)
    except (Unreachable, RateLimited) as error:
        remark = f"{error.message.rstrip('.')}. What the base asks for is not known; the pull request waits."
        return Preflight(target, remarks=(remark,), away=True)
    known = reviewers(desk)
    whom = reviewers(desk, hub.login) if known and asked.rules.reviewed else ()
    signed = signs(desk.repository)
    said = base_rules.words(asked.rules, signed=signed, signed_off=desk.team.commit.sign_off, reviewers=whom)
    cost = RULES_COST + extra + _OPENING_COST + (RULES_COST if known else 0) + (_ASKING_COST if whom else 0)
    return Preflight(target, said, cost, tuple(_remarks(hub, asked.repository)))


def reviewers(desk: Desk, author: str = "") -> tuple[str, ...]:
    """Logins of those in the team's settings who are asked for a review; never the author."""
    own = author.casefold()
    return tuple(
        name
        for name, person in desk.team.people.items()
        if person.role in _ROLES and "@" not in name and name.casefold() not in (own, desk.reviewer.casefold())
    )


def repository_at(url: str) -> Repo | None:
    """The repository that an address leads to, whatever its host is called; None for a path."""
    key = key_of(url, _NOWHERE)
    return Repo.of(key) if not key.startswith("/") and key.count("/") == 2 else None


def is_same(one: Repo, *others: Repo) -> bool:
    """Whether it is one of the others, as GitHub compares names."""
    return str(one).casefold() in {str(each).casefold() for each in others}


def _target(desk: Desk, hub: Hub, found: Repository, target: str) -> tuple[str, int]:
    """Where to push, and how many more requests it took to know. Raises Refused."""
    repo = Repo.of(found.full_name)
    if found.archived:
        raise Refused(f"{repo} is archived: nothing can be published to it.", "Ask an administrator to unarchive it.")
    own = repository_at(target)
    if own is None or is_same(own, hub.repo, repo):
        if found.permissions.push:
            return target, 0
        candidates = _others(desk, hub.repo, repo)
    else:
        candidates = iter([(target, own)])
    for extra, (url, each) in enumerate(candidates, 1):
        if _is_fork(hub, each, found):
            return url, extra
    raise Refused(
        f"The token's owner may not push to {repo}, and no remote of this clone is a fork of it that they may push to.",
        f"gh repo fork {repo} --remote, or ask for push access.",
    )


def _others(desk: Desk, *own: Repo) -> Iterator[tuple[str, Repo]]:
    """Other repositories that this clone has a remote for, the one that git pushes to by default first."""
    default = desk.repository.config("remote.pushDefault")
    names = [name for name in desk.repository.remotes() if name != desk.team.remote]
    for name in sorted(names, key=lambda name: name != default):
        url = desk.repository.remote_url(name)
        there = repository_at(url) if url else None
        if url and there and not is_same(there, *own):
            yield Remote(desk.repository, url).name, there


def _is_fork(hub: Hub, repo: Repo, base: Repository) -> bool:
    """Whether a repository is of the base's network, and can be pushed to."""
    try:
        found = hub.github.ask(repository(repo))
    except NoAccess:
        return False
    origins = [each.full_name.casefold() for each in (found.parent, found.source) if each]
    return base.full_name.casefold() in origins and found.permissions.push and not found.archived


def _remarks(hub: Hub, found: Repository) -> Iterator[str]:
    if not is_same(hub.repo, Repo.of(found.full_name)):
        yield f"{hub.repo} is {found.full_name} by now: git remote set-url, and `repository` in qatui.yaml."
