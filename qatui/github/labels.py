"""Labels of a repository and of an issue or pull request (https://docs.github.com/en/rest/issues/labels)."""

from collections.abc import Sequence

from msgspec import Struct

from qatui.github.protocol import Repo, Request, Write, given, look, pages, path, send


class Label(Struct, frozen=True):
    """A label; GitHub compares names without regard to case."""

    name: str
    color: str = ""
    """Six hexadecimal digits."""
    description: str | None = None


def labels(repo: Repo) -> Request[list[Label]]:
    """Every label of the repository."""
    return pages(f"read the labels of {repo}", path("/repos/{}/labels", repo), Label)


def create_label(repo: Repo, name: str, color: str, description: str = "") -> Write[Label]:
    """Make a label; done where one of that name is there."""

    def found(page: list[Label]) -> Label | None:
        return next((each for each in page if each.name.casefold() == name.casefold()), None)

    body = given(name=name, color=color, description=description or None)
    request = send("POST", f"make the label {name} in {repo}", path("/repos/{}/labels", repo), Label, body)
    return Write(request, look(labels(repo), found, pages=20), perhaps_done=frozenset({422}))


def labels_of(repo: Repo, number: int) -> Request[list[Label]]:
    """The labels of an issue or pull request."""
    return pages(f"read the labels of {repo}#{number}", path("/repos/{}/issues/{}/labels", repo, number), Label)


def add_labels(repo: Repo, number: int, names: Sequence[str]) -> Write[list[Label]]:
    """Give an issue or pull request more labels; those it has stay. The answer is all of them."""
    place = path("/repos/{}/issues/{}/labels", repo, number)
    request = send("POST", f"label {repo}#{number}", place, list[Label], {"labels": list(names)})
    wanted = {name.casefold() for name in names}
    return Write(request, look(labels_of(repo, number), lambda page: page if wanted <= _names(page) else None))


def remove_label(repo: Repo, number: int, name: str) -> Write[list[Label]]:
    """Take a label from an issue or pull request; done where it has none of that name. The answer is the others."""
    place = path("/repos/{}/issues/{}/labels/{}", repo, number, name)
    request = send("DELETE", f"take the label {name} from {repo}#{number}", place, list[Label])
    seen = look(labels_of(repo, number), lambda page: None if name.casefold() in _names(page) else page)
    return Write(request, seen, perhaps_done=frozenset({404}))


def _names(labels: Sequence[Label]) -> set[str]:
    return {each.name.casefold() for each in labels}
