"""What encloses a line: Python by indentation, others by how their openers look; long and hostile texts."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.enclosing import FAR, enclosing, end

PYTHON = '''\
import x

class TestRefunds:
    """About refunds."""

    @pytest.mark.slow
    async def test_partial(
        self,
        client,
    ) -> None:
        if client:
# a comment at the edge
            assert 1

        assert 2

    x = 1

def test_other():
\tassert 3

if True:
    y = 2
'''.splitlines()


@pytest.mark.parametrize(
    ("at", "openers"),
    [(0, ()), (2, ()), (3, (2,)), (6, (2,)), (8, (2, 6)), (10, (2, 6)), (12, (2, 6)), (13, (2, 6)), (14, (2, 6)),
     (15, (2,)), (16, (2,)), (17, ()), (18, ()), (19, (18,)), (22, ()), (99, ())],
)  # fmt: skip
def test_python_goes_by_indentation(at: int, openers: tuple[int, ...]) -> None:
    assert enclosing("tests/test_x.py", PYTHON, at) == openers


@pytest.mark.parametrize(
    ("opener", "behind"), [(2, 17), (6, 15), (18, 20)], ids=["class", "parameters on lines", "tab"]
)
def test_what_is_opened_ends(opener: int, behind: int) -> None:
    assert end(PYTHON, opener) == behind


BRACES = """\
package a

func TestRefund(t *testing.T) {
\tfor _, each := range all {
\t\tt.Run(each)
\t}
}
"""
ALLMAN = """\
namespace A
{
    public class RefundTests
    {
        [Test]
        public async Task Partial(int a)
        {
            while (true)
            {
                x();
            }
        }
    }
}
"""
SCRIPT = """\
describe('refunds', () => {
  const load = async (id) => {
    fetch(id);
  };
  it("is partial", async () => {
    if (a) {
      b();
    } else {
      c();
    }
  });
});
"""
RUST = """\
impl Refund {
    pub(crate) fn partial(&self) -> Result<u8, E> {
        match self {
            A => 1,
        }
    }
}
"""
FEATURE = "Feature: refunds\n  Scenario: partial\n    Given a refund\n"
JAVA = "class A {\n    @Test\n    void partial() throws Exception {\n        new B() {};\n        c();\n    }\n}\n"


@pytest.mark.parametrize(
    ("path", "text", "at", "openers"),
    [
        ("a.go", BRACES, 4, (2,)),
        ("a.cs", ALLMAN, 9, (0, 2, 5)),
        ("a.ts", SCRIPT, 2, (0, 1)),
        ("a.ts", SCRIPT, 8, (0, 4)),
        ("a.rs", RUST, 3, (0, 1)),
        ("a.feature", FEATURE, 2, (0, 1)),
        ("A.java", JAVA, 4, (0, 2)),
        ("a.js", "a.then(b)\n  .catch(\n    c\n  )\n", 2, ()),
        ("a.txt", "a list:\n  - item\n", 1, ()),
        ("a.yml", "jobs:\n  test:\n    steps:\n", 2, ()),
    ],
)
def test_other_languages(path: str, text: str, at: int, openers: tuple[int, ...]) -> None:
    assert enclosing(path, text.split("\n"), at) == openers


@given(
    st.lists(st.sampled_from(["", "  ", "def a():", "    x", "\ty", "  class B:", "}", "# c"]), max_size=30), st.data()
)
def test_openers_are_above_and_indented_less_and_less(lines: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, max(0, len(lines) - 1)))
    openers = enclosing("x.py", lines, at)
    assert list(openers) == sorted(set(openers))
    assert all(number < len(lines) and lines[number].lstrip().startswith(("def", "class")) for number in openers)
    indents = [len(lines[number]) - len(lines[number].lstrip()) for number in openers]
    assert indents == sorted(set(indents))
    for number in openers:
        assert number < end(lines, number) <= len(lines)


@pytest.mark.parametrize(
    "line", ["    x", " " * 100_000 + "x", "    a(" + "b " * 190, "    " + "(" * 390, "\t" * 50_000]
)
@pytest.mark.parametrize("path", ["a.py", "a.ts"])
def test_no_text_takes_long(path: str, line: str) -> None:
    lines = [line] * (2 * FAR if len(line) < 1_000 else 50)
    lines[0] = "def a():"
    lines.append(f"  {line}")
    began = time.process_time()
    for at in (len(lines) - 1, len(lines) // 2):
        enclosing(path, lines, at)
    assert time.process_time() - began < 5
