"""Sessions: one instance of an event type with several seats, as its host sees and runs it."""

from datetime import datetime

import msgspec

from cally import bookings, hosts
from cally.bookings import concerns
from cally.errors import not_found
from cally.model.bookings import BookingRequest, Companion, Guest, Taken
from cally.model.groups import Gathering
from cally.model.zones import zone
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import instant
from cally.web.api.v1.bookings import CompanionWanted, GuestWanted, Reason
from cally.web.api.v1.pages import Page, Paged, page, position
from cally.web.api.v1.refused import slot_taken
from cally.web.api.v1.shown import BookingShown, shown_booking
from cally.web.api.v1.spans import span
from cally.web.api.v1.waitlist import WaitingShown, shown_entry

AHEAD_SECONDS = 31 * 86_400

noun = Noun("Sessions")


class SessionShown(msgspec.Struct, frozen=True, kw_only=True):
    """A session and those who have a seat in it, pending requests included; each of the `bookings` is one guest's."""

    uid: str
    title: str
    event_type: str | None
    starts_at: datetime
    ends_at: datetime
    seats: int
    seats_taken: int
    bookings: tuple[BookingShown, ...]


class SessionsShown(Page, frozen=True, kw_only=True):
    """Sessions that have guests, the earliest first."""

    sessions: tuple[SessionShown, ...]


class SessionsAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`from` and `to` are dates in `tz`, both included, or instants; the next 31 days when left out."""

    from_: str | None = msgspec.field(name="from", default=None)
    to: str | None = None
    tz: str | None = None


class SeatWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom a seat is booked for, as in a booking."""

    guest: GuestWanted
    companions: tuple[CompanionWanted, ...] = ()
    answers: dict[str, str] = {}
    notes: str = ""
    place: int = 0
    guest_phone: str = ""


class InvitationsWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom to invite, and for how many hours a seat is kept for each."""

    guests: tuple[GuestWanted, ...]
    hours: int = 24


class GuestsInvited(msgspec.Struct, frozen=True, kw_only=True):
    """The invitations, each an entry of the waitlist that is offered its seat."""

    invitations: tuple[WaitingShown, ...]


@noun.does("GET", "/sessions", scope="bookings:read", query=SessionsAsked, answers={200: SessionsShown})
async def list_sessions(call: Call) -> Answer:
    """List a host's sessions that have guests, by their start, the earliest first."""
    asked: SessionsAsked = call.query
    db, host_id = call.doors.store.reader, call.token_holder.account.id
    host = await hosts.host_by_id(db, host_id)
    tz = zone(asked.tz) if asked.tz is not None else host.tz if host else "UTC"
    from_at, to_at = span(asked.from_, asked.to, tz)
    first = from_at if from_at is not None else call.now
    last = to_at if to_at is not None else first + AHEAD_SECONDS
    if asked.cursor is not None:
        first = max(first, position(asked.cursor, int, int)[0])
    found = await bookings.list_sessions(db, host_id, from_at=first, to_at=last)
    kept, more = page(found, asked, lambda one: (one.session.starts_at, one.session.id))
    return answer(SessionsShown(sessions=tuple([await _shown(call, one) for one in kept]), next_cursor=more))


@noun.does("GET", "/sessions/{uid}", scope="bookings:read", answers={200: SessionShown}, refuses=("not_found",))
async def show_session(call: Call) -> Answer:
    """Show one session with its guests."""
    return answer(await _shown(call, await _session(call)))


@noun.does(
    "POST",
    "/sessions/{uid}/cancellation",
    scope="bookings:write",
    body=Reason,
    answers={200: SessionShown},
    refuses=("not_found", "conflict"),
)
async def cancel_session(call: Call) -> Answer:
    """Cancel a session for all its guests at once.

    Each is told, and whoever waits for a seat is told that it is over. Twice is no fault.
    """
    session = (await _session(call)).session
    actor = call.token_holder.actor()
    changed = await bookings.cancel_session(
        call.doors.store, session.uid, reason=call.body.reason, now=call.now, actor=actor
    )
    call.doors.wake()
    return answer(await _shown(call, changed))


@noun.does(
    "POST",
    "/sessions/{uid}/seats",
    scope="bookings:write",
    body=SeatWanted,
    answers={201: BookingShown},
    refuses=("not_found", "conflict", "slot_taken"),
)
async def seat_guest(call: Call) -> Answer:
    """Book a seat for a guest, who gets the invitation and a manage link of their own.

    Only what is taken already holds a host back, not the rules for guests.
    """
    gathering = await _session(call)
    wanted: SeatWanted = call.body
    session, doors = gathering.session, call.doors
    request = BookingRequest(
        host="",
        event_type="",
        starts_at=session.starts_at,
        guest=_guest(wanted.guest),
        companions=tuple(Companion(email=one.email, name=one.name) for one in wanted.companions),
        answers=wanted.answers,
        notes=wanted.notes,
        place=wanted.place,
        guest_phone=wanted.guest_phone,
    )
    made = await bookings.seat_guest(
        doors.store, doors.availability, session.uid, request, now=call.now, actor=call.token_holder.actor()
    )
    if isinstance(made, Taken):
        raise slot_taken(made, (session.ends_at - session.starts_at) // 60, for_host=True)
    doors.wake()
    return answer(await shown_booking(doors, made.booking), 201)


@noun.does(
    "POST",
    "/sessions/{uid}/invitations",
    scope="bookings:write",
    body=InvitationsWanted,
    answers={201: GuestsInvited},
    refuses=("not_found", "conflict"),
)
async def invite_guests(call: Call) -> Answer:
    """Invite guests by mail, each with a seat kept for some hours; all or, where seats are too few, none."""
    session = (await _session(call)).session
    guests = tuple(_guest(one) for one in call.body.guests)
    actor = call.token_holder.actor()
    made = await bookings.invite(
        call.doors.store, session.uid, guests, hours=call.body.hours, now=call.now, actor=actor
    )
    call.doors.wake()
    return answer(GuestsInvited(invitations=tuple([await shown_entry(call.doors, entry) for entry in made])), 201)


async def _session(call: Call) -> Gathering:
    """The session in the path, if it is the caller's. Raises `not_found`."""
    db, account = call.doors.store.reader, call.token_holder.account
    gathering = await bookings.session_by_uid(db, call.path["uid"])
    if gathering is None:
        raise not_found("session")
    if gathering.session.host_id != account.id:
        seen = [await concerns(db, account, booking) for booking in gathering.bookings[:1]]
        if not any(seen):
            raise not_found("session")
    return gathering


async def _shown(call: Call, gathering: Gathering) -> SessionShown:
    session = gathering.session
    event_type = await hosts.event_type_by_id(call.doors.store.reader, session.event_type_id)
    return SessionShown(
        uid=session.uid,
        title=gathering.title,
        event_type=event_type.slug if event_type else None,
        starts_at=instant(session.starts_at),
        ends_at=instant(session.ends_at),
        seats=gathering.capacity,
        seats_taken=gathering.taken,
        bookings=tuple([await shown_booking(call.doors, booking) for booking in gathering.live]),
    )


def _guest(wanted: GuestWanted) -> Guest:
    return Guest(name=wanted.name, email=wanted.email, tz=wanted.tz, locale=wanted.locale)
