"""Words that hosts write: filled with values that are never read as any, chosen by reader and language, facts kept."""

import re
from contextlib import suppress
from typing import Any

import msgspec
import pytest

from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.bookings import Guest
from cally.model.hosts import Host
from cally.model.messages import KINDS, Message, Snapshot
from cally.model.wordings import Whose, Wording, known_kind, readers_of
from cally.notify.compose import compose
from cally.notify.deliver import deliver
from cally.notify.outbox import plan
from cally.notify.rendering import chat_words, mail_words, reader_of
from cally.notify.samples import sample_message
from cally.notify.variables import VARIABLES, variables_for
from cally.notify.wordings import list_wordings, set_wording, wording_for
from cally.store import Store, messages
from cally.vault import Vault
from tests.cast import CLEO, NOW, host
from tests.hostile import TEXTS, faults, mail_faults
from tests.notify.conftest import PUBLIC_URL, MailServer, booking, snapshot, stored

ADA_HOST = Host(
    id=1,
    slug="ada",
    name="Ada Lovelace",
    email="ada@example.com",
    tz="Europe/Berlin",
    locale="en",
    week_starts_on="mon",
    about="",
    caps=(),
)
ADA = Actor(kind="host", account_id=1)
LINK = f"{PUBLIC_URL}/b/secret"
SENDER = "cally@example.net"
OWN_HEADERS = {
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version"),
    *("Content-Type", "Reply-To", "References"),
}


def worded(**parts: str) -> Wording:
    return Wording(kind="confirmed", recipient="guest", **parts)


def mail(wording: Wording | None, about: Snapshot | None = None) -> Any:
    told = about or snapshot(booking())
    reader = reader_of(told, "guest", told.booking.guest.email)
    return mail_words(told, "confirmed", reader, public_url=PUBLIC_URL, link=LINK, wording=wording)


def _message(about: Snapshot) -> Message:
    return Message(
        id=1,
        booking_id=about.booking.id,
        kind="confirmed",
        sequence=0,
        recipient="guest",
        medium="mail",
        address=about.booking.guest.email,
        channel_id=None,
        message_id="<1@example.net>",
        snapshot=about,
        state="waiting",
        attempts=0,
        answer="",
        created_at=NOW,
        sent_at=None,
    )


def named(name: str) -> Snapshot:
    """The booking, of a guest with this name."""
    return snapshot(booking(guest=msgspec.structs.replace(CLEO, name=name)))


def test_own_words_stand_above_the_facts() -> None:
    """As Markdown in the one, as text in the other; time, place and host stay beneath, and the link leads there."""
    said = mail(
        worded(subject="Bis bald, {name}", body="Hallo **{name}**,\n\n- bring {title}\n- see [the map](https://a.test)")
    )
    assert said.subject == "Bis bald, Cleo Çelik"
    assert said.text.startswith(
        "Hallo Cleo Çelik,\n\n- bring Intro call\n- see the map (https://a.test)\n\nIntro call\nWhen:"
    )
    assert "<strong>Cleo Çelik</strong>" in said.html
    assert '<a href="https://a.test"' in said.html
    for body in (said.text, said.html):
        assert "Time zone" in body or "Eastern Daylight Time" in body
        assert "https://meet.example.org/ada" in body
        assert LINK in body
    assert "is confirmed." not in said.text


@pytest.mark.parametrize(
    "body",
    [
        "Nothing of the kind.",
        "`{manage_link}`",
        "{{manage_link}}",
        "[](https://elsewhere.test)",
        "[{manage_link}](https://elsewhere.test)",
    ],
)
def test_no_mistake_takes_the_link_away(body: str) -> None:
    """Where the words show no link to follow, the button stands where it always does."""
    said = mail(worded(body=body))
    assert f'<a class="button" href="{LINK}"' in said.html
    assert f"\n{LINK}\n" in said.text


@pytest.mark.parametrize(
    "body", ["See {manage_link}.", "[change it]({manage_link})", "[]({manage_link})", "![x]({manage_link})"]
)
def test_a_link_in_the_words_is_not_said_twice(body: str) -> None:
    """It can be followed, in both forms, and is there once."""
    said = mail(worded(body=body))
    assert re.findall(r'<a [^>]*href="([^"]+/b/secret)"', said.html) == [LINK]
    assert said.text.count(LINK) == 1


def test_a_value_is_text_whatever_it_looks_like() -> None:
    """A guest's name makes no link, no emphasis, no list and no second variable."""
    name = "[free](https://evil.test) *x* {manage_link} <https://evil.test> - a"
    said = mail(worded(subject="{guest_name}", body="Hello {guest_name}"), named(name))
    assert f"Hello {name}\n" in said.text
    assert said.subject == name
    assert "evil.test" not in "".join(re.findall(r'href="([^"]*)"', said.html))
    assert "<em>" not in said.html


def test_lines_without_a_value_are_left_out() -> None:
    """A reason that nobody gave leaves neither a label nor a hole."""
    wording = Wording(kind="cancelled", recipient="guest", body="Sorry.\n\nReason: {reason}\n\nBye, {host_name}")
    told = snapshot(booking())
    reader = reader_of(told, "guest", "cleo@example.org")
    text = mail_words(told, "cancelled", reader, public_url=PUBLIC_URL, link=LINK, wording=wording).text
    assert text.startswith("Sorry.\n\nBye, Ada Lovelace\n")
    said = msgspec.structs.replace(told, booking=booking(reason="Ill."))
    text = mail_words(said, "cancelled", reader, public_url=PUBLIC_URL, link=LINK, wording=wording).text
    assert text.startswith("Sorry.\n\nReason: Ill.\n\nBye, Ada Lovelace\n")


def test_words_that_come_to_nothing_are_cally_s_own() -> None:
    """A subject or body of empty variables alone is no subject and no body."""
    own = mail(None)
    assert mail(worded(subject="{previous}", body="{previous}\n\n\u200b")) == own


def test_a_channel_is_told_the_time_and_the_link_where_the_words_have_none() -> None:
    """Once each."""
    told = snapshot(booking())
    reader = reader_of(told, "host", "ada@example.com")
    for chat in ("{guest_name} comes!", "{guest_name}: {when} {manage_link}"):
        wording = Wording(kind="confirmed", recipient="host", chat=chat)
        _, body = chat_words(told, "confirmed", reader, public_url=PUBLIC_URL, link=LINK, wording=wording)
        assert body.startswith("Cleo Çelik")
        assert body.count("September 22, 2026") == 1
        assert body.count(LINK) == 1


async def test_unknown_variables_are_refused_with_what_there_is(store: Store) -> None:
    """In each part, named; nothing a template could compute, and nothing of another reader or kind."""
    whose = Whose(owner="host", id=(await host(store, "Ada Lovelace")).id)
    for part in ("subject", "body", "chat"):
        for wrong in ("{gast}", "{ name }", "{{ name }}", "{name.__class__}", "{0}", "{}", "{position}", "{7*7}"):
            with pytest.raises(CallyError, match="You can use") as refused:
                await set_wording(store, whose, worded(**{part: f"Hi {wrong}"}), now=NOW, actor=ADA)
            assert refused.value.facts["field"] == part
            assert "{guest_name}" in refused.value.sentence
    for target in ("{guest_name}", "https://a.test/{guest_name}", "{manage_link}x"):
        with pytest.raises(CallyError, match="A link leads"):
            await set_wording(store, whose, worded(body=f"[x]({target})"), now=NOW, actor=ADA)
    assert await list_wordings(store.reader, whose) == []
    assert "manage_link" not in variables_for("confirmed", "companion")


async def test_hostile_words_and_hostile_values_end_as_text(store: Store, vault: Vault) -> None:
    """Kept words and guests' names of any kind: the mail has its own headers, one reader, no script, one event."""
    whose = Whose(owner="host", id=(await host(store, "Ada Lovelace")).id)
    for text in TEXTS.values():
        wanted = worded(subject=text.replace("\r", "").replace("\n", ""), body=text, chat=text)
        kept = worded(subject="{guest_name}", body="{guest_name} [x]({manage_link}) {name}")
        with suppress(CallyError):
            kept = await set_wording(store, whose, wanted, now=NOW, actor=ADA)
        name = "".join(c for c in text if c.isprintable())[:200] or "x"
        for wording in (kept, worded(subject="{guest_name}: {title}", body="{guest_name}\n\n- {title} {where}")):
            about = named(name)
            content = compose(
                _message(about), vault, sender=SENDER, public_url=PUBLIC_URL, invited=False, now=NOW, wording=wording
            ).content
            assert mail_faults(content, OWN_HEADERS, addresses={SENDER, CLEO.email, "ada@example.com"}) == [], text


async def test_the_nearest_words_count_part_by_part(store: Store) -> None:
    """The event type's own first, the guest's language before every language, then Cally's."""
    told = await stored(store, guest=Guest(name="Cleo", email="c@example.org", tz="UTC", locale="de-AT"))
    message = _message(told)
    everywhere = Whose(owner="host", id=told.booking.host_id)
    intro = Whose(owner="event_type", id=told.booking.event_type_id)
    assert await wording_for(store.reader, message) is None
    await set_wording(store, everywhere, worded(subject="All", body="All", chat="All"), now=NOW, actor=ADA)
    await set_wording(store, everywhere, worded(locale="fr", subject="Tous"), now=NOW, actor=ADA)
    await set_wording(store, everywhere, worded(locale="de", body="Alle"), now=NOW, actor=ADA)
    found = await wording_for(store.reader, message)
    assert found is not None
    assert (found.subject, found.body, found.chat, found.locale) == ("All", "Alle", "All", "de")
    await set_wording(store, intro, worded(body="Intro"), now=NOW, actor=ADA)
    await set_wording(store, intro, worded(locale="de", subject="Kennenlernen"), now=NOW, actor=ADA)
    found = await wording_for(store.reader, message)
    assert found is not None
    assert (found.subject, found.body, found.chat, found.locale) == ("Kennenlernen", "Intro", "All", "")
    assert await wording_for(store.reader, msgspec.structs.replace(message, recipient="host")) is None


async def test_what_leaves_says_what_the_host_wrote(store: Store, vault: Vault, mail_server: MailServer) -> None:
    """By the real way: planned before the words were changed, sent after, in the words of then."""
    told = await stored(store)
    async with store.write() as tx:
        await plan(tx, told, "confirmed", now=NOW)
    whose = Whose(owner="host", id=told.booking.host_id)
    await set_wording(store, whose, worded(subject="Hello {name}", body="See you {date}"), now=NOW, actor=ADA)
    for planned in await messages.list_of(store.reader, told.booking.id):
        await deliver(store, vault, mail=mail_server.settings, public_url=PUBLIC_URL, message_id=planned.id, now=NOW)
    to_guest = next(one for one in mail_server.postbox.mails if CLEO.email in one["To"])
    to_host = next(one for one in mail_server.postbox.mails if "ada@example.com" in one["To"])
    assert to_guest["Subject"] == "Hello Cleo Çelik"
    plain = to_guest.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().startswith("See you Tuesday, September 22, 2026")
    assert to_host["Subject"].startswith("Booked: ")


async def test_words_hold_nothing_of_a_guest(store: Store) -> None:
    """What is kept has variables where a guest's data will stand, so erasing a guest needs no look at it."""
    told = await stored(store)
    whose = Whose(owner="host", id=told.booking.host_id)
    await set_wording(store, whose, worded(body="Hello {guest_name} <{guest_email}>"), now=NOW, actor=ADA)
    mail(worded(body="Hello {guest_name}"), told)
    rows = await store.reader.rows("SELECT * FROM wording")
    assert "{guest_email}" in str(rows)
    assert CLEO.email not in str(rows)
    assert CLEO.name not in str(rows)


def test_every_kind_has_a_sample_for_each_of_its_readers() -> None:
    """With every variable it may have filled in; a new kind needs no more than its folder."""
    for kind in KINDS:
        assert known_kind(kind) == kind
        for recipient in readers_of(kind):
            names = variables_for(kind, recipient)
            wording = Wording(
                kind=kind,
                recipient=recipient,
                body="\n\n".join(f"<{name}>{{{name}}}" for name in names),
                chat="{title}",
            )
            sample = sample_message(
                ADA_HOST,
                None,
                kind,
                recipient,
                wording=wording,
                tz="Asia/Tokyo",
                locale="de",
                public_url=PUBLIC_URL,
                now=NOW,
            )
            assert "{" not in sample.mail.text, (kind, recipient)
            assert faults(sample.mail.html, mail=True) == [], (kind, recipient)
            assert sample.mail.subject
    assert set(VARIABLES) == {name for kind in KINDS for who in readers_of(kind) for name in variables_for(kind, who)}
