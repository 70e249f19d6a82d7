"""The text of a new qatui.yaml."""

import re

import pytest
import yaml
from msgspec import structs

from qatui.settings.load import load_team
from qatui.settings.template import scalar, team_text
from qatui.settings.types import Person, PlanSettings, Team


@pytest.mark.parametrize(
    "team",
    [
        Team(),
        Team(
            repository="acme/pay",
            remote="upstream",
            base="no",
            test_roots=("tests", "**/x/**", "1:30", "a b"),
            plan=PlanSettings(files=("docs/plan.md", "on")),
            people={"robin": Person(role="qa-lead"), "a@b": Person(role="qa-lead")},
        ),
    ],
)
def test_what_was_answered_is_read_back(team: Team) -> None:
    assert load_team(team_text(team).encode()) == team


def test_every_setting_stands_in_it_and_is_valid_without_its_sign() -> None:
    shown = re.sub(r"(?m)^( *)# (?=( *[a-z_-]+:| +- ))", r"\1", team_text(Team()))
    assert set(yaml.safe_load(shown)) == {field.name for field in structs.fields(Team)}
    team = load_team(shown.encode())
    assert team.branch == Team().branch
    assert team.commit == Team().commit
    assert team.gates == Team().gates
    assert team.test_roots == Team().test_roots
    assert len(team.checklist) == 2


@pytest.mark.parametrize(
    "text", ["no", "On", "NULL", "1", "1:30", "~", "a: b", "*x", "", "a\\b", '"', "é", "{id}", "-"]
)
def test_other_readers_take_it_for_the_same_text(text: str) -> None:
    assert yaml.safe_load(scalar(text)) == text
