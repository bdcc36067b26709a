"""A host answers a request from its message, without signing in: what the link opens, and times proposed instead.

The link names one host, one request and what the request was then: it ends when the request does, or is another one.
"""

from collections.abc import Sequence
from typing import Literal

import msgspec

from cally.bookings.changes import REASON_LENGTH, booking_at, record, require_ahead, require_pending
from cally.bookings.moving import slots_to_move_to
from cally.bookings.offers import Offer, offer_of
from cally.bookings.telling import host_of, plan_for
from cally.errors import CallyError, invalid
from cally.model.accounts import Actor
from cally.model.bookings import Booking
from cally.model.hosts import Host
from cally.model.texts import paragraph
from cally.notify.links import ANSWER_PURPOSE
from cally.store import Reader, Store, Writer, accounts, bookings, hosts, proposals
from cally.vault import Vault

MOST_PROPOSED = 3
KEPT_SECONDS = 30 * 86_400
RequestState = Literal["waiting", "changed", "begun", "answered"]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request as a link in its message opens it, for the host who was asked.

    `changed`: it waits still, but for another time than the message told of. `proposed` are the times offered instead.
    """

    booking: Booking
    host: Host
    state: RequestState
    proposed: tuple[int, ...] = ()


async def request_for_token(db: Reader, vault: Vault, token: str, now: int) -> Request | None:
    """What a link opens; None when it is forged, its host has no part in the booking any more, or it is long over."""
    named = vault.verified(ANSWER_PURPOSE, token)
    if named is None:
        return None
    uid, sequence, host_id = named.rsplit("-", 2)
    booking = await bookings.by_uid(db, uid)
    if booking is None or int(host_id) not in booking.hosts or booking.ends_at + KEPT_SECONDS < now:
        return None
    host, account = await hosts.by_id(db, int(host_id)), await accounts.by_id(db, int(host_id))
    if host is None or account is None or account.disabled_at is not None:
        return None
    return Request(
        booking=booking,
        host=host,
        state=_state(booking, int(sequence), now),
        proposed=await proposals.list_of(db, booking_id=booking.id, sequence=booking.sequence),
    )


def _state(booking: Booking, sequence: int, now: int) -> RequestState:
    if booking.status != "pending":
        return "answered"
    if booking.starts_at <= now:
        return "begun"
    return "waiting" if booking.sequence == sequence else "changed"


async def propose(
    store: Store, uid: str, starts: Sequence[int], *, reason: str, now: int, actor: Actor
) -> tuple[int, ...]:
    """Offer a guest up to three free times instead of the one they asked for; what is offered then.

    Whichever the guest takes is agreed at once. A request gets one proposal: a second one changes nothing. Raises
    `invalid` naming `starts`, `conflict` for a request that was answered, has begun, or is for a series.
    """
    words = paragraph(reason, "reason", longest=REASON_LENGTH)
    async with store.write() as tx:
        booking = await booking_at(tx, uid)
        require_pending(booking, "moved by a proposal")
        require_ahead(booking, now, "moved by a proposal")
        if booking.series_id is not None:
            raise CallyError("conflict", "For a series no other times can be proposed; please accept or decline it.")
        known = await proposals.list_of(tx, booking_id=booking.id, sequence=booking.sequence)
        if known:
            return known
        offer = await offer_of(tx, booking)
        chosen = await _free(tx, offer, booking, starts, now)
        host_id = actor.for_id or actor.account_id or booking.host_id
        for start in chosen:
            await proposals.insert(
                tx, booking_id=booking.id, sequence=booking.sequence, starts_at=start, host_id=host_id, now=now
            )
        await record(tx, booking, "propose", now, actor, times=len(chosen))
        await _tell(tx, offer, msgspec.structs.replace(booking, reason=words), chosen, now, actor)
        return chosen


async def _free(tx: Reader, offer: Offer, booking: Booking, starts: Sequence[int], now: int) -> tuple[int, ...]:
    """The times, in order, if all of them can be had."""
    chosen = tuple(sorted(set(starts)))
    if not 0 < len(chosen) <= MOST_PROPOSED:
        raise invalid("starts", f"Please choose one to {MOST_PROPOSED} times.")
    lasting = booking.ends_at - booking.starts_at
    for start in chosen:
        free = await slots_to_move_to(tx, offer, booking, now=now, from_at=start, to_at=start + lasting)
        if not any(slot.starts_at == start for slot in free):
            raise invalid("starts", "One of these times is not free any more; please choose again.")
    return chosen


async def _tell(tx: Writer, offer: Offer, booking: Booking, proposed: tuple[int, ...], now: int, actor: Actor) -> None:
    host = await host_of(tx, offer, booking)
    await plan_for(tx, host, offer, booking, "proposed", now=now, actor=actor, guests_alone=True, proposed=proposed)
