"""Two versions' answers side by side: what a guest would notice, and what only an operator cares about."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from cally.errors import CallyError
from cally.ops.upgrades.answers import Bookings, Line, Program, Slots, Soundness

DAY_SECONDS = 86_400
PRECIOUS = ("account", "host", "event_type", "schedule", "team", "booking", "waitlist")
SAME, MORE, FEWER, OTHER = "·", "+", "−", "±"
NOTHING = " "
One = TypeVar("One")


class SlotsCompared(msgspec.Struct, frozen=True, kw_only=True):
    """An event type's slots: how many before and after, which came and went (start, end, seats left), day by day drawn.

    `drawn` has one character for each day: `·` as it was, `+` more, `−` fewer, `±` others, a blank for no slots.
    """

    name: str
    before: int
    after: int
    appeared: list[tuple[int, int, int]]
    disappeared: list[tuple[int, int, int]]
    drawn: str
    fault: str = ""

    @property
    def differs(self) -> bool:
        """Whether a guest would see something else."""
        return bool(self.appeared or self.disappeared or self.fault)


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a rehearsal. `bookings` are sentences about bookings ahead that are not as they were; `counts` rows
    of a table before and after, where they differ; `faults` what is wrong with the migrated file,
    `settings` what the other version finds wrong with the settings.
    """

    days: int
    version: tuple[str, str]
    schema: tuple[int, int]
    migrated_seconds: float
    event_types: list[SlotsCompared]
    bookings_ahead: int
    bookings: list[str]
    counts: dict[str, tuple[int, int]]
    faults: list[str]
    settings: list[str] = []

    @property
    def differs(self) -> bool:
        """Whether something differs that a guest would notice, or the file is not sound."""
        lost = any(table in self.counts for table in PRECIOUS)
        return bool(
            self.bookings or self.faults or self.settings or lost or any(one.differs for one in self.event_types)
        )


def compare(own: Sequence[Line], other: Sequence[Line], *, now: int, days: int) -> Compared:
    """Compare this version's answers with another's. Raises `program_failed` when some are missing."""
    before, after = _only(own, Program), _only(other, Program)
    bookings = _only(own, Bookings), _only(other, Bookings)
    sound = _only(own, Soundness), _only(other, Soundness)
    return Compared(
        days=days,
        version=(before.version, after.version),
        schema=(before.schema, after.schema),
        migrated_seconds=after.migrated_seconds,
        event_types=_event_types(own, other, now, days),
        bookings_ahead=len(bookings[0].ahead),
        bookings=_bookings(*bookings),
        counts=_counts(*sound),
        faults=[fault for fault in sound[1].faults if fault not in sound[0].faults],
    )


def _only(lines: Sequence[Line], kind: type[One]) -> One:
    found = [line for line in lines if isinstance(line, kind)]
    if len(found) != 1:
        raise CallyError("program_failed", "That program's answers are not whole.")
    return found[0]


def _event_types(own: Sequence[Line], other: Sequence[Line], now: int, days: int) -> list[SlotsCompared]:
    before = {line.name: line for line in own if isinstance(line, Slots)}
    after = {line.name: line for line in other if isinstance(line, Slots)}
    nothing = Slots(name="", slots=[])
    return [
        _slots(name, before.get(name, nothing), after.get(name, nothing), now, days, gone=name not in after)
        for name in dict.fromkeys([*before, *after])
    ]


def _slots(name: str, before: Slots, after: Slots, now: int, days: int, *, gone: bool) -> SlotsCompared:
    one, two = set(before.slots), set(after.slots)
    fault = "It is not there any more." if gone else ("" if before.fault == after.fault else after.fault)
    return SlotsCompared(
        name=name,
        before=len(one),
        after=len(two),
        appeared=sorted(two - one),
        disappeared=sorted(one - two),
        drawn=_drawn(one, two, now, days),
        fault=fault,
    )


def _drawn(one: set[tuple[int, int, int]], two: set[tuple[int, int, int]], now: int, days: int) -> str:
    new, lost, all_ = set[int](), set[int](), set[int]()
    for slot in one | two:
        day = (slot[0] - now) // DAY_SECONDS
        all_.add(day)
        if slot not in one:
            new.add(day)
        if slot not in two:
            lost.add(day)
    marks = {(False, False): SAME, (True, False): MORE, (False, True): FEWER, (True, True): OTHER}
    return "".join(marks[day in new, day in lost] if day in all_ else NOTHING for day in range(days))


def _bookings(before: Bookings, after: Bookings) -> list[str]:
    was, now = {one.uid: one for one in before.ahead}, {one.uid: one for one in after.ahead}
    told = [f"{uid} is not there any more" for uid in was if uid not in now]
    told += [f"{uid} was not there before" for uid in now if uid not in was]
    return told + [
        f"{uid} is at another time or in another state" for uid in was if uid in now and was[uid] != now[uid]
    ]


def _counts(before: Soundness, after: Soundness) -> dict[str, tuple[int, int]]:
    """Tables that only one of them has are a matter of the schema."""
    both = before.counts.keys() & after.counts.keys()
    found = {table: (before.counts[table], after.counts[table]) for table in sorted(both)}
    return {table: pair for table, pair in found.items() if pair[0] != pair[1] and table != "migration"}
