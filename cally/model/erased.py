"""What takes the place of a person in a row that stays when they are erased (rule 81)."""

import msgspec

from cally.model.bookings import Booking, Companion, Guest
from cally.model.groups import Seat
from cally.model.messages import Snapshot

ERASED_NAME = "Erased guest"
ERASED_EMAIL = "erased@guest.invalid"
NOBODY = Companion(email=ERASED_EMAIL)


def erased_guest(tz: str) -> Guest:
    """Nobody, in a zone that is not theirs."""
    return Guest(name=ERASED_NAME, email=ERASED_EMAIL, tz=tz, locale="en")


def erased_booking(booking: Booking) -> Booking:
    """A booking without its guest and whom they brought; time, terms, status and how many came are as they were."""
    place = booking.terms.place
    if place is not None and place.kind == "guest_phone":
        place = msgspec.structs.replace(place, detail="")
    return msgspec.structs.replace(
        booking,
        guest=erased_guest(booking.tz),
        companions=(NOBODY,) * len(booking.companions),
        answers=(),
        notes="",
        reason="",
        terms=msgspec.structs.replace(booking.terms, place=place),
    )


def without_companion(booking: Booking, addresses: frozenset[str]) -> Booking:
    """Somebody else's booking without the companions of these addresses; their places stay."""
    left = tuple(NOBODY if one.email in addresses else one for one in booking.companions)
    return msgspec.structs.replace(booking, companions=left)


def erased_snapshot(snapshot: Snapshot, *, own: bool, addresses: frozenset[str] | None) -> Snapshot:
    """What a message speaks of, without whoever has one of the addresses; None: without anybody.

    `own`: it is about a booking of theirs, which goes as a whole.
    """
    gone = addresses or frozenset()
    booking = erased_booking(snapshot.booking) if own else without_companion(snapshot.booking, gone)
    clock = msgspec.structs.replace(snapshot.clock, told={}) if own and snapshot.clock else snapshot.clock
    group = snapshot.group
    if group is not None:
        seats = tuple(_empty(seat) if addresses is None or seat.email in gone else seat for seat in group.seats)
        group = msgspec.structs.replace(group, seats=seats)
    return msgspec.structs.replace(snapshot, booking=booking, clock=clock, group=group)


def _empty(seat: Seat) -> Seat:
    return msgspec.structs.replace(seat, name=ERASED_NAME, email=ERASED_EMAIL)
