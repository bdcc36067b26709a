"""What a channel says of a message: in full, in one sentence with a link for telephones, as a card with fields."""

from cally.model.channels import Channel
from cally.model.messages import Kind, Message, Snapshot
from cally.notify.discord import Card
from cally.notify.links import host_link, manage_url
from cally.notify.places import where_line
from cally.notify.rendering import Reader
from cally.notify.services import Said
from cally.notify.times import when
from cally.vault import Vault

SHORT_LENGTH = 320  # two parts of a text message in 160 characters each
COLOURS: dict[Kind, int] = {
    "requested": 0xC98A1B,
    "confirmed": 0x1F8A5B,
    "rescheduled": 0x2F6FB3,
    "reassigned": 0x2F6FB3,
    "clock_changed": 0x2F6FB3,
    "cancelled": 0xB3372F,
    "declined": 0xB3372F,
    "bounced": 0xB3372F,
}
CALM = 0x5B6B66


def said(message: Message, channel: Channel, reader: Reader, title: str, body: str, link: str) -> Said:
    """The finished words of a message, fit for whatever service the channel has.

    A team is told who of it takes part, for nobody there is the one who is spoken to.
    """
    found = facts(message.snapshot, reader, of_team=channel.team_id is not None)
    if channel.team_id is not None:
        body = "\n".join([*(f"{label}: {value}" for label, value in found), link]).strip()
    sentence = "" if channel.team_id is not None else body.partition("\n")[0]
    card = Card(title=title, text=sentence, link=link, colour=COLOURS.get(message.kind, CALM), fields=tuple(found))
    return Said(title=title, body=body, short=short(title, link), card=card)


def facts(snapshot: Snapshot, reader: Reader, *, of_team: bool) -> list[tuple[str, str]]:
    """When, where and with whom, each with its label."""
    booking = snapshot.booking
    starts = when(booking.starts_at, booking.ends_at, tz=reader.tz, locale=reader.locale)
    found = [("When", starts.line)]
    if snapshot.previous_starts_at is not None:
        earlier = snapshot.previous_starts_at
        until = earlier + booking.ends_at - booking.starts_at
        found.append(("Was", when(earlier, until, tz=reader.tz, locale=reader.locale).line))
    found.append(("Where", where_line(booking.terms, host_name=snapshot.host_name, guest_name=booking.guest.name)))
    found.append(("Guest", f"{booking.guest.name} <{booking.guest.email}>"))
    if of_team:
        found.append(("With", ", ".join(host.name for host in snapshot.hosts)))
    return [(label, value) for label, value in (*found, ("In their words", booking.reason)) if value]


def short(sentence: str, link: str) -> str:
    """A sentence and a link in at most 320 characters; the link is kept whole."""
    words = " ".join(sentence.split())
    room = SHORT_LENGTH - len(link) - 1 if link else SHORT_LENGTH
    if len(words) > room:
        words = words[: max(0, room - 1)].rstrip() + "…" if room > 1 else ""
    return f"{words} {link}".strip()[:SHORT_LENGTH]


def link_of(vault: Vault, public_url: str, message: Message) -> str:
    """Where a message on a channel leads: a guest to their own page of the booking, a host to theirs."""
    if message.recipient == "guest":
        return manage_url(vault, public_url, message.snapshot.booking.uid)
    return host_link(public_url, message)
