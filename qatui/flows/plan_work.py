"""What ticking the test plan needs, whichever way its bytes go: which items, whose issues, which standing branch."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from qatui.domain import ticking
from qatui.domain.ticking import Ticked
from qatui.errors import Gone, NoAccess, Transferred
from qatui.flows.desk import Desk
from qatui.flows.publication import Ending, Means
from qatui.github.client import GitHub
from qatui.github.issues import issue
from qatui.github.protocol import Repo
from qatui.github.pulls import Pull, create_pull, pulls
from qatui.github.refs import ref
from qatui.store.publications import Publication

BRANCH = "qatui/plan"
"""The standing branch for plans whose own branch is protected."""


class Moved(Exception):
    """Somebody was quicker: read again."""


@dataclass(frozen=True, slots=True)
class PlanWork:
    """One publication's ticks."""

    desk: Desk
    github: GitHub
    repo: Repo
    means: Means
    publication: Publication
    references: tuple[str, ...]
    """What the merged candidates said they complete."""
    protected: bool
    """Whether the plan's branch takes no commit but by a pull request."""
    _issues: dict[int, str | None] = field(default_factory=dict)
    """Issues asked for: why they do not let their item be ticked."""

    @property
    def base(self) -> str:
        """The plan's branch."""
        return self.publication.base_branch

    @property
    def pull(self) -> int:
        """The pull request that was merged."""
        assert self.publication.pull_number is not None
        return self.publication.pull_number

    def edited(self, plans: Mapping[str, bytes]) -> Ticked:
        """The plan's files with what is done ticked; issues are asked for once. Raises as `GitHub.ask`."""
        placed, told = ticking.find(plans, self.references, self.pull)
        for number in ticking.issues(placed):
            if number not in self._issues:
                self._issues[number] = self._why_not(number)
        against = {number: why for number, why in self._issues.items() if why}
        ticked = ticking.tick(plans, placed, self.pull, against)
        missing = [f"{path} is not on {self.base}" for path in self.desk.team.plan.files if path not in plans]
        return Ticked(ticked.files, ticked.items, (*missing, *told, *ticked.told))

    def _why_not(self, number: int) -> str | None:
        """Why an issue does not let its item be ticked; GitHub closes it a moment after the merge."""
        try:
            found = self.github.until(issue(self.repo, number), lambda each: each.state == "closed")
        except (NoAccess, Gone, Transferred) as error:
            return error.message
        return ticking.why_open(found.state, found.state_reason, number)

    def standing(self, tip: str) -> tuple[Pull | None, bool]:
        """The open pull request of the standing branch, which is at `tip`; and whether that has had one before."""
        listed = pulls(self.repo, state="all", head=f"{self.repo.owner}:{BRANCH}", base=self.base)
        found = [each for each in self.github.every(listed) if each.head.ref == BRANCH]
        still = next((each for each in found if each.state == "open"), None)
        return still, any(each.head.sha == tip for each in found)

    def open_pull(self) -> Pull:
        """Open the pull request of the standing branch. Raises as `GitHub.write`."""
        title = f"docs: tick the test plan (#{self.pull})"
        body = (
            f"What is merged is ticked in the test plan, first by #{self.pull}. {self.base} takes no direct commit, so "
            f"this pull request waits for somebody to merge it; later merges add to it until then.\n"
        )
        tip = self.github.ask(ref(self.repo, f"heads/{BRANCH}")).object.sha
        made = create_pull(self.repo, title=title, head=BRANCH, head_sha=tip, base=self.base, body=body)
        return self.github.write(made, again=self.means.again)

    def ending(self, ticked: Ticked, where: str, *, by_pull: Pull | None = None) -> Ending:
        """How the job ends: what is ticked `where`, and what is not."""
        count = len(ticked.items)
        done = f"ticked {count} {'item' if count == 1 else 'items'} {where}" if count else ""
        words = "; ".join(filter(None, [done, *ticked.told])) or "it was ticked already"
        if by_pull is not None:
            words = f"{words}; {self.base} is protected, so somebody has to merge #{by_pull.number}"
        return Ending("done", words, needs_person=bool(ticked.told) or by_pull is not None)
