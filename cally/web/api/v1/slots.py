"""Free slots, answered from memory for as long as the answer is exactly right."""

from collections import OrderedDict
from datetime import date, datetime
from typing import Annotated, NamedTuple

import msgspec

from cally.bookings import TEAM, Offer, is_there, lasting, offer
from cally.errors import CallyError, invalid
from cally.model.bookings import Slot
from cally.model.private_pages import Keys
from cally.model.zones import zone
from cally.web.api.endpoints import Answer, Call, Noun, encoded
from cally.web.api.instants import day_end, day_start, instant
from cally.web.api.versions import etag, is_known

LONGEST_RANGE_DAYS = 100
REMEMBERED_BYTES = 33_554_432
ANSWER_BYTES = 4_096  # what an answer takes beside its text: an address that is asked for is an entry, however empty

noun = Noun("Slots")
Key = tuple[str, str, bytes, bytes]
Version = tuple[int, int, int]


class SlotsAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Dates in `tz`, both included; `tz` defaults to the schedule's zone, `duration` to the default length."""

    from_on: Annotated[date, msgspec.Meta(description="First local date.")] = msgspec.field(name="from")
    to_on: Annotated[date, msgspec.Meta(description="Last local date, included.")] = msgspec.field(name="to")
    tz: Annotated[str, msgspec.Meta(description="Zone of the dates; the schedule's when left out.")] | None = None
    duration: Annotated[int, msgspec.Meta(description="Minutes, one of the lengths on offer.")] | None = None
    nights: Annotated[int, msgspec.Meta(description="Nights, where they are booked; else the fewest.")] | None = None


class SlotShown(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch that may be booked."""

    starts_at: datetime
    ends_at: datetime
    seats_left: int


class SlotsShown(msgspec.Struct, frozen=True, kw_only=True):
    """Free slots in order; each starts on one of the dates asked for."""

    slots: tuple[SlotShown, ...]
    tz: str


class Known(NamedTuple):
    """An answer as it was sent, with what it is right for."""

    offer: Offer
    version: Version
    body: bytes
    etag: str


class SlotsMemory:
    """Answers by what was asked, the least recently used forgotten first; bounded in bytes, addresses included."""

    def __init__(self, most_bytes: int = REMEMBERED_BYTES) -> None:
        self._known: OrderedDict[Key, Known] = OrderedDict()
        self._left = most_bytes

    def get(self, key: Key) -> Known | None:
        """The answer, which may be out of date."""
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
        return known

    def put(self, key: Key, known: Known) -> None:
        """Keep an answer."""
        earlier = self._known.pop(key, None)
        if earlier is not None:
            self._left += _size(key, earlier)
        self._known[key] = known
        self._left -= _size(key, known)
        while self._left < 0 and self._known:
            self._left += _size(*self._known.popitem(last=False))


def _size(key: Key, known: Known) -> int:
    return ANSWER_BYTES + len(key[2]) + len(known.body)


@noun.does(
    "GET",
    "/hosts/{host}/event-types/{slug}/slots",
    query=SlotsAsked,
    answers={200: SlotsShown, 304: None},
    refuses=("not_found",),
    private=True,
)
async def list_slots(call: Call) -> Answer:
    """List the slots that can be booked, at most 100 days of them.

    The answer carries an `ETag`; send it back in `If-None-Match` and get 304 while nothing has changed.
    """
    return await _listed(call, call.path["host"])


@noun.does(
    "GET",
    "/teams/{team}/event-types/{slug}/slots",
    query=SlotsAsked,
    answers={200: SlotsShown, 304: None},
    refuses=("not_found",),
    private=True,
)
async def list_slots_of_team(call: Call) -> Answer:
    """List the slots that can be booked with a team, at most 100 days of them.

    A slot is free when enough of its hosts are: all who must be there, and one of each group that takes turns.
    """
    return await _listed(call, f"{TEAM}{call.path['team']}")


async def _listed(call: Call, owner: str) -> Answer:
    memory: SlotsMemory = call.request.app.state.slots
    shown = await call.keys(owner, call.path["slug"])
    key = (owner, call.path["slug"], call.request.scope["query_string"], shown.link)
    known = memory.get(key)
    if known is None or not await _is_right(call, known, shown):
        call.doors.guests.look(call.guest().address, call.now, times=_cost(call.query, call.now))
        known = await _known(call, owner, shown)
        memory.put(key, known)
    headers = {"etag": known.etag, "cache-control": "no-cache"}
    if is_known(call.request.headers.get("if-none-match", ""), known.etag):
        return encoded(b"", 304, headers)
    return encoded(known.body, 200, headers)


async def _is_right(call: Call, known: Known, shown: Keys) -> bool:
    """Nothing that the slots are made of has changed, and the address still leads whoever asks to this host."""
    if not await is_there(call.doors.store.reader, known.offer, shown):
        return False
    return known.version == await call.doors.availability.version(known.offer, call.now)


async def _known(call: Call, owner: str, shown: Keys) -> Known:
    found = await offer(call.doors.store.reader, owner, call.path["slug"], shown)
    version = await call.doors.availability.version(found, call.now)
    tz, slots = await _slots(call, found)
    listed = tuple(
        SlotShown(starts_at=instant(slot.starts_at), ends_at=instant(slot.ends_at), seats_left=slot.seats_left)
        for slot in slots
    )
    body = msgspec.json.encode(SlotsShown(slots=listed, tz=tz))
    return Known(found, version, body, etag(body))


async def _slots(call: Call, found: Offer) -> tuple[str, list[Slot]]:
    """Those that start on the dates asked for; the last one may end on the day after."""
    asked: SlotsAsked = call.query
    tz = zone(asked.tz) if asked.tz is not None else found.schedule.rules.tz
    _require_range(asked)
    from_at, to_at = day_start(asked.from_on, tz, "from"), day_end(asked.to_on, tz, "to")
    if found.event_type.options.stay is not None:
        return tz, await _stays(call, found, (from_at, to_at))
    try:
        minutes = found.duration_minutes(asked.duration)
    except CallyError as error:
        raise invalid("duration", str(error)) from error
    slots = await call.doors.availability.slots(
        found, now=call.now, from_at=from_at, to_at=to_at + minutes * 60, duration_minutes=minutes
    )
    return tz, [slot for slot in slots if slot.starts_at < to_at]


async def _stays(call: Call, found: Offer, window: tuple[int, int]) -> list[Slot]:
    """Those of as many nights as were asked for that begin on the dates asked for."""
    asked: SlotsAsked = call.query
    _, nights = lasting(found, window[0], asked.duration, asked.nights)
    slots = await call.doors.availability.slots(found, now=call.now, from_at=window[0], to_at=window[1], nights=nights)
    return list(slots)


def _cost(asked: SlotsAsked, now: int) -> int:
    """What it costs to compute: more for many days, and for days far ahead."""
    days = max(0, (asked.to_on - asked.from_on).days)
    return 1 + days // 7 + max(0, asked.to_on.year - date.fromordinal(719_163 + now // 86_400).year)


def _require_range(asked: SlotsAsked) -> None:
    if asked.to_on < asked.from_on:
        raise invalid("to", "The last date lies before the first one.")
    if (asked.to_on - asked.from_on).days >= LONGEST_RANGE_DAYS:
        raise invalid("to", f"At most {LONGEST_RANGE_DAYS} days can be asked for at once.")
