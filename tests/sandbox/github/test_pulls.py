"""Pull requests: made, shown, listed, changed."""

from itertools import count
from typing import Any

import httpx
import pytest

from tests.lookalike import Lookalike

PULLS = "/repos/acme/payments-api/pulls"
_numbers = count(1)


def branch(github: Lookalike, files: dict[str, str | None] | None = None, **more: Any) -> str:
    """A new branch of one commit with a file of its own."""
    name = f"topic/{next(_numbers)}"
    github.push(name, files if files is not None else {f"{name}.txt": "one\n"}, **more)
    return name


def opened(github: Lookalike, head: str, **more: Any) -> dict[str, Any]:
    """A pull request of mira's for a branch."""
    with github.http() as http:
        answer = http.post(PULLS, json={"title": f"Add {head}", "head": head, "base": "main", **more})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def errors(answer: httpx.Response) -> list[Any]:
    """What a 422 says."""
    assert answer.status_code == 422, answer.text
    told: list[Any] = answer.json()["errors"]
    return told


def test_a_pull_request_says_what_git_knows(github: Lookalike) -> None:
    head = branch(github, {"src/orders.py": "def order():\n    return 1\n", "new.txt": "a\nb\n"})
    made = opened(github, head, body="Closes nothing")
    shown = (made["commits"], made["changed_files"], made["additions"], made["deletions"])
    assert shown == (1, 2, 3, 59)
    assert (made["head"]["label"], made["base"]["ref"], made["user"]["login"]) == (f"acme:{head}", "main", "mira")


def test_mergeable_is_null_while_computed(github: Lookalike) -> None:
    """GITHUB.md, Answers: `mergeable` is null while computed: ask again."""
    made = opened(github, branch(github))
    with github.http() as http:
        first, second = (http.get(f"{PULLS}/{made['number']}").json() for _ in range(2))
    assert (made["mergeable"], first["mergeable"], first["mergeable_state"]) == (None, None, "unknown")
    assert (second["mergeable"], second["rebaseable"], second["mergeable_state"]) == (True, True, "clean")
