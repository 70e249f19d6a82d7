"""Whose job is done by whom: colleagues in one store, a cron beside a person, one verb beside another."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qatui.domain.lifecycle import Action
from qatui.errors import ExitCode
from qatui.flows import follow as following
from qatui.flows import outbox
from qatui.flows import publish as publishing
from qatui.flows import sync as syncing
from qatui.flows.decide import decide
from qatui.flows.outbox import PUBLISHING, jobs, unfinished
from qatui.flows.publish import plan, publish
from qatui.workspace.remote import Remote
from tests.conftest import run_git, seed
from tests.flows.test_merge import merged, parents
from tests.flows.test_sync import files
from tests.hosted import Hosted


def test_a_sync_does_no_job_that_a_colleague_adds_meanwhile(shop: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.published(files("a"))
    (b,) = seed(shop.desk, files("b"))
    assert decide(shop.again(), [b], Action.APPROVE).done
    kim = replace(shop.desk, reviewer="kim@example.test", signature=("Kim", "kim@example.test"))
    real = following.follow

    def racing(*args: Any) -> Any:
        # kim's own publish at this moment
        assert publishing._begin(kim, plan(kim, [b]), (), foreground=False) is not None
        return real(*args)

    monkeypatch.setattr(syncing, "follow", racing)
    found = shop.synced()
    assert found.jobs == ()
    assert [each.actor for each in found.others] == ["kim@example.test"]
    with shop.http() as http:
        assert len(http.get(f"{shop.path}/pulls").json()) == 1


def test_a_sync_needs_no_address_to_push_to(shop: Hosted, tmp_path: Path) -> None:
    result = shop.published(files("a"))
    shop.merge(1)
    run_git(shop.desk.repository.root, "remote", "set-url", "--push", "origin", str(tmp_path / "gone.git"))
    found = shop.synced()
    assert (shop.states(result.published), found.exit_code, found.remarks) == (["merged"], ExitCode.DONE, ())


def test_a_publish_whose_job_another_process_takes_tells_what_became_of_it(
    shop: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    (a,) = seed(shop.desk, files("a"))
    assert decide(shop.again(), [a], Action.APPROVE).done
    real = outbox.drain

    def second(desk: Any, **how: Any) -> Any:
        if how.get("only"):
            real(desk, **how)  # the same person's cron was quicker
        return real(desk, **how)

    monkeypatch.setattr(publishing, "drain", second)
    found = publish(shop.again(), [a], hub=shop.hub)
    assert (found.published, found.refused) == ((a,), ())
    assert [(ran.job.key, ran.state) for ran in found.jobs] == [("publish:1", "done")]
    assert [each.pull_number for each in found.publications] == [1]


def test_a_merge_that_waits_is_done_as_it_is_asked_for_last(shop: Hosted) -> None:
    shop.published(files("a"))
    shop.line.down = "/merge"
    assert merged(shop, 1, method="merge").jobs[0].state == "waiting"
    shop.line.down = None
    found = merged(shop, 1, method="squash")
    assert [(ran.job.key, ran.state) for ran in found.jobs] == [("merge:1", "done")]
    assert parents(shop) == 1


def test_publish_merges_nothing(shop: Hosted) -> None:
    result = shop.published(files("a"))
    shop.line.down = "/merge"
    merged(shop, 1)
    shop.line.down = None
    assert publish(shop.again(), hub=shop.hub).jobs == ()
    assert (unfinished(shop.desk, PUBLISHING), shop.pull(1).merged_at) == ([], None)
    assert [job.kind for job in jobs(shop.desk)] == ["merge"]
    assert shop.synced().followed[0].merged == result.published, "that is sync's"


FETCH = """
import sys
from pathlib import Path
from qatui.workspace.remote import Remote
from qatui.workspace.repository import discover
repository = discover(Path(sys.argv[1]))
for _ in range(int(sys.argv[2])):
    Remote(repository, repository.remote_url("origin", push=False)).fetch_base("main")
"""


def test_who_fetches_the_base_at_the_same_time_reaches_it_too(shop: Hosted) -> None:
    root = shop.desk.repository.root
    run_git(root, "remote", "set-url", "origin", str(shop.bare))
    others = [
        subprocess.Popen([sys.executable, "-c", FETCH, str(root), "12"], stderr=subprocess.PIPE) for _ in range(3)
    ]
    remote = Remote(shop.desk.repository, str(shop.bare))
    for number in range(12):
        commit = shop.push("main", {"x": f"{number}\n"})
        assert remote.fetch_base("main").commit == commit
    for each in others:
        assert each.communicate()[1] == b""
        assert each.returncode == 0
