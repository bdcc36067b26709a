"""Slots kept for minutes while a guest types."""

from datetime import datetime

import msgspec

from cally import bookings
from cally.bookings import lasting, offer
from cally.model.bookings import Taken
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import Instant, epoch, instant
from cally.web.api.v1.public import owner_named
from cally.web.api.v1.refused import slot_taken

noun = Noun("Holds")


class HoldWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`replaces` names the guest's earlier hold, which is given up. It is with a `host` or with a `team`."""

    host: str | None = None
    team: str | None = None
    event_type: str
    starts_at: Instant
    duration_minutes: int | None = None
    nights: int | None = None
    replaces: str | None = None


class HoldShown(msgspec.Struct, frozen=True, kw_only=True):
    """Send `uid` as `hold` with the booking; it is given up by itself at `expires_at`."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime


@noun.does(
    "POST", "/holds", body=HoldWanted, answers={201: HoldShown}, refuses=("not_found", "slot_taken"), private=True
)
async def make_hold(call: Call) -> Answer:
    """Keep a slot for ten minutes."""
    wanted: HoldWanted = call.body
    doors, address, owner = call.doors, call.guest().address, owner_named(call.body.host, call.body.team)
    doors.guests.hold(address, call.now, replaces=wanted.replaces)
    shown = await call.keys(owner, wanted.event_type)
    held = await bookings.hold(
        doors.store,
        doors.availability,
        host=owner,
        event_type=wanted.event_type,
        starts_at=epoch(wanted.starts_at, "starts_at"),
        now=call.now,
        duration_minutes=wanted.duration_minutes,
        nights=wanted.nights,
        replaces=wanted.replaces,
        shown=shown,
    )
    doors.guests.given_up(wanted.replaces)
    if isinstance(held, Taken):
        found = await offer(doors.store.reader, owner, wanted.event_type, shown)
        minutes, _ = lasting(found, epoch(wanted.starts_at, "starts_at"), wanted.duration_minutes, wanted.nights)
        raise slot_taken(held, minutes)
    doors.guests.held(address, held.uid, held.expires_at)
    made = HoldShown(
        uid=held.uid,
        starts_at=instant(held.starts_at),
        ends_at=instant(held.ends_at),
        expires_at=instant(held.expires_at),
    )
    return answer(made, 201)


@noun.does("DELETE", "/holds/{uid}", answers={204: None})
async def release_hold(call: Call) -> Answer:
    """Give a hold up early; one that is not there is no fault."""
    await bookings.release(call.doors.store, call.path["uid"])
    call.doors.guests.given_up(call.path["uid"])
    return answer(None, 204)
