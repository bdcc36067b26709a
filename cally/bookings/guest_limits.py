"""The most bookings that a guest may have ahead of one event type (rule 46), and their own link to move one of them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cally.bookings.offers import Offer
from cally.errors import CallyError
from cally.model.addresses import without_tag
from cally.notify import outbox
from cally.store import Reader, Store, bookings, guest_limits

CODE = "guest_limit"
LINKS = 3


async def require_fewer(db: Reader, found: Offer, email: str, *, now: int) -> None:
    """Raise `guest_limit` when this mailbox has as many bookings ahead as the event type lets one guest have.

    To be asked inside the transaction that books: two requests at once are counted one after the other.
    """
    most = found.event_type.options.active_per_guest
    if most is None:
        return
    if len(await _ahead(db, found, email, now)) >= most:
        raise CallyError(CODE, _sentence(most), most=most)


@asynccontextmanager
async def link_sent_again(store: Store, found: Offer, email: str, *, now: int) -> AsyncIterator[None]:
    """Whoever is refused for that in the block gets the mails about their bookings again, with the links to move them.

    They go to the address that was booked with, at most once a day; nobody who types another one's address learns more
    than that it has as many bookings as it may. Raises what the block raises.
    """
    try:
        yield
    except CallyError as error:
        if error.code == CODE:
            await _send_again(store, found, email, now)
        raise


async def _send_again(store: Store, found: Offer, email: str, now: int) -> None:
    async with store.write() as tx:
        for booking_id in (await _ahead(tx, found, email, now))[:LINKS]:
            booking = await bookings.by_id(tx, booking_id)
            if booking is not None:
                await outbox.plan_again(tx, booking, now=now)


async def _ahead(db: Reader, found: Offer, email: str, now: int) -> list[int]:
    return await guest_limits.list_ahead(db, address=without_tag(email), event_type_id=found.event_type.id, now=now)


def _sentence(most: int) -> str:
    has = "a booking" if most == 1 else f"{most} bookings"
    return (
        f"With this e-mail address there is {has} ahead already, and no more can be made here. "
        "To move or cancel one, use the link in the mail about it: it is being sent to that address again."
    )
