"""What the commit says that a merge makes, where nobody gave it words.

https://docs.github.com/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges
"""

from typing import Literal, NamedTuple

from qatui.sandbox.github import identity
from qatui.sandbox.github.mergeability import MOST_COMMITS, commits_between
from qatui.sandbox.github.objects import Commit, read
from qatui.sandbox.github.records import Pull
from qatui.sandbox.github.world import World

_LINE = "-" * 9


class Words(NamedTuple):
    """The first line of a commit's message, and the rest."""

    title: str
    text: str


def of(world: World, pull: Pull, method: Literal["merge", "squash"], base: str) -> Words:
    """GitHub's words for a merge into `base`, a commit."""
    issue, repository = world.issues[pull.issue_id], world.repositories[pull.repository_id]
    if method == "merge":
        head = world.repositories.get(pull.head_repository_id)
        owner = "unknown repository" if head is None else f"{world.users[head.owner_id].login}/{pull.head_ref}"
        return Words(f"Merge pull request #{pull.number} from {owner}", issue.title)
    directory = world.bare(repository)
    commits = read(directory, commits_between(directory, base, pull.head_sha)[:MOST_COMMITS])
    credits_ = _credits(world, issue.user_id, commits)
    if len(commits) == 1:
        title, _, text = commits[0].message.partition("\n")
        return Words(f"{title} (#{pull.number})", "\n\n".join(each for each in (text.strip("\n"), credits_) if each))
    text = "\n\n".join(f"* {each.message}" for each in commits)
    return Words(f"{issue.title} (#{pull.number})", f"{text}\n\n{_LINE}\n\n{credits_}" if credits_ else text)


def _credits(world: World, author_id: int, commits: list[Commit]) -> str:
    """A line for everybody who wrote one of the commits and will not be the author of the squashed one."""
    lines = {}
    for each in commits:
        account = identity.by_email(world, each.author.email)
        if account is None or account.id != author_id:
            lines[each.author.email.lower()] = f"Co-authored-by: {each.author.name} <{each.author.email}>"
    return "\n".join(lines.values())


def joined(title: str, text: str) -> str:
    """Title and text as one message."""
    return clean("\n\n".join(each for each in (title, text) if each))


def clean(message: str) -> str:
    """A message that git takes: without NUL, ending in one line end."""
    return message.replace("\0", "").rstrip("\n") + "\n"
