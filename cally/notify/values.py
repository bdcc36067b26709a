"""What the templates of messages may use: finished values, in the words of whoever reads."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from cally.model.bookings import Answer
from cally.model.groups import Change
from cally.model.messages import Bounce, Kind, Recipient, Snapshot
from cally.notify.day_words import Around, ProposedTime, proposed_times
from cally.notify.places import place_url, reserved, where_line
from cally.notify.series_words import SeriesWords, series_words
from cally.notify.times import When, city, clock_time, when


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Who a message is for, and how they are spoken to."""

    role: Recipient
    name: str
    email: str
    tz: str
    locale: str


class NewClock(msgspec.Struct, frozen=True, kw_only=True):
    """Where clocks got new rules, and what the reader was told before: None if unknown, empty if it still holds."""

    city: str
    keeps_clock_time: bool
    told: str | None


class GroupWords(msgspec.Struct, frozen=True, kw_only=True):
    """A session as its host is told of it: what has just happened, and how many seats are taken."""

    change: Change
    taken: int
    capacity: int


class WaitingWords(msgspec.Struct, frozen=True, kw_only=True):
    """The place in the line, or until when an offer stands, on the reader's clock."""

    position: int
    until: str
    invited: bool


class Values(msgspec.Struct, frozen=True, kw_only=True):
    """All that templates may use; `link` is where the reader sees and changes the booking (empty for companions).

    `page_url` is where a guest may choose another time. `host_name` names all hosts to guests, to a host themselves;
    `others` are the hosts beside one, `by_name` the host who acted if it is not the reader.
    """

    role: Recipient
    by: str
    title: str
    host_name: str
    guest_name: str
    guest_email: str
    tz: str
    when: When
    previous: When | None
    clock: NewClock | None
    place: str
    place_url: str
    reserved: tuple[str, ...]
    companions: tuple[str, ...]
    answers: tuple[Answer, ...]
    notes: str
    reason: str
    approval: bool
    link: str
    page_url: str
    by_name: str
    others: tuple[str, ...]
    handed_from: str
    handed_to: str
    group: GroupWords | None = None
    waiting: WaitingWords | None = None
    own_text: str = ""
    around: Around | None = None
    proposed: tuple[ProposedTime, ...] = ()
    bounced: Bounce | None = None
    stop_url: str = ""
    series: SeriesWords | None = None


def reader_of(snapshot: Snapshot, recipient: Recipient, address: str) -> Reader:
    """The reader of a message; companions are spoken to in the guest's zone and language, which they share best."""
    guest = snapshot.booking.guest
    if recipient == "host":
        return Reader(
            role="host",
            name=snapshot.host_name,
            email=snapshot.host_email,
            tz=snapshot.host_tz,
            locale=snapshot.host_locale,
        )
    names = {one.email: one.name for one in snapshot.booking.companions}
    name = guest.name if recipient == "guest" else names.get(address, "")
    return Reader(role=recipient, name=name, email=address, tz=guest.tz, locale=guest.locale)


def variable_values(m: Values, reader: Reader) -> dict[str, str]:
    """What stands for each variable in this message; a whole series is told by its first date, the facts have all."""
    return {
        "name": reader.name,
        "guest_name": m.guest_name,
        "guest_email": m.guest_email if reader.role != "companion" else "",
        "host_name": m.host_name,
        "title": m.title,
        "when": m.when.line,
        "when_short": m.when.short,
        "date": m.when.date,
        "time": m.when.time,
        "zone": m.when.zone,
        "previous": m.previous.line if m.previous else (m.clock.told or "" if m.clock else ""),
        "where": m.place,
        "where_link": m.place_url,
        "reason": m.reason,
        "position": str(m.waiting.position) if m.waiting else "",
        "until": m.waiting.until if m.waiting else "",
        "manage_link": m.link,
        "page_link": m.page_url,
    }


def values_of(snapshot: Snapshot, kind: Kind, reader: Reader, *, public_url: str, link: str) -> Values:
    """All that a message says, for one reader."""
    booking = snapshot.booking
    length = booking.ends_at - booking.starts_at
    earlier = snapshot.previous_starts_at
    place = booking.terms.place
    return Values(
        role=reader.role,
        by=snapshot.by,
        title=booking.terms.title,
        host_name=snapshot.host_name if reader.role == "host" else _all_names(snapshot),
        guest_name=booking.guest.name,
        guest_email=booking.guest.email,
        tz=reader.tz,
        when=when(booking.starts_at, booking.ends_at, tz=reader.tz, locale=reader.locale),
        previous=None if earlier is None else when(earlier, earlier + length, tz=reader.tz, locale=reader.locale),
        clock=_new_clock(snapshot, reader),
        place=where_line(booking.terms, host_name=snapshot.host_name, guest_name=booking.guest.name),
        place_url=place_url(place),
        reserved=reserved(booking.terms),
        companions=tuple(one.name or one.email for one in booking.companions if one.email != reader.email),
        answers=booking.answers if reader.role != "companion" else (),
        notes=booking.notes if reader.role != "companion" else "",
        reason=booking.reason,
        approval=booking.terms.approval,
        link=link,
        series=series_words(snapshot, kind, reader),
        page_url=f"{public_url}/{snapshot.host_slug}/{snapshot.event_type_slug}",
        by_name=snapshot.by_host if snapshot.by_host != snapshot.host_name or reader.role != "host" else "",
        others=tuple(host.name for host in snapshot.hosts if host.email != snapshot.host_email),
        handed_from=snapshot.handed_from,
        handed_to=snapshot.handed_to,
        group=_group_words(snapshot),
        waiting=_waiting_words(snapshot, reader),
        own_text=snapshot.own_text,
        proposed=proposed_times(snapshot, tz=reader.tz, locale=reader.locale, link=link),
        bounced=snapshot.bounced,
    )


def _all_names(snapshot: Snapshot) -> str:
    """`Ada Lovelace and Ben Okri`."""
    *first, last = (host.name for host in snapshot.hosts)
    return f"{', '.join(first)} and {last}" if first else last


def _group_words(snapshot: Snapshot) -> GroupWords | None:
    group = snapshot.group
    return GroupWords(change=group.change, taken=group.taken, capacity=group.capacity) if group is not None else None


def _waiting_words(snapshot: Snapshot, reader: Reader) -> WaitingWords | None:
    waiting = snapshot.waiting
    if waiting is None:
        return None
    until = ""
    if waiting.expires_at is not None:
        until = when(waiting.expires_at, waiting.expires_at, tz=reader.tz, locale=reader.locale).short
    return WaitingWords(position=waiting.position, until=until, invited=waiting.invited)


def _new_clock(snapshot: Snapshot, reader: Reader) -> NewClock | None:
    change = snapshot.clock
    if change is None:
        return None
    told = change.told.get(reader.tz)
    shown = datetime.fromtimestamp(snapshot.booking.starts_at, UTC).astimezone(ZoneInfo(reader.tz))
    if told is not None:
        told = (
            "" if datetime.fromisoformat(told) == shown.replace(tzinfo=None) else clock_time(told, locale=reader.locale)
        )
    return NewClock(city=city(change.tz), keeps_clock_time=change.kept == "wall_time", told=told)
