"""What a change within a series causes outside: one message for the whole, however many bookings it has (rule 68)."""

from cally.bookings.offers import Offer
from cally.bookings.series_told import noted, only_of, told_of
from cally.bookings.telling import hosts_of, plan_for
from cally.model.accounts import Actor
from cally.model.bookings import Booking
from cally.model.messages import Kind
from cally.store import Writer, messages, series


async def announce_series(
    tx: Writer,
    offer: Offer,
    changed: list[Booking],
    kind: Kind,
    *,
    now: int,
    actor: Actor,
    previous_starts_at: int | None = None,
    is_new: bool = False,
) -> None:
    """Plan one message for everyone who must know of these bookings of a series; as a whole when they are several.

    The guest hears of all, each host of their own. `previous_starts_at` is when the first of the changed ones was.
    """
    stored = await noted(tx, changed[0], now, is_new=is_new)
    occurrences = await series.occurrences(tx, stored.id)
    whole = is_new or len(changed) > 1 or not await messages.was_confirmed(tx, changed[0].id)
    hosts = list(dict.fromkeys(host_id for booking in changed for host_id in booking.hosts))
    for number, host_id in enumerate(hosts):
        own = [booking for booking in changed if host_id in booking.hosts]
        head = changed[0] if number == 0 else own[0]
        about = changed if number == 0 else own
        told = told_of(stored, occurrences, head, whole=whole, changed=tuple(one.uid for one in about))
        if number > 0:
            told = await only_of(tx, told, host_id)
        host = next(one for one in await hosts_of(tx, offer, head) if one.id == host_id)
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
            host_alone=number > 0,
            others_too=False,
        )
