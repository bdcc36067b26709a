"""Questions made up of dice, around every kind of clock change, in which most features are absent most of the time."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from cally.model.rules import (
    DAYS,
    Cap,
    Claim,
    EventTypeRules,
    HoldClaim,
    Horizon,
    HostRules,
    Interval,
    Override,
    Question,
    ScheduleRules,
    Travel,
    WeeklyHours,
    Window,
)

MINUTE, DAY = 60, 86_400
# Zones with the date of a transition worth looking at.
TURNS = [
    ("Europe/Berlin", "2026-03-29"),
    ("Europe/Berlin", "2026-10-25"),
    ("America/New_York", "2026-11-01"),
    ("America/Santiago", "2026-09-06"),
    ("America/Santiago", "2026-04-05"),
    ("Asia/Beirut", "2026-03-29"),
    ("Africa/Cairo", "2026-04-24"),
    ("Africa/Cairo", "2026-10-30"),
    ("America/Havana", "2026-03-08"),
    ("America/Havana", "2026-11-01"),
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Pacific/Apia", "2011-12-30"),
    ("Antarctica/Troll", "2026-03-29"),
    ("Antarctica/Troll", "2026-10-25"),
    ("Africa/Casablanca", "2026-02-15"),
    ("Africa/Casablanca", "2026-03-22"),
    ("Europe/Dublin", "2026-10-25"),
    ("America/St_Johns", "2006-10-29"),
    ("Asia/Kathmandu", "2026-06-01"),
    ("Pacific/Chatham", "2026-04-05"),
    ("Antarctica/Casey", "2020-03-08"),
    ("UTC", "2026-02-28"),
]


ZONES = sorted(available_timezones() - {"localtime", "Factory"})
YEARS = range(1990, 2038)


def any_turn(dice: Random) -> tuple[str, str]:
    """Any zone, and any date in these years on which its clocks were changed; of one without such, any date."""
    zone = ZoneInfo(dice.choice(ZONES))
    first = datetime(dice.choice(YEARS), 1, 1, 12, tzinfo=UTC)
    noons = [first + timedelta(days=day) for day in range(365)]
    offsets = [noon.astimezone(zone).utcoffset() for noon in noons]
    changes = [index for index in range(1, 365) if offsets[index] != offsets[index - 1]]
    return zone.key, noons[dice.choice(changes or range(365))].date().isoformat()


def at_noon(turn: tuple[str, str]) -> int:
    """Noon UTC of the transition's date."""
    on = date.fromisoformat(turn[1])
    return int(datetime(on.year, on.month, on.day, 12, tzinfo=UTC).timestamp())


class Invented:
    """A question made up of dice, in which most features are absent, so that most questions have slots."""

    def __init__(self, seed: int, *, travels: bool = False) -> None:
        self.dice = Random(seed)  # noqa: S311 - dice, not secrets
        self.turn = self.dice.choice(TURNS) if self.dice.random() < 0.5 else any_turn(self.dice)
        self.noon = at_noon(self.turn)
        self.travels = travels

    def seldom(self, made: Callable[[], Any], instead: Any = (), *, odds: float = 0.2) -> Any:
        """Made with these odds, else something else."""
        return made() if self.dice.random() < odds else instead

    def some(self, made: Callable[[], Any], most: int) -> tuple[Any, ...]:
        """One to `most` of them."""
        return tuple([made() for _ in range(self.dice.randint(1, most))])

    def date(self) -> date:
        """A date near the transition."""
        return date.fromisoformat(self.turn[1]) + timedelta(days=self.dice.randint(-2, 3))

    def dates(self) -> tuple[date, date]:
        """Two of them, in order."""
        first, last = sorted([self.date(), self.date()])
        return first, last

    def hours(self) -> Window:
        """A window from a quarter of an hour on, often past midnight."""
        start = self.dice.randint(0, 95) * 15
        return Window(from_minute=start, to_minute=start + self.dice.randint(4, 80) * 15)

    def schedule(self) -> ScheduleRules:
        """A host's hours, now and then with exceptions."""
        return ScheduleRules(
            tz=self.turn[0],
            weekly=self.some(self.weekly, 3),
            overrides=self.seldom(lambda: self.some(self.override, 2)),
            holidays=self.seldom(lambda: self.some(self.date, 2)),
            time_off=self.seldom(lambda: self.some(self.dates, 1), odds=0.1),
            travel=self.some(self.journey, 2) if self.travels else (),
        )

    def weekly(self) -> WeeklyHours:
        """The same window on three to six days, so that no opening is endless."""
        return WeeklyHours(days=tuple(self.dice.sample(DAYS, self.dice.randint(3, 6))), hours=self.hours())

    def override(self) -> Override:
        """Other hours for a date, or none."""
        return Override(on=self.date(), hours=tuple([self.hours() for _ in range(self.dice.randint(0, 2))]))

    def journey(self) -> Travel:
        """Some dates in another zone."""
        first, last = self.dates()
        return Travel(
            from_on=first, to_on=last, tz=self.dice.choice(["Asia/Tokyo", "America/New_York", "Asia/Kathmandu"])
        )

    def interval(self, longest_minutes: int = 120) -> Interval:
        """Whole minutes within a day and a half of the transition; now and then none."""
        start = self.noon + self.dice.randint(-216, 216) * 10 * MINUTE
        return start, start + self.dice.randint(0, longest_minutes // 5) * 5 * MINUTE

    def terms(self) -> dict[str, Any]:
        """What bookings and holds have in common."""
        return {
            "same_event_type": self.dice.random() < 0.5,
            "buffer_before_minutes": self.dice.choice([0, 0, 5, 20]),
            "buffer_after_minutes": self.dice.choice([0, 0, 5, 20]),
        }

    def booking(self, rules: EventTypeRules, mates: list[Interval]) -> Claim:
        """A booking; with seats mostly one that others may join."""
        start, end = self.interval()
        if rules.seats > 1 and self.dice.random() < 0.7:
            start, end = self.dice.choice([*mates, (start, start + rules.duration_minutes * MINUTE)])
            mates.append((start, end))
        status = self.dice.choice(["pending", "confirmed", "confirmed", "cancelled"])
        return Claim(starts_at=start, ends_at=end, status=status, **self.terms())

    def hold(self) -> HoldClaim:
        """A hold that lives or has run out."""
        start, end = self.interval()
        expires_at = self.noon + self.dice.choice([-4 * DAY, DAY])
        return HoldClaim(starts_at=start, ends_at=end, expires_at=expires_at, **self.terms())

    def cap(self) -> Cap:
        """A cap of bookings or minutes."""
        per = self.dice.choice(["day", "day", "week", "month", "year"])
        if self.dice.random() < 0.5:
            return Cap(per=per, bookings=self.dice.randint(1, 3))
        return Cap(per=per, minutes=self.dice.randint(6, 36) * 10)

    def horizon(self) -> Horizon:
        """One of the three horizons."""
        kind = self.dice.choice(["rolling", "open_days", "range"])
        if kind == "range":
            first, last = self.dates()
            return Horizon(kind="range", from_on=first, to_on=last)
        return Horizon(kind=kind, days=self.dice.randint(0, 4))

    def host(self, id: str, rules: EventTypeRules) -> HostRules:
        """A host with hours, busy time and claims."""
        ready = not self.travels and self.dice.random() < 0.15
        mates: list[Interval] = []
        return HostRules(
            id=id,
            week_starts_on=self.dice.choice(["mon", "sun", "sat"]),
            schedule=None if ready else self.schedule(),
            open=self.some(lambda: self.interval(1_200), 3) if ready else (),
            busy=self.seldom(lambda: self.some(self.interval, 4), odds=0.5),
            bookings=self.seldom(lambda: self.some(lambda: self.booking(rules, mates), 5), odds=0.6),
            holds=self.seldom(lambda: self.some(self.hold, 2)),
            caps=self.seldom(lambda: self.some(self.cap, 1)),
            required=self.dice.random() < 0.2,
            group=self.dice.choice(["", "", "x"]),
        )

    def event_type(self) -> EventTypeRules:
        """What is asked of time."""
        steps = [15, 30] if self.travels else [None, 5, 15, 20, 45, 50, 60, 90]
        return EventTypeRules(
            duration_minutes=self.dice.choice([15, 30, 45, 60, 90]),
            step_minutes=self.dice.choice(steps),
            offset_minutes=self.seldom(lambda: self.dice.choice([10, 75]), 0),
            grid=self.dice.choice(["opening", "optimised"]),
            buffer_before_minutes=self.seldom(lambda: self.dice.choice([10, 35]), 0),
            buffer_after_minutes=self.seldom(lambda: self.dice.choice([10, 35]), 0),
            notice_minutes=self.seldom(lambda: self.dice.choice([90, 1_000]), 0),
            notice_days=self.seldom(lambda: self.dice.choice([1, 2]), 0),
            horizon=self.seldom(self.horizon, None, odds=0.4),
            caps=self.seldom(lambda: self.some(self.cap, 2)),
            assignment=self.dice.choice(["collective", "round_robin", "round_robin"]),
            seats=self.seldom(lambda: 3, 1),
        )

    def question(self) -> Question:
        """All of it."""
        rules = self.event_type()
        first = self.noon - DAY + self.dice.randint(-20, 20) * 30 * MINUTE
        count = self.dice.choice([1, 1, 1, 2, 3])
        return Question(
            now=self.noon + self.dice.choice([-2 * DAY, -DAY, -DAY, -5 * 3_600 + 17]),
            window=(first, first + self.dice.randint(20, 60) * 3_600),
            event_type=rules,
            hosts=tuple([self.host(f"h{n}", rules) for n in range(count)]),
        )
