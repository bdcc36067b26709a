"""The SQL of what one guest has ahead (rule 46)."""

from cally.store.driver import Reader

AHEAD = """
SELECT id
FROM booking
WHERE guest_email = :address
  AND event_type_id = :event_type_id
  AND starts_at > :now
  AND status IN ('pending', 'confirmed')
ORDER BY starts_at, id
"""
TAGGED_AHEAD = """
SELECT id
FROM booking
WHERE guest_email >= :tagged
  AND guest_email < :behind
  AND guest_email LIKE :pattern
  AND +event_type_id = :event_type_id
  AND +starts_at > :now
  AND status IN ('pending', 'confirmed')
ORDER BY starts_at, id
"""
NEXT_AFTER_PLUS = ","


async def list_ahead(db: Reader, *, address: str, event_type_id: int, now: int) -> list[int]:
    """The live bookings ahead of one event type that a mailbox has, under its plain address and every tagged one.

    `address` has no tag itself. Two index ranges, whatever the number of bookings stored: the signs in the second
    statement keep it to the guest's.
    """
    local, _, domain = address.rpartition("@")
    plain = await db.rows(AHEAD, address=address, event_type_id=event_type_id, now=now)
    tagged = await db.rows(
        TAGGED_AHEAD,
        tagged=f"{local}+",
        behind=f"{local}{NEXT_AFTER_PLUS}",
        pattern=f"%@{domain}",
        event_type_id=event_type_id,
        now=now,
    )
    return [row[0] for row in (*plain, *tagged)]
