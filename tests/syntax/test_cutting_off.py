"""What never ends is cut off, in the main thread; what ends is left alone."""

import re
import signal
import threading

import pytest

from qatui.syntax.cutting_off import CutOff, TookTooLong, can_cut_off

ENDLESS = re.compile("(a|aa)+!")
TEXT = "a" * 200


def endless(first_try: "type[BaseException] | tuple[()]" = ()) -> None:
    """A match that does not end; where `first_try` is caught, it is begun once more."""
    with CutOff() as cut_off:
        cut_off.after(0.05)
        try:
            ENDLESS.match(TEXT)
        except first_try:
            ENDLESS.match(TEXT)


def test_a_match_that_does_not_end_is_cut_off() -> None:
    with pytest.raises(TookTooLong):
        endless()


def test_it_is_tried_again_where_the_first_time_was_lost() -> None:
    with pytest.raises(TookTooLong):
        endless(first_try=TookTooLong)


def test_afterwards_everything_is_as_it_was() -> None:
    before = signal.getsignal(signal.SIGVTALRM)
    with CutOff() as cut_off:
        cut_off.after(10)
        assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] > 0
        cut_off.after(20)
        assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] > 10
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)
    assert signal.getsignal(signal.SIGVTALRM) is before


def test_a_signal_that_comes_late_does_nothing() -> None:
    with CutOff() as cut_off:
        cut_off.after(10)
    cut_off._ring(signal.SIGVTALRM, None)


def test_elsewhere_nothing_is_cut_off() -> None:
    found: list[object] = []

    def run() -> None:
        found.append(can_cut_off())
        with CutOff() as cut_off:
            cut_off.after(0)
            found.append(signal.getitimer(signal.ITIMER_VIRTUAL))

    other = threading.Thread(target=run)
    other.start()
    other.join()
    assert found == [False, (0, 0)]
    assert can_cut_off()
