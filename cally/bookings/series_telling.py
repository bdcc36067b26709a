"""What a change within a series causes outside: one message for the whole, however many bookings it has (rule 68)."""

from collections.abc import Sequence

import msgspec

from cally.bookings.offers import Offer
from cally.bookings.series_told import noted, only_of, told_of, without
from cally.bookings.telling import hosts_of, plan_for
from cally.model.accounts import Actor
from cally.model.bookings import Booking
from cally.model.messages import Kind
from cally.model.series import SeriesTold
from cally.notify import webhooks
from cally.store import Writer, messages, series


async def announce_series(
    tx: Writer,
    offer: Offer,
    changed: list[Booking],
    kind: Kind,
    *,
    now: int,
    actor: Actor,
    earlier: Sequence[Booking] = (),
    is_new: bool = False,
) -> None:
    """Plan one message for everyone who must know of these bookings of a series; as a whole when they are several.

    The guest hears of all, each host of their own. `earlier` are the same bookings as they were before they moved:
    hosts who take part in none of them any more are told so.
    """
    before = {booking.id: booking for booking in earlier}
    for booking in changed:
        await webhooks.plan_for_message(tx, booking, kind, now=now, earlier=before.get(booking.id))
    stored = await noted(tx, changed[0], now, is_new=is_new)
    occurrences = await series.occurrences(tx, stored.id)
    whole = is_new or len(changed) > 1 or not await messages.was_confirmed(tx, changed[0].id)
    previous_starts_at = earlier[0].starts_at if earlier else None
    told = told_of(stored, occurrences, changed[0], whole=whole, changed=tuple(one.uid for one in changed))
    hosts = list(dict.fromkeys(host_id for booking in changed for host_id in booking.hosts))
    for number, host_id in enumerate(hosts):
        own = [booking for booking in changed if host_id in booking.hosts]
        head = changed[0] if number == 0 else own[0]
        about = told_of(stored, occurrences, head, whole=whole, changed=tuple(one.uid for one in own))
        theirs = await only_of(tx, about, host_id)
        is_all = number == 0 and theirs == told
        host = next(one for one in await hosts_of(tx, offer, head) if one.id == host_id)
        if number == 0 and not is_all:  # the guest's dates are more than those of the host who answers for the first
            await plan_for(
                tx,
                host,
                offer,
                head,
                kind,
                now=now,
                actor=actor,
                previous_starts_at=previous_starts_at,
                series=told,
                guests_alone=True,
            )
        await plan_for(
            tx,
            host,
            offer,
            head,
            kind,
            now=now,
            actor=actor,
            previous_starts_at=previous_starts_at,
            series=theirs,
            host_alone=not is_all,
            others_too=False,
        )
    await _announce_gone(tx, offer, told, changed, earlier, now=now, actor=actor)


async def _announce_gone(
    tx: Writer,
    offer: Offer,
    told: SeriesTold,
    changed: Sequence[Booking],
    earlier: Sequence[Booking],
    *,
    now: int,
    actor: Actor,
) -> None:
    """Tell each host who has none of the moved bookings any more which ones they had: those leave their calendar."""
    staying = {host_id for booking in changed for host_id in booking.hosts}
    gone = dict.fromkeys(host_id for booking in earlier for host_id in booking.hosts if host_id not in staying)
    for host_id in gone:
        swaps = [(was, moved) for was, moved in zip(earlier, changed, strict=True) if host_id in was.hosts]
        lost = [
            msgspec.structs.replace(was, sequence=moved.sequence, updated_at=moved.updated_at) for was, moved in swaps
        ]
        instead = {
            host.id: host.name
            for was, moved in swaps
            for host in await hosts_of(tx, offer, moved)
            if host.id not in was.hosts or was.host_id == host_id
        }
        host = next(one for one in await hosts_of(tx, offer, lost[0]) if one.id == host_id)
        await plan_for(
            tx,
            host,
            offer,
            lost[0],
            "reassigned",
            now=now,
            actor=actor,
            series=await without(tx, told, host_id, lost),
            host_alone=True,
            handed_to=", ".join(instead.values()),
        )
