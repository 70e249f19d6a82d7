"""What never ends is cut off, in the main thread; what ends is left alone."""

import gc
import re
import signal
import sys
import threading
from types import FrameType
from typing import Any

import pytest

from qatui.syntax.cutting_off import CutOff, TookTooLong, can_cut_off

ENDLESS = re.compile("(a|aa)+!")
TEXT = "a" * 200


def endless(first_try: "type[BaseException] | tuple[()]" = ()) -> bool:
    """A match that does not end; where `first_try` is caught, it is begun once more."""
    cut_off = CutOff()

    def work() -> None:
        cut_off.after(0.05)
        try:
            ENDLESS.match(TEXT)
        except first_try:
            ENDLESS.match(TEXT)

    return cut_off.run(work)


def test_a_match_that_does_not_end_is_cut_off() -> None:
    assert not endless()


def test_it_is_tried_again_where_the_first_time_was_lost() -> None:
    assert not endless(first_try=TookTooLong)


def test_afterwards_everything_is_as_it_was() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    cut_off = CutOff()
    left: list[float] = []

    def work() -> None:
        cut_off.after(10)
        left.append(signal.getitimer(signal.ITIMER_VIRTUAL)[0])
        cut_off.after(20)
        left.append(signal.getitimer(signal.ITIMER_VIRTUAL)[0])

    assert cut_off.run(work)
    assert 0 < left[0] < 15 < left[1]
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)
    assert signal.getsignal(signal.SIGVTALRM) is before


def test_no_garbage_is_collected_meanwhile() -> None:
    """Python's own callbacks would swallow what is raised."""
    seen: list[bool] = []
    assert CutOff().run(lambda: seen.append(gc.isenabled()))
    assert (seen, gc.isenabled()) == ([False], True)


def test_what_the_work_raises_goes_on() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    with pytest.raises(ZeroDivisionError):
        CutOff().run(lambda: print(1 // 0))
    assert signal.getsignal(signal.SIGVTALRM) is before


@pytest.mark.parametrize("ended_by", [None, TookTooLong])
def test_a_signal_at_any_moment_leaves_nothing_armed(ended_by: "type[BaseException] | None") -> None:
    """One rings at each step of Python's, one after the other, inside the work, around it, and when it has ended."""
    cut_off = CutOff()

    def work() -> None:
        cut_off.after(10)
        if ended_by is not None:
            raise ended_by

    def trace_to(wanted: int) -> bool:
        """Ring at step `wanted`; whether there is such a step."""
        steps = 0

        def trace(frame: FrameType, event: str, _argument: object) -> Any:
            nonlocal steps
            frame.f_trace_opcodes = True
            if event == "opcode":
                steps += 1
                if steps == wanted:
                    cut_off._ring(signal.SIGVTALRM, frame)
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            cut_off.run(work)
        finally:
            sys.settrace(before)
        return steps >= wanted

    step = 1
    while trace_to(step):
        assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0), step
        assert not cut_off._armed, step
        step += 1
    assert step > 50


def test_elsewhere_nothing_is_cut_off() -> None:
    found: list[object] = []

    def run() -> None:
        found.append(can_cut_off())
        cut_off = CutOff()

        def work() -> None:
            cut_off.after(0)
            found.append(signal.getitimer(signal.ITIMER_VIRTUAL))

        found.append(cut_off.run(work))

    other = threading.Thread(target=run)
    other.start()
    other.join()
    assert found == [False, (0, 0), True]
    assert can_cut_off()
