"""Check runs and check suites. https://docs.github.com/rest/checks"""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, to_builtins

from qatui.sandbox.github import checks, objects
from qatui.sandbox.github.call import Answer, Call, Problem, Route, invalid, not_found
from qatui.sandbox.github.moments import seconds
from qatui.sandbox.github.records import App, CheckRun, CheckSuite
from qatui.sandbox.github.routes.statuses import commit_of
from qatui.sandbox.github.views import checks as views
from qatui.sandbox.github.views.people import simple_user

Conclusion = Literal["action_required", "cancelled", "failure", "neutral", "success", "skipped", "stale", "timed_out"]


class Annotation(Struct, omit_defaults=True):
    """A remark on lines of a file."""

    path: str
    start_line: int
    end_line: int
    annotation_level: Literal["notice", "warning", "failure"]
    message: str
    start_column: int | None = None
    end_column: int | None = None
    title: str | None = None
    raw_details: str | None = None


class Image(Struct):
    """A picture in the output; GitHub shows it on its page, the API does not give it back."""

    alt: str
    image_url: str
    caption: str | None = None


class Action(Struct):
    """A button on GitHub's page; the API does not give it back."""

    label: Annotated[str, Meta(max_length=20)]
    description: Annotated[str, Meta(max_length=40)]
    identifier: Annotated[str, Meta(max_length=20)]


class Output(Struct):
    """What a run says."""

    summary: Annotated[str, Meta(max_length=65535)]
    title: str | None = None
    text: Annotated[str, Meta(max_length=65535)] | None = None
    annotations: Annotated[list[Annotation], Meta(max_length=50)] = []
    images: list[Image] = []


class RunChange(Struct):
    """The body of update."""

    name: str | UnsetType = UNSET
    details_url: str | UnsetType = UNSET
    external_id: str | UnsetType = UNSET
    status: Literal["queued", "in_progress", "completed", "waiting", "requested", "pending"] | UnsetType = UNSET
    started_at: str | UnsetType = UNSET
    conclusion: Conclusion | UnsetType = UNSET
    completed_at: str | UnsetType = UNSET
    output: Output | UnsetType = UNSET
    actions: Annotated[list[Action], Meta(max_length=3)] = []


class NewRun(RunChange, kw_only=True):
    """The body of create."""

    name: str
    head_sha: str


def create(call: Call) -> Answer:
    """A run for a commit, in the App's suite for it."""
    app = _app(call)
    asked = call.read(NewRun)
    world, repository, sha = call.world, call.repository, asked.head_sha.lower()
    if objects.kind(world.bare(repository), sha) != "commit":
        raise Problem(422, f"No commit found for SHA: {asked.head_sha}")
    if asked.output is not UNSET and asked.output.title is None:
        raise Problem(422, 'Invalid request.\n\n"title" wasn\'t supplied.')
    changes = _changes(call, asked)
    suite = checks.suite_of(world, repository, sha, app.id)
    first = CheckRun(
        repository_id=repository.id, suite_id=suite.id, head_sha=sha, name=asked.name, started_at=world.now()
    )
    made = _apply(first, changes)
    world.check_runs.add(made)
    _after(call, suite, made, "created")
    return Answer(201, views.run(world, repository, made))


def update(call: Call) -> Answer:
    """Change a run; annotations are added to those that it has."""
    app, found = _app(call), _run(call)
    asked = call.read(RunChange)
    suite = call.world.check_suites[found.suite_id]
    if suite.app_id != app.id:
        words = f"Invalid app_id `{app.id}` - check run can only be modified by the GitHub App that created it."
        raise Problem(403, words)
    before = found.status
    _apply(found, _changes(call, asked))
    call.world.check_runs.save(found)
    completed = found.status == "completed" and before != "completed"
    _after(call, suite, found, "completed" if completed else None)
    return Answer(200, views.run(call.world, call.repository, found))


def _app(call: Call) -> App:
    """The App that asks by a token of its installation; nobody else has checks."""
    installation = call.world.installations.get(call.token.installation_id) if call.token is not None else None
    if installation is None:
        raise Problem(403, "You must authenticate via a GitHub App.")
    return call.world.apps[installation.app_id]


def _changes(call: Call, asked: RunChange) -> dict[str, Any]:
    """The fields of a CheckRun that a body changes; 422 where it contradicts itself."""
    given = {name: getattr(asked, name) for name in ("name", "details_url", "external_id", "status", "conclusion")}
    found: dict[str, Any] = {name: value for name, value in given.items() if value is not UNSET}
    for name in ("started_at", "completed_at"):
        value = getattr(asked, name)
        if value is not UNSET:
            found[name] = seconds(value)
            if found[name] is None:
                raise invalid("CheckRun", name, "invalid", f"{name} is not a date")
    if asked.conclusion == "stale":
        raise invalid("CheckRun", "conclusion", "invalid", "only GitHub makes a check run stale")
    if asked.status == "completed" and asked.conclusion is UNSET:
        raise invalid("CheckRun", "conclusion", "missing_field", "a completed check run needs a conclusion")
    if asked.conclusion is not UNSET or asked.completed_at is not UNSET:
        found["status"] = "completed"
        found.setdefault("completed_at", call.world.now())
        found.setdefault("conclusion", "neutral")
    elif asked.status is not UNSET:
        found |= {"conclusion": None, "completed_at": None}
    if asked.output is not UNSET:
        output = asked.output
        found["output"] = {"title": output.title, "summary": output.summary, "text": output.text}
        found["annotations"] = [to_builtins(each) for each in output.annotations]
    return found


def _apply(run: CheckRun, changes: dict[str, Any]) -> CheckRun:
    for name, value in changes.items():
        if name == "annotations":
            run.annotations.extend(value)
        elif name == "output":
            run.output = {key: new if new is not None else run.output.get(key) for key, new in value.items()}
        else:
            setattr(run, name, value)
    return run


def _after(call: Call, suite: CheckSuite, run: CheckRun, action: str | None) -> None:
    """Tell the hooks."""
    world, repository = call.world, call.repository
    suite.updated_at = world.now()
    world.check_suites.save(suite)
    if world.hooks.count(repository.id):
        sender = simple_user(world, call.who)
        shown = views.suite(world, repository, suite)
        for each in dict.fromkeys([action, "completed" if action and run.status == "completed" else action]):
            if each is not None:
                told = {**views.run(world, repository, run), "check_suite": _without_repository(shown)}
                world.emit(repository, "check_run", {"action": each, "check_run": told, "sender": sender})
        if action is not None and shown["status"] == "completed":
            told = {"action": "completed", "check_suite": _without_repository(shown), "sender": sender}
            world.emit(repository, "check_suite", told)


def _without_repository(suite: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in suite.items() if name != "repository"}


def _run(call: Call) -> CheckRun:
    found = call.world.check_runs.get(call.number("check_run_id"))
    if found is None or found.repository_id != call.repository.id:
        raise not_found()
    return found


def get(call: Call) -> Answer:
    """One run."""
    return Answer(200, views.run(call.world, call.repository, _run(call)))


def for_commit(call: Call) -> Answer:
    """The runs of a commit, those of every App."""
    sha = commit_of(call)
    runs = [each for each in reversed(call.world.check_runs.under(call.repository.id)) if each.head_sha == sha]
    return _listed(call, runs)


def of_suite(call: Call) -> Answer:
    """The runs of a suite."""
    found = call.world.check_suites.get(call.number("check_suite_id"))
    if found is None or found.repository_id != call.repository.id:
        raise not_found()
    return _listed(call, checks.runs_of(call.world, found))


def _listed(call: Call, runs: list[CheckRun]) -> Answer:
    """A page of runs, newest first, as the query wants them: by name, status, App; the latest of each name or all."""
    if call.choice("filter", ("latest", "all"), "latest") == "latest":
        runs = checks.latest_runs(runs)
    wanted = {
        name: call.query[key] for name, key in (("name", "check_name"), ("status", "status")) if key in call.query
    }
    runs = [each for each in runs if all(getattr(each, name) == value for name, value in wanted.items())]
    app = call.query.get("app_id")
    if app is not None:
        runs = [each for each in runs if str(call.world.check_suites[each.suite_id].app_id) == app]
    return call.page(
        runs,
        lambda each: views.run(call.world, call.repository, each),
        lambda rows, total: {"total_count": total, "check_runs": rows},
    )


def suites(call: Call) -> Answer:
    """The suites of a commit, one for each App that checked it."""
    sha, app, name = commit_of(call), call.query.get("app_id"), call.query.get("check_name")
    found = [
        each
        for each in call.world.check_suites.under(call.repository.id)
        if each.head_sha == sha
        and app in (None, str(each.app_id))
        and (name is None or any(run.name == name for run in checks.runs_of(call.world, each)))
    ]
    return call.page(
        found,
        lambda each: views.suite(call.world, call.repository, each),
        lambda rows, total: {"total_count": total, "check_suites": rows},
    )


_REPO = "/repos/{owner}/{repo}"
_RUN = _REPO + "/check-runs/{check_run_id}"
_READ, _WRITE = "checks=read", "checks=write"
ROUTES = (
    Route("POST", _REPO + "/check-runs", create, "reference/checks#create-a-check-run", role="write", grant=_WRITE),
    Route("GET", _RUN, get, "checks/runs#get-a-check-run", grant=_READ),
    Route("PATCH", _RUN, update, "checks/runs#update-a-check-run", role="write", grant=_WRITE),
    Route(
        "GET",
        _REPO + "/check-suites/{check_suite_id}/check-runs",
        of_suite,
        "checks/runs#list-check-runs-in-a-check-suite",
        grant=_READ,
    ),
    Route(
        "GET",
        _REPO + "/commits/{ref}/check-runs",
        for_commit,
        "checks/runs#list-check-runs-for-a-git-reference",
        grant=_READ,
    ),
    Route(
        "GET",
        _REPO + "/commits/{ref}/check-suites",
        suites,
        "checks/suites#list-check-suites-for-a-git-reference",
        grant=_READ,
    ),
)
