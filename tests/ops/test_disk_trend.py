"""When a disk will be full: the arithmetic, by cases that a machine really has."""

from collections.abc import Callable

import pytest

from cally.ops.monitor.trend import DAY, HOUR, Usage, forecast
from tests.cast import NOW

GIB = 1024**3
TOTAL = 100 * GIB
STEP = HOUR


def used_over(
    days: float, level: Callable[[float], float], total: Callable[[float], float] = lambda _: 100
) -> list[Usage]:
    """A reading an hour; `level` and `total` are GiB at so many days before now."""
    hours = range(int(days * 24), -1, -1)
    return [Usage(NOW - hour * HOUR, int(level(hour / 24) * GIB), int(total(hour / 24) * GIB)) for hour in hours]


def noise(age: float) -> float:
    """A repeatable jitter of up to half a GiB."""
    return (int(age * 24) * 7919 % 100) / 200


def backups(age: float) -> float:
    """8 GiB that come in the night and are gone at noon."""
    return 8 if age % 1 > 0.5 else 0


CASES: dict[str, tuple[list[Usage], float | None]] = {
    "nothing happens": (used_over(20, lambda age: 50), None),
    "two gigabytes a day": (used_over(20, lambda age: 60 - 2 * age), 20),
    "two a day, with noise": (used_over(20, lambda age: 60 - 2 * age + noise(age)), 20),
    "it empties": (used_over(20, lambda age: 50 + age), None),
    "backups come and go every day": (used_over(20, lambda age: 50 + backups(age)), None),
    "backups come and go, and it fills beneath": (used_over(20, lambda age: 60 - 2 * age + backups(age)), 20),
    "one large file, once": (used_over(20, lambda age: 60 if age < 4 else 30), None),
    "cleaned four days ago, filling since": (used_over(20, lambda age: 60 - 2 * age if age < 4 else 90 - 2 * age), 20),
    "cleaned four days ago, still since": (used_over(20, lambda age: 40 if age < 4 else 90 - age), None),
    "made larger five days ago": (used_over(20, lambda age: 60 - 2 * age, lambda age: 100 if age < 5 else 70), 20),
    "made larger, and moved to": (
        used_over(20, lambda age: 60 - 2 * age if age < 5 else 30, lambda age: 100 if age < 5 else 40),
        20,
    ),
    "a log that floods since this morning": (
        used_over(20, lambda age: 40 + 20 * (0.5 - age) if age < 0.5 else 40),
        2.5,
    ),
    "a flood that is over": (
        used_over(20, lambda age: 60 if age < 0.5 else 40 + 40 * (1 - age) if age < 1 else 40),
        None,
    ),
    "slower than anybody plans": (used_over(20, lambda age: 50 - age / 1_000), None),
}


@pytest.mark.parametrize("case", CASES)
def test_the_days_until_it_is_full(case: str):
    """Within a tenth; None where it does not fill."""
    usage, days = CASES[case]
    free = TOTAL - usage[-1].used_bytes
    found = forecast(usage, free_bytes=free, now=NOW)
    assert found.known
    if days is None:
        assert found.full_in_days is None
    else:
        assert found.full_in_days == pytest.approx(days, rel=0.1)


@pytest.mark.parametrize("days", [0, 0.1, 1.5])
def test_before_three_days_nobody_knows(days: float):
    """A calm beginning says nothing of what will be."""
    assert not forecast(used_over(days, lambda age: 50 - age), free_bytes=50 * GIB, now=NOW).known


def test_what_is_not_yet_does_not_count():
    """A clock that was ahead has left readings of the future."""
    usage = [*used_over(20, lambda age: 50), Usage(NOW + DAY, 99 * GIB, TOTAL)]
    assert forecast(usage, free_bytes=50 * GIB, now=NOW).full_in_days is None


def test_gaps_do_not_bend_it():
    """Cally was switched off every other day."""
    usage = [one for one in used_over(20, lambda age: 60 - 2 * age) if (NOW - one.at) // DAY % 2]
    found = forecast(usage, free_bytes=40 * GIB, now=NOW)
    assert found.full_in_days == pytest.approx(20, rel=0.1)
