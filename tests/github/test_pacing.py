"""When the next request may go out: every number of GitHub's rules, on a clock that the test moves."""

from qatui.domain.moments import HOUR, MINUTE
from qatui.github.limits import Budget, Limited
from qatui.github.pacing import CREATED_A_MINUTE, CREATED_AN_HOUR, POINTS_A_MINUTE, STRIKES, Kind, Pacing, Wait
from tests.conftest import NOW

READ, WRITE, CREATION = Kind.READ, Kind.WRITE, Kind.CREATION


def test_writes_are_a_second_apart_and_reads_are_not() -> None:
    """GITHUB.md, Rate limits: serial writes, at least 1 s apart."""
    pacing = Pacing()
    assert pacing.wait(WRITE, "core", NOW) == Wait(0, 0)
    pacing.sent(WRITE, NOW)
    assert pacing.wait(WRITE, "core", NOW + 300) == Wait(700, 0)
    pacing.back(WRITE, NOW + 400)  # counted from its end: the next goes out a second after the answer
    assert pacing.wait(CREATION, "core", NOW + 400) == Wait(1000, 0)
    assert pacing.wait(READ, "core", NOW + 400) == Wait(0, 0)
    pacing.sent(READ, NOW + 400)
    pacing.back(READ, NOW + 500)
    assert pacing.wait(WRITE, "core", NOW + 1400) == Wait(0, 0)


def test_the_distance_can_be_chosen() -> None:
    pacing = Pacing(apart=3000)
    pacing.sent(CREATION, NOW)
    assert pacing.wait(WRITE, "core", NOW).apart == 3000
    none = Pacing(apart=0)
    none.sent(WRITE, NOW)
    assert none.wait(WRITE, "core", NOW) == Wait(0, 0)


def test_nine_hundred_points_a_minute() -> None:
    """GITHUB.md, Rate limits: 900 points a minute (reads 1, writes 5)."""
    pacing = Pacing(apart=0)
    for number in range(100):
        pacing.sent(WRITE, NOW + number)  # 500
    for number in range(400):
        pacing.sent(READ, NOW + 1000 + number)  # 900
    assert POINTS_A_MINUTE == 900
    now = NOW + 2000
    assert pacing.wait(READ, "core", now).limit == NOW + MINUTE - now  # the first write's five
    assert pacing.wait(WRITE, "core", now).limit == NOW + MINUTE - now
    pacing.sent(READ, NOW + MINUTE)
    assert pacing.wait(WRITE, "core", NOW + MINUTE).limit == 1  # the second write's, a millisecond later
    assert pacing.wait(WRITE, "core", NOW + 2 * MINUTE).limit == 0


def test_what_did_not_change_is_free() -> None:
    """GITHUB.md, Rate limits: a 304 is free."""
    pacing = Pacing()
    for _ in range(POINTS_A_MINUTE * 2):
        assert pacing.wait(READ, "core", NOW).limit == 0
        pacing.sent(READ, NOW)
        pacing.granted(304, None, NOW)


def test_content_is_created_eighty_times_a_minute_and_five_hundred_an_hour() -> None:
    """GITHUB.md, Rate limits: content creation 80 a minute and 500 an hour."""
    pacing = Pacing(apart=0)
    moments = []
    now = NOW
    for _ in range(CREATED_AN_HOUR + 3):
        now += pacing.wait(CREATION, "core", now).limit
        pacing.sent(CREATION, now)
        moments.append(now)
    for most, span in ((CREATED_A_MINUTE, MINUTE), (CREATED_AN_HOUR, HOUR)):
        assert all(later - first >= span for first, later in zip(moments, moments[most:], strict=False))
    assert moments[CREATED_A_MINUTE] == NOW + MINUTE
    assert moments[CREATED_AN_HOUR] == NOW + HOUR
    assert pacing.wait(WRITE, "core", now).limit == 0  # other writes go on


def test_a_spent_hour_closes_its_resource_only() -> None:
    """GITHUB.md, Rate limits: if remaining is 0 wait until reset."""
    pacing = Pacing()
    pacing.granted(200, Budget("core", 5000, 0, 120_000), NOW)
    assert pacing.wait(READ, "core", NOW + 20_000) == Wait(0, 100_000)
    assert pacing.wait(READ, "graphql", NOW + 20_000) == Wait(0, 0)
    assert pacing.wait(READ, "core", NOW + 120_000) == Wait(0, 0)
    pacing.granted(200, Budget("core", 5000, 4999, 3_600_000), NOW + 20_000)  # another clock, another hour
    assert pacing.wait(READ, "core", NOW + 20_000) == Wait(0, 0)


def test_after_a_secondary_limit_as_long_as_it_says_else_a_minute_and_twice_each_time() -> None:
    """GITHUB.md, Rate limits: at least 60 s, then exponential, then give up."""
    pacing = Pacing()
    waits = []
    now = NOW
    for number in range(1, STRIKES + 1):
        again = pacing.limited(Limited(True, "core", None), now)
        wait = pacing.wait(READ, "graphql", now)  # everything waits
        assert wait.secondary
        waits.append(wait.limit)
        assert again is (number < STRIKES)
        now += wait.limit
    assert waits == [MINUTE, 2 * MINUTE, 4 * MINUTE, 8 * MINUTE]
    pacing.granted(200, None, now)
    assert pacing.limited(Limited(True, "core", 7_000), now)
    assert pacing.wait(READ, "core", now).limit == 7_000
    for _ in range(100):
        pacing.limited(Limited(True, "core", None), now)
    assert pacing.wait(READ, "core", now).limit <= HOUR


def test_the_primary_limit_tells_when() -> None:
    pacing = Pacing()
    assert pacing.limited(Limited(False, "core", 30_000), NOW)
    assert pacing.wait(READ, "core", NOW) == Wait(0, 30_000, secondary=False)
    assert pacing.wait(READ, "search", NOW) == Wait(0, 0)


def test_a_clock_that_is_set_back_makes_no_wait_longer() -> None:
    """GITHUB.md, Rate limits: serial writes, at least 1 s apart; 900 points and 80 creations a minute."""
    for step in (MINUTE, HOUR, NOW // 2):
        pacing = Pacing()
        for _ in range(CREATED_A_MINUTE):
            pacing.sent(CREATION, NOW)
        pacing.back(CREATION, NOW)
        assert pacing.wait(CREATION, "core", NOW - step) == Wait(1000, MINUTE, secondary=True)
        pacing.sent(WRITE, NOW - step)
        pacing.granted(200, Budget("core", 5000, 0, 120_000), NOW - step)
        pacing.limited(Limited(True, "search", 30_000), NOW - step)
        now = NOW - step - HOUR
        assert pacing.wait(WRITE, "core", now) == Wait(1000, 120_000)
        assert pacing.wait(READ, "search", now) == Wait(0, 30_000, secondary=True)
        for _ in range(POINTS_A_MINUTE):
            pacing.sent(READ, now)
        assert pacing.wait(READ, "search", now - HOUR).limit == MINUTE
