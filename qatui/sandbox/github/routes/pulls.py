"""Pull requests one by one: made, shown, changed. https://docs.github.com/rest/pulls/pulls"""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from qatui.sandbox.github import bare, events, heads, merging, pull_states, rules
from qatui.sandbox.github.call import Answer, Call, Problem, Route, invalid, not_found
from qatui.sandbox.github.mergeability import asked_for, branch_tip, commits_between, fork_point, start
from qatui.sandbox.github.records import Issue, Pull, Repository
from qatui.sandbox.github.views import pulls as views

LONGEST_TITLE = 256
LONGEST_BODY = 65536
"""Characters."""


class Asked(Struct):
    """What a pull request is made of."""

    head: str
    base: str
    title: str | None = None
    head_repo: str | None = None
    body: str | None = None
    maintainer_can_modify: bool | None = None
    draft: bool | None = None
    issue: int | None = None
    """Number of an open issue that becomes the pull request."""


class Changed(Struct):
    """What may be changed of one."""

    title: str | UnsetType = UNSET
    body: str | UnsetType | None = UNSET
    state: Literal["open", "closed"] | UnsetType = UNSET
    base: str | UnsetType = UNSET
    maintainer_can_modify: bool | UnsetType = UNSET


def pull_of(call: Call) -> Pull:
    """The pull request of the path; 404 for none."""
    found = call.world.pull(call.repository, call.number("pull_number"))
    if found is None:
        raise not_found()
    return found


def custom(message: str) -> Problem:
    """422 in GitHub's own words, of no field."""
    error = {"resource": "PullRequest", "code": "custom", "message": message}
    return Problem(422, "Validation Failed", [error])


def check_sizes(title: str | None, body: str | None) -> None:
    """Refuse an empty title and what is too long (GITHUB.md, Answers)."""
    if title is not None and not title.strip():
        raise invalid("PullRequest", "title", "missing_field")
    for name, text, most in (("title", title, LONGEST_TITLE), ("body", body, LONGEST_BODY)):
        if text is not None and len(text) > most:
            raise invalid("PullRequest", name, "custom", f"{name} is too long (maximum is {most} characters)")


def create(call: Call) -> Answer:
    """Open a pull request for a branch of the repository or of a fork."""
    asked = call.read(Asked)
    check_sizes(asked.title, asked.body)
    issue = _issue_to_become(call, asked)
    head, base_sha = _compared(call, asked)
    if issue is None:
        issue = call.world.add_issue(
            Issue(
                repository_id=call.repository.id,
                number=0,
                title=(asked.title or "").strip(),
                user_id=call.who.id,
                body=asked.body,
                created_at=call.world.now(),
            )
        )
    issue.is_pull = True
    pull = call.world.pulls.add(
        Pull(
            repository_id=call.repository.id,
            issue_id=issue.id,
            number=issue.number,
            head_repository_id=head.repository.id,
            head_ref=head.branch,
            head_sha=head.sha,
            base_ref=asked.base,
            base_sha=base_sha,
            draft=bool(asked.draft),
            maintainer_can_modify=_may_be_modified(call, asked, head.repository),
        )
    )
    heads.keep(call.world, pull)
    pull_states.touch(call.world, pull)
    events.refer(call.world, issue, issue.body, call.who)
    pull_states.tell(call.world, pull, "opened", call.who)
    if not pull.draft:
        pull_states.request_reviews(call.world, pull, call.who, rules.owners_to_ask(call.world, pull))
    shown = views.full(call.world, pull)
    return Answer(201, shown, {"Location": shown["url"]})


def _issue_to_become(call: Call, asked: Asked) -> Issue | None:
    """The issue that the pull request takes over, None for a new one with a title."""
    if asked.issue is None:
        if asked.title is None:
            raise invalid("PullRequest", "title", "missing_field")
        return None
    issue = call.world.issue(call.repository, asked.issue)
    if issue is None or issue.is_pull or issue.gone or issue.state != "open":
        raise invalid("PullRequest", "issue", "invalid")
    if asked.title is not None or not (call.may("triage") or issue.user_id == call.who.id):
        raise invalid("PullRequest", "issue", "invalid")
    return issue


def _may_be_modified(call: Call, asked: Asked, head: Repository) -> bool:
    """Whether maintainers of the base may push to the branch, which only means something for a fork."""
    return head.id != call.repository.id and asked.maintainer_can_modify is not False


def _compared(call: Call, asked: Asked) -> tuple[heads.Head, str]:
    """The branch and the base commit, which there are, differ, and have no pull request yet."""
    world, directory = call.world, call.world.bare(call.repository)
    head = heads.find(world, call.repository, asked.head, asked.head_repo)
    if head is None or call.role(head.repository) is None:
        raise invalid("PullRequest", "head", "invalid")
    base_sha = branch_tip(directory, asked.base)
    if base_sha is None:
        raise invalid("PullRequest", "base", "invalid")
    if not call.may("write", head.repository):
        raise custom("must be a collaborator")
    for each in world.pulls.under(call.repository.id):
        same_head = (each.head_repository_id, each.head_ref) == (head.repository.id, head.branch)
        if same_head and each.base_ref == asked.base and world.issues[each.issue_id].state == "open":
            owner = world.users[head.repository.owner_id].login
            raise custom(f"A pull request already exists for {owner}:{head.branch}.")
    heads.fetch(world, call.repository, head)
    names = _names(call, asked, head)
    if not commits_between(directory, base_sha, head.sha):
        raise custom(f"No commits between {names[0]} and {names[1]}")
    if fork_point(directory, base_sha, head.sha) is None:
        raise custom(f"The {names[1]} branch has no history in common with {names[0]}")
    return head, base_sha


def _names(call: Call, asked: Asked, head: heads.Head) -> tuple[str, str]:
    """Base and head in words: with their owners where these differ."""
    if head.repository.id == call.repository.id:
        return asked.base, head.branch
    owners = [call.world.users[each.owner_id].login for each in (call.repository, head.repository)]
    return f"{owners[0]}:{asked.base}", f"{owners[1]}:{head.branch}"


def get(call: Call) -> Answer:
    """One pull request; the first asking after its commits changed has mergeable null, as GitHub computes it later."""
    pull = pull_of(call)
    if call.media in ("diff", "patch"):
        kind = f"application/vnd.github.{call.media}; charset=utf-8"
        return Answer(200, _text(call, pull, call.media), {"Content-Type": kind})
    shown = views.full(call.world, pull)
    computed = asked_for(call.world, pull)
    if pull.computed_for != computed and call.world.issues[pull.issue_id].state == "open":
        pull.computed_for = computed
        merging.rehearse(call.world, pull)
    return Answer(200, shown)


def _text(call: Call, pull: Pull, kind: str) -> bytes:
    """The pull request as one diff, or as a series of mails."""
    directory, begin = call.world.bare(call.repository), start(call.world, pull)
    if kind == "diff":
        return bare.run(directory, "diff-tree", "-r", "-M", "-p", "--full-index", begin, pull.head_sha)
    return bare.run(directory, "format-patch", "--stdout", "--no-signature", f"{begin}..{pull.head_sha}")


def update(call: Call) -> Answer:
    """Change title, body, base, or whether it is open."""
    pull, asked = pull_of(call), call.read(Changed)
    issue = call.world.issues[pull.issue_id]
    if not (call.may("write") or issue.user_id == call.who.id):
        raise Problem(403, "Must have admin rights to Repository.")
    title = None if asked.title is UNSET else asked.title
    body = None if asked.body is UNSET else asked.body
    check_sizes(title, body)
    base_sha = None if asked.base in (UNSET, pull.base_ref) else _new_base(call, pull, str(asked.base))
    reopens = asked.state == "open" and issue.state == "closed"
    if reopens:
        check_reopening(call, pull)
    _edit(call, pull, issue, asked, base_sha)
    if asked.maintainer_can_modify is not UNSET and pull.head_repository_id != pull.repository_id:
        pull.maintainer_can_modify = asked.maintainer_can_modify
        pull_states.touch(call.world, pull)
    if reopens:
        pull_states.reopen(call.world, pull, call.who)
    elif asked.state == "closed" and issue.state == "open":
        pull_states.close(call.world, pull, call.who)
    return Answer(200, views.full(call.world, pull))


def _new_base(call: Call, pull: Pull, name: str) -> str:
    """The commit of the base that an open pull request is to have."""
    if call.world.issues[pull.issue_id].state == "closed":
        message = "Cannot change the base branch of a closed pull request."
        raise invalid("PullRequest", "base", "invalid", message)
    directory = call.world.bare(call.repository)
    sha = branch_tip(directory, name)
    if sha is None:
        raise invalid("PullRequest", "base", "invalid", f"Proposed base branch '{name}' was not found")
    if not commits_between(directory, sha, pull.head_sha):
        message = f"There are no new commits between base branch '{name}' and head branch '{pull.head_ref}'"
        raise invalid("PullRequest", "base", "invalid", message)
    return sha


def check_reopening(call: Call, pull: Pull) -> None:
    """Refuse to reopen what is merged, or whose branch is not what it was (GitHub says so under `state`)."""
    why, head = None, heads.current(call.world, pull)
    if pull.merged_at is not None:
        why = "The pull request has been merged."
    elif call.world.repositories.get(pull.head_repository_id) is None:
        why = "The repository that submitted this pull request has been deleted."
    elif head is None:
        why = f"The {pull.head_ref} branch has been deleted."
    elif head.sha != pull.head_sha:
        heads.fetch(call.world, call.repository, head)
        if fork_point(call.world.bare(call.repository), head.sha, pull.head_sha) != pull.head_sha:
            why = f"The {pull.head_ref} branch was force-pushed or recreated."
    if why is not None:
        raise invalid("PullRequest", "state", "custom", f"state cannot be changed. {why}")


def _edit(call: Call, pull: Pull, issue: Issue, asked: Changed, base_sha: str | None) -> None:
    """Take the new title, body and base, and tell what was there before."""
    before: dict[str, object] = {}
    if asked.title is not UNSET and asked.title.strip() != issue.title:
        before["title"] = {"from": issue.title}
        rename = {"from": issue.title, "to": asked.title.strip()}
        events.record(call.world, issue, "renamed", call.who, rename=rename)
        issue.title = rename["to"]
    if asked.body is not UNSET and asked.body != issue.body:
        before["body"] = {"from": issue.body or ""}
        issue.body = asked.body
        events.refer(call.world, issue, issue.body, call.who)
    if base_sha is not None:
        before["base"] = pull_states.retarget(call.world, pull, call.who, str(asked.base), base_sha)
    if before:
        pull_states.touch(call.world, pull)
        pull_states.tell(call.world, pull, "edited", call.who, changes=before)


_PULLS = "/repos/{owner}/{repo}/pulls"
_PULL = _PULLS + "/{pull_number}"
_WRITE = "pull_requests=write"
ROUTES = (
    Route("POST", _PULLS, create, "pulls/pulls#create-a-pull-request", grant=_WRITE),
    Route("GET", _PULL, get, "pulls/pulls#get-a-pull-request", grant="pull_requests=read"),
    Route("PATCH", _PULL, update, "pulls/pulls#update-a-pull-request", grant=_WRITE),
)
