"""The outbox: what a change causes outside, written as rows in the change's own transaction, sent later by a job."""

import hashlib

import msgspec

from cally.model.bookings import Booking
from cally.model.erased import ERASED_EMAIL
from cally.model.jobs import priority_of
from cally.model.messages import Kind, Medium, Recipient, Snapshot
from cally.notify.hearing import hearing, way_of_guest
from cally.store import Writer, jobs, messages

HASH_LENGTH = 12
DAY_SECONDS = 86_400
STANDING: frozenset[Kind] = frozenset({"confirmed", "rescheduled", "reminder"})
ASIDE: frozenset[Kind] = frozenset({"reminder", "follow_up"})


class Mailing(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient of a change."""

    recipient: Recipient
    medium: Medium
    address: str
    channel_id: int | None = None


async def plan(
    tx: Writer, snapshot: Snapshot, kind: Kind, *, now: int, host_alone: bool = False, guests_alone: bool = False
) -> None:
    """Write a message and its job for each who must know: the guest, companions, the host by mail and channels.

    The job's kind is the message's medium, so that mail can wait for a server while channels go on.

    Companions hear of a booking only once it stands: nothing about a request, nor about the end of one. Planning the
    same change again adds nothing, for the Message-ID names booking, sequence, kind and recipient. `host_alone` and
    `guests_alone`: the others are told by another message.
    """
    for_host = messages.snapshot_text(snapshot)
    for_others = for_host
    if snapshot.group is not None:  # who else comes is nobody's but the host's to know (rule 59)
        for_others = messages.snapshot_text(msgspec.structs.replace(snapshot, group=None))
    for mailing in await mailings(tx, snapshot, kind, host_alone=host_alone):
        if guests_alone and mailing.recipient == "host":
            continue
        row = await messages.insert(
            tx,
            booking_id=snapshot.booking.id,
            series_id=snapshot.series.id if snapshot.series is not None and snapshot.series.whole else None,
            kind=kind,
            sequence=snapshot.sequence,
            recipient=mailing.recipient,
            medium=mailing.medium,
            address=mailing.address,
            channel_id=mailing.channel_id,
            message_id=message_id(snapshot, kind, mailing),
            snapshot=for_host if mailing.recipient == "host" else for_others,
            now=now,
        )
        if row is not None:
            await plan_job(tx, snapshot, kind, mailing.medium, row, due_at=now, now=now)


def message_id(snapshot: Snapshot, kind: Kind, mailing: Mailing) -> str:
    """The RFC 5322 Message-ID: the same for every attempt, so that receivers can drop a second copy (TRUST fact 8)."""
    to = f"{mailing.medium} {mailing.channel_id or mailing.address}"
    recipient = hashlib.sha256(to.encode()).hexdigest()[:HASH_LENGTH]
    return f"<{snapshot.uid}.{snapshot.sequence}.{kind}.{recipient}@{mail_domain(snapshot.host_email)}>"


async def plan_waiting(tx: Writer, snapshot: Snapshot, kind: Kind, *, waitlist_id: int, now: int) -> None:
    """Write the message to a guest who waits, and its job."""
    mailing = Mailing(recipient="guest", medium="mail", address=snapshot.booking.guest.email)
    row = await messages.insert(
        tx,
        booking_id=None,
        waitlist_id=waitlist_id,
        kind=kind,
        sequence=snapshot.sequence,
        recipient=mailing.recipient,
        medium=mailing.medium,
        address=mailing.address,
        channel_id=None,
        message_id=message_id(snapshot, kind, mailing),
        snapshot=messages.snapshot_text(snapshot),
        now=now,
    )
    if row is not None:
        await plan_job(tx, snapshot, kind, mailing.medium, row, due_at=now, now=now)


async def plan_again(tx: Writer, booking: Booking, *, now: int) -> None:
    """Send the guest the last word about a booking once more, at most once a day; not while it waits to be sent."""
    about = [one for one in await messages.list_of(tx, booking.id) if one.kind not in ASIDE]
    told = [one for one in about if (one.recipient, one.medium) == ("guest", "mail")]
    if not told or told[-1].state == "waiting":
        return
    last, mailing = told[-1], Mailing(recipient="guest", medium="mail", address=booking.guest.email)
    series = last.snapshot.series
    row = await messages.insert(
        tx,
        booking_id=last.booking_id,
        series_id=series.id if series is not None and series.whole else None,
        kind=last.kind,
        sequence=last.sequence,
        recipient="guest",
        medium="mail",
        address=mailing.address,
        channel_id=None,
        message_id=message_id(last.snapshot, last.kind, mailing).replace("@", f".again{now // DAY_SECONDS}@", 1),
        snapshot=messages.snapshot_text(last.snapshot),
        now=now,
    )
    if row is not None:
        await plan_job(tx, last.snapshot, last.kind, "mail", row, due_at=now, now=now)


async def plan_job(
    tx: Writer, snapshot: Snapshot, kind: Kind, medium: Medium, row: int, *, due_at: int, now: int
) -> None:
    """The job that sends a message: as urgent as its kind, in turn with those of other hosts."""
    owner = snapshot.host_id or snapshot.booking.host_id
    await jobs.insert(tx, kind=medium, subject=row, due_at=due_at, now=now, priority=priority_of(kind), owner=owner)


async def mailings(tx: Writer, snapshot: Snapshot, kind: Kind, *, host_alone: bool = False) -> list[Mailing]:
    """Who is told of this, and where; nobody who was erased."""
    booking = snapshot.booking
    found = [] if host_alone else [await _to_guest(tx, booking, kind)]
    if not host_alone and booking.companions and await _stands_or_stood(tx, booking.id, kind):
        found += [Mailing(recipient="companion", medium="mail", address=one.email) for one in booking.companions]
    found.append(Mailing(recipient="host", medium="mail", address=snapshot.host_email))
    for channel in await hearing(tx, snapshot, kind):
        found.append(Mailing(recipient="host", medium="channel", address=channel.name, channel_id=channel.id))
    return [one for one in found if one.address != ERASED_EMAIL]


async def _to_guest(tx: Writer, booking: Booking, kind: Kind) -> Mailing:
    """By mail, or a reminder on the channel that the guest chose for it."""
    way = await way_of_guest(tx, booking, kind)
    if way is not None and booking.guest.email != ERASED_EMAIL:
        return Mailing(recipient="guest", medium="channel", address=way.phone, channel_id=way.channel_id)
    return Mailing(recipient="guest", medium="mail", address=booking.guest.email)


async def _stands_or_stood(tx: Writer, booking_id: int, kind: Kind) -> bool:
    return kind in STANDING or (kind != "proposed" and await messages.was_confirmed(tx, booking_id))


def mail_domain(address: str) -> str:
    """The mail domain of a host or account, in ASCII: it never changes for a message, whatever the server is called."""
    domain = address.rpartition("@")[2]
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return "localhost"
