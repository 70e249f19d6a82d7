"""What a person meant."""

from qatui.domain.nearest import did_you_mean, nearest


def test_the_most_alike_or_none() -> None:
    assert nearest("stlye", ["style", "styles", "body"]) == "style"
    assert nearest("zzz", ["style", "body"]) is None
    assert nearest("x", []) is None
    assert nearest("", ["x"]) is None


def test_a_hint_names_them_all() -> None:
    assert did_you_mean("boddy", ["body", "style"]) == "Did you mean body? There are: body, style"
    assert did_you_mean("zzz", {"body": 1, "style": 2}) == "There are: body, style"
