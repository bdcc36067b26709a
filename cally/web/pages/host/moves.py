"""What a move to another zone does to a schedule: the days of two weeks whose hours change, told before it is saved."""

from datetime import timedelta

import msgspec

from cally.model.hosts import Schedule
from cally.model.rules import ScheduleRules
from cally.web.pages.host.preview import hours_by_day
from cally.web.pages.host.wording import Words

DAYS = 14


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One day on the host's clocks: when people can book now, and when they will; none: closed."""

    day: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def moves(schedule: Schedule, after: ScheduleRules, words: Words) -> list[Move]:
    """The coming days that differ, all told in the zone of `words` (rule 13)."""
    days = [words.on(words.now) + timedelta(days=number) for number in range(DAYS)]
    old, new = hours_by_day(schedule.hours, words, days), hours_by_day(after, words, days)
    return [
        Move(day=words.day(on), before=tuple(old.get(on, ())), after=tuple(new.get(on, ())))
        for on in days
        if old.get(on) != new.get(on)
    ]
