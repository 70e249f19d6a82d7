"""Milestones (https://docs.github.com/en/rest/issues/milestones)."""

from msgspec import Struct

from qatui.github.protocol import Repo, Request, Write, given, look, pages, path, send


class Milestone(Struct, frozen=True):
    """A milestone; its number is what issues are given."""

    number: int
    title: str
    state: str
    """open or closed."""
    description: str | None = None
    due_on: str | None = None
    open_issues: int = 0
    closed_issues: int = 0


def milestones(repo: Repo, state: str = "all") -> Request[list[Milestone]]:
    """Every milestone, or only those that are open or closed."""
    return pages(f"read the milestones of {repo}", path("/repos/{}/milestones", repo), Milestone, state=state)


def create_milestone(repo: Repo, title: str, description: str = "", due_on: str | None = None) -> Write[Milestone]:
    """Make a milestone; done where one of that title is there."""

    def found(page: list[Milestone]) -> Milestone | None:
        return next((each for each in page if each.title == title), None)

    body = given(title=title, description=description or None, due_on=due_on)
    request = send("POST", f"make the milestone {title} in {repo}", path("/repos/{}/milestones", repo), Milestone, body)
    return Write(request, look(milestones(repo), found, pages=20), perhaps_done=frozenset({422}))
