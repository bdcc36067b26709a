"""The words of a message: templates of its kind, filled with finished values for its reader."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec
from markupsafe import Markup

from cally.model.bookings import Answer
from cally.model.groups import Change
from cally.model.messages import Bounce, Kind, Recipient, Snapshot
from cally.model.wordings import Wording
from cally.notify.day_words import Around, Beside, ProposedTime, proposed_times
from cally.notify.own_words import written
from cally.notify.places import place_url, reserved, where_line
from cally.notify.series_words import SeriesWords, series_words
from cally.notify.times import When, city, clock_time, when
from cally.notify.variables import VARIABLES, filled, is_seen, without_hollow_lines

if TYPE_CHECKING:
    from jinja2 import Environment

GAP = re.compile(r"\n{3,}")
NO_WORDING = Wording(kind="confirmed", recipient="guest")
OF_GROUPS: frozenset[Kind] = frozenset({"requested", "confirmed", "declined", "rescheduled", "cancelled"})


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Who a message is for, and how they are spoken to."""

    role: Recipient
    name: str
    email: str
    tz: str
    locale: str


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """A finished message. `subject` is one line."""

    subject: str
    text: str
    html: str


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


def mail_words(
    snapshot: Snapshot,
    kind: Kind,
    reader: Reader,
    *,
    public_url: str,
    link: str,
    wording: Wording | None = None,
    beside: Beside = Beside(),  # noqa: B008 - frozen
) -> Words:
    """Subject, text and HTML of a mail; a host's own wording stands above the facts, which nothing takes away."""
    page = _page(snapshot, kind, reader, public_url, link, wording, beside)
    return page.mail()


def chat_words(
    snapshot: Snapshot,
    kind: Kind,
    reader: Reader,
    *,
    public_url: str,
    link: str,
    wording: Wording | None = None,
    beside: Beside = Beside(),  # noqa: B008 - frozen
) -> tuple[str, str]:
    """Title and body for a channel, as plain text."""
    page = _page(snapshot, kind, reader, public_url, link, wording, beside)
    return page.subject, page.chat()


def spaced(text: str) -> str:
    """The text with no more than one empty line at a time: what a message has not, leaves no hole."""
    return GAP.sub("\n\n", text.strip()) + "\n"


def one_line(text: str) -> str:
    """The text without line breaks and other control characters, fit for a header (rule 78).

    What looks like an encoded word (RFC 2047) is broken up: whoever writes or reads the header would decode it, and a
    line break can be encoded, too.
    """
    line = " ".join("".join(" " if ord(c) < 32 or 127 <= ord(c) < 160 else c for c in text).split())
    return line.replace("=?", "= ?")


def _folder(snapshot: Snapshot, kind: Kind, reader: Reader) -> str:
    """Where the templates lie; of a session its host is told in few words who came or went."""
    if snapshot.is_whole_series and kind != "bounced":
        return "series"
    return "group" if snapshot.group is not None and reader.role == "host" and kind in OF_GROUPS else kind


def _page(
    snapshot: Snapshot, kind: Kind, reader: Reader, public_url: str, link: str, wording: Wording | None, beside: Beside
) -> "_Page":
    """The words of a message; what a host is told of seats in a session has no wording of its own."""
    folder = _folder(snapshot, kind, reader)
    values = _values(snapshot, kind, reader, public_url, link)
    values = msgspec.structs.replace(values, around=beside.around, stop_url=beside.stop_url)
    return _Page(folder, values, wording if folder != "group" else None, variable_values(values, reader))


class _Page:
    """The templates of one kind, with the sentence that all of them begin with, or the host's words in its place."""

    def __init__(self, folder: str, values: Values, wording: Wording | None, variables: dict[str, str]) -> None:
        self._folder = folder
        self._values = values
        self._wording = wording or NO_WORDING
        self._variables = variables
        self.subject = self._sentence = ""
        own = one_line(filled(self._wording.subject, variables, one_line))
        self.subject = own if is_seen(own) else one_line(self._render("subject.txt"))
        self._sentence = one_line(self._render("sentence.txt"))

    def mail(self) -> Words:
        """The mail. Where the host's words show the link already, it is not said a second time."""
        own = written(self._wording.body, self._variables, VARIABLES)
        text: str | None = None
        html: Markup | None = None
        values = self._values
        if is_seen(own.text):
            text, html = own.text, _own_block(own.html, self._wording.locale)
            values = msgspec.structs.replace(values, link="") if values.link in own.links else values
        return Words(
            subject=self.subject,
            text=spaced(self._render("text.txt", values, text)),
            html=self._render("body.html", values, html),
        )

    def chat(self) -> str:
        """The message for a channel. In the host's words, time and link are added where they have none."""
        words = without_hollow_lines(self._wording.chat, self._variables)
        own = filled(words, self._variables).strip()
        if not is_seen(own):
            return self._render("chat.txt").strip()
        added = {"when": "{when" not in words, "link": self._values.link not in own}
        return spaced(templates().get_template("own_chat.txt").render(m=self._values, own=own, add=added)).strip()

    def _render(self, name: str, values: Values | None = None, sentence: str | None = None) -> str:
        """`sentence` that is safe HTML is a block of its own, and no heading."""
        template = templates().get_template(f"{self._folder}/{name}")
        return template.render(
            m=values or self._values, subject=self.subject, sentence=self._sentence if sentence is None else sentence
        )


def _own_block(html: Markup, locale: str) -> Markup:
    """The host's words in a block that says its language; the direction is that of what is written."""
    tag = Markup(' lang="{}"').format(locale) if locale else Markup("")
    return Markup('<div class="own" dir="auto"{} style="margin:0 0 20px">\n{}</div>').format(tag, html)


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


def _values(snapshot: Snapshot, kind: Kind, reader: Reader, public_url: str, link: str) -> Values:
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


@lru_cache(maxsize=1)
def templates() -> "Environment":
    """The templates of all messages, read at first use."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape  # noqa: PLC0415 - heavy

    found = Environment(
        loader=PackageLoader("cally.notify", "kinds"),
        autoescape=select_autoescape(["html"], default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    found.install_null_translations(newstyle=True)  # type: ignore[attr-defined] # the extension adds it at run time
    return found
