"""Slots offered instead of one that is taken."""

from cally import engine

HOUR, DAY = 3_600, 86_400
NINE = 20_000 * DAY + 9 * HOUR


def nearest(starts: list[int], count: int = 3) -> list[int]:
    """The alternatives to nine o'clock, in hours from it."""
    found = engine.alternatives([NINE + hours * HOUR for hours in starts], NINE, count=count, tz="UTC")
    return [(start - NINE) // HOUR for start in found]


def test_alternatives_spread_over_days() -> None:
    """The two nearest, then the nearest of another day, in order of time."""
    assert nearest([1, 2, 3, -24, 24, 25, 48]) == [-24, 1, 2]
    assert nearest([1, 2, 3, 24, 25, 48, 49], count=4) == [1, 2, 24, 48]


def test_far_days_come_after_more_of_the_near_ones() -> None:
    """Nobody wants next month when there is room this afternoon."""
    assert nearest([1, 2, 5, 24 * 20]) == [1, 2, 5]


def test_few_slots_are_all_offered() -> None:
    """And the wanted time itself never is."""
    assert nearest([0, 4]) == [4]
    assert nearest([]) == []


def test_days_are_local() -> None:
    """In Auckland the evening of one UTC day is two dates."""
    starts = [NINE - HOUR, NINE + HOUR, NINE + 3 * HOUR]
    assert engine.alternatives(starts, NINE, count=2, tz="Pacific/Auckland") == [starts[0], starts[2]]
