"""Amounts as people read them."""

import pytest

from cally.amounts import amount, duration


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (9_949_999, "9.9 MB"),
        (9_950_000, "10 MB"),
        (999_600_000, "1.0 GB"),
    ],
)
def test_bytes_are_said_with_two_digits(count: int, said: str):
    """Three from a hundred on; never a thousand of anything."""
    assert amount(count) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(20, "less than a minute"), (60, "a minute"), (5_399, "90 minutes"), (5_400, "2 hours"), (172_800, "2 days")],
)
def test_a_stretch_is_said_in_what_it_is_counted_in(seconds: int, said: str):
    """Nobody is told of one hours."""
    assert duration(seconds) == said
