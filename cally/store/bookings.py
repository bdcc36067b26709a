"""The SQL of bookings and of the idempotency keys that led to them."""

import msgspec

from cally.model.bookings import Answer, Booking, Companion, Guest, Status, Terms
from cally.model.teams import Decision
from cally.store.driver import Reader, Row, Writer

INSERT = """
INSERT INTO booking (id, uid, sequence, status, host_id, event_type_id, starts_at, ends_at, starts_local, tz,
                     tzdata_version, guest_name, guest_email, guest_tz, guest_locale, companions, answers, notes,
                     terms, co_hosts, resources, decisions, series_id, calendar_uid, created_at, updated_at)
VALUES (:id, :uid, :sequence, :status, :host_id, :event_type_id, :starts_at, :ends_at, :starts_local, :tz,
        :tzdata_version, :guest_name, :guest_email, :guest_tz, :guest_locale, :companions, :answers, :notes,
        :terms, :co_hosts, :resources, :decisions, :series_id, :calendar_uid, :created_at, :updated_at)
"""
BY_UID = """
SELECT id, uid, sequence, status, host_id, event_type_id, starts_at, ends_at, starts_local, tz, tzdata_version,
       guest_name, guest_email, guest_tz, guest_locale, companions, answers, notes, terms, reason, no_show,
       created_at, updated_at, co_hosts, resources, decisions, series_id, calendar_uid
FROM booking
WHERE uid = :uid
"""
BY_ID = """
SELECT id, uid, sequence, status, host_id, event_type_id, starts_at, ends_at, starts_local, tz, tzdata_version,
       guest_name, guest_email, guest_tz, guest_locale, companions, answers, notes, terms, reason, no_show,
       created_at, updated_at, co_hosts, resources, decisions, series_id, calendar_uid
FROM booking
WHERE id = :id
"""
LIST = """
SELECT id, uid, sequence, status, host_id, event_type_id, starts_at, ends_at, starts_local, tz, tzdata_version,
       guest_name, guest_email, guest_tz, guest_locale, companions, answers, notes, terms, reason, no_show,
       created_at, updated_at, co_hosts, resources, decisions, series_id, calendar_uid
FROM (
  SELECT id, uid, sequence, status, host_id, event_type_id, starts_at, ends_at, starts_local, tz,
         tzdata_version, guest_name, guest_email, guest_tz, guest_locale, companions, answers, notes, terms,
         reason, no_show, created_at, updated_at, co_hosts, resources, decisions, series_id, calendar_uid
  FROM booking
  WHERE host_id = :host_id
    AND ends_at > :from_at
    AND starts_at < :to_at
    AND (:status IS NULL OR status = :status)
    AND (:pattern IS NULL OR guest_name LIKE :pattern ESCAPE '\\' OR guest_email LIKE :pattern ESCAPE '\\'
         OR terms LIKE :pattern ESCAPE '\\')
    AND (starts_at > :after_start OR (starts_at = :after_start AND id > :after_id))
  ORDER BY starts_at, id
  LIMIT :limit
) AS answered_for
UNION ALL
SELECT id, uid, sequence, status, host_id, event_type_id, starts_at, ends_at, starts_local, tz, tzdata_version,
       guest_name, guest_email, guest_tz, guest_locale, companions, answers, notes, terms, reason, no_show,
       created_at, updated_at, co_hosts, resources, decisions, series_id, calendar_uid
FROM (
  SELECT booking.id, booking.uid, booking.sequence, booking.status, booking.host_id, booking.event_type_id,
         booking.starts_at, booking.ends_at, booking.starts_local, booking.tz, booking.tzdata_version,
         booking.guest_name, booking.guest_email, booking.guest_tz, booking.guest_locale, booking.companions,
         booking.answers, booking.notes, booking.terms, booking.reason, booking.no_show, booking.created_at,
         booking.updated_at, booking.co_hosts, booking.resources, booking.decisions, booking.series_id,
         booking.calendar_uid
  FROM booking_host
  JOIN booking
    ON booking.id = booking_host.booking_id
  WHERE booking_host.host_id = :host_id
    AND booking_host.starts_at < :to_at
    AND booking.ends_at > :from_at
    AND booking.starts_at < :to_at
    AND (:status IS NULL OR booking.status = :status)
    AND (:pattern IS NULL OR booking.guest_name LIKE :pattern ESCAPE '\\'
         OR booking.guest_email LIKE :pattern ESCAPE '\\' OR booking.terms LIKE :pattern ESCAPE '\\')
    AND (booking.starts_at > :after_start OR (booking.starts_at = :after_start AND booking.id > :after_id))
  ORDER BY booking_host.starts_at, booking.id
  LIMIT :limit
) AS taken_part_in
ORDER BY starts_at, id
LIMIT :limit
"""
LIST_LATEST_FIRST = """
SELECT id, uid, sequence, status, host_id, event_type_id, starts_at, ends_at, starts_local, tz, tzdata_version,
       guest_name, guest_email, guest_tz, guest_locale, companions, answers, notes, terms, reason, no_show,
       created_at, updated_at, co_hosts, resources, decisions, series_id, calendar_uid
FROM (
  SELECT id, uid, sequence, status, host_id, event_type_id, starts_at, ends_at, starts_local, tz,
         tzdata_version, guest_name, guest_email, guest_tz, guest_locale, companions, answers, notes, terms,
         reason, no_show, created_at, updated_at, co_hosts, resources, decisions, series_id, calendar_uid
  FROM booking
  WHERE host_id = :host_id
    AND ends_at > :from_at
    AND starts_at < :to_at
    AND (:status IS NULL OR status = :status)
    AND (:pattern IS NULL OR guest_name LIKE :pattern ESCAPE '\\' OR guest_email LIKE :pattern ESCAPE '\\'
         OR terms LIKE :pattern ESCAPE '\\')
  ORDER BY starts_at DESC, id DESC
  LIMIT :limit
) AS answered_for
UNION ALL
SELECT id, uid, sequence, status, host_id, event_type_id, starts_at, ends_at, starts_local, tz, tzdata_version,
       guest_name, guest_email, guest_tz, guest_locale, companions, answers, notes, terms, reason, no_show,
       created_at, updated_at, co_hosts, resources, decisions, series_id, calendar_uid
FROM (
  SELECT booking.id, booking.uid, booking.sequence, booking.status, booking.host_id, booking.event_type_id,
         booking.starts_at, booking.ends_at, booking.starts_local, booking.tz, booking.tzdata_version,
         booking.guest_name, booking.guest_email, booking.guest_tz, booking.guest_locale, booking.companions,
         booking.answers, booking.notes, booking.terms, booking.reason, booking.no_show, booking.created_at,
         booking.updated_at, booking.co_hosts, booking.resources, booking.decisions, booking.series_id,
         booking.calendar_uid
  FROM booking_host
  JOIN booking
    ON booking.id = booking_host.booking_id
  WHERE booking_host.host_id = :host_id
    AND booking_host.starts_at < :to_at
    AND booking.ends_at > :from_at
    AND booking.starts_at < :to_at
    AND (:status IS NULL OR booking.status = :status)
    AND (:pattern IS NULL OR booking.guest_name LIKE :pattern ESCAPE '\\'
         OR booking.guest_email LIKE :pattern ESCAPE '\\' OR booking.terms LIKE :pattern ESCAPE '\\')
  ORDER BY booking_host.starts_at DESC, booking.id DESC
  LIMIT :limit
) AS taken_part_in
ORDER BY starts_at DESC, id DESC
LIMIT :limit
"""
LIST_OF_TEAM = """
SELECT booking.id, booking.uid, booking.sequence, booking.status, booking.host_id, booking.event_type_id,
       booking.starts_at, booking.ends_at, booking.starts_local, booking.tz, booking.tzdata_version,
       booking.guest_name, booking.guest_email, booking.guest_tz, booking.guest_locale, booking.companions,
       booking.answers, booking.notes, booking.terms, booking.reason, booking.no_show, booking.created_at,
       booking.updated_at, booking.co_hosts, booking.resources, booking.decisions, booking.series_id,
       booking.calendar_uid
FROM event_type
JOIN booking
  ON booking.event_type_id = event_type.id
WHERE event_type.team_id = :team_id
  AND booking.starts_at > :since
  AND booking.ends_at > :from_at
  AND booking.status IN ('pending', 'confirmed')
ORDER BY booking.starts_at, booking.id
LIMIT :limit
"""
LIST_OF_SLOT = """
SELECT id, uid, sequence, status, host_id, event_type_id, starts_at, ends_at, starts_local, tz, tzdata_version,
       guest_name, guest_email, guest_tz, guest_locale, companions, answers, notes, terms, reason, no_show,
       created_at, updated_at, co_hosts, resources, decisions, series_id, calendar_uid
FROM booking
WHERE event_type_id = :event_type_id
  AND starts_at = :starts_at
  AND host_id = :host_id
ORDER BY id
"""
UPDATE_TIME = """
UPDATE booking
SET starts_at = :starts_at,
    ends_at = :ends_at,
    starts_local = :starts_local,
    tz = :tz,
    tzdata_version = :tzdata_version,
    status = :status,
    sequence = sequence + 1,
    updated_at = :now
WHERE id = :id
"""
UPDATE_CO_HOSTS_TIME = """
UPDATE booking_host
SET starts_at = :starts_at
WHERE booking_id = :id
"""
INSERT_CO_HOST = """
INSERT INTO booking_host (booking_id, host_id, starts_at)
VALUES (:booking_id, :host_id, :starts_at)
"""
DELETE_CO_HOSTS = """
DELETE FROM booking_host
WHERE booking_id = :booking_id
"""
UPDATE_HOSTS = """
UPDATE booking
SET host_id = :host_id,
    co_hosts = :co_hosts,
    resources = :resources,
    decisions = :decisions,
    terms = :terms
WHERE id = :id
"""
UPDATE_STATUS = """
UPDATE booking
SET status = :status,
    sequence = :sequence,
    reason = :reason,
    updated_at = :now
WHERE id = :id
"""
UPDATE_NO_SHOW = """
UPDATE booking
SET no_show = :no_show,
    updated_at = :now
WHERE id = :id
"""
COUNT_FUTURE = """
SELECT count(*)
FROM (
  SELECT id
  FROM booking
  WHERE host_id = :host_id
    AND ends_at > :now
    AND status IN ('pending', 'confirmed')
  UNION ALL
  SELECT booking.id
  FROM booking_host
  JOIN booking
    ON booking.id = booking_host.booking_id
  WHERE booking_host.host_id = :host_id
    AND booking.ends_at > :now
    AND booking.status IN ('pending', 'confirmed')
) AS ahead
"""
IDEMPOTENT = """
SELECT request_hash, booking_id
FROM idempotency
WHERE key_hash = :key_hash
"""
REMEMBER = """
INSERT INTO idempotency (key_hash, request_hash, booking_id, created_at)
VALUES (:key_hash, :request_hash, :booking_id, :now)
"""
FORGET = """
DELETE FROM idempotency
WHERE created_at < :before
"""

LONGEST_SECONDS = 367 * 86_400
"""No booking lasts longer: what started before is over, and need not be looked at."""

_companions = msgspec.json.Decoder(tuple[Companion, ...])
_answers = msgspec.json.Decoder(tuple[Answer, ...])
_terms = msgspec.json.Decoder(Terms)
_ids = msgspec.json.Decoder(tuple[int, ...])
_decisions = msgspec.json.Decoder(tuple[Decision, ...])


async def insert(tx: Writer, booking: Booking) -> None:
    """Store a new booking."""
    await tx.run(
        INSERT,
        id=booking.id,
        uid=booking.uid,
        sequence=booking.sequence,
        status=booking.status,
        host_id=booking.host_id,
        event_type_id=booking.event_type_id,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        starts_local=booking.starts_local,
        tz=booking.tz,
        tzdata_version=booking.tzdata_version,
        guest_name=booking.guest.name,
        guest_email=booking.guest.email,
        guest_tz=booking.guest.tz,
        guest_locale=booking.guest.locale,
        companions=_json(booking.companions),
        answers=_json(booking.answers),
        notes=booking.notes,
        terms=_json(booking.terms),
        co_hosts=_json(booking.co_hosts),
        resources=_json(booking.resources),
        decisions=_json(booking.decisions),
        series_id=booking.series_id,
        calendar_uid=booking.calendar_uid,
        created_at=booking.created_at,
        updated_at=booking.updated_at,
    )
    await _insert_co_hosts(tx, booking)


async def by_uid(db: Reader, uid: str) -> Booking | None:
    """The booking of that permanent name."""
    row = await db.row(BY_UID, uid=uid)
    return _booking(row) if row else None


async def by_id(db: Reader, id: int) -> Booking | None:
    """The booking of that row."""
    row = await db.row(BY_ID, id=id)
    return _booking(row) if row else None


async def list_by_start(
    db: Reader,
    *,
    host_id: int,
    from_at: int,
    to_at: int,
    status: Status | None,
    q: str | None,
    after: tuple[int, int],
    limit: int,
) -> list[Booking]:
    """A host's bookings that touch `[from_at, to_at)`, earliest first, behind the cursor `(starts_at, id)`."""
    rows = await db.rows(
        LIST,
        host_id=host_id,
        from_at=from_at,
        to_at=to_at,
        status=status,
        pattern=_pattern(q),
        after_start=after[0],
        after_id=after[1],
        limit=limit,
    )
    return [_booking(row) for row in rows]


async def list_latest_first(
    db: Reader, *, host_id: int, from_at: int, to_at: int, status: Status | None, q: str | None, limit: int
) -> list[Booking]:
    """A host's bookings that touch `[from_at, to_at)`, latest first."""
    rows = await db.rows(
        LIST_LATEST_FIRST,
        host_id=host_id,
        from_at=from_at,
        to_at=to_at,
        status=status,
        pattern=_pattern(q),
        limit=limit,
    )
    return [_booking(row) for row in rows]


async def list_of_team(db: Reader, team_id: int, *, from_at: int, limit: int) -> list[Booking]:
    """Live bookings of a team's event types that end after an instant, earliest first, whosever they are."""
    since = from_at - LONGEST_SECONDS
    rows = await db.rows(LIST_OF_TEAM, team_id=team_id, since=since, from_at=from_at, limit=limit)
    return [_booking(row) for row in rows]


async def list_of_slot(db: Reader, *, host_id: int, event_type_id: int, starts_at: int) -> list[Booking]:
    """A host's bookings of an event type at one start, whatever became of them, in the order they were made."""
    rows = await db.rows(LIST_OF_SLOT, host_id=host_id, event_type_id=event_type_id, starts_at=starts_at)
    return [_booking(row) for row in rows]


async def update_time(tx: Writer, booking: Booking, *, now: int) -> None:
    """Write a booking's new interval, wall time and status; its sequence rises by one."""
    await tx.run(
        UPDATE_TIME,
        id=booking.id,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        starts_local=booking.starts_local,
        tz=booking.tz,
        tzdata_version=booking.tzdata_version,
        status=booking.status,
        now=now,
    )
    await tx.run(UPDATE_CO_HOSTS_TIME, id=booking.id, starts_at=booking.starts_at)


async def update_hosts(tx: Writer, booking: Booking) -> None:
    """Write who takes part in a booking at its time, what is taken with it (in its terms by name), and why."""
    await tx.run(
        UPDATE_HOSTS,
        id=booking.id,
        host_id=booking.host_id,
        co_hosts=_json(booking.co_hosts),
        resources=_json(booking.resources),
        decisions=_json(booking.decisions),
        terms=_json(booking.terms),
    )
    await tx.run(DELETE_CO_HOSTS, booking_id=booking.id)
    await _insert_co_hosts(tx, booking)


async def update_status(tx: Writer, booking: Booking, *, now: int) -> None:
    """Write a booking's status, sequence and reason."""
    await tx.run(
        UPDATE_STATUS,
        id=booking.id,
        status=booking.status,
        sequence=booking.sequence,
        reason=booking.reason,
        now=now,
    )


async def update_no_show(tx: Writer, id: int, *, no_show: bool, now: int) -> None:
    """Write whether the guest stayed away."""
    await tx.run(UPDATE_NO_SHOW, id=id, no_show=int(no_show), now=now)


async def count_future(db: Reader, host_id: int, now: int) -> int:
    """How many live bookings that a host takes part in have not ended yet (rule 57)."""
    row = await db.row(COUNT_FUTURE, host_id=host_id, now=now)
    return int(row[0]) if row else 0


async def idempotent(db: Reader, key_hash: bytes) -> tuple[bytes, int] | None:
    """`(request_hash, booking_id)` that this idempotency key led to."""
    row = await db.row(IDEMPOTENT, key_hash=key_hash)
    return (row[0], row[1]) if row else None


async def remember(tx: Writer, *, key_hash: bytes, request_hash: bytes, booking_id: int, now: int) -> None:
    """Keep the key with the booking it led to, in the same transaction (TRUST fact 2)."""
    await tx.run(REMEMBER, key_hash=key_hash, request_hash=request_hash, booking_id=booking_id, now=now)


async def forget(tx: Writer, *, before: int) -> int:
    """Drop idempotency keys made before an instant."""
    return await tx.run(FORGET, before=before)


async def _insert_co_hosts(tx: Writer, booking: Booking) -> None:
    for host_id in booking.co_hosts:
        await tx.run(INSERT_CO_HOST, booking_id=booking.id, host_id=host_id, starts_at=booking.starts_at)


def _booking(row: Row) -> Booking:
    return Booking(
        id=row[0],
        uid=row[1],
        sequence=row[2],
        status=row[3],
        host_id=row[4],
        event_type_id=row[5],
        starts_at=row[6],
        ends_at=row[7],
        starts_local=row[8],
        tz=row[9],
        tzdata_version=row[10],
        guest=Guest(name=row[11], email=row[12], tz=row[13], locale=row[14]),
        companions=_companions.decode(row[15]),
        answers=_answers.decode(row[16]),
        notes=row[17],
        terms=_terms.decode(row[18]),
        reason=row[19],
        no_show=bool(row[20]),
        created_at=row[21],
        updated_at=row[22],
        co_hosts=_ids.decode(row[23]),
        resources=_ids.decode(row[24]),
        decisions=_decisions.decode(row[25]),
        series_id=row[26],
        calendar_uid=row[27],
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _pattern(q: str | None) -> str | None:
    if not q:
        return None
    escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
