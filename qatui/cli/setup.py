"""Setting up: `init` in a repository of your own."""

import re
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from qatui.cli import diagnostics, output
from qatui.cli.session import Session, pass_session
from qatui.domain.marks import visible
from qatui.errors import NotFound, Refused, UsageError
from qatui.settings import check
from qatui.settings.types import Person, PlanSettings, Team

if TYPE_CHECKING:
    from qatui.flows.survey import Survey
    from qatui.workspace.repository import Repository


@click.command()
@click.option("--repository", metavar="NAME", help="The base repository: owner/name or host/owner/name.")
@click.option("--base", metavar="BRANCH", help="The branch that approved tests go to.")
@click.option("--test-root", "test_roots", metavar="FOLDER", multiple=True, help="A test folder or glob; repeatable.")
@click.option("--plan", "plans", metavar="FILE", multiple=True, help="A Markdown test plan; repeatable.")
@click.option("--qa-lead", metavar="WHO", help="GitHub login or e-mail of the QA lead.")
@click.option("--yes", "-y", is_flag=True, help="Take what is found; ask nothing.")
@click.option("--force", is_flag=True, help="Overwrite a qatui.yaml that is there.")
@pass_session
def init(
    session: Session,
    repository: str | None,
    base: str | None,
    test_roots: tuple[str, ...],
    plans: tuple[str, ...],
    qa_lead: str | None,
    yes: bool,
    force: bool,
) -> None:
    """Write qatui.yaml, the team's settings, from the git remote and a few questions.

    Without a terminal, or with --yes, what is found is taken and nothing is asked.
    """
    from qatui.files import write_atomically
    from qatui.settings.load import load_team
    from qatui.settings.template import team_text
    from qatui.settings.types import TEAM_FILE
    from qatui.workspace.repository import discover

    clone = discover(session.directory)
    if clone.root == clone.git_dir:
        raise UsageError(f"{clone.root} is a bare repository: there is no folder for qatui.yaml.", "Use a clone of it.")
    file = clone.root / TEAM_FILE
    if file.is_symlink():
        raise Refused(f"{file} is a symbolic link, and stays what it is.", "Remove it first.")
    if file.exists() and not force:
        raise Refused(f"{file} is there already.", "Overwrite it with --force, or edit it.")
    ask = not yes and not session.json and sys.stdin.isatty() and sys.stderr.isatty()
    found, seen = _found(clone, base)
    team = Team(
        remote=found.remote,
        repository=_answer("--repository", "Repository (owner/name)", repository, found.repository, ask, _one),
        base=_answer("--base", "Base branch", base, found.base, ask, _one),
        test_roots=_answer(
            "--test-root", "Test folders", test_roots, seen.test_roots or Team().test_roots, ask, _several
        ),
        plan=PlanSettings(files=_answer("--plan", "Test plan files", plans, seen.plans, ask, _several)),
        people=_people(_answer("--qa-lead", "QA lead (login or e-mail)", qa_lead, None, ask, _one)),
    )
    text = team_text(team).encode()
    load_team(text)
    write_atomically(file, text)
    if session.json:
        output.emit({"file": str(file)})
    else:
        output.line(str(file))
    branch = team.base or "the base branch"
    diagnostics.say(f"Commit it: qatui reads its settings from the newest commit of {branch}.", quiet=session.quiet)


def _found(clone: "Repository", base: str | None) -> tuple[Team, "Survey"]:
    """What git knows of the repository, and what its base holds; without a commit there is nothing to look at."""
    from qatui.flows.survey import Survey, survey

    remotes = clone.remotes()
    remote = remotes[0] if len(remotes) == 1 else Team().remote
    key = clone.key(remote).removeprefix("github.com/")
    name = key if re.fullmatch(r"([^/]+/)?[^/]+/[^/]+", key) else None
    try:
        at = clone.base(base, remote)
    except NotFound:
        if base is not None:
            raise
        return Team(remote=remote, repository=name), Survey()
    return Team(remote=remote, repository=name, base=at.branch), survey(clone, at)


def _answer(option: str, question: str, given: Any, found: Any, ask: bool, read: Callable[[str, str], Any]) -> Any:
    """What the option gave, else what the person says, else what was found; refused where it cannot work."""
    if given:
        for one in (given,) if isinstance(given, str) else given:
            read(option, one)
        return given
    if not ask:
        return found
    default = found if isinstance(found, str) else ", ".join(found or ())
    return diagnostics.ask(question, default, lambda text: read(option, text)) or found


def _one(option: str, text: str) -> str | None:
    """One name that could stand in the setting that `option` writes."""
    name = text.strip()
    if not name:
        return None
    trial = {
        "--repository": Team(repository=name),
        "--base": Team(base=name),
        "--qa-lead": Team(people=_people(name)),
        "--test-root": Team(test_roots=(name,)),
        "--plan": Team(plan=PlanSettings(files=(name,))),
    }[option]
    try:
        check.team(trial)
    except check.Unsound as error:
        raise click.BadParameter(visible(error.message), param_hint=option) from None
    return name


def _several(option: str, text: str) -> tuple[str, ...]:
    """Names with commas between them."""
    return tuple(name for part in text.split(",") if (name := _one(option, part)))


def _people(qa_lead: str | None) -> dict[str, Person]:
    return {qa_lead: Person(role="qa-lead")} if qa_lead else {}


COMMANDS: tuple[click.Command, ...] = (init,)
