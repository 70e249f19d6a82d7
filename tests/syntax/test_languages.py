"""A file's lexer: by its name as Pygments chooses, else by the first line, never by looking through the text."""

import re
import subprocess
import sys

import pytest
from pygments.lexers import find_lexer_class_for_filename, get_all_lexers

from qatui.syntax.languages import _CONTESTED, lexer_for

PATTERNS = sorted({pattern for _, _, patterns, _ in get_all_lexers(plugins=False) for pattern in patterns})


def chosen(path: str, first_line: str = "") -> str | None:
    lexer = lexer_for(path, first_line)
    return lexer.name if lexer else None


def test_names_are_told_as_pygments_tells_them() -> None:
    """For a name of each seventh pattern, but for endings where the choice of Pygments is not what people mean."""
    different = {}
    for pattern in PATTERNS[::7]:
        name = re.sub(r"\[(.).*?\]", r"\1", pattern.replace("*", "x1"))
        theirs = find_lexer_class_for_filename(name)
        if chosen(name) != (theirs and theirs.name):
            different[f".{name.rpartition('.')[2]}"] = chosen(name)
    assert different.keys() <= _CONTESTED.keys() | {".H"}


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("tests/a_test.go", "Go"),
        ("a.spec.ts", "TypeScript"),
        ("a.tsx", "TSX"),
        ("A.PY", "Python"),
        ("Dockerfile", "Docker"),
        ("sub/Makefile", "Makefile"),
        ("Makefile.inc", "Makefile"),
        ("a.html.j2", "HTML+Django/Jinja"),
        ("CMakeLists.txt", "CMake"),
        ("notes.txt", "Text only"),
        ("query.sql", "SQL"),
        ("a.pl", "Perl"),
        (".bashrc", "Bash"),
        ("LoginSpec.hs", "Hspec"),
        ("a.feature", "Gherkin"),
        ("dir.py/file", None),
        ("", None),
        ("a.py/", None),
        (".", None),
        ("x" * 300 + ".py", None),
        ("[a-z]*.\udcff", None),
    ],
)
def test_names(path: str, language: str | None) -> None:
    assert chosen(path) == language


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("#!/bin/sh -e", "Bash"),
        ("#!/usr/bin/env python3", "Python"),
        ("#!/usr/bin/env -S PYTHONPATH=. python3.11 -u", "Python"),
        ("#! /usr/local/bin/node", "JavaScript"),
        ("#!/usr/bin/perl5.8 -w\r", "Perl"),
        ("\ufeff#!/usr/bin/ruby", "Ruby"),
        ('<?xml version="1.0"?>', "XML"),
        ("<?php echo 1;", "PHP"),
        ("<!DOCTYPE html>", "HTML"),
        ("#!/opt/unheard-of", None),
        ("#!", None),
        ("#!/" + "/" * 100_000, None),
        ("#!/usr/bin/env " + "a=b " * 100_000, None),
        ("#!/usr/bin/env " + "-" * 240, None),
        ("def x(): pass", None),
    ],
)
def test_first_lines(line: str, language: str | None) -> None:
    assert chosen("bin/run", line) == language
    assert chosen("a.lua", line) == "Lua"


def test_one_name_loads_one_lexer() -> None:
    code = "import sys; from qatui.syntax.languages import lexer_for; lexer_for('a.py'); lexer_for('odd.unheard')\n"
    code += "print(*sorted(name for name in sys.modules if name.startswith('pygments.lexers.')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "pygments.lexers.python" in loaded
    assert len(loaded) <= 4
