"""Where proposed files would land: what stands there, and names that some systems take for another."""

import pytest

from qatui.workspace.landing import spots, survey
from qatui.workspace.repository import discover
from tests.conftest import Project

BASE = {
    "tests/api/Test_K.py": "x\n",
    "tests/api/caf\u00e9.py": "x\n",
    "tests/twice/a.py": "x\n",
    "tests/twice/A.py": "x\n",
    "Other/b.py": "x\n",
}


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("tests/api/test_k.py", ("tests/api/test_k.py", "tests/api/Test_K.py")),
        ("tests/api/cafe\u0301.py", ("tests/api/cafe\u0301.py", "tests/api/caf\u00e9.py")),
        ("tests/API/new.py", ("tests/API", "tests/api")),
        ("tests/api/test_k.PY/deep.py", ("tests/api/test_k.PY", "tests/api/Test_K.py")),
        ("other/b.py", ("other", "Other")),
        ("TESTS/x/y/z.py", ("TESTS", "tests")),
        ("tests/api/Test_K.py", None),
        ("tests/twice/A.py", None),  # base has both already
        ("tests/api/new.py", None),
        ("tests/new/Test_K.py", None),
        ("brand/new.py", None),
    ],
)
def test_a_name_that_some_systems_take_for_one_on_base(
    project: Project, path: str, other: tuple[str, str] | None
) -> None:
    project.commit(dict(BASE))
    repository, commit = discover(project.root), project.git("rev-parse", "HEAD")
    words = other and f"macOS and Windows cannot tell {other[0]} from {other[1]}, which is on base"
    assert spots(repository, commit, [path, "tests/api/Test_K.py"])[path].obstacle == words
    assert survey(repository, commit, [path], judging=True).spots[path].obstacle == words
