"""What a person said yes to is what is published, or nothing; and what base has by now is not published again."""

import pytest

from qatui.domain.candidate import State
from qatui.domain.lifecycle import Action
from qatui.domain.proposal import Proposal
from qatui.flows import review
from qatui.flows.decide import decide
from qatui.flows.desk import Desk
from qatui.flows.ingest import ingest
from qatui.flows.publish import meet_remote, plan, publish
from qatui.store import publications
from qatui.store.repositories import repository_id
from tests.conftest import NOW, Project, run_git
from tests.flows.test_publish import BRANCH, approved, state


def test_what_was_shown_is_published_and_not_what_was_approved_since(desk: Desk, project: Project) -> None:
    (one,) = approved(desk, {"tests/test_a.py": "a\n"})
    shown = plan(desk)
    (two,) = approved(desk, {"tests/test_b.py": "b\n"})
    result = publish(desk, shown=shown)
    assert (result.published, result.changed, state(desk, two)) == ((one,), (), State.APPROVED)
    assert result.publications[0].branch == shown.branch


def test_the_branch_is_called_as_it_was_told_though_another_repository_took_the_number(desk: Desk) -> None:
    (one,) = approved(desk, {"tests/test_a.py": "a\n"})
    shown = plan(desk)
    with desk.db.write() as connection:
        other = repository_id(connection, "elsewhere.test/a/b", NOW)
        values = {**publishing_row(desk), "repository_id": other}
        assert publications.add(connection, values) == 1
    result = publish(desk, shown=shown)
    assert [(each.id, each.branch) for each in result.publications] == [(2, shown.branch)]
    assert result.published == (one,)


def publishing_row(desk: Desk) -> dict[str, object]:
    return {
        "state": "pushed", "base_branch": "main", "base_commit": "a", "push_url": "", "title": "", "body": "",
        "author_name": "n", "author_email": "e", "actor": "a", "created_at": 0, "updated_at": 0, "branch": "x",
    }  # fmt: skip


@pytest.mark.parametrize("what", ["base", "undone", "content", "name", "words"])
def test_where_anything_is_not_as_it_was_shown_nothing_is_published(desk: Desk, project: Project, what: str) -> None:
    one, two = approved(desk, {"tests/test_a.py": "a\n", "tests/test_b.py": "b\n"})
    shown = plan(desk)
    if what == "base":
        project.commit({"README": "more\n"})
        words = f"the base is main@{project.git('rev-parse', 'origin/main')[:10]} by now"
    elif what == "undone":
        assert decide(desk, [two], Action.REJECT, reason="other", note="no").done
        words = f"candidate {two} is left out: only approved candidates can be published: it is rejected"
    elif what == "content":
        ingest(desk, [Proposal("tests/test_b.py", b"newer\n", "b")], source="test")
        assert decide(desk, [two], Action.APPROVE).done
        words = f"candidate {two} has another content by now"
    elif what == "name":
        project.git("push", "-q", "origin", f"main:{shown.branch}")
        words = f"the branch {shown.branch} is taken by now"
    else:
        assert review.comment(desk, [one], "look here").done
        words = "the words of the commits or of the pull request changed"
    result = publish(desk, shown=shown)
    assert (result.published, result.publications, result.changed) == ((), (), (words,))
    assert state(desk, one) is State.APPROVED


# On base already


def test_what_base_has_by_now_exactly_as_approved_is_merged_and_makes_no_commit(desk: Desk, project: Project) -> None:
    same, other = approved(desk, {"tests/test_a.py": "a\n", "tests/test_b.py": "b\n"})
    project.commit({"tests/test_a.py": "a\n"})
    made = plan(meet_remote(desk).desk)
    assert (made.there, made.candidates, made.held, made.refused) == ((same,), (other,), (), ())
    result = publish(desk)
    assert (result.there, result.published, result.held, result.refused) == ((same,), (other,), (), ())
    assert (state(desk, same), state(desk, other)) == (State.MERGED, State.PUBLISHED)
    assert run_git(project.remote, "diff", "--name-only", "main", BRANCH) == "tests/test_b.py"
    assert publish(desk, [same]).already == (same,)


def test_where_base_has_all_of_it_no_branch_is_made(desk: Desk, project: Project) -> None:
    (one,) = approved(desk, {"tests/test_orders.py": "updated\n"})
    project.commit({"tests/test_orders.py": "updated\n"})
    result = publish(desk)
    assert (result.there, result.publications, result.jobs) == ((one,), (), ())
    assert "qatui/" not in project.git("ls-remote", "--heads", str(project.remote))
