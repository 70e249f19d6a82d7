"""Webhooks of a repository, and what was delivered to them. https://docs.github.com/rest/repos/webhooks"""

from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from msgspec import Struct, field

from qatui.sandbox.github import hooking
from qatui.sandbox.github.call import LARGEST_NUMBER, Answer, Call, Problem, Route, invalid, not_found
from qatui.sandbox.github.records import Delivery, Hook
from qatui.sandbox.github.views import hooks as views
from qatui.sandbox.github.views.people import simple_user

EVENTS = frozenset(
    {
        "*",
        "branch_protection_rule",
        "check_run",
        "check_suite",
        "commit_comment",
        "create",
        "delete",
        "deployment",
        "deployment_status",
        "discussion",
        "discussion_comment",
        "fork",
        "gollum",
        "issue_comment",
        "issues",
        "label",
        "member",
        "merge_group",
        "meta",
        "milestone",
        "public",
        "pull_request",
        "pull_request_review",
        "pull_request_review_comment",
        "pull_request_review_thread",
        "push",
        "release",
        "repository",
        "repository_dispatch",
        "repository_ruleset",
        "star",
        "status",
        "sub_issues",
        "watch",
        "workflow_dispatch",
        "workflow_job",
        "workflow_run",
    }
)
"""What a hook may ask for."""
LONGEST_URL = 2048


class Config(Struct):
    """Where and how a hook is told."""

    url: str | None = None
    content_type: str = "form"
    secret: str | None = None
    insecure_ssl: str | float = "0"


class NewHook(Struct):
    """The body of create."""

    name: str = "web"
    config: Config = field(default_factory=Config)
    events: list[str] = field(default_factory=lambda: ["push"])
    active: bool = True


def every(call: Call) -> Answer:
    """The hooks, oldest first."""
    return call.page(call.world.hooks.under(call.repository.id), lambda each: views.hook(call.world, each))


def create(call: Call) -> Answer:
    """A new hook; it is pinged at once."""
    asked = call.read(NewHook)
    url, content_type = _checked(call, asked)
    now = call.world.now()
    made = call.world.hooks.add(
        Hook(
            repository_id=call.repository.id,
            url=url,
            events=sorted(set(asked.events)),
            content_type=content_type,
            secret=asked.config.secret or "",
            insecure_ssl="1" if str(asked.config.insecure_ssl) in ("1", "1.0") else "0",
            active=asked.active,
            created_at=now,
            updated_at=now,
        )
    )
    hooking.ping(call.world, made, {"sender": simple_user(call.world, call.who)})
    shown = views.hook(call.world, made)
    return Answer(201, shown, {"Location": shown["url"]})


def _checked(call: Call, asked: NewHook) -> tuple[str, Literal["json", "form"]]:
    url, content_type = asked.config.url, asked.config.content_type
    if asked.name != "web":
        raise invalid("Hook", "name", "invalid")
    if not url:
        raise invalid("Hook", "url", "missing_field")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and len(url) <= LONGEST_URL
    except ValueError:
        usable = False
    if not usable or not url.isprintable() or " " in url:
        raise invalid("Hook", "url", "custom", "Sorry, the URL host is not supported because it isn't a valid URL")
    if content_type not in ("json", "form"):
        raise invalid("Hook", "content_type", "invalid")
    if not asked.events or not EVENTS.issuperset(asked.events):
        raise invalid("Hook", "events", "custom", "The following events are not supported")
    if any(each.url == url for each in call.world.hooks.under(call.repository.id)):
        raise Problem(422, "Validation Failed", [_EXISTS])
    return url, "json" if content_type == "json" else "form"


_EXISTS = {"resource": "Hook", "code": "custom", "message": "Hook already exists on this repository"}


def _hook(call: Call) -> Hook:
    found = call.world.hooks.get(call.number("hook_id"))
    if found is None or found.repository_id != call.repository.id:
        raise not_found()
    return found


def get(call: Call) -> Answer:
    """One hook."""
    return Answer(200, views.hook(call.world, _hook(call)))


def delete(call: Call) -> Answer:
    """Tell it nothing any more; what it was told is forgotten."""
    hook = _hook(call)
    for each in call.world.deliveries.under(hook.id):
        call.world.deliveries.remove(each)
    call.world.hooks.remove(hook)
    return Answer(204)


def ping(call: Call) -> Answer:
    """Tell it that it is there."""
    hooking.ping(call.world, _hook(call), {"sender": simple_user(call.world, call.who)})
    return Answer(204)


def deliveries(call: Call) -> Answer:
    """What it was told in the last three days, newest first, a page from a cursor on."""
    rows = hooking.remembered(call.world, _hook(call))
    wanted = call.query.get("status")
    if wanted in ("success", "failure"):
        rows = [each for each in rows if views.delivered(each.status_code) == (wanted == "success")]
    cursor = call.query.get("cursor", f"v1_{LARGEST_NUMBER}")
    number = cursor.removeprefix("v1_")
    if not cursor.startswith("v1_") or not (number.isascii() and number.isdigit()) or len(number) > 16:
        raise invalid("HookDelivery", "cursor", "invalid")
    size = call.page_size()
    rows = [each for each in rows if each.id <= int(number)]
    shown, rest = rows[:size], rows[size:]
    query = urlencode({**call.query, "cursor": f"v1_{rest[0].id}"}) if rest else ""
    headers = {"Link": f'<{call.world.api_url}{call.path}?{query}>; rel="next"'} if rest else {}
    return Answer(200, [views.item(call.world, each) for each in shown], headers)


def _delivery(call: Call) -> Delivery:
    hook = _hook(call)
    number = call.number("delivery_id")
    found = next((each for each in hooking.remembered(call.world, hook) if each.id == number), None)
    if found is None:
        raise not_found()
    return found


def delivery(call: Call) -> Answer:
    """One delivery with all that was sent and answered."""
    found = _delivery(call)
    return Answer(200, views.delivery(call.world, found, hooking.payload_of(found)))


def redeliver(call: Call) -> Answer:
    """Deliver it again under the same guid."""
    hooking.again(call.world, _hook(call), _delivery(call))
    accepted: dict[str, Any] = {}
    return Answer(202, accepted)


_HOOKS = "/repos/{owner}/{repo}/hooks"
_ONE = _HOOKS + "/{hook_id}"
_DOCS = "repos/webhooks#"
_READ, _WRITE = "repository_hooks=read", "repository_hooks=write"
ROUTES = (
    Route("GET", _HOOKS, every, _DOCS + "list-repository-webhooks", role="admin", grant=_READ),
    Route("POST", _HOOKS, create, _DOCS + "create-a-repository-webhook", role="admin", grant=_WRITE),
    Route("GET", _ONE, get, _DOCS + "get-a-repository-webhook", role="admin", grant=_READ),
    Route("DELETE", _ONE, delete, _DOCS + "delete-a-repository-webhook", role="admin", grant=_WRITE),
    Route("POST", _ONE + "/pings", ping, _DOCS + "ping-a-repository-webhook", role="admin", grant=_READ),
    Route(
        "GET",
        _ONE + "/deliveries",
        deliveries,
        _DOCS + "list-deliveries-for-a-repository-webhook",
        role="admin",
        grant=_READ,
    ),
    Route(
        "GET",
        _ONE + "/deliveries/{delivery_id}",
        delivery,
        _DOCS + "get-a-delivery-for-a-repository-webhook",
        role="admin",
        grant=_READ,
    ),
    Route(
        "POST",
        _ONE + "/deliveries/{delivery_id}/attempts",
        redeliver,
        _DOCS + "redeliver-a-delivery-for-a-repository-webhook",
        role="admin",
        grant=_WRITE,
    ),
)
