"""How a booking or hold becomes rows of occupancy: one for each host and resource that it takes."""

from collections.abc import Iterable

import msgspec

from cally.model.bookings import Terms
from cally.model.ids import new_id
from cally.model.teams import Resource
from cally.store import Writer, occupancy


def session(event_type_id: int, starts_at: int, seats: int) -> str | None:
    """What claims of one instance with several seats share; None where a claim stands alone."""
    return f"{event_type_id}@{starts_at}" if seats > 1 else None


async def claim(
    tx: Writer,
    owners: Iterable[int],
    terms: Terms,
    *,
    event_type_id: int,
    uid: str,
    starts_at: int,
    now: int,
    seats_taken: int = 1,
    expires_at: int | None = None,
) -> None:
    """Claim the time of hosts and resources for a booking, or until `expires_at` for a hold; raises `Overlap`."""
    for owner_id in owners:
        await occupancy.insert(
            tx,
            id=new_id(now),
            owner_id=owner_id,
            kind="booking" if expires_at is None else "hold",
            uid=uid,
            event_type_id=event_type_id,
            starts_at=starts_at,
            ends_at=starts_at + terms.duration_minutes * 60,
            buffer_before=terms.buffer_before_minutes * 60,
            buffer_after=terms.buffer_after_minutes * 60,
            session=session(event_type_id, starts_at, terms.seats),
            seats=terms.seats,
            seats_taken=seats_taken,
            expires_at=expires_at,
        )


def with_names(terms: Terms, resources: Iterable[Resource]) -> Terms:
    """The terms, naming what is taken as it is called now (rule 56)."""
    taken = tuple(resources)
    rooms = (resource.name for resource in taken if resource.kind == "room")
    return msgspec.structs.replace(terms, resources=tuple(resource.name for resource in taken), room=next(rooms, ""))
