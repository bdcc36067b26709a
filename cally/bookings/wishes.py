"""What a guest on the waitlist wishes for, as the booking that it would be, and what they are told of it."""

from cally.bookings.offers import Offer
from cally.model.bookings import Booking
from cally.model.messages import Kind, Snapshot
from cally.model.waitlist import Waiting, WaitlistEntry
from cally.model.zones import tzdata_version, wall_time
from cally.notify import outbox
from cally.store import Reader, Writer, waitlist


async def tell(tx: Writer, found: Offer, entry: WaitlistEntry, kind: Kind, *, now: int) -> None:
    """Plan the message to the guest: that they wait, that they are offered the slot, that it is over."""
    snapshot = Snapshot(
        booking=wished(found, entry),
        host_name=found.name,
        host_email=found.host.email,
        host_tz=found.host.tz,
        host_locale=found.host.locale,
        host_slug=found.path.removesuffix(f"/{found.event_type.slug}").removeprefix("/"),
        event_type_slug=found.event_type.slug,
        waiting=Waiting(
            uid=entry.uid,
            position=await position(tx, entry),
            expires_at=entry.expires_at if entry.state == "offered" else None,
            invited=entry.invited,
        ),
    )
    await outbox.plan_waiting(tx, snapshot, kind, waitlist_id=entry.id, now=now)


async def position(db: Reader, entry: WaitlistEntry) -> int:
    """The place in the line of those who still wait for the slot, 1 for the first."""
    same = await waitlist.list_of_slot(db, event_type_id=entry.event_type_id, starts_at=entry.starts_at)
    ahead = (one for one in same if one.state == "waiting" and one.ends_at == entry.ends_at and one.id < entry.id)
    return 1 + sum(1 for _ in ahead)


def wished(found: Offer, entry: WaitlistEntry) -> Booking:
    """The booking that this entry wishes for; it is nowhere stored."""
    tz, places = found.schedule.rules.tz, found.event_type.places
    return Booking(
        id=entry.id,
        uid=entry.uid,
        sequence=0,
        status="pending",
        host_id=entry.host_id,
        event_type_id=entry.event_type_id,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        starts_local=wall_time(entry.starts_at, tz),
        tz=tz,
        tzdata_version=tzdata_version(),
        guest=entry.guest,
        companions=(),
        answers=(),
        notes="",
        terms=found.terms(entry.duration_minutes, places[0] if len(places) == 1 else None),
        reason="",
        no_show=False,
        created_at=entry.created_at,
        updated_at=entry.updated_at,
    )
