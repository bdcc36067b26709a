"""A capsule from the live database: all that the engine looks at, and nothing that names anybody (CAPSULE.md)."""

from collections.abc import Sequence

import msgspec

from cally import engine
from cally.bookings.offers import Offer
from cally.bookings.questions import question
from cally.errors import CallyError, invalid
from cally.model.rules import Interval, Question
from cally.store import Reader

MOST_DAYS = 366
MOST_ASKED = 100
DAY_SECONDS = 86_400


async def capsule(
    db: Reader, offer: Offer, *, duration_minutes: int, now: int, within: Interval, ask: Sequence[int] = ()
) -> Question:
    """The question whose slots are those that start within `[from, to)`, as page and API show them at `now`.

    Raises `invalid` for `to` when the stretch is empty or longer than a year, for `ask` when that is too long;
    `conflict` for an event type that is booked by the night, which a capsule cannot say.
    """
    if offer.event_type.options.stay is not None:
        raise CallyError("conflict", "A capsule cannot hold an event type that is booked by the night.")
    from_at, to_at = within
    if not from_at < to_at <= from_at + (MOST_DAYS + 1) * DAY_SECONDS:
        raise invalid("to", f"A capsule covers 1 to {MOST_DAYS} days, the first one first.")
    if len(ask) > MOST_ASKED:
        raise invalid("ask", f"At most {MOST_ASKED} times can be asked about.")
    # a slot must end within the window: the last one starts before the end of the stretch and may reach beyond it
    window = (from_at, to_at + duration_minutes * 60 - 1)
    asked = await question(db, offer, duration_minutes=duration_minutes, now=now, window=window)
    return engine.anonymous(msgspec.structs.replace(asked, ask=tuple(dict.fromkeys(ask))))
