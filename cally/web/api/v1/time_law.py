"""What a country's new clock rules mean for bookings, and what each of them is to keep."""

from datetime import datetime
from typing import Literal

import msgspec

from cally import bookings
from cally.bookings import Affected
from cally.errors import not_found
from cally.model.bookings import Taken
from cally.model.options import Keeps
from cally.model.zones import tzdata_version
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import instant
from cally.web.api.v1.pages import Page, Paged, page
from cally.web.api.v1.refused import slot_taken
from cally.web.api.v1.shown import BookingShown, shown_booking

noun = Noun("Time law")


class AffectedShown(msgspec.Struct, frozen=True, kw_only=True):
    """A booking whose clock time and instant parted.

    `told` maps zones to the start that their clocks showed when it was agreed on. The clock time kept, it starts at
    `wall_time_starts_at` (null when the clocks leap over it), `reason` says why that is not free; the instant kept, the
    clock shows `instant_starts_local`. At `settled_at` what is recommended is done without a decision.
    """

    uid: str
    title: str
    tz: str
    starts_at: datetime
    starts_local: str
    told: dict[str, str]
    wall_time_starts_at: datetime | None
    reason: str | None
    instant_starts_local: str
    recommended: Keeps
    settled_at: datetime


class TimeLawShown(Page, frozen=True, kw_only=True):
    """The release of the zone rules in use, since when (null: since the beginning), and the bookings it concerns."""

    tzdata_version: str
    changed_at: datetime | None
    bookings: tuple[AffectedShown, ...]


class Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the booking keeps: its time on the clock, or its instant."""

    keep: Literal["wall_time", "instant"]


@noun.does("GET", "/time-law", scope="bookings:read", query=Paged, answers={200: TimeLawShown})
async def show_time_law(call: Call) -> Answer:
    """List the host's bookings that new clock rules concern and nobody has decided on, the earliest first."""
    db = call.doors.store.reader
    law = await bookings.law_in_use(db)
    found = await bookings.list_affected(db, call.token_holder.account.id, now=call.now)
    kept, more = page(found, call.query, lambda one: (one.booking.starts_at, one.booking.id))
    shown = TimeLawShown(
        tzdata_version=tzdata_version(),
        changed_at=instant(law.changed_at) if law and law.changed_at is not None else None,
        bookings=tuple(map(_shown, kept)),
        next_cursor=more,
    )
    return answer(shown)


@noun.does(
    "POST",
    "/bookings/{uid}/clock",
    scope="bookings:write",
    body=Kept,
    answers={200: BookingShown},
    refuses=("not_found", "conflict", "slot_taken"),
)
async def keep_clock(call: Call) -> Answer:
    """Keep a booking's time on the clock, or its instant, after new clock rules; both sides are told.

    The seats of one session go together. 409 `conflict` when no decision waits.
    """
    doors, holder = call.doors, call.token_holder
    booking = await bookings.booking_by_uid(doors.store.reader, call.path["uid"])
    if booking is None or booking.host_id != holder.account.id:
        raise not_found("booking")
    kept = await bookings.keep_clock(
        doors.store, doors.availability, booking.uid, keep=call.body.keep, now=call.now, actor=holder.actor()
    )
    if isinstance(kept, Taken):
        raise slot_taken(kept, booking.terms.duration_minutes, for_host=True)
    doors.wake()
    return answer(await shown_booking(doors, kept))


def _shown(one: Affected) -> AffectedShown:
    return AffectedShown(
        uid=one.booking.uid,
        title=one.booking.terms.title,
        tz=one.booking.tz,
        starts_at=instant(one.booking.starts_at),
        starts_local=one.booking.starts_local,
        told=one.told,
        wall_time_starts_at=None if one.is_skipped else instant(one.clock_at),
        reason=one.refused.code if one.refused else None,
        instant_starts_local=one.new_local,
        recommended=one.recommended,
        settled_at=instant(one.settled_at),
    )
