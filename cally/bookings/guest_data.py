"""What is kept about a guest, gathered: of one booking, or of everything under an address."""

import msgspec

from cally.bookings.erasing import address_forms
from cally.model.addresses import email_address
from cally.model.bookings import Booking, Companion, Guest
from cally.model.fields import instant_text
from cally.model.guest_data import (
    FORMAT,
    AccessKept,
    AnswerKept,
    BookingKept,
    ConsentKept,
    EntryKept,
    GuestData,
    MessageKept,
    PersonKept,
)
from cally.model.messages import Message
from cally.model.waitlist import WaitlistEntry
from cally.store import (
    Reader,
    audit,
    bookings,
    consents,
    event_types,
    guest_data,
    guest_reminders,
    hosts,
    messages,
    waitlist,
)
from cally.store.consents import Consent


async def data_of_address(db: Reader, email: str, *, now: int) -> GuestData:
    """Everything that is kept under an address, however it is written; raises `invalid` for what is none."""
    addresses = address_forms(email)
    own = [one for row in await guest_data.list_bookings(db, addresses) if (one := await bookings.by_id(db, row))]
    brought = [one for row in await guest_data.list_brought(db, addresses) if (one := await bookings.by_id(db, row))]
    waited = [entry for row in await guest_data.list_entries(db, addresses) if (entry := await waitlist.by_id(db, row))]
    others = [one for one in brought if one.guest.email not in addresses]
    return await _gathered(db, email_address(email), addresses, own, others, waited, now)


async def data_of_booking(db: Reader, booking: Booking, *, now: int) -> GuestData:
    """What is kept about the guest of one booking, and about the place in a waitlist that led to it."""
    addresses = frozenset({booking.guest.email})
    return await _gathered(db, booking.guest.email, addresses, [booking], [], [], now)


async def _gathered(
    db: Reader,
    address: str,
    addresses: frozenset[str],
    own: list[Booking],
    others: list[Booking],
    waited: list[WaitlistEntry],
    now: int,
) -> GuestData:
    kept = [await _booking(db, one) for one in own]
    kept += [await _brought(db, one, addresses) for one in others]
    about = [(one.uid, await _sent(db, one.id, addresses)) for one in (*own, *others)]
    about += [(one.uid, await _sent_waiting(db, one.id)) for one in waited]
    subjects = [*(one.uid for one in own), *(f"waitlist:{one.uid}" for one in waited)]
    return GuestData(
        format=FORMAT,
        address=address,
        made_at=instant_text(now),
        bookings=tuple(sorted(kept, key=lambda one: one.starts_at)),
        waitlist=tuple([await _entry(db, one) for one in waited]),
        messages=tuple(sorted((one for _, sent in about for one in sent), key=lambda one: one.made_at)),
        log=tuple([one for subject in subjects for one in await _log(db, subject)]),
    )


async def _booking(db: Reader, booking: Booking) -> BookingKept:
    place, person = booking.terms.place, _guest(booking.guest)
    return msgspec.structs.replace(
        await _bare(db, booking, person),
        companions=tuple(PersonKept(name=one.name, email=one.email) for one in booking.companions),
        answers=tuple(AnswerKept(question=one.label, answer=one.value) for one in booking.answers),
        notes=booking.notes,
        place=place.detail if place is not None else "",
        reason=booking.reason,
        no_show=booking.no_show,
        consent=_consent(await consents.of_booking(db, booking.id)),
        reminder_phone=await _phone(db, booking.id),
    )


async def _phone(db: Reader, booking_id: int) -> str:
    wanted = await guest_reminders.of_booking(db, booking_id)
    return wanted.phone if wanted is not None else ""


async def _brought(db: Reader, booking: Booking, addresses: frozenset[str]) -> BookingKept:
    named = next((one for one in booking.companions if one.email in addresses), Companion(email=""))
    bare = await _bare(db, booking, PersonKept(name=named.name, email=named.email))
    return msgspec.structs.replace(bare, as_="companion")


async def _bare(db: Reader, booking: Booking, person: PersonKept) -> BookingKept:
    """What both may know."""
    host = await hosts.by_id(db, booking.host_id)
    return BookingKept(
        as_="guest",
        uid=booking.uid,
        status=booking.status,
        title=booking.terms.title,
        host=host.name if host else "",
        starts_at=instant_text(booking.starts_at),
        ends_at=instant_text(booking.ends_at),
        made_at=instant_text(booking.created_at),
        changed_at=instant_text(booking.updated_at),
        person=person,
    )


async def _entry(db: Reader, entry: WaitlistEntry) -> EntryKept:
    event_type = await event_types.by_id(db, entry.event_type_id)
    return EntryKept(
        uid=entry.uid,
        state=entry.state,
        title=event_type.title if event_type else "",
        starts_at=instant_text(entry.starts_at),
        ends_at=instant_text(entry.ends_at),
        made_at=instant_text(entry.created_at),
        person=_guest(entry.guest),
        consent=_consent(await consents.of_entry(db, entry.id)),
    )


async def _sent(db: Reader, booking_id: int, addresses: frozenset[str]) -> list[MessageKept]:
    found = await messages.list_of(db, booking_id)
    return [_message(one) for one in found if one.medium == "mail" and one.address in addresses]


async def _sent_waiting(db: Reader, entry_id: int) -> list[MessageKept]:
    found = [await messages.by_id(db, one.id) for one in await guest_data.messages_of_entry(db, entry_id)]
    return [_message(one) for one in found if one is not None]


def _message(message: Message) -> MessageKept:
    waiting = message.snapshot.waiting
    return MessageKept(
        about=message.snapshot.booking.uid if waiting is None else waiting.uid,
        kind=message.kind,
        to=message.address,
        state=message.state,
        made_at=instant_text(message.created_at),
        sent_at=instant_text(message.sent_at) if message.sent_at is not None else None,
    )


async def _log(db: Reader, subject: str) -> list[AccessKept]:
    return [
        AccessKept(at=instant_text(one.at), what=one.tag, about=subject, network_address=one.address)
        for one in await audit.list_for(db, subject)
        if one.actor == "guest"
    ]


def _guest(guest: Guest) -> PersonKept:
    return PersonKept(name=guest.name, email=guest.email, tz=guest.tz, language=guest.locale)


def _consent(consent: Consent | None) -> ConsentKept | None:
    if consent is None:
        return None
    return ConsentKept(text=consent.text, version=consent.version, given_at=instant_text(consent.given_at))


def as_json(data: GuestData) -> bytes:
    """The file that is taken along: indented, for people may want to read it."""
    return msgspec.json.format(msgspec.json.encode(data), indent=2) + b"\n"
