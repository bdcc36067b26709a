"""The engine against the slow truth, over zones, transitions, windows, claims, caps and teams."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cally import engine
from tests.engine import oracle
from tests.engine.invented import MINUTE, Invented

SOME = settings(max_examples=80, deadline=None)
SEEDS = st.integers(0, 2**48)


@pytest.mark.rule(
    1, 2, 3, 4, 5, 6, 7, 8, 15, 19, 20, 21, 22, 24, 26, 28, 29, 30, 36, 40, 41, 42, 43, 44, 45, 58, 64, 65
)
@SOME
@given(SEEDS)
def test_slots_are_those_of_the_slow_truth(seed: int) -> None:
    """The engine offers exactly the minutes that a minute-by-minute reading of the rules finds bookable."""
    question = Invented(seed).question()
    assert engine.slots(question) == oracle.slots(question)


@pytest.mark.rule(14)
@settings(SOME, max_examples=30)
@given(SEEDS)
def test_slots_on_a_journey_are_those_of_the_slow_truth(seed: int) -> None:
    """So they are when a host's clocks stand in another zone for some dates."""
    question = Invented(seed, travels=True).question()
    assert engine.slots(question) == oracle.slots(question)


@settings(SOME, max_examples=50)
@given(SEEDS)
def test_a_start_is_refused_exactly_when_it_is_no_slot(seed: int) -> None:
    """There is a refusal for each start that is not offered, and none for those that are."""
    invented = Invented(seed)
    question = invented.question()
    offered = set(engine.slots(question))
    anywhere = [question.window[0] + invented.dice.randint(-60, 800) * 5 * MINUTE for _ in range(40)]
    for start in [*anywhere, *sorted(offered)]:
        assert (engine.refusal(question, start) is None) == (start in offered)
