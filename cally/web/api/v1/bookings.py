"""Bookings: made by guests, seen and changed by their host or by who holds the manage token."""

from typing import Annotated, Literal

import msgspec

from cally import bookings, hosts
from cally.bookings import SeriesSeen, consents, lasting, offer
from cally.errors import not_found
from cally.model.accounts import Actor
from cally.model.bookings import Booking, BookingRequest, Companion, Guest, Taken
from cally.model.options import Rhythm
from cally.model.private_pages import Keys
from cally.model.series import Clashes, Scope, SeriesRequest, SeriesTaken
from cally.model.zones import zone
from cally.web.admission import mailed
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import Instant, epoch
from cally.web.api.repeated import idempotency_key
from cally.web.api.v1.admitted import mailboxes, welcome
from cally.web.api.v1.pages import Paged, cut, position
from cally.web.api.v1.public import owner_named
from cally.web.api.v1.refused import series_taken, slot_taken
from cally.web.api.v1.shown import BookingShown, BookingsShown, shown_booking, shown_series
from cally.web.api.v1.spans import span

noun = Noun("Bookings")


class GuestWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who books; `tz` and `locale` are how they are spoken to."""

    name: str
    email: str
    tz: str
    locale: str = "en"


class CompanionWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Someone the guest brings."""

    email: str
    name: str = ""


class SeriesWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """More dates at the same wall time; `count` counts the first. Monthly means the same weekday of the month.

    `clashes` says what of dates that are not free; whoever asks may be stricter than the event type, never laxer.
    """

    rhythm: Rhythm
    count: int
    clashes: Clashes | None = None


class ReminderWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Reminded on one of the event type's `reminder_ways` (its id) instead of by mail, at a number with its country."""

    way: str
    phone: str


class BookingWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`answers` maps the ids of questions to what is answered, `place` is an index into the event type's places.

    What is booked by the night takes `nights` instead of `duration_minutes`. It is with a `host` or with a `team`.
    """

    host: str | None = None
    team: str | None = None
    event_type: str
    starts_at: Instant
    guest: GuestWanted
    duration_minutes: int | None = None
    nights: int | None = None
    companions: tuple[CompanionWanted, ...] = ()
    answers: dict[str, str] = {}
    notes: str = ""
    place: int = 0
    guest_phone: str = ""
    hold: str | None = None
    series: SeriesWanted | None = None
    consent: Annotated[bool, msgspec.Meta(description="The guest agrees to the `consent` of the event type.")] = False
    reminder: ReminderWanted | None = None


class BookingsAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`from` and `to` are dates in `tz`, both included, or instants; `q` is looked for in guest and title."""

    from_: str | None = msgspec.field(name="from", default=None)
    to: str | None = None
    tz: str | None = None
    status: Literal["pending", "confirmed", "declined", "cancelled"] | None = None
    host: (
        Annotated[str, msgspec.Meta(description="A host's slug; another's than the token's needs admin:read.")] | None
    ) = None
    q: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words for the other side."""

    reason: str = ""


class Cancellation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words for the other side; in a series, whether this date ends, this and the following ones, or all ahead."""

    reason: str = ""
    scope: Scope = "one"


class Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The new start; the length stays. In a series, `scope` says which dates move by as much on the clock."""

    starts_at: Instant
    scope: Scope = "one"


@noun.does(
    "POST",
    "/bookings",
    body=BookingWanted,
    keyed=True,
    answers={201: BookingShown, 200: BookingShown},
    refuses=("not_found", "slot_taken", "guest_limit", "idempotency_key_reused"),
    private=True,
)
async def make_booking(call: Call) -> Answer:
    """Book a slot for a guest.

    With an `Idempotency-Key` the same request can be sent again: the answer is the same booking, with 200. When the
    time is gone, the answer is 409 `slot_taken` with the nearest `alternatives`.

    Where much comes from your network, 429 `rate_limited` has a `challenge`: SHA-256 of `challenge~counter` must begin
    with `work` zero bits; send `challenge~counter` as `X-Work`. A token is never asked for that.

    With `series` every date is booked, or none: 409 `slot_taken` then names the `clashes`. Where the event type skips
    what is not free, `series.skipped` of the answer says what is missing; `series.bookings` has all that was booked.
    """
    request = _request(call.body)
    await welcome(call, request.host, request.event_type, mailboxes(request))
    shown_keys = await call.keys(request.host, request.event_type)
    if call.body.series is not None:
        return await _make_series(call, request, call.body.series, shown_keys)
    doors, actor = call.doors, call.guest()
    doors.guests.change(actor.address, call.now, times=len(request.companions))
    made = await bookings.book(
        doors.store,
        doors.availability,
        request,
        now=call.now,
        actor=actor,
        idempotency_key=idempotency_key(call),
        shown=shown_keys,
    )
    if isinstance(made, Taken):
        found = await offer(doors.store.reader, request.host, request.event_type, shown_keys)
        minutes, _ = lasting(found, request.starts_at, request.duration_minutes, request.nights)
        raise slot_taken(made, minutes)
    doors.wake()
    if made.created:
        doors.guests.given_up(request.hold)
        mailed(doors, mailboxes(request))
    shown = await shown_booking(doors, made.booking, for_guest=True)
    return answer(shown, 201 if made.created else 200, {"location": f"/api/v1/bookings/{made.booking.uid}"})


async def _make_series(call: Call, request: BookingRequest, wanted: SeriesWanted, shown: Keys) -> Answer:
    asked = SeriesRequest(rhythm=wanted.rhythm, count=wanted.count, clashes=wanted.clashes)
    doors, actor = call.doors, call.guest()
    doors.guests.change(actor.address, call.now, times=wanted.count + len(request.companions))
    made = await bookings.book_series(
        doors.store,
        doors.availability,
        request,
        asked,
        now=call.now,
        actor=actor,
        idempotency_key=idempotency_key(call),
        shown=shown,
    )
    if isinstance(made, SeriesTaken):
        found = await offer(doors.store.reader, request.host, request.event_type, shown)
        raise series_taken(made, found.duration_minutes(request.duration_minutes))
    doors.wake()
    if made.created:
        doors.guests.given_up(request.hold)
        mailed(doors, mailboxes(request))
    first = await shown_booking(doors, made.bookings[0], for_guest=True, with_series=False)
    series = await shown_series(doors, SeriesSeen(series=made.series, bookings=made.bookings), for_guest=True)
    location = {"location": f"/api/v1/series/{made.series.uid}"}
    return answer(msgspec.structs.replace(first, series=series), 201 if made.created else 200, location)


@noun.does(
    "GET", "/bookings", scope="bookings:read", query=BookingsAsked, answers={200: BookingsShown}, refuses=("not_found",)
)
async def list_bookings(call: Call) -> Answer:
    """List a host's bookings by their start, the earliest first."""
    asked: BookingsAsked = call.query
    host_id, tz = await _whose(call, asked)
    from_at, to_at = span(asked.from_, asked.to, tz)
    after = position(asked.cursor, int, int) if asked.cursor is not None else None
    found = await bookings.list_bookings(
        call.doors.store.reader,
        host_id=host_id,
        from_at=from_at,
        to_at=to_at,
        status=asked.status,
        q=asked.q,
        after=(after[0], after[1]) if after is not None else None,
        limit=asked.limit + 1,
    )
    found, more = cut(found, asked.limit, lambda booking: (booking.starts_at, booking.id))
    shown = tuple([await shown_booking(call.doors, booking) for booking in found])
    return answer(BookingsShown(bookings=shown, next_cursor=more))


@noun.does(
    "GET", "/bookings/{uid}", scope="bookings:read", manage=True, answers={200: BookingShown}, refuses=("not_found",)
)
async def show_booking(call: Call) -> Answer:
    """Show one booking."""
    booking, actor = await _booking(call)
    return answer(await shown_booking(call.doors, booking, for_guest=actor.kind == "guest"))


@noun.does(
    "POST",
    "/bookings/{uid}/cancellation",
    scope="bookings:write",
    manage=True,
    body=Cancellation,
    answers={200: BookingShown},
    refuses=("not_found", "conflict"),
)
async def cancel_booking(call: Call) -> Answer:
    """Cancel a booking and free its time; cancelling twice is no fault.

    With `scope` `following` or `all`, those of its series that are still ahead end with it, and one message tells so.
    """
    booking, actor = await _booking(call)
    asked: Cancellation = call.body
    changed = await bookings.cancel(
        call.doors.store, booking.uid, reason=asked.reason, scope=asked.scope, now=call.now, actor=actor
    )
    return await _changed(call, changed, actor, whole=asked.scope != "one")


@noun.does(
    "POST",
    "/bookings/{uid}/reschedule",
    scope="bookings:write",
    manage=True,
    body=Move,
    answers={200: BookingShown},
    refuses=("not_found", "conflict", "slot_taken"),
)
async def reschedule_booking(call: Call) -> Answer:
    """Move a booking in one step: the old time goes only if the new one is had.

    The `uid` stays, `sequence` rises. A guest who moves what needs approval asks for it anew. A host is held back only
    by what already takes their time, not by the rules for guests.

    With `scope` `following` or `all`, those of its series that are still ahead move by as much on the clock: all of
    them, or none.
    """
    booking, actor = await _booking(call)
    starts_at = epoch(call.body.starts_at, "starts_at")
    doors = call.doors
    if call.body.scope != "one":
        return await _move_series(call, booking, starts_at, actor)
    moved = await bookings.reschedule(
        doors.store, doors.availability, booking.uid, starts_at, now=call.now, actor=actor
    )
    if isinstance(moved, Taken):
        raise slot_taken(moved, booking.terms.duration_minutes, for_host=actor.kind != "guest")
    return await _changed(call, moved, actor)


async def _move_series(call: Call, booking: Booking, starts_at: int, actor: Actor) -> Answer:
    doors, scope = call.doors, call.body.scope
    moved = await bookings.move_series(
        doors.store, doors.availability, booking.uid, starts_at, scope=scope, now=call.now, actor=actor
    )
    if isinstance(moved, SeriesTaken):
        raise series_taken(moved, booking.terms.duration_minutes, for_host=actor.kind != "guest")
    return await _changed(call, moved, actor, whole=True)


@noun.does(
    "POST",
    "/bookings/{uid}/approval",
    scope="bookings:write",
    answers={200: BookingShown},
    refuses=("not_found", "conflict", "slot_taken"),
)
async def approve_booking(call: Call) -> Answer:
    """Say yes to a request, to all of it if it is for a series; saying it twice has one effect."""
    booking, actor = await _booking(call)
    doors = call.doors
    approved = await bookings.approve(doors.store, doors.availability, booking.uid, now=call.now, actor=actor)
    if isinstance(approved, Taken):
        raise slot_taken(approved, booking.terms.duration_minutes, for_host=True)
    return await _changed(call, approved, actor)


@noun.does(
    "POST",
    "/bookings/{uid}/declination",
    scope="bookings:write",
    body=Reason,
    answers={200: BookingShown},
    refuses=("not_found", "conflict"),
)
async def decline_booking(call: Call) -> Answer:
    """Say no to a request, to all of it if it is for a series, and free its time; saying it twice is no fault."""
    booking, actor = await _booking(call)
    changed = await bookings.decline(call.doors.store, booking.uid, reason=call.body.reason, now=call.now, actor=actor)
    return await _changed(call, changed, actor)


@noun.does(
    "POST",
    "/bookings/{uid}/no-show",
    scope="bookings:write",
    answers={200: BookingShown},
    refuses=("not_found", "conflict"),
)
async def mark_no_show(call: Call) -> Answer:
    """Note that the guest stayed away."""
    return await _no_show(call, no_show=True)


@noun.does(
    "DELETE",
    "/bookings/{uid}/no-show",
    scope="bookings:write",
    answers={200: BookingShown},
    refuses=("not_found", "conflict"),
)
async def unmark_no_show(call: Call) -> Answer:
    """Note that the guest came after all."""
    return await _no_show(call, no_show=False)


async def _no_show(call: Call, *, no_show: bool) -> Answer:
    booking, actor = await _booking(call)
    changed = await bookings.mark_no_show(call.doors.store, booking.uid, now=call.now, actor=actor, no_show=no_show)
    return await _changed(call, changed, actor)


async def _booking(call: Call) -> tuple[Booking, Actor]:
    """The booking in the path, if it is the caller's to see, and as whom they act. Raises `not_found`."""
    db, uid = call.doors.store.reader, call.path["uid"]
    if call.caller is None:
        found = await bookings.booking_for_token(db, call.doors.vault, call.manage_token or "", call.now)
        if found is None or found.uid != uid:
            raise not_found("booking")
        if call.request.method != "GET":  # whoever they bring gets mail of each change, too
            call.doors.guests.change(call.guest().address, call.now, times=len(found.companions))
        return found, call.guest()
    booking = await bookings.booking_by_uid(db, uid)
    if booking is None or not await bookings.concerns(db, call.caller.account, booking):
        raise not_found("booking")
    return booking, call.caller.actor()


async def _changed(call: Call, booking: Booking, actor: Actor, *, whole: bool = False) -> Answer:
    """The booking as it is now; with a `whole` change, all of its series."""
    call.doors.wake()
    for_guest = actor.kind == "guest"
    shown = await shown_booking(call.doors, booking, for_guest=for_guest)
    seen = await bookings.series_with(call.doors.store.reader, booking) if whole else None
    if seen is not None:
        own = None if for_guest else booking.host_id
        shown = msgspec.structs.replace(
            shown, series=await shown_series(call.doors, seen, for_guest=for_guest, host_id=own)
        )
    return answer(shown)


async def _whose(call: Call, asked: BookingsAsked) -> tuple[int, str]:
    """The host whose bookings are listed, and the zone that dates are in."""
    caller, db = call.token_holder, call.doors.store.reader
    host = await hosts.host_by_id(db, caller.account.id)
    if asked.host is not None and (host is None or asked.host != host.slug):
        host = await hosts.host_by_slug(db, asked.host) if caller.has("admin:read") else None
    if host is None:
        raise not_found("host")
    return host.id, zone(asked.tz) if asked.tz is not None else host.tz


def _request(wanted: BookingWanted) -> BookingRequest:
    return BookingRequest(
        host=owner_named(wanted.host, wanted.team),
        event_type=wanted.event_type,
        starts_at=epoch(wanted.starts_at, "starts_at"),
        guest=Guest(name=wanted.guest.name, email=wanted.guest.email, tz=wanted.guest.tz, locale=wanted.guest.locale),
        duration_minutes=wanted.duration_minutes,
        nights=wanted.nights,
        companions=tuple(Companion(email=brought.email, name=brought.name) for brought in wanted.companions),
        answers=wanted.answers,
        notes=wanted.notes,
        place=wanted.place,
        guest_phone=wanted.guest_phone,
        hold=wanted.hold,
        consent=consents.CURRENT if wanted.consent else "",
        reminder=wanted.reminder.way if wanted.reminder is not None else "",
        reminder_phone=wanted.reminder.phone if wanted.reminder is not None else "",
    )
