"""Settings that are well formed and still cannot work."""

from typing import Any

import pytest

from qatui.settings import check
from qatui.settings.types import (
    ChecklistItem,
    CommitSettings,
    Identity,
    Notifications,
    Person,
    PlanSettings,
    Team,
    User,
)


def test_the_defaults_work() -> None:
    check.team(Team())
    check.user(User())


@pytest.mark.parametrize(
    "values",
    [
        {"repository": "acme/payments-api"},
        {"repository": "ghe.example.com/acme/.github"},
        {"remote": "up-stream", "base": "release/2.x"},
        {"test_roots": ("tests", "a/b/", "**/tests/**", "**/*.test.[jt]s", "tests/..data")},
        {"plan": PlanSettings(files=("docs/plan.md",), master_issue=1)},
        {"people": {"octo-cat": Person(), "dependabot[bot]": Person(), "a@b.c": Person()}},
        {"notifications": Notifications(email=("qa@example.com",))},
        {"branch": "qa/{reviewer}/{date}/{id}"},
        {"commit": CommitSettings(subject="{verb} {title} {path} {name} {{x}}")},
        {"checklist": (ChecklistItem(id="a.1", text="x"), ChecklistItem(id="b", text="x"))},
        {"reject_reasons": {"wrong-tenant": "wrong tenant", "other": "something else"}},
    ],
)
def test_what_works(values: dict[str, Any]) -> None:
    check.team(Team(**values))


@pytest.mark.parametrize(
    ("values", "where", "message"),
    [
        ({"repository": "acme"}, ("repository",), "is not owner/name"),
        ({"repository": "a/b/c/d"}, ("repository",), "is not owner/name"),
        ({"repository": "https://github.com/a/b"}, ("repository",), "is not owner/name"),
        ({"remote": "--upload-pack=x"}, ("remote",), "begins with “-”"),
        ({"remote": ""}, ("remote",), "it is empty"),
        ({"base": "a b"}, ("base",), "a blank"),
        ({"test_roots": ()}, ("test_roots",), "no candidate could be taken"),
        ({"test_roots": ("tests", "/etc")}, ("test_roots", 1), "is not a path from the root"),
        ({"test_roots": ("~/x",)}, ("test_roots", 0), "is not a path from the root"),
        ({"test_roots": ("",)}, ("test_roots", 0), "is not a path from the root"),
        ({"test_roots": ("./tests",)}, ("test_roots", 0), "is not a path from the root"),
        ({"test_roots": ("a\\b",)}, ("test_roots", 0), "is not a path from the root"),
        ({"test_roots": ("a//b",)}, ("test_roots", 0), "is not a path from the root"),
        ({"test_roots": ("a/../../b",)}, ("test_roots", 0), "leaves the repository"),
        ({"test_roots": (".GIT/hooks",)}, ("test_roots", 0), "leaves the repository"),
        ({"plan": PlanSettings(files=("../plan.md",))}, ("plan", "files", 0), "leaves the repository"),
        ({"plan": PlanSettings(master_issue=0)}, ("plan", "master_issue"), "begins at 1"),
        ({"people": {"a b": Person()}}, ("people", "a b"), "neither a GitHub login nor"),
        ({"notifications": Notifications(email=("x",))}, ("notifications", "email", 0), "no e-mail address"),
        ({"branch": "qatui"}, ("branch",), "has no {id}"),
        ({"branch": "{id}{what}"}, ("branch",), "“{what}” is no field of this template"),
        ({"branch": "{id.__class__}{id}"}, ("branch",), "“{id.__class__}” is no field"),
        ({"branch": "{id!r}{id}"}, ("branch",), "is no field"),
        ({"branch": "{id:>9}{id}"}, ("branch",), "is no field"),
        ({"branch": "{id}{}"}, ("branch",), "“{}” is no field"),
        ({"branch": "{id}{"}, ("branch",), "a brace that is not closed"),
        ({"branch": "a b {id}"}, ("branch",), "makes names that git refuses, such as “a b 7”: it has a blank"),
        ({"branch": "{id}.lock"}, ("branch",), "ends with “.lock”"),
        ({"commit": CommitSettings(subject="{id}")}, ("commit", "subject"), "“{id}” is no field"),
        ({"commit": CommitSettings(subject=" ")}, ("commit", "subject"), "is empty"),
        ({"checklist": (ChecklistItem(id="a b", text="x"),)}, ("checklist", 0, "id"), "cannot be the id"),
        ({"checklist": (ChecklistItem(id="a", text=" "),)}, ("checklist", 0, "text"), "has no text"),
        (
            {"checklist": (ChecklistItem(id="a", text="x"), ChecklistItem(id="a", text="y"))},
            ("checklist", 1, "id"),
            "used twice; first by item 1",
        ),
        ({"reject_reasons": {"Wrong tenant": "x"}}, ("reject_reasons", "Wrong tenant"), "cannot be the reason code"),
        ({"reject_reasons": {"x": ""}}, ("reject_reasons", "x"), "has no words"),
    ],
)
def test_what_the_team_cannot_set(values: dict[str, Any], where: check.Where, message: str) -> None:
    with pytest.raises(check.Unsound) as caught:
        check.team(Team(**values))
    assert caught.value.where == where
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("values", "where", "message"),
    [
        ({"identity": Identity(login="a/b")}, ("identity", "login"), "is no GitHub login"),
        ({"identity": Identity(email="a")}, ("identity", "email"), "is no e-mail address"),
        ({"identity": Identity(name=" ")}, ("identity", "name"), "not empty"),
        ({"identity": Identity(name="a <b>")}, ("identity", "name"), "has no < and >"),
        ({"database": ""}, ("database",), "is empty"),
        ({"api_url": "http://git.example.com/api/v3"}, ("api_url",), "in clear text"),
        ({"api_url": "git.example.com"}, ("api_url",), "is no http or https address"),
        ({"api_url": "https://me:pw@git.example.com"}, ("api_url",), "has a user name"),
        ({"editor": ""}, ("editor",), "is empty"),
        ({"editor": 'vi "'}, ("editor",), "not closed"),
    ],
)
def test_what_the_reviewer_cannot_set(values: dict[str, Any], where: check.Where, message: str) -> None:
    with pytest.raises(check.Unsound) as caught:
        check.user(User(**values))
    assert caught.value.where == where
    assert message in caught.value.message


def test_the_reviewers_settings_that_work() -> None:
    identity = Identity(login="app[bot]", name="Robin R.", email="r@example.test")
    check.user(User(identity=identity, editor='code --wait "a b"', database="~/q.db"))
