"""Who hears of a message on channels: a host's own, a team's once for all of its members, a guest's for reminders."""

from cally.model.bookings import Booking
from cally.model.channels import Channel, GuestReminder
from cally.model.messages import Kind, Snapshot
from cally.store import Reader, channels, guest_reminders


async def hearing(db: Reader, snapshot: Snapshot, kind: Kind) -> list[Channel]:
    """The channels of the host who is told, and those of the team when that is the one who answers for the booking."""
    booking = snapshot.booking
    near = await channels.list_near(
        db, host_id=snapshot.host_id or booking.host_id, event_type_id=booking.event_type_id
    )
    leads = snapshot.lead is None and not snapshot.handed_to
    return [one for one in near if one.hears(kind, booking.event_type_id) and (one.team_id is None or leads)]


async def way_of_guest(db: Reader, booking: Booking, kind: Kind) -> GuestReminder | None:
    """Where a guest wants this message instead of by mail: a reminder, on a channel that is still there for it."""
    if kind != "reminder":
        return None
    wanted = await guest_reminders.of_booking(db, booking.id)
    channel = await channels.by_id(db, wanted.channel_id) if wanted is not None else None
    return wanted if channel is not None and channel.for_guests else None
