"""Resources beside hosts: one of each group, no grid of their own, hours as limits, sessions shared (rule 66)."""

from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cally import engine
from cally.model.rules import (
    DAYS,
    Claim,
    EventTypeRules,
    HoldClaim,
    HostRules,
    Question,
    ResourceRules,
    ScheduleRules,
    WeeklyHours,
    Window,
)

MINUTE, HOUR, DAY = 60, 3_600, 86_400
MIDNIGHT = int(datetime(2026, 10, 24, tzinfo=UTC).timestamp())  # Berlin's clocks go back in the night after
NINE = MIDNIGHT + 9 * HOUR
ZONES = ("UTC", "Europe/Berlin", "America/New_York")


def asked(*resources: ResourceRules, rules: EventTypeRules | None = None, days: int = 1) -> Question:
    """A host who is open from nine to five, and what is needed beside them."""
    opened = tuple((NINE + day * DAY, NINE + day * DAY + 8 * HOUR) for day in range(days))
    return Question(
        now=MIDNIGHT - DAY,
        window=(MIDNIGHT, MIDNIGHT + days * DAY),
        event_type=rules or EventTypeRules(duration_minutes=60),
        hosts=(HostRules(id="ada", open=opened),),
        resources=resources,
    )


def clock(starts: list[int]) -> list[str]:
    return [f"{(start - MIDNIGHT) // HOUR:02}:{(start - MIDNIGHT) % HOUR // MINUTE:02}" for start in starts]


def taken(hour: int, *, minutes: int = 60, **more: object) -> Claim:
    """A booking that begins at this hour."""
    starts_at = MIDNIGHT + hour * HOUR
    return Claim(starts_at=starts_at, ends_at=starts_at + minutes * MINUTE, **more)


def hours(from_hour: int, to_hour: int, tz: str = "UTC") -> ScheduleRules:
    window = Window(from_minute=from_hour * 60, to_minute=to_hour * 60)
    return ScheduleRules(tz=tz, weekly=(WeeklyHours(days=DAYS, hours=window),))


@pytest.mark.rule(66)
def test_a_resource_has_no_grid() -> None:
    """Opening at half past nine, it takes away the nine o'clock start and moves none of the others."""
    window = Window(from_minute=9 * 60 + 30, to_minute=12 * 60)
    half_past = ScheduleRules(tz="UTC", weekly=(WeeklyHours(days=DAYS, hours=window),))
    assert clock(engine.slots(asked(ResourceRules(id="red", schedule=half_past)))) == ["10:00", "11:00"]


@pytest.mark.rule(66)
def test_any_of_a_group_will_do_and_each_group_counts() -> None:
    """Red or blue, and the projector: at ten both rooms are taken, at eleven the projector is."""
    red = ResourceRules(id="red", group="room", bookings=(taken(10), taken(12)))
    blue = ResourceRules(id="blue", group="room", bookings=(taken(10),))
    projector = ResourceRules(id="projector", group="thing", busy=((MIDNIGHT + 11 * HOUR, MIDNIGHT + 12 * HOUR),))
    found = clock(engine.slots(asked(red, blue, projector)))
    assert found == ["09:00", "12:00", "13:00", "14:00", "15:00", "16:00"]


@pytest.mark.rule(58, 66)
def test_a_session_with_seats_left_shares_its_resource() -> None:
    """The guests of ten o'clock sit in one room; full, it is as taken as any other."""
    rules = EventTypeRules(duration_minutes=60, seats=2)
    one = ResourceRules(id="red", bookings=(taken(10, same_event_type=True),))
    full = ResourceRules(id="red", bookings=(taken(10, same_event_type=True, seats_taken=2),))
    assert "10:00" in clock(engine.slots(asked(one, rules=rules)))
    assert "10:00" not in clock(engine.slots(asked(full, rules=rules)))


@pytest.mark.rule(29, 66)
def test_buffers_count_for_resources_too() -> None:
    """A room that needs airing after a booking is not had right behind it."""
    aired = ResourceRules(id="red", bookings=(taken(10, buffer_after_minutes=15),))
    assert clock(engine.slots(asked(aired)))[:2] == ["09:00", "12:00"]


@pytest.mark.rule(66)
def test_each_refusal_names_its_resource() -> None:
    """Which one is closed and which is taken, each by its own id."""
    red, blue = (
        ResourceRules(id="red", group="r", bookings=(taken(10),)),
        ResourceRules(id="blue", schedule=hours(13, 14)),
    )
    refusals = engine.refusals_of_each(asked(red, blue), MIDNIGHT + 10 * HOUR)
    told = {name: refusal and (refusal.code, refusal.host) for name, refusal in refusals.items()}
    assert told == {"ada": None, "red": ("booked", "red"), "blue": ("closed", "blue")}


@pytest.mark.rule(66)
@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_the_engine_agrees_with_a_slow_truth(seed: int) -> None:
    """Over three days with a clock change: minute by minute, the same starts, and a true refusal for every other."""
    question = invented(Random(seed))  # noqa: S311 - dice for a test, not for secrets
    of_hosts = engine.slots(msgspec.structs.replace(question, resources=()))
    expected = [
        start
        for start in of_hosts
        if all(any(free(question, one, start) for one in group) for group in groups(question))
    ]
    assert engine.slots(question) == expected
    for start in of_hosts:
        refusals = engine.refusals_of_each(question, start)
        assert {one.id for one in question.resources if refusals[one.id] is None} == {
            one.id for one in question.resources if free(question, one, start)
        }
        assert (engine.refusal(question, start) is None) == (start in expected)


def groups(question: Question) -> list[list[ResourceRules]]:
    names = {one.group for one in question.resources}
    return [[one for one in question.resources if one.group == name] for name in names]


def free(question: Question, resource: ResourceRules, start: int) -> bool:
    """Every minute looked at: open throughout, and no claim nearer than the gap that is needed."""
    rules = question.event_type
    end = start + rules.duration_minutes * MINUTE
    if resource.schedule and not all(is_open(resource.schedule, at) for at in range(start, end, MINUTE)):
        return False
    bought = [Claim(starts_at=begin, ends_at=until) for begin, until in resource.busy]
    holds = [hold for hold in resource.holds if hold.expires_at > question.now]
    claims: list[Claim | HoldClaim] = [*resource.bookings, *holds]
    session = [c for c in claims if c.same_event_type and (c.starts_at, c.ends_at) == (start, end)]
    if sum(claim.seats_taken for claim in session) < rules.seats:
        claims = [claim for claim in claims if claim not in session]
    return all(far_enough(rules, claim, start, end) for claim in [*claims, *bought])


def is_open(schedule: ScheduleRules, at: int) -> bool:
    local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(schedule.tz))
    minute = local.hour * 60 + local.minute
    return any(
        DAYS[local.weekday()] in entry.days and entry.hours.from_minute <= minute < entry.hours.to_minute
        for entry in schedule.weekly
    )


def far_enough(rules: EventTypeRules, claim: Claim | HoldClaim, start: int, end: int) -> bool:
    if claim.ends_at <= start:
        return start - claim.ends_at >= MINUTE * max(claim.buffer_after_minutes, rules.buffer_before_minutes)
    if claim.starts_at >= end:
        return claim.starts_at - end >= MINUTE * max(claim.buffer_before_minutes, rules.buffer_after_minutes)
    return False


def invented(dice: Random) -> Question:
    rules = EventTypeRules(
        duration_minutes=dice.choice((15, 30, 45, 60)),
        step_minutes=dice.choice((None, 15, 20)),
        buffer_before_minutes=dice.choice((0, 0, 10)),
        buffer_after_minutes=dice.choice((0, 0, 20)),
        seats=dice.choice((1, 1, 3)),
    )
    resources = tuple(_resource(dice, rules, number) for number in range(dice.randint(1, 4)))
    return asked(*resources, rules=rules, days=3)


def _resource(dice: Random, rules: EventTypeRules, number: int) -> ResourceRules:
    from_hour = dice.randint(6, 13)
    schedule = hours(from_hour, from_hour + dice.randint(2, 10), dice.choice(ZONES)) if dice.random() < 0.5 else None
    busy = tuple((at, at + 60 * MINUTE * dice.randint(1, 3)) for at in _instants(dice, dice.randint(0, 2)))
    bookings = tuple(_claim(dice, rules, at) for at in _instants(dice, dice.randint(0, 4)))
    holds = tuple(
        HoldClaim(starts_at=at, ends_at=at + 30 * MINUTE, expires_at=MIDNIGHT - DAY + dice.choice((-1, 600)))
        for at in _instants(dice, dice.randint(0, 1))
    )
    return ResourceRules(
        id=str(number), group=dice.choice("ab"), schedule=schedule, busy=busy, bookings=bookings, holds=holds
    )


def _instants(dice: Random, many: int) -> list[int]:
    return [NINE + dice.randint(0, 2) * DAY + dice.randint(0, 32) * 15 * MINUTE for _ in range(many)]


def _claim(dice: Random, rules: EventTypeRules, at: int) -> Claim:
    same = dice.random() < 0.5
    minutes = rules.duration_minutes if same else dice.choice((15, 60))
    return Claim(
        starts_at=at,
        ends_at=at + minutes * MINUTE,
        same_event_type=same,
        buffer_before_minutes=dice.choice((0, 0, 15)),
        buffer_after_minutes=dice.choice((0, 0, 30)),
        seats_taken=dice.choice((1, 1, 2)),
    )
