"""What a change of booking causes outside: rows of the outbox, in the same transaction."""

from collections.abc import Iterable

import msgspec

from cally.bookings import groups
from cally.bookings.offers import Offer
from cally.bookings.series_told import told_of_one
from cally.errors import not_found
from cally.model.accounts import Actor
from cally.model.bookings import Booking
from cally.model.groups import GroupSnapshot
from cally.model.hosts import Host
from cally.model.messages import ClockChange, HostTold, Kind, Snapshot
from cally.model.series import SeriesTold
from cally.notify import outbox, webhooks
from cally.store import Reader, Writer, hosts


async def announce(
    tx: Writer,
    offer: Offer,
    booking: Booking,
    kind: Kind,
    *,
    now: int,
    actor: Actor,
    previous_starts_at: int | None = None,
    clock: ClockChange | None = None,
    guests_alone: bool = False,
    earlier: Booking | None = None,
) -> None:
    """Plan the messages of this change, speaking of the booking as it is now, and of its place in its series.

    Hosts of `earlier` who take part no more are told so.
    """
    await webhooks.plan_for_message(tx, booking, kind, now=now, previous_starts_at=previous_starts_at, earlier=earlier)
    host = await host_of(tx, offer, booking)
    change = await _change_of_hosts(tx, earlier, booking)
    series = await told_of_one(tx, booking, now)
    await plan_for(
        tx,
        host,
        offer,
        booking,
        kind,
        now=now,
        actor=actor,
        previous_starts_at=previous_starts_at,
        clock=clock,
        series=series,
        group=await groups.told(tx, offer, booking, kind, now=now),
        guests_alone=guests_alone,
        handed_from=change.names_gone,
    )
    if earlier is not None and not booking.is_seat:
        left = msgspec.structs.replace(earlier, sequence=booking.sequence, updated_at=booking.updated_at)
        for gone in change.gone:
            await plan_for(
                tx,
                gone,
                offer,
                left,
                "reassigned",
                now=now,
                actor=actor,
                series=series,
                host_alone=True,
                handed_to=change.names_new,
            )


async def announce_left(tx: Writer, offer: Offer, left: Booking, *, now: int, actor: Actor) -> None:
    """Tell the host of a session that a seat in it is free: its guest has moved, and knows that from another message.

    `left` is the booking as it was, with the sequence that its move gave it. Where it was no seat nobody is told.
    """
    group = await groups.told(tx, offer, left, "cancelled", now=now)
    if group is not None:
        host = await host_of(tx, offer, left)
        await plan_for(tx, host, offer, left, "cancelled", now=now, actor=actor, group=group, host_alone=True)


async def plan_for(
    tx: Writer,
    host: Host,
    offer: Offer,
    booking: Booking,
    kind: Kind,
    *,
    now: int,
    actor: Actor,
    previous_starts_at: int | None = None,
    clock: ClockChange | None = None,
    series: SeriesTold | None = None,
    group: GroupSnapshot | None = None,
    host_alone: bool = False,
    guests_alone: bool = False,
    others_too: bool = True,
    handed_from: str = "",
    handed_to: str = "",
    proposed: tuple[int, ...] = (),
) -> None:
    """Plan the messages of a change, in the name of this host; if they answer for it, for `others_too` who take part.

    Each host is told on their own clock, in their own language, on their own channels.
    """
    everybody = [host] if handed_to else await hosts_of(tx, offer, booking)
    leads = host.id == booking.host_id and not handed_to
    lead = everybody[0]
    snapshot = Snapshot(
        booking=booking,
        host_id=host.id,
        host_name=host.name,
        host_email=host.email,
        host_tz=host.tz,
        host_locale=host.locale,
        host_slug=offer.path.removesuffix(f"/{offer.event_type.slug}").removeprefix("/"),
        others=_told(one for one in everybody if one.id not in {host.id, lead.id}),
        lead=None if lead.id == host.id else _told([lead])[0],
        by_host=await _name_of(tx, actor, everybody),
        handed_from=handed_from,
        handed_to=handed_to,
        event_type_slug=offer.event_type.slug,
        previous_starts_at=previous_starts_at,
        by="guest" if actor.kind == "guest" else "host",
        clock=clock,
        series=series,
        group=group,
        proposed=proposed,
    )
    await outbox.plan(tx, snapshot, kind, now=now, host_alone=host_alone, guests_alone=guests_alone)
    if not leads or not others_too or guests_alone:
        return
    for other in everybody[1:]:
        own = msgspec.structs.replace(
            snapshot,
            host_id=other.id,
            host_name=other.name,
            host_email=other.email,
            host_tz=other.tz,
            host_locale=other.locale,
            others=_told(one for one in everybody[1:] if one.id != other.id),
            lead=_told([lead])[0],
        )
        await outbox.plan(tx, own, kind, now=now, host_alone=True)


async def hosts_of(db: Reader, offer: Offer, booking: Booking) -> list[Host]:
    """All hosts of a booking, the one who answers for it first."""
    known = {one.id: one for one in (offer.host, *(participant.host for participant in offer.participants))}
    found = [known.get(host_id) or await hosts.by_id(db, host_id) for host_id in booking.hosts]
    if found[0] is None:
        raise not_found("host")
    return [host for host in found if host is not None]


async def host_of(db: Reader, offer: Offer, booking: Booking) -> Host:
    """The host who answers for a booking; for a team's it may be another one than answers for the event type."""
    return (await hosts_of(db, offer, booking))[0]


class _Change(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes part no more, and the names of those who do instead."""

    gone: tuple[Host, ...] = ()
    names_gone: str = ""
    names_new: str = ""


async def _change_of_hosts(db: Reader, earlier: Booking | None, booking: Booking) -> _Change:
    if earlier is None or set(earlier.hosts) <= set(booking.hosts):
        return _Change()
    gone = [await hosts.by_id(db, host_id) for host_id in earlier.hosts if host_id not in booking.hosts]
    new = [await hosts.by_id(db, host_id) for host_id in booking.hosts if host_id not in earlier.hosts]
    left = tuple(host for host in gone if host is not None)
    return _Change(
        gone=left,
        names_gone=", ".join(host.name for host in left),
        names_new=", ".join(host.name for host in new if host is not None),
    )


def _told(some: Iterable[Host]) -> tuple[HostTold, ...]:
    return tuple(HostTold(name=host.name, email=host.email) for host in some)


async def _name_of(db: Reader, actor: Actor, everybody: list[Host]) -> str:
    """Who acted, where several hosts have to be told apart; also one who only manages the team."""
    if actor.kind == "guest" or actor.account_id is None:
        return ""
    acting = next((host for host in everybody if host.id == actor.account_id), None)
    acting = acting or await hosts.by_id(db, actor.account_id)
    return acting.name if acting is not None else ""
