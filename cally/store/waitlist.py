"""The SQL of the waitlist: who waits for which slot, in the order they came."""

from cally.model.bookings import Guest
from cally.model.waitlist import WaitlistEntry, WaitState
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO waitlist_entry (id, uid, host_id, event_type_id, starts_at, ends_at, guest_name, guest_email, guest_tz,
                            guest_locale, state, invited, hold_uid, expires_at, booking_id, created_at, updated_at)
VALUES (:id, :uid, :host_id, :event_type_id, :starts_at, :ends_at, :guest_name, :guest_email, :guest_tz,
        :guest_locale, :state, :invited, :hold_uid, :expires_at, :booking_id, :created_at, :updated_at)
"""
BY_UID = """
SELECT id, uid, host_id, event_type_id, starts_at, ends_at, guest_name, guest_email, guest_tz, guest_locale, state,
       invited, hold_uid, expires_at, booking_id, created_at, updated_at
FROM waitlist_entry
WHERE uid = :uid
"""
BY_ID = """
SELECT id, uid, host_id, event_type_id, starts_at, ends_at, guest_name, guest_email, guest_tz, guest_locale, state,
       invited, hold_uid, expires_at, booking_id, created_at, updated_at
FROM waitlist_entry
WHERE id = :id
"""
WAITING_BETWEEN = """
SELECT id, uid, host_id, event_type_id, starts_at, ends_at, guest_name, guest_email, guest_tz, guest_locale, state,
       invited, hold_uid, expires_at, booking_id, created_at, updated_at
FROM waitlist_entry
WHERE state = 'waiting'
  AND starts_at > :from_at
  AND starts_at < :to_at
ORDER BY id
"""
WAITING = """
SELECT id, uid, host_id, event_type_id, starts_at, ends_at, guest_name, guest_email, guest_tz, guest_locale, state,
       invited, hold_uid, expires_at, booking_id, created_at, updated_at
FROM waitlist_entry
WHERE state = 'waiting'
  AND id > :after
ORDER BY id
LIMIT :limit
"""
EXPIRED = """
SELECT id, uid, host_id, event_type_id, starts_at, ends_at, guest_name, guest_email, guest_tz, guest_locale, state,
       invited, hold_uid, expires_at, booking_id, created_at, updated_at
FROM waitlist_entry
WHERE state = 'offered'
  AND expires_at <= :now
ORDER BY id
"""
OF_SLOT = """
SELECT id, uid, host_id, event_type_id, starts_at, ends_at, guest_name, guest_email, guest_tz, guest_locale, state,
       invited, hold_uid, expires_at, booking_id, created_at, updated_at
FROM waitlist_entry
WHERE event_type_id = :event_type_id
  AND starts_at = :starts_at
ORDER BY id
"""
OF_HOST = """
SELECT id, uid, host_id, event_type_id, starts_at, ends_at, guest_name, guest_email, guest_tz, guest_locale, state,
       invited, hold_uid, expires_at, booking_id, created_at, updated_at
FROM waitlist_entry
WHERE host_id = :host_id
  AND starts_at < :to_at
  AND ends_at > :from_at
  AND (:state IS NULL OR state = :state)
  AND (starts_at > :after_start OR (starts_at = :after_start AND id > :after_id))
ORDER BY starts_at, id
LIMIT :limit
"""
UPDATE = """
UPDATE waitlist_entry
SET state = :state,
    hold_uid = :hold_uid,
    expires_at = :expires_at,
    booking_id = :booking_id,
    updated_at = :updated_at
WHERE id = :id
"""
COUNT_ACTIVE = """
SELECT count(*)
FROM waitlist_entry
WHERE (guest_email = :address OR (guest_email >= :tagged AND guest_email < :behind AND guest_email LIKE :pattern))
  AND +state IN ('waiting', 'offered')
"""
NEXT_AFTER_PLUS = ","


async def insert(tx: Writer, entry: WaitlistEntry) -> None:
    """Store a new entry at the end of the line."""
    await tx.run(
        INSERT,
        id=entry.id,
        uid=entry.uid,
        host_id=entry.host_id,
        event_type_id=entry.event_type_id,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        guest_name=entry.guest.name,
        guest_email=entry.guest.email,
        guest_tz=entry.guest.tz,
        guest_locale=entry.guest.locale,
        state=entry.state,
        invited=int(entry.invited),
        hold_uid=entry.hold_uid,
        expires_at=entry.expires_at,
        booking_id=entry.booking_id,
        created_at=entry.created_at,
        updated_at=entry.updated_at,
    )


async def by_uid(db: Reader, uid: str) -> WaitlistEntry | None:
    """The entry of that permanent name."""
    row = await db.row(BY_UID, uid=uid)
    return _entry(row) if row else None


async def by_id(db: Reader, id: int) -> WaitlistEntry | None:
    """The entry of that row."""
    row = await db.row(BY_ID, id=id)
    return _entry(row) if row else None


async def list_waiting_between(db: Reader, from_at: int, to_at: int) -> list[WaitlistEntry]:
    """Whoever waits for a slot that starts within `(from_at, to_at)`, of whatever host, in the order they came."""
    return [_entry(row) for row in await db.rows(WAITING_BETWEEN, from_at=from_at, to_at=to_at)]


async def list_waiting(db: Reader, *, after: int, limit: int) -> list[WaitlistEntry]:
    """All who wait, in the order they came, behind the row `after`."""
    return [_entry(row) for row in await db.rows(WAITING, after=after, limit=limit)]


async def list_expired(db: Reader, now: int) -> list[WaitlistEntry]:
    """Those whose offer has run out unanswered."""
    return [_entry(row) for row in await db.rows(EXPIRED, now=now)]


async def list_of_slot(db: Reader, *, event_type_id: int, starts_at: int) -> list[WaitlistEntry]:
    """Everybody who ever waited for an event type at a start, in the order they came."""
    return [_entry(row) for row in await db.rows(OF_SLOT, event_type_id=event_type_id, starts_at=starts_at)]


async def list_of_host(
    db: Reader,
    host_id: int,
    *,
    from_at: int,
    to_at: int,
    state: WaitState | None,
    after: tuple[int, int],
    limit: int,
) -> list[WaitlistEntry]:
    """A host's entries for slots that touch `[from_at, to_at)`, by start, behind the cursor `(starts_at, id)`."""
    rows = await db.rows(
        OF_HOST,
        host_id=host_id,
        from_at=from_at,
        to_at=to_at,
        state=state,
        after_start=after[0],
        after_id=after[1],
        limit=limit,
    )
    return [_entry(row) for row in rows]


async def update(tx: Writer, entry: WaitlistEntry) -> None:
    """Write what has become of an entry."""
    await tx.run(
        UPDATE,
        id=entry.id,
        state=entry.state,
        hold_uid=entry.hold_uid,
        expires_at=entry.expires_at,
        booking_id=entry.booking_id,
        updated_at=entry.updated_at,
    )


async def count_active(db: Reader, address: str) -> int:
    """For how many slots a mailbox waits, under its plain `address` and every tagged one: two ranges of the index."""
    local, _, domain = address.rpartition("@")
    row = await db.row(
        COUNT_ACTIVE, address=address, tagged=f"{local}+", behind=f"{local}{NEXT_AFTER_PLUS}", pattern=f"%@{domain}"
    )
    return int(row[0]) if row else 0


def _entry(row: Row) -> WaitlistEntry:
    return WaitlistEntry(
        id=row[0],
        uid=row[1],
        host_id=row[2],
        event_type_id=row[3],
        starts_at=row[4],
        ends_at=row[5],
        guest=Guest(name=row[6], email=row[7], tz=row[8], locale=row[9]),
        state=row[10],
        invited=bool(row[11]),
        hold_uid=row[12],
        expires_at=row[13],
        booking_id=row[14],
        created_at=row[15],
        updated_at=row[16],
    )
