"""Times that a series would take before its next date is judged: claims that are meant, and not made yet."""

import msgspec

from cally.bookings.offers import Offer
from cally.model.bookings import Booking
from cally.model.rules import Claim, Question
from cally.model.teams import Decision


class Preferred(msgspec.Struct, frozen=True, kw_only=True):
    """Hosts and resources to be had again where they are free, and why the hosts were chosen."""

    hosts: tuple[int, ...] = ()
    resources: tuple[int, ...] = ()
    decisions: tuple[Decision, ...] = ()


Kept = Booking | Preferred


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A claim that would be made on the time of these hosts and resources."""

    owners: tuple[int, ...]
    claim: Claim


def planned(offer: Offer, owners: tuple[int, ...], starts_at: int, *, minutes: int, seats: int) -> Planned:
    """The claim that a booking of this offer would make."""
    rules = offer.event_type.rules
    claim = Claim(
        starts_at=starts_at,
        ends_at=starts_at + minutes * 60,
        same_event_type=True,
        buffer_before_minutes=rules.buffer_before_minutes,
        buffer_after_minutes=rules.buffer_after_minutes,
        seats_taken=seats,
    )
    return Planned(owners=owners, claim=claim)


def with_planned(asked: Question, offer: Offer, taken: tuple[Planned, ...]) -> Question:
    """The question as it would stand if these claims were made."""
    if not taken:
        return asked
    ids = {one.host.slug: one.host.id for one in offer.participants}
    hosts = tuple(
        msgspec.structs.replace(host, bookings=(*host.bookings, *_of(ids[host.id], taken))) for host in asked.hosts
    )
    resources = tuple(
        msgspec.structs.replace(one, bookings=(*one.bookings, *_of(int(one.id), taken))) for one in asked.resources
    )
    return msgspec.structs.replace(asked, hosts=hosts, resources=resources)


def _of(owner_id: int, taken: tuple[Planned, ...]) -> tuple[Claim, ...]:
    return tuple(one.claim for one in taken if owner_id in one.owners)
