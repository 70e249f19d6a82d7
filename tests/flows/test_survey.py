"""What a base tells of test folders and plans."""

import pytest

from qatui.flows.desk import Desk
from qatui.flows.survey import FOLDERS_NAMED, find_test_roots, survey
from tests.conftest import Project


@pytest.mark.parametrize(
    ("paths", "roots"),
    [
        ([], ()),
        (["src/main.py", "tests.py", "latest/x.py"], ()),
        (["tests/a.py", "tests/unit/test/b.py", "e2e/c.ts"], ("e2e", "tests")),
        (["packages/a/Tests/x.cs", "api/spec/y.rb"], ("api/spec", "packages/a/Tests")),
        (["pkg/a_test.go", "src/b.test.tsx", "src/c.spec.js"], ("**/*.spec.[jt]s", "**/*.test.[jt]sx", "**/*_test.go")),
        ([f"p{n}/tests/x.py" for n in range(FOLDERS_NAMED + 1)] + ["test/y.py"], ("**/test/**", "**/tests/**", "test")),
    ],
)
def test_test_roots(paths: list[str], roots: tuple[str, ...]) -> None:
    assert find_test_roots(paths) == roots


def test_plans_are_markdown_with_task_items(project: Project, desk: Desk) -> None:
    items = "- [ ] a\n* [x] b\n3) [X] c\n"
    project.commit(
        {
            "docs/long.md": items * 2,
            "plan.MD": items,
            "docs/two.md": "- [ ] a\n- [ ] b\n",
            "docs/prose.md": "[ ] a\n - []b\n- [y] c\n",
            "README.md": items,
            "CHANGELOG.md": items,
            ".github/pull_request_template.md": items,
            "node_modules/x/plan.md": items,
            "node_modules/x/tests/a.js": "",
            "docs/[odd].md": items,
            "plan.txt": items,
        }
    )
    found = survey(desk.repository, desk.repository.base())
    assert found.plans == ("docs/long.md", "plan.MD")
    assert found.test_roots == ("tests",)


def test_the_base_is_looked_at_not_the_working_tree(project: Project, desk: Desk) -> None:
    (project.root / "e2e").mkdir()
    (project.root / "e2e" / "x.py").write_text("")
    (project.root / "plan.md").write_text("- [ ] a\n" * 5)
    project.git("add", "-A")
    assert survey(desk.repository, desk.base).plans == ()
    assert survey(desk.repository, desk.base).test_roots == ("tests",)
