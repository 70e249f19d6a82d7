"""What a base branch asks of whoever wants to merge into it, in sentences.

Known before anything is published: whoever publishes is the pull request's author and cannot approve it, so that a
person who only reads the preview knows who else is needed
(https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from qatui.domain.quoting import one_line

_NAMED = 5
"""So many checks or people are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class BaseRules:
    """The rules of a branch, from rulesets, branch protection and the repository's own settings together."""

    by_pull: bool = False
    """Nothing comes to it but by a pull request."""
    approvals: int = 0
    """Approving reviews, none of them the author's."""
    code_owners: bool = False
    last_push: bool = False
    """The last push must be approved by somebody else than who pushed."""
    conversations: bool = False
    signatures: bool = False
    linear: bool = False
    sign_off: bool = False
    checks: tuple[str, ...] = ()
    up_to_date: bool = False
    queue: bool = False
    methods: tuple[str, ...] = ("merge", "squash", "rebase")
    locked: bool = False
    """Nobody may change it, or only who may pass the rules by."""
    hidden: bool = False
    """It is protected in a way that only administrators are told."""
    others: tuple[str, ...] = ()
    """GitHub's names of rules that it checks by itself, such as commit_message_pattern."""

    @property
    def takes_commits(self) -> bool:
        """Whether a commit may be pushed straight to it, without passing a rule by."""
        asked = self.by_pull or self.reviewed or self.checks or self.queue or self.locked
        return not (asked or self.signatures or self.hidden)

    @property
    def reviewed(self) -> bool:
        """Whether somebody else has to approve."""
        return self.approvals > 0 or self.code_owners or self.last_push


def words(rules: BaseRules, *, signed: bool, signed_off: bool, reviewers: Sequence[str] = ()) -> tuple[str, ...]:
    """What the rules will ask for and who can satisfy it, a sentence each; none: nothing is asked.

    `signed` and `signed_off` say how our commits are; `reviewers` are asked by us, beside CODEOWNERS by GitHub.
    """
    told = [
        (rules.reviewed, _reviews(rules, reviewers)),
        (rules.conversations, "Every conversation must be resolved."),
        (rules.signatures, _signatures(signed)),
        (rules.sign_off, _sign_off(signed_off)),
        (bool(rules.checks), f"Checks must pass: {_listed(rules.checks)}."),
        (rules.up_to_date, "The branch must be up to date with its base."),
        (rules.hidden, "The branch is protected; its rules are shown to administrators only."),
        (bool(rules.others), f"GitHub checks rules of its own: {_listed(rules.others)}."),
        (rules.locked, "The branch is locked: only who may pass its rules by can merge."),
        (True, _merging(rules)),
    ]
    return tuple(sentence for wanted, sentence in told if wanted and sentence)


def ways(rules: BaseRules) -> tuple[str, ...]:
    """The methods of merging that the rules leave."""
    return tuple(way for way in rules.methods if way != "merge" or not rules.linear)


def _reviews(rules: BaseRules, reviewers: Sequence[str]) -> str:
    count = max(1, rules.approvals)
    by = "code owners" if rules.code_owners else "others"
    whom = [_listed(reviewers)] if reviewers else []
    if rules.code_owners:
        whom.append("GitHub asks the code owners")
    asked = f"; asked: {', and '.join(whom)}" if reviewers else f"; {whom[0]}" if whom else ""
    last = ", after the last push" if rules.last_push else ""
    return f"{count} approving review{'' if count == 1 else 's'} by {by}, not by you{last}{asked}."


def _signatures(signed: bool) -> str:
    if signed:
        return "Commits must be signed: yours are."
    return "Commits must be signed, and these are not: set commit.gpgSign and a key, or merge by squash at GitHub."


def _sign_off(signed_off: bool) -> str:
    if signed_off:
        return "Commits should be signed off: these are."
    return "Commits should be signed off, and these are not: set `commit: {sign_off: true}` in qatui.yaml."


def _merging(rules: BaseRules) -> str:
    if rules.queue:
        return "A merge queue merges it: it is put into the queue, not merged by hand."
    left = ways(rules)
    if not left:
        return "No way of merging is left: the branch wants a linear history and the repository only merge commits."
    why = " (linear history)" if rules.linear else ""
    return f"Merged by {' or '.join(left)} only{why}." if len(left) < 3 else ""


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(one_line(name) for name in names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown
