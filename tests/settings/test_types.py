"""What the settings' own types say."""

from qatui.settings.types import REJECT_REASONS, Team


def test_the_teams_reasons_stand_between_ours_and_other() -> None:
    reasons = Team(reject_reasons={"wrong-tenant": "wrong tenant", "flaky": "fails at times"}).reasons()
    assert list(reasons) == [*list(REJECT_REASONS)[:-1], "wrong-tenant", "other"]
    assert reasons["flaky"] == "fails at times"
    assert Team().reasons() == REJECT_REASONS
