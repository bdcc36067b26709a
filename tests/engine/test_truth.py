"""The engine against the slow truth, over zones, transitions, windows, claims, caps and teams."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cally import engine
from cally.model.rules import Claim, Question
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


@pytest.mark.rule(28, 29, 43, 44, 58, 62, 64)
@settings(SOME, max_examples=60)
@given(SEEDS)
def test_each_slot_can_be_booked_and_takes_away_exactly_what_it_must(seed: int) -> None:
    """By the slow truth, for whoever takes it; what is gone then is gone for a true reason."""
    invented = Invented(seed)
    before = invented.question()
    offered = engine.slots(before)
    assume(offered)
    start = invented.dice.choice(offered)
    taking = takers(before, start)
    assert oracle.enough(before, [host.id in taking for host in before.hosts])
    after = booked(before, start, taking)
    left = engine.slots(after)
    assert left == oracle.slots(after)
    for gone in set(offered) - set(left):
        assert true_reason(after, gone)


@pytest.mark.rule(40, 41, 42, 43, 44, 45)
@settings(SOME, max_examples=60)
@given(SEEDS)
def test_what_is_refused_has_a_true_reason(seed: int) -> None:
    """The slow truth finds the reason that is given, and finds it with the host who is named."""
    invented = Invented(seed)
    question = invented.question()
    near = [edge for host in question.hosts for b in host.bookings for edge in (b.starts_at, b.ends_at)]
    anywhere = [question.window[0] + invented.dice.randint(-60, 600) * 5 * MINUTE for _ in range(6)]
    for start in [*anywhere, *near[:4]]:
        assert true_reason(question, start)


def true_reason(question: Question, start: int) -> bool:
    """Whether the engine's word about a start is true: a reason that there is, or none where there is none."""
    refusal = engine.refusal(question, start)
    if refusal is None:
        return start in oracle.slots(question)
    if refusal.code == "past":
        return start < question.now
    if refusal.code == "outside_window":
        length = question.event_type.duration_minutes * MINUTE
        return start < question.window[0] or start + length > question.window[1]
    host = next(host for host in question.hosts if host.id == refusal.host)
    return refusal.code in oracle.reasons(question, host, start)


def takers(question: Question, start: int) -> set[str]:
    """Who takes a slot: all, or for round robin the required and the first of each group who is truly free."""
    free = [host for host in question.hosts if not oracle.reasons(question, host, start)]
    if question.event_type.assignment != "round_robin":
        return {host.id for host in free}
    first_free: dict[str, str] = {}
    for host in free:
        if not host.required:
            first_free.setdefault(host.group, host.id)
    return {host.id for host in free if host.required} | set(first_free.values())


def booked(question: Question, start: int, taking: set[str]) -> Question:
    """The same question once they have been booked."""
    rules = question.event_type
    claim = Claim(
        starts_at=start,
        ends_at=start + rules.duration_minutes * MINUTE,
        same_event_type=True,
        buffer_before_minutes=rules.buffer_before_minutes,
        buffer_after_minutes=rules.buffer_after_minutes,
    )
    hosts = [replace(host, bookings=(*host.bookings, claim)) if host.id in taking else host for host in question.hosts]
    return replace(question, hosts=tuple(hosts))


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
