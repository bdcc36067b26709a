"""Shapes that several nouns share: hosts, places, questions and event types as programs see them."""

from typing import Annotated, Literal

import msgspec

from cally.bookings import TEAM, consents, offer
from cally.errors import invalid
from cally.model.hosts import EventType, Host
from cally.model.options import Stay
from cally.model.teams import Team
from cally.notify import ways_for
from cally.store import page_access
from cally.web.api.endpoints import Call


class HostShown(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a booking is with."""

    slug: str
    name: str


class PlaceShown(msgspec.Struct, frozen=True, kw_only=True):
    """Where it may happen; the address itself comes with the booking."""

    kind: Literal["in_person", "phone", "guest_phone", "link"]


class QuestionShown(msgspec.Struct, frozen=True, kw_only=True):
    """A field of the booking form; `answers` are sent under its `id`."""

    id: str
    label: str
    kind: str
    required: bool
    choices: tuple[str, ...]


class ReminderWay(msgspec.Struct, frozen=True, kw_only=True):
    """A way on which guests may be reminded, such as SMS."""

    id: str
    name: str


class PublicEventType(msgspec.Struct, frozen=True, kw_only=True):
    """An event type as guests see it; `place` of a booking is an index into `places`.

    With a `stay` it is booked by the night: from the check-in on one date to the check-out on another. It is of a host
    or of a team.
    """

    host: HostShown | None
    team: "TeamNamed | None"
    slug: str
    title: str
    description: str
    duration_minutes: int
    durations_minutes: tuple[int, ...]
    places: tuple[PlaceShown, ...]
    questions: tuple[QuestionShown, ...]
    approval: bool
    seats: int
    stay: Stay | None
    password_protected: bool = False
    url: str
    consent: Annotated[
        str | msgspec.UnsetType | None,
        msgspec.Meta(description="What guests must agree to, in Markdown; left out of lists."),
    ] = msgspec.UNSET
    reminder_ways: Annotated[
        tuple[ReminderWay, ...] | msgspec.UnsetType,
        msgspec.Meta(description="How guests may be reminded beside mail; left out of lists."),
    ] = msgspec.UNSET


class TeamNamed(msgspec.Struct, frozen=True, kw_only=True):
    """Whose event type it is, at `/team/{slug}`."""

    slug: str
    name: str


def owner_named(host: str | None, team: str | None) -> str:
    """Whose event type is asked for; raises `invalid` unless it is one of the two."""
    if (host is None) == (team is None):
        raise invalid("host", "Please name either the host or the team." if host else "This field is missing.")
    return host if host is not None else f"{TEAM}{team}"


async def entered(call: Call, owner: str) -> PublicEventType:
    """The event type at `{owner}/{slug}`, for whoever may come in."""
    db, slug = call.doors.store.reader, call.path["slug"]
    found = await offer(db, owner, slug, await call.keys(owner, slug))
    access = await page_access.of(db, found.event_type.id)
    shown = public_event_type(
        found.event_type, found.team or found.host, call.doors.public_url(), password_protected=access.has_password
    )
    ways = tuple(ReminderWay(id=str(one.id), name=one.name) for one in await ways_for(db, found.event_type))
    text = await consents.consent_text(db, found.event_type) or None
    shown = msgspec.structs.replace(shown, consent=text, reminder_ways=ways)
    return msgspec.structs.replace(shown, url=f"{call.doors.public_url()}{found.path}") if found.code else shown


def public_event_type(
    event_type: EventType, owner: Host | Team, public_url: str, *, password_protected: bool = False
) -> PublicEventType:
    """What a guest may know of an event type of a host or a team."""
    of_team = isinstance(owner, Team)
    return PublicEventType(
        host=None if of_team else HostShown(slug=owner.slug, name=owner.name),
        team=TeamNamed(slug=owner.slug, name=owner.name) if of_team else None,
        slug=event_type.slug,
        title=event_type.title,
        description=event_type.description,
        duration_minutes=event_type.durations_minutes[0],
        durations_minutes=event_type.durations_minutes,
        places=tuple(PlaceShown(kind=place.kind) for place in event_type.places),
        questions=tuple(
            QuestionShown(
                id=asked.id, label=asked.label, kind=asked.kind, required=asked.required, choices=asked.choices
            )
            for asked in event_type.questions
        ),
        approval=event_type.approval,
        seats=event_type.rules.seats,
        stay=event_type.options.stay,
        password_protected=password_protected,
        url=f"{public_url}/{'team/' if of_team else ''}{owner.slug}/{event_type.slug}",
    )
