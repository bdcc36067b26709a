"""What is taken along: bookings for spreadsheets, calendars and programs; the configuration, there and back."""

import csv
import io
import json

import msgspec
from icalendar import Calendar

from cally.model.bookings import Booking, Terms
from cally.model.ids import new_id, new_uid
from cally.model.imports import Bundle, ImportChoices
from cally.ops.exports.bookings import BOM, COLUMNS, ExportWanted, Kind, export
from cally.ops.exports.configuration import as_json, configuration
from cally.store import Store, bookings, event_types, open_store
from cally.vault import Vault
from tests.cast import CLEO, DAY, NOW, ada, host, schedule
from tests.ops.imports.read import bundle, come_over, dumped, looked_at

HOSTILE = '=HYPERLINK("https://evil.example","x")'


async def _booked(store: Store, count: int, *, name: str = "Cleo Çelik") -> None:
    """Cleo meets Ada so often, a day apart."""
    made = await ada(store)
    (event_type,) = await event_types.list_of(store.reader, made.id)
    for number in range(count):
        starts_at = NOW + number * DAY
        booking = Booking(
            id=new_id(NOW),
            uid=new_uid(),
            sequence=0,
            status="confirmed" if number % 2 == 0 else "cancelled",
            host_id=made.id,
            event_type_id=event_type.id,
            starts_at=starts_at,
            ends_at=starts_at + 1_800,
            starts_local="2026-09-21T08:00",
            tz="Europe/Berlin",
            tzdata_version="2026b",
            guest=msgspec.structs.replace(CLEO, name=name),
            companions=(),
            answers=(),
            notes="",
            terms=Terms(
                title="Intro call",
                description="",
                duration_minutes=30,
                buffer_before_minutes=0,
                buffer_after_minutes=0,
                approval=False,
                place=None,
            ),
            reason="",
            no_show=False,
            created_at=NOW,
            updated_at=NOW,
        )
        async with store.write() as tx:
            await bookings.insert(tx, booking)


async def _all(store: Store, kind: Kind, wanted: ExportWanted | None = None, *, bom: bool = False) -> bytes:
    pieces = [piece async for piece in export(store.reader, kind, wanted or ExportWanted(), bom=bom)]
    return b"".join(pieces)


async def test_a_csv_holds_every_booking_and_no_formula(store: Store):
    """Longer than a page of the database; a name that would be a formula is quoted."""
    await _booked(store, 230, name=HOSTILE)
    text = (await _all(store, "csv")).decode()
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == len({row["uid"] for row in rows}) == 230
    assert tuple(rows[0]) == COLUMNS
    assert {row["guest_name"] for row in rows} == {f"'{HOSTILE}"}


async def test_a_mark_for_spreadsheets_stands_first_when_it_is_asked_for(store: Store):
    """And only then."""
    await _booked(store, 1)
    assert (await _all(store, "csv", bom=True)).startswith(BOM)
    assert (await _all(store, "csv")).startswith(b"uid,")


async def test_calendars_and_programs_read_theirs(store: Store):
    """iCalendar with each booking once, JSON that is whole; both also without any."""
    await _booked(store, 3)
    calendar = Calendar.from_ical(await _all(store, "ics"))
    assert len({str(event["uid"]) for event in calendar.walk("VEVENT")}) == 3
    assert [one["guest_name"] for one in json.loads(await _all(store, "json"))["bookings"]] == ["Cleo Çelik"] * 3
    none = ExportWanted(to_at=1)
    assert json.loads(await _all(store, "json", none)) == {"bookings": []}
    assert Calendar.from_ical(await _all(store, "ics", none)).walk("VEVENT") == []


async def test_only_what_is_wanted_is_taken_along(store: Store):
    """By status, dates and host."""
    await _booked(store, 4)
    ben = await host(store, "Ben Okri")
    off = json.loads(await _all(store, "json", ExportWanted(status="cancelled")))["bookings"]
    assert len(off) == 2
    late = json.loads(await _all(store, "json", ExportWanted(from_at=NOW + 2 * DAY)))["bookings"]
    assert len(late) == 2
    assert json.loads(await _all(store, "json", ExportWanted(host_id=ben.id))) == {"bookings": []}


async def test_a_configuration_goes_there_and_back(store: Store, vault: Vault, tmp_path, new_database):  # type: ignore[no-untyped-def]
    """From one instance into another: what that one exports is the same, but for the names of rows."""
    _, found = dumped()
    await come_over(store, vault, found)
    first = await configuration(store.reader)
    other_file = tmp_path / "other.db"
    other_file.write_bytes(new_database.read_bytes())
    other = open_store(other_file, vault.database_key)
    try:
        read = bundle(as_json(first), "cally-configuration.json")
        assert read.source == "cally"
        await come_over(other, vault, read)
        second = await configuration(other.reader)
        assert _plain(second) == _plain(first)
        assert (await looked_at(other, read)).total == 0
    finally:
        await other.close()


async def test_a_configuration_changes_nothing_where_it_was_made(store: Store, vault: Vault):
    """Each thing of it is here already."""
    await schedule(store, await ada(store))
    own = bundle(as_json(await configuration(store.reader)))
    report = await looked_at(store, own, ImportChoices())
    assert (report.total, [one.left_out for one in report.tallies]) == (0, [0] * 6)


def _plain(found: Bundle) -> object:
    """Without the numbers that rows have."""
    keys = sorted(one.key for noun in (found.schedules, found.teams, found.event_types, found.time_off) for one in noun)  # type: ignore[attr-defined]
    text = msgspec.json.encode(found).decode()
    for key in sorted(keys, key=len, reverse=True):
        text = text.replace(key, key.rpartition("/")[0] or "team")
    return json.loads(text)
