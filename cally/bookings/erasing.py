"""Erasing a guest: the person goes from every row, what was taken and when stays (rule 81).

An address is erased in steps that may each be repeated: what is ahead is cancelled, so that hosts are told; when those
messages have left, one transaction takes the person out of everything. Until then the request is a row with a job.
"""

import asyncio
from contextlib import suppress

import msgspec

from cally.bookings.series_changes import cancel
from cally.bookings.waitlist import leave
from cally.brakes import forget_answers
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.addresses import email_address
from cally.model.bookings import LIVE, Booking
from cally.model.erased import erased_booking, erased_snapshot, without_companion
from cally.model.ids import new_id
from cally.model.waitlist import ACTIVE, WaitlistEntry
from cally.notify import webhooks
from cally.store import (
    Reader,
    Store,
    Writer,
    audit,
    audit_chain,
    bookings,
    consents,
    guest_data,
    guest_reminders,
    guest_requests,
    imports,
    jobs,
    waitlist,
)
from cally.store.erased_file import ErasedFile
from cally.store.guest_data import KeptMessage
from cally.vault import Vault

JOB = "guest"
LONGEST_WAIT_SECONDS = 2 * 86_400
SYSTEM = Actor(kind="system")


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a request to erase an address.

    `cancelled` is how many meetings ahead were called off for it. While it `waits` for messages about that to leave,
    nothing else has been done; then `bookings`, `brought` (to others' bookings), `waits_ended` and `messages` count
    the rows that name nobody any more.
    """

    waits: bool = False
    cancelled: int = 0
    bookings: int = 0
    brought: int = 0
    entries: int = 0
    messages: int = 0


def address_forms(address: str) -> frozenset[str]:
    """The address in normal form, and with its domain in the other way that it can be written (RFC 5890)."""
    plain = email_address(address)
    local, _, domain = plain.rpartition("@")
    forms = {plain}
    for written in (_on_the_wire(domain), _in_letters(domain)):
        with suppress(CallyError):
            forms.add(email_address(f"{local}@{written}"))
    return frozenset(forms)


def _on_the_wire(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain


def _in_letters(domain: str) -> str:
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain


def fingerprint(vault: Vault, address: str) -> bytes:
    """What is remembered of an erased address: nobody without the key can tell whose it is."""
    return vault.fingerprint("erased guest", min(address_forms(address)))


async def erase_guest(
    store: Store, vault: Vault, remembered: ErasedFile, email: str, *, mail: bool, now: int, actor: Actor
) -> Erasure:
    """Erase everything that is kept under an address, at once or as soon as hosts have been told of what ends.

    `mail`: whether a mail server is set up; without one nobody waits for mail. Raises `invalid` for no address.
    """
    address = email_address(email)
    if actor.kind == "guest":
        actor = Actor(kind="guest")  # from where they asked is theirs, too
    row = new_id(now)
    sealed = vault.seal(address, table="guest_request", row=row, column="address_sealed")
    async with store.write() as tx:
        await guest_requests.insert(tx, id=row, kind="erasure", address_sealed=sealed, now=now)
        await jobs.insert(tx, kind=JOB, subject=row, due_at=now + 60, now=now)
        tag = f"{actor.kind}:guest:ask-erasure"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"guest-request:{row}")
    return await go_on(store, vault, remembered, row, mail=mail, now=now, actor=actor)


async def go_on(
    store: Store, vault: Vault, remembered: ErasedFile, request_id: int, *, mail: bool, now: int, actor: Actor = SYSTEM
) -> Erasure:
    """Do what is left of a request; safe to repeat, whatever cut the last attempt short."""
    request = await guest_requests.by_id(store.reader, request_id)
    if request is None:
        return Erasure()
    address = vault.open(request.address_sealed, table="guest_request", row=request.id, column="address_sealed")
    addresses = address_forms(address)
    cancelled = await _end_what_is_ahead(store, addresses, now=now, actor=actor)
    young = now - request.created_at < LONGEST_WAIT_SECONDS
    ids = await guest_data.list_bookings(store.reader, addresses)
    if young and await _still_telling(store.reader, ids, request.created_at, mail=mail):
        return Erasure(waits=True, cancelled=cancelled)
    mark = fingerprint(vault, address)
    await asyncio.to_thread(remembered.add, mark, now)
    async with store.write() as tx:
        done = await _erase(tx, vault, addresses, now=now, actor=actor)
        await guest_requests.note_erased(tx, mark, now=now)
        await guest_requests.delete(tx, request.id)
        await audit.insert(
            tx,
            now=now,
            actor=actor,
            tag=f"{actor.kind}:guest:erase",
            subject=f"guest-request:{request.id}",
            bookings=done.bookings + done.brought,
            entries=done.entries,
            messages=done.messages,
        )
    return msgspec.structs.replace(done, cancelled=cancelled)


async def erase_ended(tx: Writer, booked: list[int], waited: list[int], *, now: int) -> int:
    """Take the people out of these bookings and waitlist entries, which are over; how many rows."""
    for row in booked:
        booking = await bookings.by_id(tx, row)
        if booking is not None:
            await _erase_booking(tx, booking, None, now=now)
    for row in waited:
        await _erase_entry(tx, row, frozenset(), now=now)
    subjects = await _subjects(tx, booked, waited)
    await audit_chain.erase(tx, subjects=subjects, now=now, actor=SYSTEM)
    return len(booked) + len(waited)


async def erase_again(store: Store, vault: Vault, known: list[tuple[bytes, int]], *, now: int) -> int:
    """Erase anew what an older database brought back: `known` are `(fingerprint, when)`. How many addresses.

    Rows made after an erasure stay: whoever came back did so by choice.
    """
    erasures = dict(sorted(known, key=lambda one: one[1]))
    if not erasures:
        return 0
    found: dict[str, int] = {}
    marks: dict[str, bytes] = {}
    for address, created_at in await guest_data.list_addresses(store.reader, until=max(erasures.values())):
        if address not in marks:
            marks[address] = fingerprint(vault, address)
        erased_at = erasures.get(marks[address])
        if erased_at is not None and created_at <= erased_at:
            found[address] = erased_at
    async with store.write() as tx:
        for address, erased_at in found.items():
            await _erase(tx, vault, address_forms(address), now=now, actor=SYSTEM, until=erased_at)
        for mark, erased_at in erasures.items():
            await guest_requests.note_erased(tx, mark, now=erased_at)
        if found:
            await audit.insert(
                tx, now=now, actor=SYSTEM, tag="system:guest:erase-again", subject="guests", addresses=len(found)
            )
    return len(found)


async def _end_what_is_ahead(store: Store, addresses: frozenset[str], *, now: int, actor: Actor) -> int:
    """Cancel the live bookings that have not begun, leave every waitlist; each in its own transaction."""
    ended = 0
    for row in await guest_data.list_bookings(store.reader, addresses):
        booking = await bookings.by_id(store.reader, row)
        if booking is not None and booking.status in LIVE and booking.starts_at > now:
            by = actor if actor.kind != "system" else Actor(kind="guest")
            await cancel(store, booking.uid, reason="", now=now, actor=by)
            ended += 1
    for row in await guest_data.list_entries(store.reader, addresses):
        entry = await waitlist.by_id(store.reader, row)
        if entry is not None and entry.state in ACTIVE:
            await leave(store, entry.uid, now=now, actor=actor)
    return ended


async def _still_telling(db: Reader, ids: list[int], since: int, *, mail: bool) -> bool:
    """Whether news of what was cancelled for the request have not left yet."""
    found = [await bookings.by_id(db, row) for row in ids]
    if not any(one is not None and one.status == "cancelled" and one.updated_at >= since for one in found):
        return False
    return await guest_data.count_waiting(db, ids, since=since, with_mail=mail) > 0


async def _erase(
    tx: Writer, vault: Vault, addresses: frozenset[str], *, now: int, actor: Actor, until: int | None = None
) -> Erasure:
    booked = await _bookings_of(tx, await guest_data.list_bookings(tx, addresses), until)
    brought = await _bookings_of(tx, await guest_data.list_brought(tx, addresses), until)
    entries = await _entries_of(tx, await guest_data.list_entries(tx, addresses), until)
    messages = 0
    for booking in booked:
        messages += await _erase_booking(tx, booking, addresses, now=now)
    for booking in brought:
        if booking.guest.email not in addresses:
            messages += await _leave_company(tx, booking, addresses)
    for entry in entries:
        messages += await _erase_entry(tx, entry.id, addresses, now=now)
    await guest_data.erase_links(tx, addresses)
    await imports.forget_guest(tx, addresses)
    await forget_answers(tx, vault, addresses | {one.uid for one in booked} | {one.uid for one in entries})
    subjects = [one.uid for one in booked] + [f"waitlist:{one.uid}" for one in entries]
    await audit_chain.erase(tx, subjects=subjects, now=now, actor=actor)
    return Erasure(bookings=len(booked), brought=len(brought), entries=len(entries), messages=messages)


async def _bookings_of(db: Reader, rows: list[int], until: int | None) -> list[Booking]:
    """The bookings of these rows, but those made after an instant."""
    found = [await bookings.by_id(db, row) for row in rows]
    return [one for one in found if one is not None and (until is None or one.created_at <= until)]


async def _entries_of(db: Reader, rows: list[int], until: int | None) -> list[WaitlistEntry]:
    found = [await waitlist.by_id(db, row) for row in rows]
    return [one for one in found if one is not None and (until is None or one.created_at <= until)]


async def _erase_booking(tx: Writer, booking: Booking, addresses: frozenset[str] | None, *, now: int) -> int:
    """Take everybody out of a booking and of every message about it; how many messages.

    Without `addresses` everybody goes, for it is long over: so do the others of a session that its messages name.
    """
    own = await guest_data.messages_of_booking(tx, booking.id)
    theirs = (addresses or frozenset()) | {booking.guest.email, *(one.email for one in booking.companions)}
    for message in own:
        await _erase_message(tx, message, None if addresses is None else theirs, own=True)
    await webhooks.erase(tx, booking.id, None if addresses is None else theirs, own=True)
    others = await guest_data.messages_naming(tx, booking) if booking.is_seat and addresses is not None else []
    for message in others:
        await _erase_message(tx, message, theirs, own=False)
    await consents.delete_of_booking(tx, booking.id)
    await guest_reminders.delete_of_booking(tx, booking.id)
    await guest_data.erase_booking(tx, erased_booking(booking), now=now)
    return len(own) + len(others)


async def _leave_company(tx: Writer, booking: Booking, addresses: frozenset[str]) -> int:
    """Take a companion out of somebody else's booking and its messages; their place stays."""
    found = await guest_data.messages_of_booking(tx, booking.id)
    for message in found:
        await _erase_message(tx, message, addresses, own=False)
    await webhooks.erase(tx, booking.id, addresses, own=False)
    await guest_data.update_companions(tx, without_companion(booking, addresses))
    return len(found)


async def _erase_entry(tx: Writer, id: int, addresses: frozenset[str], *, now: int) -> int:
    found = await guest_data.messages_of_entry(tx, id)
    for message in found:
        await _erase_message(tx, message, addresses | {message.address}, own=True)
    await consents.delete_of_entry(tx, id)
    await guest_data.erase_entry(tx, id, now=now)
    return len(found)


async def _erase_message(tx: Writer, message: KeptMessage, addresses: frozenset[str] | None, *, own: bool) -> None:
    snapshot = erased_snapshot(message.snapshot, own=own, addresses=addresses)
    to_them = message.recipient != "host" and (own or message.address in (addresses or frozenset()))
    left = msgspec.structs.replace(message, snapshot=snapshot)
    await guest_data.erase_message(tx, left, to_them=to_them, stops=own)


async def _subjects(db: Reader, booked: list[int], waited: list[int]) -> list[str]:
    found: list[Booking | WaitlistEntry | None] = [await bookings.by_id(db, row) for row in booked]
    found += [await waitlist.by_id(db, row) for row in waited]
    return [one.uid if isinstance(one, Booking) else f"waitlist:{one.uid}" for one in found if one is not None]


async def erase_what_came_back(store: Store, vault: Vault, remembered: ErasedFile, *, now: int) -> int:
    """At a start: when the file knows erasures that the database does not, it is an older one; erase them again."""
    noted = dict(await guest_requests.list_erased(store.reader))
    missing = [(mark, at) for mark, at in remembered.read() if noted.get(mark, -1) < at]
    return await erase_again(store, vault, missing, now=now) if missing else 0
