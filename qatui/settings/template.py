"""The text of a new `qatui.yaml`: answers are set, every other setting is a comment with its default."""

import json
import re
from collections.abc import Sequence

from qatui.settings.types import DEFAULT_TEST_ROOTS, Team

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./-]*")
_GUESSED = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null"))
"""Words that other readers of YAML take for something else than a text."""

_TEXT = """\
# Settings of qatui for everybody who reviews this repository.
#
# They are read from the newest commit of the base branch: commit this file, and a change counts once it is
# there. A line that begins with `#` shows a setting with its default. Your own settings (theme, keys, editor,
# identity) do not belong here but into your own file.

# The base repository as owner/name (or host/owner/name), and the git remote it is known by here.
{repository}
{remote}

# The branch that approved tests go to.
{base}

# A candidate's path must lie in one of these folders or globs (`**` crosses folders).
{test_roots}

# The test plan: Markdown files with task list items, the number of the issue that stands for the whole plan,
# and how an item and its issue recognise each other: id, link, title or front-matter.
{plan}
  # master_issue: 1
  # mapping: id

# People by GitHub login or git e-mail; a role is reviewer, maintainer or qa-lead.
{people}

# Who hears of what.
# notifications:
#   email: [qa@example.com]
#   events: [published, held]

# What a reviewer answers for each candidate; approve is refused while a required item is open.
# checklist:
#   - id: asserts
#     text: Does it fail when the endpoint breaks?
#     required: true
#   - id: data
#     text: Does it clean up the data it makes?

# Reject reasons beside the six that are always there: code, then the words shown.
# reject_reasons:
#   wrong-tenant: uses the wrong tenant

# A publication's branch: {{date}}, {{id}} (its number, must be there) and {{reviewer}} are filled in.
# branch: qatui/{{date}}-{{id}}

# Its commits: one a candidate, or one for the batch; the subject's fields are {{verb}} (add or update),
# {{title}}, {{path}} and {{name}}.
# commit:
#   mode: candidate
#   subject: "test: {{verb}} {{title}}"
#   sign_off: false

# What must hold before an approved candidate may be published.
# gates:
#   base_unchanged: true

# Whether the author of a customized revision may approve it.
# self_approve: false
"""


def team_text(team: Team) -> str:
    """A commented `qatui.yaml` with the repository, remote, base, test roots, plan files and people of `team`."""
    repository = _line("repository", team.repository, "owner/name")
    remote = _line("remote", None if team.remote == Team().remote else team.remote, Team().remote)
    roots = team.test_roots if team.test_roots != DEFAULT_TEST_ROOTS else ()
    people = [f"  {scalar(name)}:\n    role: {scalar(person.role)}" for name, person in team.people.items()]
    return _TEXT.format(
        repository=repository,
        remote=remote,
        base=_line("base", team.base, "main"),
        test_roots=_listed("test_roots", roots, DEFAULT_TEST_ROOTS),
        plan="plan:\n" + _indented(_listed("files", team.plan.files, ("docs/test-plan.md",))),
        people="\n".join(["people:", *people]) if people else "# people:\n#   octocat:\n#     role: qa-lead",
    )


def scalar(text: str) -> str:
    """`text` as YAML that every reader takes for exactly this text."""
    if _PLAIN.fullmatch(text) and text.lower() not in _GUESSED:
        return text
    return json.dumps(text, ensure_ascii=False)


def _line(key: str, value: str | None, example: str) -> str:
    return f"# {key}: {example}" if value is None else f"{key}: {scalar(value)}"


def _listed(key: str, values: Sequence[str], examples: Sequence[str]) -> str:
    if values:
        return "\n".join([f"{key}:", *(f"  - {scalar(value)}" for value in values)])
    return "\n".join([f"# {key}:", *(f"#   - {scalar(value)}" for value in examples)])


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))
