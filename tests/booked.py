"""A booking as a row, for rooms that only need one to be there."""

from cally.model.bookings import Booking, Terms
from cally.model.ids import new_id, new_uid
from cally.store import Store, bookings, hosts
from tests.cast import CLEO, NOW, TZ, event_type, schedule


async def store_booking(store: Store, host_id: int, *, starts_at: int) -> Booking:
    """Cleo's confirmed half hour with a host, at a new event type of theirs."""
    host = await hosts.by_id(store.reader, host_id)
    assert host is not None
    kept = await event_type(store, await schedule(store, host), new_uid())
    booking = Booking(
        id=new_id(NOW),
        uid=new_uid(),
        sequence=0,
        status="confirmed",
        host_id=host_id,
        event_type_id=kept.id,
        starts_at=starts_at,
        ends_at=starts_at + 1_800,
        starts_local="2026-09-22T10:00",
        tz=TZ,
        tzdata_version="2026a",
        guest=CLEO,
        companions=(),
        answers=(),
        notes="",
        terms=Terms(
            title=kept.title,
            description=kept.description,
            duration_minutes=30,
            buffer_before_minutes=0,
            buffer_after_minutes=0,
            approval=False,
            place=None,
        ),
        reason="",
        no_show=False,
        created_at=NOW,
        updated_at=NOW,
    )
    async with store.write() as tx:
        await bookings.insert(tx, booking)
    return booking
