"""A series in calendars, as two foreign readers expand it: exactly our instants, whatever the clocks do."""

from typing import Any

import icalendar
import msgspec
import pytest

from cally.engine.series import series_dates
from cally.model.bookings import Status
from cally.model.messages import Snapshot
from cally.model.options import Rhythm
from cally.model.series import Occurrence, SeriesTold
from cally.notify.series_file import series_file
from tests.cast import HOUR, NOW, TZ, at
from tests.notify.calendars import Expanded, expanded_by_ical_js, expanded_by_icalendar
from tests.notify.conftest import booking, snapshot

READERS = [expanded_by_icalendar, expanded_by_ical_js]
TEN = at("2026-10-06 08:00")
HALF = 1_800


def told(
    first: int = TEN,
    rhythm: Rhythm = "weekly",
    count: int = 6,
    *,
    tz: str = TZ,
    skipped: tuple[int, ...] = (),
    ended: dict[int, Status] | None = None,
    moved: dict[int, int] | None = None,
) -> Snapshot:
    """A series as a message speaks of it; `skipped`, `ended` and `moved` name dates by their index."""
    dates = series_dates(first, rhythm, count, tz, seconds=HALF)
    ended, moved = ended or {}, moved or {}
    occurrences = tuple(
        Occurrence(
            number=number,
            planned_at=start,
            uid=f"b{index}",
            starts_at=moved.get(index, start),
            ends_at=moved.get(index, start) + HALF,
            status=ended.get(index, "confirmed"),
        )
        for number, (index, start) in enumerate(
            ((index, start) for index, start in enumerate(dates.starts) if index not in skipped), start=1
        )
    )
    made = SeriesTold(
        id=1,
        uid="lessons",
        sequence=3,
        rhythm=rhythm,
        tz=tz,
        by_rule=dates.by_rule,
        created_at=NOW,
        updated_at=NOW,
        number=1,
        planned_at=occurrences[0].planned_at,
        total=len(occurrences),
        whole=True,
        occurrences=occurrences,
        skipped=tuple(dates.starts[index] for index in skipped),
        changed=tuple(one.uid for one in occurrences),
    )
    return snapshot(booking(starts_at=first, ends_at=first + HALF), series=made)


def file(about: Snapshot, **given: Any) -> bytes:
    assert about.series is not None
    return series_file(about, about.series, **{"method": "REQUEST", "reader": "guest", **given})


def instances(about: Snapshot) -> list[tuple[int, int]]:
    """What stands, by our own account."""
    assert about.series is not None
    return sorted((one.starts_at, one.ends_at) for one in about.series.live)


CASES = {
    "weekly over the autumn change": told(),
    "daily": told(rhythm="daily", count=10),
    "fortnightly": told(rhythm="fortnightly"),
    "monthly, the first Tuesday": told(rhythm="monthly", count=14),
    "monthly, the fifth Saturday": told(at("2026-10-31 09:00"), "monthly", 5),
    "one was not free": told(skipped=(2,)),
    "the first was not free": told(skipped=(0,)),
    "one was cancelled": told(ended={1: "cancelled"}),
    "the first was cancelled": told(ended={0: "cancelled"}),
    "the last three were cancelled": told(ended={3: "cancelled", 4: "cancelled", 5: "cancelled"}),
    "one was moved": told(moved={2: TEN + 14 * 86_400 + HOUR}),
    "the first was moved": told(moved={0: TEN - 86_400}),
    "all from the third on were moved": told(moved={n: TEN + n * 7 * 86_400 + 90_000 for n in (2, 3, 4, 5)}),
    "a time that clocks leap over": told(at("2026-03-27 01:30"), "daily", 6),
    "a time that comes twice": told(at("2026-10-23 00:30"), "daily", 6),
    "the second of two": told(at("2026-10-25 01:30"), "daily", 3),
    "an end that comes twice": told(at("2026-10-24 23:45") - 86_400, "daily", 4),
    "Lord Howe": told(at("2026-03-25 03:00"), "weekly", 6, tz="Australia/Lord_Howe"),
    "UTC": told(tz="UTC"),
}


@pytest.mark.rule(4, 68, 74)
@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("name", CASES)
def test_readers_find_exactly_our_instants(read: Any, name: str) -> None:
    """One uid, our sequence, and each date where it is."""
    about = CASES[name]
    assert read(file(about)) == Expanded(method="REQUEST", uid="lessons@cally", sequence=3, instances=instances(about))


@pytest.mark.rule(68, 74)
def test_a_rule_is_in_the_zone_of_the_schedule() -> None:
    """RRULE with COUNT, EXDATE for what is missing, and the zone's own rules."""
    text = file(told(skipped=(2,), ended={4: "cancelled"})).decode()
    assert "DTSTART;TZID=Europe/Berlin:20261006T100000" in text
    assert "RRULE:FREQ=WEEKLY;COUNT=6" in text
    assert "EXDATE;TZID=Europe/Berlin:20261020T100000,20261103T100000" in text
    assert text.count("BEGIN:VTIMEZONE") == 1


@pytest.mark.rule(17, 68)
def test_what_a_rule_cannot_say_is_a_list() -> None:
    """Where the clocks leap over the time there is no RRULE, but instants in UTC."""
    text = file(told(at("2026-03-27 01:30"), "daily", 4)).decode()
    assert "RRULE" not in text
    assert "RDATE:20260327T013000Z,20260328T013000Z,20260330T003000Z,20260331T003000Z" in text


def one_date(about: Snapshot, index: int) -> Snapshot:
    """The same series as the change of one date speaks of it."""
    assert about.series is not None
    place = about.series.occurrences[index]
    series = msgspec.structs.replace(
        about.series, whole=False, number=place.number, planned_at=place.planned_at, occurrences=(), skipped=()
    )
    changed = booking(starts_at=place.starts_at, ends_at=place.ends_at, status=place.status)
    return msgspec.structs.replace(about, booking=changed, series=series)


@pytest.mark.rule(68, 74)
@pytest.mark.parametrize("method", ["REQUEST", "CANCEL"])
def test_a_change_of_one_date_names_its_place(method: str) -> None:
    """RECURRENCE-ID is the start that the rhythm gave it, wherever it is now; uid and sequence are the series'."""
    about = one_date(told(moved={2: TEN + 14 * 86_400 + HOUR}), 2)
    (event,) = icalendar.Calendar.from_ical(file(about, method=method)).walk("VEVENT")
    assert int(event["recurrence-id"].dt.timestamp()) == TEN + 14 * 86_400
    assert event["recurrence-id"].params["tzid"] == TZ
    assert int(event.start.timestamp()) == TEN + 14 * 86_400 + HOUR
    assert (event["uid"], event["sequence"], "rrule" in event) == ("lessons@cally", 3, False)
    assert event["status"] == ("CANCELLED" if method == "CANCEL" else "CONFIRMED")


@pytest.mark.rule(68)
def test_the_place_has_the_form_of_the_series() -> None:
    """In a list of instants the place is an instant, too."""
    about = one_date(told(at("2026-03-27 01:30"), "daily", 4), 2)
    assert b"RECURRENCE-ID:20260330T003000Z" in file(about)


@pytest.mark.rule(68)
def test_the_end_of_all_is_one_cancel() -> None:
    """One event, cancelled, with the rule it had."""
    ended: dict[int, Status] = dict.fromkeys(range(6), "cancelled")
    (event,) = icalendar.Calendar.from_ical(file(told(ended=ended), method="CANCEL")).walk("VEVENT")
    assert (event["status"], event["rrule"]["COUNT"]) == ("CANCELLED", [6])
