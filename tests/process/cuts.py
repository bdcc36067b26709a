"""Guests book in this process over the real store; then the power is cut at many moments, and each disk is judged."""

import asyncio
import random
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import apsw
import pytest

from cally.bookings import Availability, book
from cally.errors import CallyError
from cally.model.bookings import Booked, BookingRequest, Guest
from cally.model.ids import new_id, new_uid
from cally.model.rules import DAYS, EventTypeRules, ScheduleRules, WeeklyHours, Window
from cally.store import Store, folding, open_store, sqlite
from tests.cast import AS_CLEO, DAY, NOW, event_type, host, schedule
from tests.process import powerloss
from tests.process.mutants import broken
from tests.process.oracle import violations
from tests.process.rows import Acknowledged

KEY = bytes(range(32))
GUESTS = 6
REQUESTS = 25
DAYS_AHEAD = 20
STEP_PAGES, MOST_PAGES = 100, 600
AROUND_THE_CLOCK = ScheduleRules(
    tz="UTC", weekly=(WeeklyHours(days=DAYS, hours=Window(from_minute=0, to_minute=24 * 60)),)
)
BLOCK = """
INSERT INTO occupancy (id, owner_id, kind, uid, starts_at, ends_at)
SELECT :id, owner_id, 'block', :uid, starts_at + 600, ends_at + 600
FROM occupancy
ORDER BY RANDOM()
LIMIT 1
"""


def cut(directory: Path, *, images: int, seed: int, mutant: Callable[[pytest.MonkeyPatch], None]) -> Counter[str]:
    """Judge so many disks of one history; how often each kind of promise was broken (`kept` when none was)."""
    chance = random.Random(seed)  # noqa: S311 - reproducible, no secret
    recorder = powerloss.Recorder()
    live = directory / "live"
    live.mkdir(parents=True)
    with broken(mutant), pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "VFS", f"multipleciphers-{recorder.name}")
        patch.setattr(folding, "STEP_PAGES", STEP_PAGES)
        patch.setattr(folding, "MOST_PAGES", MOST_PAGES)
        disk = asyncio.run(_history(live, recorder, chance))
    return _judged(disk, recorder.events, directory / "cut", images, chance)


async def _history(live: Path, recorder: powerloss.Recorder, chance: random.Random) -> powerloss.Disk:
    store = open_store(live / "cally.db", KEY)
    ada = await host(store, "Ada Lovelace")
    hours = await schedule(store, ada, AROUND_THE_CLOCK)
    await event_type(store, hours, rules=EventTypeRules(duration_minutes=30, step_minutes=30))
    await store.close()
    disk = powerloss.Disk(live)
    recorder.recording = True
    store = open_store(live / "cally.db", KEY)
    availability = Availability(store)
    guests = [_guest(store, availability, recorder, number, chance) for number in range(GUESTS)]
    await asyncio.gather(*guests, _intruder(live / "cally.db"))
    recorder.recording = False
    await store.close()
    return disk


async def _guest(
    store: Store, availability: Availability, recorder: powerloss.Recorder, guest: int, chance: random.Random
) -> None:
    for number in range(REQUESTS):
        name = f"cleo{guest}-{number}"
        starts_at = NOW - NOW % DAY + DAY + 1_800 * chance.randrange(48 * DAYS_AHEAD)
        wanted = BookingRequest(
            host="ada",
            event_type="intro",
            starts_at=starts_at,
            guest=Guest(name=name, email=f"{name}@example.org", tz="UTC"),
            notes="x" * chance.randrange(1_500),
        )
        for _ in range(2):  # whoever is unsure whether they were heard asks again
            answer = await book(store, availability, wanted, now=NOW, actor=AS_CLEO, idempotency_key=name)
            if isinstance(answer, Booked):
                recorder.note(Acknowledged(name, wanted.guest.email, answer.booking.uid, starts_at))


async def _intruder(path: Path) -> None:
    """Somebody with the key writes overlapping blocks by hand, as `cally db shell` may."""
    connection = sqlite.connect(path, KEY)
    connection.set_busy_timeout(0)
    for _ in range(GUESTS * REQUESTS):
        await asyncio.sleep(0.001)
        try:
            sqlite.execute(connection, BLOCK, {"id": new_id(NOW), "uid": new_uid()})
        except (sqlite.Overlap, CallyError, apsw.BusyError):
            continue
    connection.close()


def _judged(
    disk: powerloss.Disk, events: list[powerloss.Event], into: Path, images: int, chance: random.Random
) -> Counter[str]:
    moments = Counter(chance.randrange(len(events) + 1) for _ in range(images))
    told: list[Acknowledged] = []
    found: Counter[str] = Counter()
    for moment, event in enumerate([*events, None]):
        for _ in range(moments[moment]):
            disk.cut(into, chance.choice(powerloss.MODES), chance)
            broken_promises = {violation.split(":")[0] for violation in violations(into / "cally.db", KEY, told)}
            found.update(broken_promises or {"kept"})
            shutil.rmtree(into)
        if isinstance(event, Acknowledged):
            told.append(event)
        else:
            disk.take(event)
    return found
