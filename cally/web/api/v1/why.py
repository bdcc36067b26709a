"""Why a time is offered or not, for the hosts who take part; and the capsule that replays it (M2)."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, UnsetType

from cally import bookings
from cally.bookings import Explanation, Offer
from cally.errors import invalid
from cally.model.capsule import question_to_json
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import Instant, day_end, day_start, epoch, instant
from cally.web.api.v1.why_shown import WhyShown, shown_explanation

CAPSULE_DAYS = 31

noun = Noun("Explanations")


class WhyAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The start that is asked about, and for how long; the default length, or the fewest nights, when left out."""

    at: Annotated[Instant, msgspec.Meta(description="The start that is asked about.")]
    duration: Annotated[int, msgspec.Meta(description="Minutes, one of the lengths on offer.")] | None = None
    nights: Annotated[int, msgspec.Meta(description="For what is booked by the night.")] | None = None


class CapsuleAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Dates in the schedule's zone, both included; 31 days from today when left out."""

    from_on: date | None = msgspec.field(name="from", default=None)
    to_on: date | None = msgspec.field(name="to", default=None)
    ask: Annotated[str, msgspec.Meta(description="Starts to be explained by the replay, parted by commas.")] = ""
    duration: Annotated[int, msgspec.Meta(description="Minutes, one of the lengths on offer.")] | None = None


class CapsuleShown(msgspec.Struct, frozen=True, kw_only=True):
    """A question to the engine, as `cally replay` takes it; nobody is named in it."""

    capsule: int
    now: datetime
    window: tuple[datetime, datetime]
    guest_tz: str
    event_type: dict[str, Any]
    hosts: tuple[dict[str, Any], ...]
    resources: tuple[dict[str, Any], ...] | UnsetType = UNSET
    ask: tuple[datetime, ...] | UnsetType = UNSET


@noun.does(
    "GET",
    "/event-types/{id}/why",
    scope="event-types:read",
    query=WhyAsked,
    answers={200: WhyShown},
    refuses=("not_found",),
)
async def explain_time(call: Call) -> Answer:
    """Say why a time is offered or not, for each host and resource, with the facts.

    For hosts who take part, whose event type it need not be: of their own time they learn all, of their colleagues'
    only when it is taken. Guests are never told more than that a time cannot be had.
    """
    asked: WhyAsked = call.query
    found = await bookings.explained_to(call.doors.store.reader, call.id(), call.token_holder.account.id)
    starts_at = epoch(asked.at, "at")
    minutes, _ = bookings.lasting(found, starts_at, asked.duration, asked.nights)
    told = await bookings.explain(
        call.doors.store.reader,
        found,
        starts_at,
        duration_minutes=minutes,
        now=call.now,
        told=call.token_holder.account.id,
    )
    return answer(shown_explanation(told, await _alternatives(call, told)))


@noun.does(
    "GET",
    "/event-types/{id}/capsule",
    scope="event-types:read",
    query=CapsuleAsked,
    answers={200: CapsuleShown},
    refuses=("not_found", "conflict"),
)
async def make_capsule(call: Call) -> Answer:
    """Give everything that decides when an event type can be booked, without names: a capsule for `cally replay`."""
    asked: CapsuleAsked = call.query
    db = call.doors.store.reader
    found = await bookings.explained_to(db, call.id(), call.token_holder.account.id)
    made = await bookings.capsule(
        db,
        found,
        duration_minutes=found.duration_minutes(asked.duration),
        now=call.now,
        within=_within(found, asked, call.now),
        ask=[_instant(text) for text in asked.ask.split(",") if text],
    )
    return answer(question_to_json(made))


async def _alternatives(call: Call, told: Explanation) -> tuple[int, ...]:
    if told.refusal is None:
        return ()
    taken = await call.doors.availability.taken(
        told.offer, told.refusal, told.starts_at, minutes=told.duration_minutes, now=call.now
    )
    return taken.alternatives


def _within(found: Offer, asked: CapsuleAsked, now: int) -> tuple[int, int]:
    tz = found.schedule.rules.tz
    first = asked.from_on or instant(now).astimezone(ZoneInfo(tz)).date()
    from_at = day_start(first, tz, "from")
    last = asked.to_on or first + timedelta(days=CAPSULE_DAYS - 1)
    return from_at, day_end(last, tz, "to")


def _instant(text: str) -> int:
    try:
        found: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise invalid("ask", "These should be instants like 2026-03-29T09:30:00Z, parted by commas.")
    return epoch(found, "ask")
