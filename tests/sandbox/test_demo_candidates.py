"""What the demo's candidates are: of every kind, no two alike but the twins, most of them true."""

import ast
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from qatui.domain.marks import HIDDEN
from qatui.sandbox.demo_bulk import bulk
from qatui.sandbox.demo_candidates import FILES, Sample, load_samples, representative, unmark
from qatui.sandbox.demo_repository import make_clone, make_remote
from tests.conftest import unmeasured

SAMPLES = load_samples()
UNRUNNABLE = {"network", "dangerous"}
"""Kinds that must not be run, here or anywhere."""
KINDS = {
    *("good", "no-assertions", "constant", "weakened", "swallowed", "sleeps", "mocked", "wrong-endpoint", "fails"),
    *("twin", "modified", "long", "conflict", "revised", "bidi", "invisible", "escapes", "encoding", "crlf", "tabs"),
    *("cjk", "secret", "network", "dangerous", "javascript", "typescript", "go", "java"),
}


def of_kind(kind: str) -> list[Sample]:
    return [sample for sample in SAMPLES if sample.kind == kind]


def newest(samples: Iterable[Sample]) -> list[Sample]:
    return list({sample.path: sample for sample in samples}.values())


class _Plain(ast.NodeTransformer):
    """Takes every name that the author chose, and every docstring, out of a test."""

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return ast.Name("_", node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        return ast.arg("_")

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.name = "_"
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        self.generic_visit(node)
        node.name = "_"
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return None
        return self.generic_visit(node)


def body(path: str, content: bytes) -> str:
    """A candidate without the names in it, its comments and its blanks."""
    if path.endswith(".py"):
        return ast.dump(_Plain().visit(ast.parse(content)))
    text = content.decode("utf-8", "replace")
    text = re.sub(r"//.*", "", text)
    return re.sub(r"\s+|\b(const|let|var|func Test\w*|it|test)\b", "", text)


def test_every_kind_is_there() -> None:
    assert {sample.kind for sample in SAMPLES} == KINDS
    assert len(newest(SAMPLES)) >= 40
    assert {Path(sample.path).suffix for sample in SAMPLES} >= {".py", ".js", ".ts", ".tsx", ".go", ".java"}


def test_no_two_share_a_body_but_twins() -> None:
    same = defaultdict(list)
    for sample in SAMPLES:
        same[body(sample.path, sample.content)].append(sample)
    twins = [group for group in same.values() if len(group) > 1]
    assert sorted(len(group) for group in twins) == [2, 3]
    assert {sample.kind for group in twins for sample in group} == {"twin"}
    assert sum(len(group) for group in twins) == len(of_kind("twin"))


def test_kinds_are_what_they_say() -> None:
    for sample in of_kind("no-assertions"):
        assert not re.search(rb"^\s*assert ", sample.content, re.MULTILINE), sample.path
    assert all(b"assert True" in sample.content for sample in of_kind("constant"))
    assert all(b"except" in sample.content or b"suppress" in sample.content for sample in of_kind("swallowed"))
    assert all(b"time.sleep" in sample.content for sample in of_kind("sleeps"))
    assert all(re.search(rb"urlopen|create_connection", sample.content) for sample in of_kind("network"))
    assert all(re.search(rb"rmtree|rm -rf", sample.content) for sample in of_kind("dangerous"))
    assert all("\u202e" in sample.content.decode() for sample in of_kind("bidi"))
    assert all("\u200b" in sample.content.decode() for sample in of_kind("invisible"))
    assert all(b"\x1b[2J" in sample.content for sample in of_kind("escapes"))
    assert all(b"ghp_" in sample.content and b"sk_live_" in sample.content for sample in of_kind("secret"))
    assert all(sample.content.count(b"\n") == sample.content.count(b"\r\n") > 0 for sample in of_kind("crlf"))
    assert all(b"\n\t" in sample.content for sample in of_kind("tabs"))
    assert all(re.search("[\u4e00-\u9fff]", sample.content.decode()) for sample in of_kind("cjk"))
    assert all(sample.content.count(b"\n") >= 2000 for sample in of_kind("long"))
    assert len({sample.content for sample in of_kind("revised")}) == len(of_kind("revised")) == 2
    for sample in of_kind("encoding"):
        with pytest.raises(UnicodeDecodeError):
            sample.content.decode()


def test_nothing_hidden_lies_in_the_source_tree() -> None:
    for file in FILES.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            text = file.read_bytes().decode()
            hidden = set(HIDDEN.findall(text)) - {"\n", "\t"}
            assert not hidden, file
            assert "ghp_" not in text, file
            assert "sk_live_" not in text, file


def test_marks() -> None:
    assert unmark("a⟦U+202E⟧b⟦0xE9⟧c⟦⟧d⟦not one⟧".encode()) == "a\u202eb".encode() + b"\xe9cd" + "⟦not one⟧".encode()


@pytest.mark.parametrize("count", [0, 1, 10, len(KINDS), 40, 1000])
def test_a_few_show_many_kinds(count: int) -> None:
    chosen = representative(SAMPLES, count)
    paths = Counter(sample.path for sample in chosen)
    assert len(paths) == min(count, len(newest(SAMPLES)))
    assert len({sample.kind for sample in chosen}) == min(count, len(KINDS))
    if "tests/test_auth.py" in paths:
        assert paths["tests/test_auth.py"] == 2


def test_bulk_is_the_same_everywhere_and_never_alike() -> None:
    many = list(bulk(600))
    assert many == list(bulk(600))
    assert list(bulk(10, first=51)) == many[50:60]
    assert len({each.path for each in many}) == 600
    assert len({body(each.path, each.content) for each in many}) == 600


def run_pytest(root: Path, *args: str) -> dict[str, set[str]]:
    """Outcomes by test file of one pytest run in `root`."""
    # Plugins of ours, which the demo's own tests do not use, would take longer to load than most of them to run.
    environment = {**unmeasured(), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-rA", "--tb=no", "-p", "no:cacheprovider", *args]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, timeout=170, check=False)
    outcomes = defaultdict(set)
    for found in re.finditer(r"^(PASSED|FAILED|ERROR|SKIPPED)(?: \[\d+\])? ([^:\s]+)", done.stdout, re.MULTILINE):
        outcomes[found[2]].add(found[1])
    assert outcomes, done.stdout + done.stderr
    return outcomes


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The base that the candidates came in on."""
    make_remote(tmp_path / "remote.git")
    return make_clone(tmp_path / "remote.git", tmp_path / "clone").root


def put(root: Path, path: str, content: bytes) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(content)


def test_base_passes_and_so_do_25_candidates(checkout: Path) -> None:
    before = run_pytest(checkout)
    assert set().union(*before.values()) == {"PASSED"}
    runnable = [each for each in newest(SAMPLES) if each.path.endswith(".py") and each.kind not in UNRUNNABLE]
    for sample in runnable:
        put(checkout, sample.path, sample.content)
    outcomes = run_pytest(checkout)
    passing = {sample.path for sample in runnable if outcomes[sample.path] == {"PASSED"}}
    assert len(passing) >= 25
    failing = {sample.kind for sample in runnable if sample.path not in passing}
    assert failing == {"wrong-endpoint", "fails", "no-assertions"}  # the last one skips a test


def test_bulk_passes(checkout: Path) -> None:
    many = [each for each in bulk(48) if each.path.endswith(".py")]
    for proposal in many:
        put(checkout, proposal.path, proposal.content)
    outcomes = run_pytest(checkout, *(proposal.path for proposal in many))
    assert len(outcomes) == len(many)
    assert set().union(*outcomes.values()) == {"PASSED"}
