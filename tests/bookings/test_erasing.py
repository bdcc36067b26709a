"""Erasing a guest: nothing of the person is left anywhere, and what was taken and when stays (rule 81)."""

import unicodedata
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cally.bookings import Availability, book, cancel
from cally.bookings.erasing import Erasure, erase_again, erase_guest, fingerprint, go_on
from cally.bookings.retention import change_retention, forget_guests, last_run
from cally.bookings.series import book_series
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.bookings import Booking, Companion, Guest
from cally.model.erased import ERASED_EMAIL
from cally.model.hosts import Place
from cally.model.series import SeriesRequest
from cally.store import Store, bookings, guest_data, guest_requests, messages, schedules
from cally.store.erased_file import ErasedFile, parsed
from cally.vault import Vault
from tests.bookings.waiting import seated, waits, with_waitlist
from tests.cast import AS_CLEO, DAY, HOUR, NOW, ada, at, booked, event_type, request
from tests.series import lesson

pytestmark = pytest.mark.rule(81)
ADDRESS = "zoe.quill+büro@bücher.example"
ZOE = Guest(name="Zoë Quillfeather", email=ADDRESS, tz="Pacific/Auckland", locale="mi")
TRACES = (
    "zoe.quill",
    "zoë",
    "quillfeather",
    "bücher.example",
    "xn--bcher-kva",
    "auckland",
    "+49 30 5550199",
    "my knee",
    "knee hurts",
    "friend@elsewhere.example",
    "198.51.100.77",
)
AS_ZOE = Actor(kind="guest", address="198.51.100.77")
AS_ADMIN = Actor(kind="admin", account_id=1, address="192.0.2.1")
TOMORROW = at("2026-09-22 08:00")
LATER = NOW + 40 * DAY


def everything(store: Any) -> str:
    """Every value of every table of the opened database, folded as people would look for it."""
    found = []
    for (table,) in store._reading.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for row in store._reading.execute(f'SELECT * FROM "{table}"').fetchall():  # noqa: S608 - names of our tables
            found += [value.hex() if isinstance(value, bytes) else str(value) for value in row]
    text = "\n".join(found)
    return unicodedata.normalize("NFC", text + "\n" + text.encode().decode("unicode_escape", "replace")).casefold()


def traces(store: Any) -> list[str]:
    """What is still to be found of Zoe."""
    kept = everything(store)
    return [trace for trace in TRACES if unicodedata.normalize("NFC", trace).casefold() in kept]


@pytest.fixture
def remembered(tmp_path: Path) -> ErasedFile:
    return ErasedFile(tmp_path)


async def zoe_books(store: Store, starts_at: int = TOMORROW, *, slug: str = "call", key: str | None = "k1") -> Booking:
    """Zoe books with everything that she can say of herself."""
    wanted = msgspec.structs.replace(
        request(starts_at, event_type=slug, guest=ZOE),
        companions=(Companion(email="friend@elsewhere.example", name="A friend of Zoë"),),
        notes="My knee hurts.",
        guest_phone="+49 30 5550199",
    )
    return booked(await book(store, Availability(store), wanted, now=NOW, actor=AS_ZOE, idempotency_key=key))


@pytest.fixture
async def world(store: Store) -> Booking:
    """Zoe booked a call, has a seat beside others, waits for a place, and Cleo brought her along once."""
    host = await ada(store)
    hours = (await schedules.list_of(store.reader, host.id))[0]
    await event_type(store, hours, "call", places=(Place(kind="guest_phone", detail=""),))
    await with_waitlist(store, host)
    await seated(store, "Gil", at("2026-09-24 09:00"))
    await _seat(store)
    brought = msgspec.structs.replace(
        request(at("2026-09-23 08:00")), companions=(Companion(email=ADDRESS, name="Zoë"),), notes="Bringing someone."
    )
    await book(store, Availability(store), brought, now=NOW, actor=AS_CLEO)
    return await zoe_books(store)


async def _seat(store: Store) -> None:
    wanted = request(at("2026-09-24 09:00"), event_type="yoga", guest=ZOE)
    await book(store, Availability(store), wanted, now=NOW, actor=AS_ZOE)


async def erased(
    store: Store, vault: Vault, remembered: ErasedFile, *, now: int = LATER, mail: bool = False
) -> Erasure:
    return await erase_guest(store, vault, remembered, ADDRESS, mail=mail, now=now, actor=AS_ADMIN)


async def test_nothing_of_the_person_is_left_in_any_table(
    store: Store, vault: Vault, world: Booking, remembered: ErasedFile
) -> None:
    """Name, address, zone, number, notes, companions, network address: in no row of no table, however written."""
    assert len(traces(store)) >= 9
    done = await erased(store, vault, remembered)
    assert (done.waits, done.bookings, done.brought) == (False, 2, 1)
    assert traces(store) == []


async def test_the_address_is_found_however_it_is_written(
    store: Store, vault: Vault, world: Booking, remembered: ErasedFile
) -> None:
    """Large letters, decomposed ones, and the domain as it goes over the wire mean the same mailbox."""
    written = unicodedata.normalize("NFD", "ZOE.Quill+BÜRO@xn--bcher-kva.example")
    await erase_guest(store, vault, remembered, written, mail=False, now=LATER, actor=AS_ADMIN)
    assert traces(store) == []


async def test_times_status_and_counts_stay(store: Store, vault: Vault, world: Booking, remembered: ErasedFile) -> None:
    """The host's past stays as it was: taken time, status, title, how many came, whose turn it was."""
    taken = everything_of(store, "occupancy")
    await erased(store, vault, remembered)
    left = await bookings.by_id(store.reader, world.id)
    assert left is not None
    assert everything_of(store, "occupancy") == taken
    assert (left.starts_at, left.ends_at, left.status, left.terms.title) == (
        world.starts_at,
        world.ends_at,
        world.status,
        world.terms.title,
    )
    assert len(left.companions) == len(world.companions)
    assert left.guest.email == ERASED_EMAIL


async def test_others_keep_what_is_theirs(store: Store, vault: Vault, world: Booking, remembered: ErasedFile) -> None:
    """Cleo's booking and Gil's seat say what they said, but for Zoe."""
    await erased(store, vault, remembered)
    kept = everything(store)
    for others in ("cleo@example.org", "bringing someone", "gil"):
        assert others in kept


async def test_what_is_ahead_is_cancelled_and_told_before_it_is_erased(
    store: Store, vault: Vault, world: Booking, remembered: ErasedFile
) -> None:
    """The host learns of it by name; only when that has left is the name gone."""
    first = await erased(store, vault, remembered, now=NOW, mail=True)
    assert (first.waits, first.cancelled) == (True, 2)
    assert traces(store)
    (request_id,) = [row[0] for row in everything_of(store, "guest_request")]
    told = [one for one in await messages.list_of(store.reader, world.id) if one.kind == "cancelled"]
    assert {one.recipient for one in told} >= {"host", "guest"}
    await all_sent(store)
    done = await go_on(store, vault, remembered, request_id, mail=True, now=NOW + 60)
    assert (done.waits, done.bookings) == (False, 2)
    assert traces(store) == []


async def test_nobody_waits_for_a_mail_server_for_ever(
    store: Store, vault: Vault, world: Booking, remembered: ErasedFile
) -> None:
    """After two days the person is erased though the host could not be told."""
    await erased(store, vault, remembered, now=NOW, mail=True)
    (request_id,) = [row[0] for row in everything_of(store, "guest_request")]
    assert (await go_on(store, vault, remembered, request_id, mail=True, now=NOW + 2 * DAY - 1)).waits
    assert not (await go_on(store, vault, remembered, request_id, mail=True, now=NOW + 2 * DAY)).waits
    assert traces(store) == []


async def test_erasing_is_one_transaction(
    store: Store, vault: Vault, world: Booking, remembered: ErasedFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut short at its very end nothing is erased, and the request is still there to be done again."""

    async def broken(*_: Any, **__: Any) -> None:
        raise CallyError("storage_full", "The disk is full.")

    before = everything_of(store, "booking")
    with monkeypatch.context() as patched:
        patched.setattr(guest_requests, "delete", broken)
        with pytest.raises(CallyError):
            await erased(store, vault, remembered)
    assert everything_of(store, "booking") == before
    (request_id,) = [row[0] for row in everything_of(store, "guest_request")]
    await go_on(store, vault, remembered, request_id, mail=False, now=LATER)
    assert traces(store) == []


async def test_a_step_left_out_is_noticed(
    store: Store, vault: Vault, world: Booking, remembered: ErasedFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves itself: when messages are not erased, the look through the tables finds the person."""

    async def left_out(*_: Any, **__: Any) -> None:
        """Does nothing."""

    monkeypatch.setattr(guest_data, "erase_message", left_out)
    await erased(store, vault, remembered)
    assert traces(store)


async def test_a_companion_leaves_somebody_elses_booking_which_stands(
    store: Store, vault: Vault, world: Booking, remembered: ErasedFile
) -> None:
    """Ahead of time as well: Cleo's meeting is not cancelled, and later news do not go to nobody."""
    await erased(store, vault, remembered, now=NOW)
    rows = [row for row in everything_of(store, "booking") if "cleo@example.org" in map(str, row)]
    found = await bookings.by_id(store.reader, rows[0][0])
    assert found is not None
    assert (found.status, [one.email for one in found.companions]) == ("confirmed", [ERASED_EMAIL])
    await cancel(store, found.uid, reason="", now=NOW + 60, actor=AS_CLEO)
    news = [one for one in await messages.list_of(store.reader, found.id) if one.kind == "cancelled"]
    assert ERASED_EMAIL not in {one.address for one in news}


async def test_a_backup_from_before_forgets_again(
    store: Store, vault: Vault, world: Booking, remembered: ErasedFile
) -> None:
    """The file beside the database knows the erasure; an older database in its place is made to forget."""
    remembered.add(b"\0" * 32, LATER)  # somebody else's
    remembered.add(fingerprint(vault, ADDRESS), LATER)
    assert await erase_again(store, vault, remembered.read(), now=LATER + 60) == 1
    assert traces(store) == []


async def test_who_comes_back_later_is_kept(store: Store, vault: Vault, world: Booking, remembered: ErasedFile) -> None:
    """An erasure counts for what was there then."""
    await erased(store, vault, remembered)
    wanted = request(at("2026-11-03 09:00"), event_type="intro", guest=ZOE)
    again = booked(await book(store, Availability(store), wanted, now=LATER + 60, actor=AS_ZOE))
    assert await erase_again(store, vault, remembered.read(), now=LATER + HOUR) == 0
    left = await bookings.by_id(store.reader, again.id)
    assert left is not None
    assert left.guest == ZOE


async def test_guests_are_forgotten_so_many_days_after_the_meeting(store: Store, world: Booking) -> None:
    """Off unless somebody wishes it; then day by day, the people of what is over, everybody in it."""
    assert await forget_guests(store, LATER) == 0
    await change_retention(store, 30, now=NOW, actor=AS_ADMIN)
    assert await forget_guests(store, NOW + 20 * DAY) == 0
    assert await forget_guests(store, LATER) == 4
    assert traces(store) == []
    assert "cleo@example.org" not in everything(store)
    run = await last_run(store.reader)
    assert run is not None
    assert (run.erased, run.left) == (4, 0)


async def test_a_series_is_forgotten_as_a_whole(store: Store) -> None:
    """Its first date may be long over: while others are ahead, its guest is not forgotten."""
    await ada(store)
    await lesson(store)
    wanted = request(at("2026-11-03 13:00"), event_type="lesson", guest=ZOE)
    asked = SeriesRequest(rhythm="weekly", count=4)
    await book_series(store, Availability(store), wanted, asked, now=NOW, actor=AS_ZOE)
    await change_retention(store, 1, now=NOW, actor=AS_ADMIN)
    assert await forget_guests(store, at("2026-11-20 00:00")) == 0
    assert await forget_guests(store, at("2026-12-20 00:00")) == 4
    assert traces(store) == []


async def test_waiting_in_line_is_forgotten_as_well(store: Store, vault: Vault, remembered: ErasedFile) -> None:
    """The entry and the mails about it."""
    host = await ada(store)
    await with_waitlist(store, host)
    for name in ("Gil", "Ina"):
        await seated(store, name, at("2026-09-24 09:00"))
    await waits(store, "Hal", at("2026-09-24 09:00"))
    assert "hal@" in everything(store)
    await erase_guest(store, vault, remembered, "hal@example.org", mail=False, now=LATER, actor=AS_ADMIN)
    assert "hal@" not in everything(store)


def everything_of(store: Any, table: str) -> list[tuple[Any, ...]]:
    """The rows of a table."""
    return list(store._reading.execute(f'SELECT * FROM "{table}"').fetchall())  # noqa: S608 - names of our tables


async def all_sent(store: Store) -> None:
    """The outbox has been emptied."""
    async with store.write() as tx:
        await tx.run("UPDATE message SET state = 'sent', sent_at = :now WHERE state = 'waiting'", now=NOW)


def test_an_instant_that_no_database_could_hold_is_no_erasure():
    """The list may come from a place where backups are kept, and a start must not end at it."""
    mark = bytes(32)
    lines = [f"{at} {mark.hex()}" for at in ("1790000000", "9" * 20, "9" * 5_000)]
    assert parsed("\n".join(lines)) == [(mark, 1_790_000_000)]
