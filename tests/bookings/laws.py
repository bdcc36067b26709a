"""Kazakhstan as it was and as it became in 2024: Almaty leaves UTC+6 for UTC+5; and Ada, who lives there."""

from pathlib import Path

import msgspec
import pytest

from cally.bookings import Availability, book
from cally.model.bookings import Booking, Guest
from cally.model.hosts import EventType, Host, Place
from cally.model.options import EventTypeOptions, Keeps
from cally.model.rules import EventTypeRules, ScheduleRules
from cally.store import Store, event_types
from tests import cast
from tests.cast import AS_CLEO, HOUR, NOW, WORKING_WEEK, at
from tests.zone_files import ZoneFiles

ALMATY = "Asia/Almaty"
ALMATY_WEEK: ScheduleRules = msgspec.structs.replace(WORKING_WEEK, tz=ALMATY)
CLEO_THERE = Guest(name="Cleo Çelik", email="cleo@example.org", tz=ALMATY)
TEN = at("2026-11-17 04:00")  # a Tuesday, 10:00 in Almaty by the old law; eight weeks ahead
TEN_BY_NEW_LAW = TEN + HOUR
OFFICE = Place(kind="in_person", detail="Abay Avenue 1")


class Laws:
    """The old rules and the new ones, ready to be used."""

    def __init__(self, folder: Path) -> None:
        self.old, self.new = ZoneFiles(folder / "old", "2024a"), ZoneFiles(folder / "new", "2024b")
        self.old.zone(ALMATY, "<+06>-6")
        self.new.zone(ALMATY, "<+05>-5")


@pytest.fixture
def laws(tmp_path: Path) -> Laws:
    return Laws(tmp_path / "zones")


@pytest.fixture
async def ada(store: Store, laws: Laws) -> Host:
    """Ada of Almaty, with `visit` in her office, `call` online, and `class` with three seats."""
    with laws.old.in_use():
        made = await cast.host(store, "Ada Lovelace", tz=ALMATY)
        hours = await cast.schedule(store, made, ALMATY_WEEK)
        await cast.event_type(store, hours, "visit", places=(OFFICE,))
        await cast.event_type(store, hours, "call", places=(Place(kind="link", detail="https://meet.example.org/ada"),))
        rules = EventTypeRules(duration_minutes=120, step_minutes=60, seats=3)
        await cast.event_type(store, hours, "class", places=(OFFICE,), rules=rules)
    return made


async def booked(
    store: Store, availability: Availability, event_type: str, starts_at: int = TEN, guest: Guest = CLEO_THERE
) -> Booking:
    """Cleo books at Ada's."""
    wanted = cast.request(starts_at, event_type=event_type, guest=guest)
    return cast.booked(await book(store, availability, wanted, now=NOW, actor=AS_CLEO))


async def keeping(store: Store, host: Host, slug: str, keeps: Keeps) -> EventType:
    """Let an event type say what it keeps."""
    known = await event_types.by_slug(store.reader, host.id, slug)
    assert known is not None
    changed = msgspec.structs.replace(known, options=EventTypeOptions(keeps=keeps))
    async with store.write() as tx:
        await event_types.update(tx, changed, now=NOW)
    return changed
