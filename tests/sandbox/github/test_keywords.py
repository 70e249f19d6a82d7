"""What a text refers to and what it closes."""

import time

import pytest

from qatui.sandbox.github import closing
from qatui.sandbox.github.founding import add_user
from qatui.sandbox.github.keywords import Reference, mentions
from qatui.sandbox.github.keywords import closing as closed_by
from qatui.sandbox.github.records import Issue
from tests.lookalike import Lookalike

HERE = "acme/payments-api"


def ours(*found: int) -> list[Reference]:
    """Issues of the repository at hand."""
    return [Reference(HERE, number) for number in found]


@pytest.mark.parametrize(
    "word", ["close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved"]
)
def test_nine_words_close_in_any_case_and_with_a_colon(word: str) -> None:
    """GITHUB.md, Answers: closing keywords: close(s/d), fix(es/ed), resolve(s/d) + `#N` or `owner/repo#N`."""
    assert closed_by(f"{word} #12", HERE) == ours(12)
    assert closed_by(f"This {word.upper()}: #12.", HERE) == ours(12)
    assert closed_by(f"{word.title()} octo/Hello-World.js#7", HERE) == [Reference("octo/Hello-World.js", 7)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Closes #1, #2 and #3", [1]),
        ("Closes #1, closes #2, fixes #1", [1, 2]),
        ("closes #1\ncloses #2", [1, 2]),
        ("hotfix #1", []),
        ("pre-fix #1", []),
        ("fixing #1", []),
        ("closes#1", []),
        ("closes issue #1", []),
        ("closes #1a", []),
        ("closes 1", []),
        ("`closes #1`", []),
        ("```\ncloses #1\n```\ncloses #2", [2]),
        ("~~~\ncloses #1", []),
        ("<!-- closes #1 --> closes #2", [2]),
        ("<!-- closes #1", []),
        ("closes #99999999999999999999", []),
        ("", []),
        (None, []),
    ],
)
def test_one_keyword_closes_one_issue_and_none_in_code(text: str | None, numbers: list[int]) -> None:
    """GITHUB.md, Answers: one keyword per issue."""
    assert closed_by(text, HERE) == ours(*numbers)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#1, (#2) and #1", ours(1, 2)),
        ("octo/cat#3 closes #4", [Reference("octo/cat", 3), *ours(4)]),
        ("a#1 &#39; x/y/z#1 page.html#1 ##1 `#1`", []),
    ],
)
def test_numbers_and_names_with_numbers_are_mentions(text: str, found: list[Reference]) -> None:
    assert mentions(text, HERE) == found


@pytest.mark.parametrize(
    "text", ["<!--" * 16000, "`" * 65536, "```\n" * 16000, "a/" * 32768, "closes " * 9000, "-" * 65536]
)
def test_reading_the_longest_text_takes_no_time(text: str) -> None:
    begin = time.process_time()
    closed_by(text, HERE)
    mentions(text, HERE)
    assert time.process_time() - begin < 1


def test_a_commit_on_the_default_branch_closes_what_it_names(github: Lookalike) -> None:
    """GITHUB.md, The embedded GitHub: closing keywords act on merge to the default branch."""
    world, repository = github.world, github.repository
    robin = world.user("robin")
    assert robin
    one, two, three = (_issue(github) for _ in range(3))
    closing.close(world, three, robin, "not_planned")
    sha = "1" * 40
    text = f"Fix it\n\nCloses #{one.number}, #{two.number}\nfixes acme/Payments-API#{three.number}, closes #9999"
    closed = closing.close_mentioned(world, repository, text, robin, commit_id=sha, pull_number=None)
    assert closed == [one]
    assert (one.state, one.state_reason, one.closed_by_id) == ("closed", "completed", robin.id)
    assert (two.state, three.state_reason) == ("open", "not_planned")
    assert [(each.event, each.commit_id) for each in world.events.under(one.id)] == [
        ("referenced", sha),
        ("closed", sha),
    ]
    assert [each.event for each in world.events.under(two.id)] == ["referenced"]
    with github.http() as http:
        events = http.get(f"/repos/acme/payments-api/issues/{one.number}/events").json()
    assert events[1]["commit_url"] == f"{github.url}/repos/acme/payments-api/commits/{sha}"


def test_issues_elsewhere_are_closed_by_those_who_may_write_there(github: Lookalike) -> None:
    world = github.world
    issue = world.add_issue(Issue(repository_id=github.private.id, number=0, title="a", user_id=1))
    for login, state in (("rita", "open"), ("kim", "closed")):
        user = world.user(login)
        assert user
        text = f"closes acme/ledger#{issue.number}"
        closing.close_mentioned(world, github.repository, text, user, commit_id=None, pull_number=None)
        assert issue.state == state


def test_the_bot_of_an_app_closes_issues_where_it_merges(github: Lookalike) -> None:
    bot = add_user(github.world, "qatui[bot]", kind="Bot")
    issue = github.world.add_issue(Issue(repository_id=github.private.id, number=0, title="a", user_id=1))
    text = f"closes #{issue.number}"
    closing.close_mentioned(github.world, github.private, text, bot, commit_id="1" * 40, pull_number=None)
    assert (issue.state, issue.closed_by_id) == ("closed", bot.id)


def _issue(github: Lookalike) -> Issue:
    made = Issue(repository_id=github.repository.id, number=0, title="a", user_id=1, created_at=github.world.now())
    return github.world.add_issue(made)
