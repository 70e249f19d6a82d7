"""Stretches of lines: merged they are the same lines, in order and apart."""

from hypothesis import given
from hypothesis import strategies as st

from qatui.domain.stretches import merged

stretches = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)))


@given(stretches)
def test_merged_are_the_same_lines(given: list[tuple[int, int]]) -> None:
    found = merged(given)
    assert {line for each in found for line in range(*each)} == {line for each in given for line in range(*each)}
    edges = [edge for each in found for edge in each]
    assert edges == sorted(set(edges))
