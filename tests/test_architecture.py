"""The rules of the house that a program can check."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import unmeasured

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "qatui"
MODULES = [path for path in sorted(PACKAGE.rglob("*.py")) if "demo_files" not in path.parts]
ROOMS_WITHOUT_A_SCREEN = ("domain", "store", "workspace", "flows", "settings")
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
EDGES = ("tui/backend.py", "cli/main.py", "sandbox/github/answering.py")
"""Where any exception may be caught; everywhere else only what is known, or to clean up and raise it again."""


def name(path: Path) -> str:
    """The path inside the package."""
    return path.relative_to(PACKAGE).as_posix()


def nodes(path: Path) -> Iterator[ast.AST]:
    """The whole syntax tree of a module."""
    return ast.walk(ast.parse(path.read_bytes()))


def dotted(path: Path) -> str:
    """The module's name for `import`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def loaded_after(modules: list[str], of: tuple[str, ...]) -> list[str]:
    """Which packages `of` a fresh interpreter has loaded after it imported `modules`."""
    code = f"import importlib, sys\nfor name in {modules}: importlib.import_module(name)\n"
    code += f"print(*[name for name in {of} if name in sys.modules])"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, env=unmeasured(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_import_contracts_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    cli = pytest.importorskip("importlinter.cli", reason="the extra `lint` is not installed")
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", list(sys.path))
    # It would silence every logger that there is, for all tests that come later.
    monkeypatch.setattr(cli.logging_config, "dictConfig", lambda _: None)
    assert cli.lint_imports(config_filename="pyproject.toml", no_cache=True) == 0


def test_what_runs_without_a_screen_loads_none() -> None:
    modules = [
        dotted(path)
        for path in MODULES
        if name(path).split("/")[0] in ROOMS_WITHOUT_A_SCREEN and "migrations" not in path.parts  # Alembic's own
    ]
    assert len(modules) > 20
    assert loaded_after(modules, ("textual", "rich", "click", "httpx", "qatui.cli", "qatui.tui")) == []


def test_the_domain_loads_nothing_that_reads_or_writes() -> None:
    modules = [dotted(path) for path in MODULES if name(path).startswith("domain/")]
    of = ("textual", "rich", "click", "httpx", "yaml", "git", "sqlalchemy", "sqlite3", "subprocess", "socket")
    assert loaded_after(modules, of) == []


def test_the_first_frame_loads_no_store_and_no_git() -> None:
    modules = [dotted(path) for path in MODULES if name(path).startswith("tui/")]
    of = ("sqlalchemy", "alembic", "git", "httpx", "yaml")
    assert loaded_after(modules, of) == []


def test_no_module_is_longer_than_a_person_reads() -> None:
    lengths = {name(path): path.read_bytes().count(b"\n") for path in MODULES}
    assert {path: length for path, length in lengths.items() if length > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_a_screen() -> None:
    found = {
        f"{name(path)}:{node.name}": node.end_lineno - node.lineno + 1
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    }
    assert {function: length for function, length in found.items() if length > LONGEST_FUNCTION} == {}


def is_broad(handler: ast.ExceptHandler) -> bool:
    """Whether it catches everything and keeps it."""
    if isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None:
        return False
    caught = handler.type
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id.endswith("Exception")) for kind in kinds)


def test_only_the_edges_catch_everything() -> None:
    broad = {
        name(path) for path in MODULES for node in nodes(path) if isinstance(node, ast.ExceptHandler) and is_broad(node)
    }
    assert broad <= set(EDGES)
    assert "cli/main.py" in broad


@pytest.mark.parametrize(
    ("text", "broad"),
    [
        ("except: pass", True),
        ("except Exception: pass", True),
        ("except (ValueError, BaseException) as e: raise X from e", True),
        ("except BaseException:\n  undo()\n  raise", False),
        ("except ValueError: pass", False),
    ],
)
def test_what_counts_as_broad(text: str, broad: bool) -> None:
    (tree,) = ast.parse(f"try: pass\n{text}").body
    assert isinstance(tree, ast.Try)
    assert is_broad(tree.handlers[0]) is broad


def test_git_is_spoken_in_workspace_only() -> None:
    speaking = {
        name(path)
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "git"
    }
    assert {path.split("/")[0] for path in speaking} == {"workspace"}


def test_standard_output_has_one_writer() -> None:
    printing = {
        name(path)
        for path in MODULES
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "sys.stdout.write", "click.echo")
    }
    assert printing == {"cli/output.py"}


def test_names_say_what_is_inside() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "manager", "service", "services", "misc"}
    assert [name(path) for path in MODULES if vague & {*path.relative_to(PACKAGE).parts, path.stem}] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [name(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_bytes()))]
    assert silent == []


def test_every_folder_of_snapshots_has_its_test_file() -> None:
    tests = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    folders = {folder.name for folder in os.scandir(ROOT / "snapshots") if folder.is_dir()}
    assert folders - tests == set()
