"""What the client says to a look-alike from a branch to a merged pull request, and what must have come of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from qatui.errors import RemoteError
from qatui.github import comments, contents, issues, labels, pulls, refs, repositories, reviews, rules, users
from qatui.github.client import GitHub
from qatui.github.protocol import Repo, Request, Write
from tests.conftest import Clock

REPO = Repo("acme", "payments-api")
T = TypeVar("T")
SINCE = "2020-01-01T00:00:00Z"


UNANSWERED = {"timeout": False, "timeout_after": True}
"""Faults after which no answer comes, and whether the request was done."""


@dataclass
class Faulty(httpx.BaseTransport):
    """Real HTTP; every request (method and path) meets the fault the first time it is asked, and never again.

    The server is really silent to the first alone; for the others the time is over as soon as the request is done.
    """

    fault: str = ""
    only: tuple[str, ...] = ()
    """The methods of those that meet it; any, where there is none."""
    inner: httpx.HTTPTransport = field(default_factory=lambda: httpx.HTTPTransport(verify=False))
    asked: list[str] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send it on."""
        name = f"{request.method} {request.url.path}"
        meets = self.fault and (not self.only or request.method in self.only) and name not in self.asked
        first = not self.asked
        self.asked.append(name)
        if meets and self.fault in UNANSWERED and not first:
            if UNANSWERED[self.fault]:
                answer = self.inner.handle_request(request)
                answer.read()
                answer.close()
            raise httpx.ReadTimeout("no answer", request=request)
        if meets:
            request.headers["X-Qatui-Fault"] = self.fault
        return self.inner.handle_request(request)

    def close(self) -> None:
        """Give back the connections."""
        self.inner.close()


class Stubborn(GitHub):
    """A client behind which somebody runs every job that failed once more, as the outbox does."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.raised: list[RemoteError] = []

    def _insist(self, ask: Callable[[bool], T]) -> T:
        for number in range(10):
            try:
                return ask(number > 0)
            except RemoteError as error:
                self.raised.append(error)
        raise self.raised[-1]

    def ask(self, request: Request[T]) -> T:
        """Until it is answered."""
        return self._insist(lambda _again: GitHub.ask(self, request))

    def every(self, request: Request[list[T]]) -> Iterator[T]:
        """Until all of it is there."""
        yield from self._insist(lambda _again: list(GitHub.every(self, request)))

    def write(self, write: Write[T], *, again: bool = False) -> T:
        """Until it is done; each further run looks first."""
        return self._insist(lambda repeated: GitHub.write(self, write, again=again or repeated))


def speaking(
    url: str, token: str, transport: Faulty, *, seconds: float = 30.0, pass_time: Callable[[], None] = lambda: None
) -> Stubborn:
    """A client whose clock moves by its own sleeps only; `pass_time` lets happen what does while it sleeps."""
    clock = Clock()

    def sleep(pause: float) -> None:
        clock.forward(round(pause * 1000))
        pass_time()

    return Stubborn(
        url,
        token,
        transport=transport,
        now=clock,
        sleep=sleep,
        patience=900.0,
        seconds=seconds,
    )


def converse(github: GitHub, tag: str, *, again: bool = False) -> tuple[str, ...]:
    """Publish a file named after `tag`, talk about it, merge it and clean up; the same words however often it is said.

    Everything a write makes has `tag` in it, so that what came of it can be counted.
    """
    branch, file = f"qatui/{tag}", f"tests/test_{tag}.py"
    me = github.ask(users.me()).login
    whole = github.ask(repositories.repository(REPO))
    base = whole.default_branch
    wanted = list(github.every(rules.rules(REPO, base)))
    issue = github.write(issues.create_issue(REPO, login=me, title=f"item {tag}", body=f"qa:{tag}"), again=again)
    known = list(github.every(pulls.pulls(REPO, state="all", head=f"acme:{branch}", base=base)))
    if not (known and known[0].merged):
        there = github.ask(refs.refs_under(REPO, f"heads/{branch}"))
        if not there:
            start = github.ask(rules.branch(REPO, base)).commit.sha
            github.write(refs.create_ref(REPO, f"heads/{branch}", start))
        put = contents.put(REPO, file, f"# {tag}\n".encode(), message=f"test: add {tag}", branch=branch)
        github.write(put, again=again)
        tip = github.ask(refs.ref(REPO, f"heads/{branch}")).object.sha
        closes = f"Closes #{issue.number}"
        opening = pulls.create_pull(REPO, title=f"pull {tag}", head=branch, head_sha=tip, base=base, body=closes)
        number = github.write(opening, again=again).number
        github.write(labels.add_labels(REPO, number, [f"label-{tag}"]), again=again)
        github.write(comments.create_comment(REPO, number, login=me, body=f"said {tag}", since=SINCE), again=again)
        pull = github.until(pulls.pull(REPO, number), pulls.settled)
        review = reviews.review(REPO, number, login=me, commit=pull.head.sha, event="COMMENT", body=f"seen {tag}")
        assert review is not None
        github.write(review, again=again)
        github.write(pulls.merge(REPO, number, sha=pull.head.sha, method="squash"), again=again)
    else:
        number = known[0].number
    github.write(refs.delete_ref(REPO, f"heads/{branch}"), again=again)
    github.write(issues.update_issue(REPO, issue.number, state="closed", reason="completed"), again=again)
    merged = github.ask(pulls.pull(REPO, number))
    return (
        me,
        base,
        str(len(wanted)),
        merged.state,
        str(merged.merged),
        github.ask(contents.file(REPO, file, base)).sha,
    )
