"""The SQL of everything that is kept about a guest, wherever it lies: to find it, and to take the person out of it."""

import msgspec

from cally.model.bookings import Booking, Companion
from cally.model.erased import ERASED_EMAIL, ERASED_NAME
from cally.model.messages import Snapshot
from cally.store.driver import Reader, Row, Writer

BOOKINGS = """
SELECT id
FROM booking
WHERE guest_email = :address
ORDER BY starts_at, id
"""
BROUGHT_TO = """
SELECT id, companions
FROM booking
WHERE companions LIKE :pattern ESCAPE '\\'
ORDER BY starts_at, id
"""
ENTRIES = """
SELECT id
FROM waitlist_entry
WHERE guest_email = :address
ORDER BY starts_at, id
"""
BOOKINGS_ENDED = """
SELECT id
FROM booking
WHERE erased_at IS NULL
  AND ends_at < :before
  AND NOT EXISTS (
    SELECT 1
    FROM booking AS other
    WHERE other.series_id = booking.series_id
      AND other.ends_at >= :before
  )
ORDER BY ends_at, id
LIMIT :limit
"""
ENTRIES_ENDED = """
SELECT id
FROM waitlist_entry
WHERE erased_at IS NULL
  AND ends_at < :before
ORDER BY ends_at, id
LIMIT :limit
"""
MESSAGES_OF_BOOKING = """
SELECT id, recipient, address, snapshot, state
FROM message
WHERE booking_id = :id
"""
MESSAGES_OF_ENTRY = """
SELECT id, recipient, address, snapshot, state
FROM message
WHERE waitlist_id = :id
"""
MESSAGES_OF_SESSIONS = """
SELECT message.id, message.recipient, message.address, message.snapshot, message.state
FROM booking
JOIN message
  ON message.booking_id = booking.id
WHERE booking.event_type_id = :event_type_id
  AND booking.id <> :id
  AND message.recipient = 'host'
  AND message.snapshot LIKE :pattern ESCAPE '\\'
"""
MESSAGES_WAITING = """
SELECT count(*)
FROM message
WHERE booking_id = :id
  AND state = 'waiting'
  AND created_at >= :since
  AND (:with_mail = 1 OR medium <> 'mail')
"""
ERASE_BOOKING = """
UPDATE booking
SET guest_name = :name,
    guest_email = :email,
    guest_tz = tz,
    guest_locale = 'en',
    companions = :companions,
    answers = '[]',
    notes = '',
    reason = '',
    terms = :terms,
    erased_at = :now
WHERE id = :id
"""
ERASE_ENTRY = """
UPDATE waitlist_entry
SET guest_name = :name,
    guest_email = :email,
    guest_tz = 'UTC',
    guest_locale = 'en',
    erased_at = :now
WHERE id = :id
"""
UPDATE_COMPANIONS = """
UPDATE booking
SET companions = :companions
WHERE id = :id
"""
ERASE_MESSAGE = """
UPDATE message
SET snapshot = :snapshot
WHERE id = :id
"""
ERASE_RECIPIENT = """
UPDATE message
SET address = :email,
    message_id = :message_id,
    answer = '',
    state = CASE state WHEN 'waiting' THEN 'obsolete' ELSE state END
WHERE id = :id
"""
OBSOLETE = """
UPDATE message
SET state = 'obsolete',
    answer = 'Not sent: the guest was erased.'
WHERE id = :id
  AND state = 'waiting'
"""
DELETE_JOB = """
DELETE FROM job
WHERE subject = :id
  AND kind IN ('mail', 'channel')
"""
DELETE_KEYS = """
DELETE FROM idempotency
WHERE booking_id = :id
"""
ERASE_CLOCKS = """
UPDATE time_law_case
SET told = '{}'
WHERE booking_id = :id
"""
ERASE_LINKS = """
UPDATE private_link
SET guest_name = '',
    guest_email = ''
WHERE guest_email = :address
"""
COUNT_LEFT = """
SELECT (SELECT count(*) FROM booking WHERE erased_at IS NULL AND ends_at < :before)
     + (SELECT count(*) FROM waitlist_entry WHERE erased_at IS NULL AND ends_at < :before)
"""
ADDRESSES_BOOKED = """
SELECT guest_email, companions, created_at
FROM booking
WHERE erased_at IS NULL
  AND created_at <= :until
"""
ADDRESSES_WAITING = """
SELECT guest_email, '[]', created_at
FROM waitlist_entry
WHERE erased_at IS NULL
  AND created_at <= :until
"""

_companions = msgspec.json.Decoder(tuple[Companion, ...])
_snapshot = msgspec.json.Decoder(Snapshot)


class KeptMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message with whatever of a person it holds."""

    id: int
    recipient: str
    address: str
    snapshot: Snapshot
    state: str


async def list_bookings(db: Reader, addresses: frozenset[str]) -> list[int]:
    """The bookings that guests of these addresses made."""
    return [row[0] for address in sorted(addresses) for row in await db.rows(BOOKINGS, address=address)]


async def list_brought(db: Reader, addresses: frozenset[str]) -> list[int]:
    """The bookings of others to which somebody of these addresses is brought along."""
    found: dict[int, None] = {}
    for address in sorted(addresses):
        for row in await db.rows(BROUGHT_TO, pattern=_within(address)):
            if any(one.email in addresses for one in _companions.decode(row[1])):
                found[row[0]] = None
    return list(found)


async def list_entries(db: Reader, addresses: frozenset[str]) -> list[int]:
    """The entries of waitlists that are of these addresses."""
    return [row[0] for address in sorted(addresses) for row in await db.rows(ENTRIES, address=address)]


async def list_ended(db: Reader, *, before: int, limit: int) -> tuple[list[int], list[int]]:
    """Bookings and waitlist entries that ended before an instant and still name somebody; a series goes as a whole."""
    booked = await db.rows(BOOKINGS_ENDED, before=before, limit=limit)
    waited = await db.rows(ENTRIES_ENDED, before=before, limit=limit)
    return [row[0] for row in booked], [row[0] for row in waited]


async def count_ended(db: Reader, *, before: int) -> int:
    """How many rows that ended before an instant still name somebody."""
    row = await db.row(COUNT_LEFT, before=before)
    return int(row[0]) if row else 0


async def messages_of_booking(db: Reader, id: int) -> list[KeptMessage]:
    """Every message about a booking, or about the series of which it is the first date."""
    return _messages(await db.rows(MESSAGES_OF_BOOKING, id=id))


async def messages_of_entry(db: Reader, id: int) -> list[KeptMessage]:
    """Every message about an entry of a waitlist."""
    return _messages(await db.rows(MESSAGES_OF_ENTRY, id=id))


async def messages_naming(db: Reader, booking: Booking) -> list[KeptMessage]:
    """What hosts were told of sessions in which the guest of a booking had a seat, on the occasion of other guests."""
    pattern = _within(booking.guest.email)
    return _messages(
        await db.rows(MESSAGES_OF_SESSIONS, event_type_id=booking.event_type_id, id=booking.id, pattern=pattern)
    )


async def count_waiting(db: Reader, ids: list[int], *, since: int, with_mail: bool) -> int:
    """How many messages about these bookings, caused since an instant, have not left yet."""
    found = [await db.row(MESSAGES_WAITING, id=one, since=since, with_mail=int(with_mail)) for one in ids]
    return sum(int(row[0]) for row in found if row)


async def erase_booking(tx: Writer, booking: Booking, *, now: int) -> None:
    """Write a booking as `erased_booking` made it; the keys by which its request could be known again go."""
    await tx.run(
        ERASE_BOOKING,
        id=booking.id,
        name=booking.guest.name,
        email=booking.guest.email,
        companions=_json(booking.companions),
        terms=_json(booking.terms),
        now=now,
    )
    await tx.run(DELETE_KEYS, id=booking.id)
    await tx.run(ERASE_CLOCKS, id=booking.id)


async def update_companions(tx: Writer, booking: Booking) -> None:
    """Write whom the guest of a booking brings."""
    await tx.run(UPDATE_COMPANIONS, id=booking.id, companions=_json(booking.companions))


async def erase_entry(tx: Writer, id: int, *, now: int) -> None:
    """Take the guest out of an entry of a waitlist."""
    await tx.run(ERASE_ENTRY, id=id, name=ERASED_NAME, email=ERASED_EMAIL, now=now)


async def erase_message(tx: Writer, message: KeptMessage, *, to_them: bool, stops: bool) -> None:
    """Write what a message speaks of; `to_them`: its address goes, too. Where it `stops`, it is not sent any more."""
    await tx.run(ERASE_MESSAGE, id=message.id, snapshot=_json(message.snapshot))
    if to_them:
        await tx.run(
            ERASE_RECIPIENT, id=message.id, email=ERASED_EMAIL, message_id=f"<erased.{message.id}@guest.invalid>"
        )
    if stops or to_them:
        await tx.run(OBSOLETE, id=message.id)
        await tx.run(DELETE_JOB, id=message.id)


async def erase_links(tx: Writer, addresses: frozenset[str]) -> None:
    """Take the guest out of private links that were made for them."""
    for address in sorted(addresses):
        await tx.run(ERASE_LINKS, address=address)


async def list_addresses(db: Reader, *, until: int) -> list[tuple[str, int]]:
    """`(address, when the row was made)` of everybody whom rows made until an instant name."""
    found: list[tuple[str, int]] = []
    for statement in (ADDRESSES_BOOKED, ADDRESSES_WAITING):
        for email, companions, created_at in await db.rows(statement, until=until):
            found.append((email, created_at))
            found += [(one.email, created_at) for one in _companions.decode(companions)]
    return found


def _messages(rows: list[Row]) -> list[KeptMessage]:
    return [
        KeptMessage(id=row[0], recipient=row[1], address=row[2], snapshot=_snapshot.decode(row[3]), state=row[4])
        for row in rows
    ]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _within(address: str) -> str:
    escaped = address.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f'%"{escaped}"%'
