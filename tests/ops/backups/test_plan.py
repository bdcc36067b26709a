"""When a backup is due, on clocks that are set forward and back, and which ones may go."""

import random
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.backups import Backup, BackupPlan
from cally.ops.backups.plan import DAY_SECONDS, change_plan, is_due, last_due, may_go, next_due, plan_of
from cally.store import Store
from tests.cast import NOW, ada

BERLIN = BackupPlan(tz="Europe/Berlin")
ADMIN = Actor(kind="admin")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def made(made_at: int, *, sound: bool | None = True, why: str = "scheduled") -> Backup:
    name = f"cally-{made_at}"
    return msgspec.convert(
        {
            "id": made_at,
            "target_id": 1,
            "name": name,
            "why": why,
            "made_at": made_at,
            "size_bytes": 1,
            "sound": sound,
        },
        Backup,
    )


def left(found: list[Backup], plan: BackupPlan, now: int) -> list[int]:
    gone = {one.id for one in may_go(found, plan, now)}
    return [one.made_at for one in found if one.id not in gone]


@pytest.mark.parametrize(
    ("plan", "now", "due"),
    [
        (BERLIN, "2026-01-10T01:59:59", "2026-01-09T02:00:00"),
        (BERLIN, "2026-01-10T02:00:00", "2026-01-10T02:00:00"),
        (BERLIN, "2026-07-10T01:00:00", "2026-07-10T01:00:00"),
        (msgspec.structs.replace(BERLIN, hour=2), "2026-03-29T12:00:00", "2026-03-29T01:00:00"),
        (msgspec.structs.replace(BERLIN, hour=2), "2026-10-25T12:00:00", "2026-10-25T00:00:00"),
        (BackupPlan(tz="Pacific/Auckland", hour=23), "2026-01-10T10:30:00", "2026-01-10T10:00:00"),
    ],
)
def test_a_day_has_one_time_for_it_on_every_clock(plan: BackupPlan, now: str, due: str):
    """In winter and summer, and when the hour is left out or shown twice."""
    assert last_due(plan, at(now)) == at(due)


def test_the_next_time_follows_the_last_over_years_of_changing_clocks():
    """No day is left out."""
    now, end = at("2026-01-01T00:30:00"), at("2028-01-01T00:00:00")
    for tz in ("America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"):
        plan, days, moment = BackupPlan(tz=tz, hour=2), set(), now
        while moment < end:
            moment = next_due(plan, moment)
            assert last_due(plan, moment) == moment
            days.add(datetime.fromtimestamp(moment, UTC).astimezone(ZoneInfo(tz)).date())
        assert len(days) == (max(days) - min(days)).days + 1 > 700


def test_one_is_made_once_and_again_an_hour_after_a_failure():
    """What was missed while the machine slept is made up for; what began after its time counts for the day."""
    due_at = at("2026-01-10T02:00:00")
    asked = {"since": 0, "now": due_at + 7_000}
    assert is_due(BERLIN, good_at=due_at - DAY_SECONDS, tried_at=due_at - DAY_SECONDS + 60, **asked)
    assert not is_due(BERLIN, good_at=due_at + 60, tried_at=due_at + 90, **asked)
    assert not is_due(BERLIN, good_at=due_at - DAY_SECONDS, tried_at=due_at + 3_500, **asked)
    assert is_due(BERLIN, good_at=due_at - DAY_SECONDS, tried_at=due_at + 3_300, **asked)
    assert is_due(BERLIN, good_at=None, tried_at=None, **asked)
    assert not is_due(BERLIN, since=due_at + 1, good_at=None, tried_at=None, now=due_at + 7_000)
    assert not is_due(msgspec.structs.replace(BERLIN, on=False), good_at=None, tried_at=None, **asked)


def test_a_clock_that_was_wrong_stops_nothing():
    """A backup from the future, of a clock that ran ahead, does not count as today's."""
    due_at = at("2026-01-10T02:00:00")
    ahead = due_at + 400 * DAY_SECONDS
    assert is_due(BERLIN, since=0, good_at=ahead, tried_at=ahead, now=due_at + 5)


def test_days_weeks_and_months_are_kept():
    """A year of daily backups comes down to the last days, then weeks, then months."""
    plan, now = BackupPlan(daily=3, weekly=3, monthly=4), at("2026-06-30T04:00:00")
    year = [made(at("2026-06-30T03:00:00") - number * DAY_SECONDS) for number in range(365)]
    days = [datetime.fromtimestamp(moment, UTC).strftime("%m-%d") for moment in left(year, plan, now)]
    assert days == ["06-30", "06-29", "06-28", "06-21", "05-31", "04-30", "03-31"]


def test_the_newest_proven_one_never_goes():
    """However old it is, and however many came after it that could not be proved."""
    plan, now = BackupPlan(daily=1, weekly=0, monthly=0), at("2026-06-30T04:00:00")
    proven = made(now - 90 * DAY_SECONDS)
    unproven = [made(now - number * DAY_SECONDS, sound=False) for number in range(1, 60)]
    assert proven.made_at in left([*unproven, proven], plan, now)
    assert left([*unproven, proven, made(now - 10)], plan, now) == [now - 10]


def test_of_one_day_a_proven_one_stays_before_a_later_one_that_is_not():
    """And what was never looked at counts less than what was."""
    plan, now = BackupPlan(daily=2, weekly=0, monthly=0), at("2026-06-30T04:00:00")
    morning, evening = at("2026-06-28T03:00:00"), at("2026-06-28T20:00:00")
    found = [made(now - 60), made(evening, sound=None), made(morning)]
    assert left(found, plan, now) == [now - 60, morning]


def test_those_before_an_upgrade_are_counted_apart():
    """Three of them stay, whatever the plan says of days; and they take nobody's place."""
    plan, now = BackupPlan(daily=1, weekly=0, monthly=0), at("2026-06-30T04:00:00")
    upgrades = [made(now - number * 40 * DAY_SECONDS - 5, why="before upgrade") for number in range(1, 6)]
    daily = [made(now - 60), made(now - 3 * DAY_SECONDS)]
    assert left([*daily, *upgrades], plan, now) == [now - 60, *(one.made_at for one in upgrades[:3])]


def test_whatever_there_is_a_newest_proven_one_is_kept():
    """A thousand heaps of backups, good and bad."""
    chance = random.Random(5)  # noqa: S311 - the same heaps each time
    now = at("2026-06-30T04:00:00")
    for _ in range(1_000):
        moments = chance.sample(range(now - 500 * DAY_SECONDS, now), chance.randrange(1, 30))
        found = [
            made(moment, sound=chance.choice([True, False, None]), why=chance.choice(["scheduled", "before upgrade"]))
            for moment in moments
        ]
        plan = BackupPlan(daily=chance.randrange(1, 5), weekly=chance.randrange(5), monthly=chance.randrange(5))
        kept = left(found, plan, now)
        assert max((one.made_at for one in found if one.sound), default=kept[0]) in kept
        assert {one.made_at for one in found if one.made_at > now - DAY_SECONDS and one.sound} <= set(kept)


async def test_until_somebody_chooses_it_is_the_night_of_the_first_admin(store: Store):
    """By their own clocks."""
    assert await plan_of(store.reader) == BackupPlan()
    host = await ada(store, role="admin")
    assert (await plan_of(store.reader)).tz == host.tz
    assert host.tz != "UTC"


async def test_a_plan_is_kept_and_a_wrong_one_refused(store: Store):
    """With the field at fault."""
    plan = BackupPlan(on=False, hour=22, tz="Asia/Tokyo", daily=1, weekly=2, monthly=3)
    await change_plan(store, plan, now=NOW, actor=ADMIN)
    assert await plan_of(store.reader) == plan
    for field, value in (("hour", 24), ("tz", "Mars/Base"), ("daily", 0), ("monthly", 999)):
        with pytest.raises(CallyError) as refused:
            await change_plan(store, msgspec.structs.replace(plan, **{field: value}), now=NOW, actor=ADMIN)
        assert refused.value.facts["field"] == field
    assert await plan_of(store.reader) == plan
