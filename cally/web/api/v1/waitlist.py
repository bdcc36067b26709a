"""The waitlist: slots that are full, who waits for them, and what becomes of it."""

from datetime import date, datetime
from typing import Annotated

import msgspec

from cally import bookings, hosts
from cally.bookings import consents, offer, offer_by_id, position
from cally.errors import invalid, not_found
from cally.model.accounts import Actor
from cally.model.bookings import BookingRequest, Companion, Guest, Taken
from cally.model.waitlist import WaitlistEntry, WaitState
from cally.model.zones import zone
from cally.notify.links import waitlist_url
from cally.web.admission import mailed
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import Instant, day_end, day_start, epoch, instant
from cally.web.api.v1.admitted import welcome
from cally.web.api.v1.bookings import CompanionWanted, GuestWanted
from cally.web.api.v1.pages import Page, Paged, cut
from cally.web.api.v1.pages import position as place_in_list
from cally.web.api.v1.public import owner_named
from cally.web.api.v1.refused import slot_taken
from cally.web.api.v1.shown import BookingShown, shown_booking
from cally.web.api.v1.spans import span
from cally.web.doors import Doors

LONGEST_RANGE_DAYS = 100

noun = Noun("Waitlist")


class FullAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Of a `host` or a `team`; dates in `tz` (the schedule's zone when left out), both included."""

    event_type: str
    from_on: Annotated[date, msgspec.Meta(description="First local date.")] = msgspec.field(name="from")
    to_on: Annotated[date, msgspec.Meta(description="Last local date, included.")] = msgspec.field(name="to")
    host: str | None = None
    team: str | None = None
    tz: str | None = None
    duration: int | None = None


class FullSlotShown(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch that may be waited for."""

    starts_at: datetime
    ends_at: datetime


class FullShown(msgspec.Struct, frozen=True, kw_only=True):
    """Slots that are full, in order."""

    slots: tuple[FullSlotShown, ...]
    tz: str


class PlaceInLineWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which slot, of a `host` or a `team`, and who waits for it."""

    host: str | None = None
    team: str | None = None
    event_type: str
    starts_at: Instant
    guest: GuestWanted
    duration_minutes: int | None = None
    consent: Annotated[bool, msgspec.Meta(description="The guest agrees to the `consent` of the event type.")] = False


class WaitingShown(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who waits. `position` is their place in the line, 1 for the first; null when they wait no more.

    `expires_at` is until when the slot is kept for them, while it is `offered`. `manage_url` is a secret of the guest.
    """

    uid: str
    state: WaitState
    invited: bool
    position: int | None
    event_type: str | None
    starts_at: datetime
    ends_at: datetime
    expires_at: datetime | None
    guest: Guest
    created_at: datetime
    manage_url: str | msgspec.UnsetType = msgspec.UNSET


class WaitlistShown(Page, frozen=True, kw_only=True):
    """One page of a list; `next_cursor` is null on the last one."""

    entries: tuple[WaitingShown, ...]


class WaitlistAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`from` and `to` are dates in `tz`, both included, or instants."""

    from_: str | None = msgspec.field(name="from", default=None)
    to: str | None = None
    tz: str | None = None
    state: WaitState | None = None


class Acceptance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a booking takes beside its guest, who is known."""

    companions: tuple[CompanionWanted, ...] = ()
    answers: dict[str, str] = {}
    notes: str = ""
    place: int = 0
    guest_phone: str = ""
    consent: Annotated[bool, msgspec.Meta(description="Needed of whoever did not agree when joining.")] = False


@noun.does("GET", "/full-slots", query=FullAsked, answers={200: FullShown}, refuses=("not_found",), private=True)
async def list_full_slots(call: Call) -> Answer:
    """List the slots that are full and may be waited for, at most 100 days of them.

    Only what the event type's own bookings take is listed; what is taken otherwise stays private.
    """
    asked: FullAsked = call.query
    owner = owner_named(asked.host, asked.team)
    found = await offer(call.doors.store.reader, owner, asked.event_type, await call.keys(owner, asked.event_type))
    tz = zone(asked.tz) if asked.tz is not None else found.schedule.rules.tz
    if not 0 <= (asked.to_on - asked.from_on).days < LONGEST_RANGE_DAYS:
        raise invalid("to", f"Please ask for 1 to {LONGEST_RANGE_DAYS} days, the first one first.")
    to_at = day_end(asked.to_on, tz, "to")
    minutes = found.duration_minutes(asked.duration)
    slots = await call.doors.availability.full(
        found,
        now=call.now,
        from_at=day_start(asked.from_on, tz, "from"),
        to_at=to_at + minutes * 60,
        duration_minutes=minutes,
    )
    shown = [
        FullSlotShown(starts_at=instant(slot.starts_at), ends_at=instant(slot.ends_at))
        for slot in slots
        if slot.starts_at < to_at
    ]
    return answer(FullShown(slots=tuple(shown), tz=tz))


@noun.does(
    "POST",
    "/waitlist",
    body=PlaceInLineWanted,
    answers={201: WaitingShown},
    refuses=("not_found", "conflict"),
    private=True,
)
async def join_waitlist(call: Call) -> Answer:
    """Wait for a slot that is full, at the end of the line.

    When it comes free, it is offered by mail to whoever has waited longest, and kept for them until `expires_at`.
    409 `conflict` for a slot that is free, or that nobody can wait for.
    """
    wanted: PlaceInLineWanted = call.body
    owner = owner_named(wanted.host, wanted.team)
    await welcome(call, owner, wanted.event_type, (wanted.guest.email,))
    entry = await bookings.join(
        call.doors.store,
        host=owner,
        event_type=wanted.event_type,
        starts_at=epoch(wanted.starts_at, "starts_at"),
        guest=Guest(name=wanted.guest.name, email=wanted.guest.email, tz=wanted.guest.tz, locale=wanted.guest.locale),
        duration_minutes=wanted.duration_minutes,
        now=call.now,
        actor=call.guest(),
        shown=await call.keys(owner, wanted.event_type),
        consent=consents.CURRENT if wanted.consent else "",
    )
    call.doors.wake()
    mailed(call.doors, (wanted.guest.email,))
    shown = await shown_entry(call.doors, entry, for_guest=True)
    return answer(shown, 201, {"location": f"/api/v1/waitlist/{entry.uid}"})


@noun.does("GET", "/waitlist", scope="bookings:read", query=WaitlistAsked, answers={200: WaitlistShown})
async def list_waitlist(call: Call) -> Answer:
    """List who waits for a host's slots, or did, by the start of the slot."""
    asked: WaitlistAsked = call.query
    db, host_id = call.doors.store.reader, call.token_holder.account.id
    host = await hosts.host_by_id(db, host_id)
    tz = zone(asked.tz) if asked.tz is not None else host.tz if host else "UTC"
    from_at, to_at = span(asked.from_, asked.to, tz)
    after = place_in_list(asked.cursor, int, int) if asked.cursor is not None else None
    found = await bookings.list_waitlist(
        db,
        host_id=host_id,
        from_at=from_at,
        to_at=to_at,
        state=asked.state,
        after=(after[0], after[1]) if after is not None else None,
        limit=asked.limit + 1,
    )
    found, more = cut(found, asked.limit, lambda entry: (entry.starts_at, entry.id))
    shown = tuple([await shown_entry(call.doors, entry) for entry in found])
    return answer(WaitlistShown(entries=shown, next_cursor=more))


@noun.does(
    "GET", "/waitlist/{uid}", scope="bookings:read", manage=True, answers={200: WaitingShown}, refuses=("not_found",)
)
async def show_waitlist_entry(call: Call) -> Answer:
    """Show one place in a line."""
    entry, actor = await _entry(call)
    return answer(await shown_entry(call.doors, entry, for_guest=actor.kind == "guest"))


@noun.does(
    "DELETE", "/waitlist/{uid}", scope="bookings:write", manage=True, answers={204: None}, refuses=("not_found",)
)
async def leave_waitlist(call: Call) -> Answer:
    """Wait no more, and give up what was offered; twice is no fault."""
    entry, actor = await _entry(call)
    await bookings.leave(call.doors.store, entry.uid, now=call.now, actor=actor)
    call.doors.wake()
    return answer(None, 204)


@noun.does(
    "POST",
    "/waitlist/{uid}/acceptance",
    scope="bookings:write",
    manage=True,
    body=Acceptance,
    answers={201: BookingShown, 200: BookingShown},
    refuses=("not_found", "conflict", "slot_taken", "guest_limit"),
)
async def accept_offer(call: Call) -> Answer:
    """Take what is offered: a booking like any other; asked again, the same booking with 200."""
    entry, actor = await _entry(call)
    wanted: Acceptance = call.body
    doors = call.doors
    if actor.kind == "guest":
        doors.guests.change(actor.address, call.now, times=len(wanted.companions))
    request = BookingRequest(
        host="",
        event_type="",
        starts_at=entry.starts_at,
        guest=entry.guest,
        companions=tuple(Companion(email=one.email, name=one.name) for one in wanted.companions),
        answers=wanted.answers,
        notes=wanted.notes,
        place=wanted.place,
        guest_phone=wanted.guest_phone,
        consent=consents.CURRENT if wanted.consent else "",
    )
    made = await bookings.accept(doors.store, doors.availability, entry.uid, request, now=call.now, actor=actor)
    if isinstance(made, Taken):
        raise slot_taken(made, entry.duration_minutes, for_host=actor.kind != "guest")
    doors.wake()
    shown = await shown_booking(doors, made.booking, for_guest=actor.kind == "guest")
    return answer(shown, 201 if made.created else 200)


@noun.does(
    "POST",
    "/waitlist/{uid}/offer",
    scope="bookings:write",
    answers={200: WaitingShown},
    refuses=("not_found", "conflict"),
)
async def offer_out_of_turn(call: Call) -> Answer:
    """Offer the slot to a guest out of turn; 409 when nothing is free."""
    entry, actor = await _entry(call)
    offered = await bookings.offer_by_hand(call.doors.store, entry.uid, now=call.now, actor=actor)
    call.doors.wake()
    return answer(await shown_entry(call.doors, offered))


async def shown_entry(doors: Doors, entry: WaitlistEntry, *, for_guest: bool = False) -> WaitingShown:
    """What is told of a place in a line."""
    db = doors.store.reader
    found = await offer_by_id(db, entry.event_type_id)
    waits = entry.state == "waiting"
    return WaitingShown(
        uid=entry.uid,
        state=entry.state,
        invited=entry.invited,
        position=await position(db, entry) if waits else None,
        event_type=found.event_type.slug,
        starts_at=instant(entry.starts_at),
        ends_at=instant(entry.ends_at),
        expires_at=instant(entry.expires_at) if entry.state == "offered" and entry.expires_at is not None else None,
        guest=entry.guest,
        created_at=instant(entry.created_at),
        manage_url=waitlist_url(doors.vault, doors.public_url(), entry.uid) if for_guest else msgspec.UNSET,
    )


async def _entry(call: Call) -> tuple[WaitlistEntry, Actor]:
    """The entry in the path, if it is the caller's to see, and as whom they act. Raises `not_found`."""
    db, uid = call.doors.store.reader, call.path["uid"]
    if call.caller is None:
        found = await bookings.entry_for_token(db, call.doors.vault, call.manage_token or "", call.now)
        if found is None or found.uid != uid:
            raise not_found("entry of the waitlist")
        return found, call.guest()
    entry = await bookings.entry_by_uid(db, uid)
    if entry is None or entry.host_id != call.caller.account.id:
        raise not_found("entry of the waitlist")
    return entry, call.caller.actor()
