"""Who has a resource when: own bookings whole, those of others only by their host's name."""

from typing import Literal

import msgspec

from cally.model.bookings import Booking
from cally.store import Reader, bookings, hosts, occupancy, resources
from cally.store.occupancy import ClaimRow


class Use(msgspec.Struct, frozen=True, kw_only=True):
    """One stretch in which a resource cannot be had.

    `by` names the host of a booking, `booking` is there for those who take part in it; `note` says what a block is for.
    """

    kind: Literal["booking", "hold", "block"]
    uid: str
    starts_at: int
    ends_at: int
    by: str = ""
    booking: Booking | None = None
    note: str = ""


async def list_uses(db: Reader, resource_id: int, *, host_id: int, from_at: int, to_at: int, now: int) -> list[Use]:
    """What takes a resource in `[from_at, to_at)`, by start, as this host may see it.

    Guests who share a session are one use; a hold that has run out is none.
    """
    claims = await occupancy.list_between(db, resource_id, from_at, to_at)
    notes = {block.uid: block.note for block in await resources.list_blocks(db, resource_id, from_at, to_at)}
    found: dict[tuple[int, bool], Use] = {}
    for claim in claims:
        if claim.ends_at <= from_at or (claim.expires_at is not None and claim.expires_at <= now):
            continue
        use = await _use(db, claim, host_id, notes)
        found.setdefault((use.starts_at, use.kind == "hold"), use)
    return list(found.values())


async def _use(db: Reader, claim: ClaimRow, host_id: int, notes: dict[str, str]) -> Use:
    use = Use(
        kind=claim.kind,
        uid=claim.uid,
        starts_at=claim.starts_at,
        ends_at=claim.ends_at,
        note=notes.get(claim.uid, ""),
    )
    booking = await bookings.by_uid(db, claim.uid) if claim.kind == "booking" else None
    if booking is None:
        return use
    host = await hosts.by_id(db, booking.host_id)
    return msgspec.structs.replace(
        use, by=host.name if host else "", booking=booking if host_id in booking.hosts else None
    )
