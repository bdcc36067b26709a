"""Digests: a channel, or a host's mail, is told once a day what stands today and what has happened."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from cally.model.channels import Digest
from cally.model.messages import Message
from cally.notify import (
    MailSettings,
    TryAgain,
    Wishes,
    add_channel,
    change_mail_digest,
    deliver,
    deliver_digest,
    outbox,
    turn_digests,
)
from cally.notify.digest_times import at_on, due_day, next_at
from cally.store import Store, bookings, event_types, hosts, jobs, messages
from cally.vault import Vault
from tests.cast import AS_CLEO, DAY, HOUR, NOW, ada, at
from tests.notify.conftest import PUBLIC_URL, MailServer, Sink, stored
from tests.site import LOCAL

EIGHT = at("2026-09-22 06:00")  # 08:00 in Berlin, the day after now


class Told:
    """What is due is done, as the worker does it; `sent` tells how."""

    def __init__(self, store: Store, vault: Vault, mail: MailSettings | None = None) -> None:
        self.store = store
        self.vault = vault
        self.mail = mail

    async def turn(self, now: int) -> list[str]:
        """Plan digests, do every job that is due; what was put off, in words."""
        await turn_digests(self.store, now)
        put_off = []
        for kind in ("digest", "channel", "mail"):
            for job in await jobs.list_due(self.store.reader, kind, now=now, limit=50):
                ways: dict[str, Any] = {"mail": self.mail, "public_url": PUBLIC_URL, "now": now, "allowed": LOCAL}
                try:
                    if kind == "digest":
                        await deliver_digest(self.store, self.vault, digest_id=job.subject, **ways)
                    else:
                        await deliver(self.store, self.vault, message_id=job.subject, **ways)
                except TryAgain as wish:
                    put_off.append(wish.reason)
        return put_off


async def once_a_day(store: Store, vault: Vault, sink: Sink, host_id: int) -> None:
    """Ada's channel is told at eight in the morning."""
    await add_channel(
        store,
        vault,
        host_id,
        name="Day",
        address=sink.address,
        now=NOW,
        actor=AS_CLEO,
        wishes=Wishes(digest_at="08:00"),
    )


async def tell(store: Store, about: Any, kind: Any = "confirmed", *, now: int = NOW + HOUR) -> None:
    async with store.write() as tx:
        await outbox.plan(tx, about, kind, now=now)


async def messages_on(store: Store, medium: str) -> list[Message]:
    found = await messages.list_latest(store.reader, host_id=None, state=None, before=None, limit=100)
    return [one for one in reversed(found) if one.medium == medium and one.recipient == "host"]


async def test_what_happened_is_told_with_the_day(store: Store, vault: Vault, sink: Sink) -> None:
    """Nothing at once; at eight one message with today's meetings and what came in, and no second one."""
    about = await stored(store)
    await once_a_day(store, vault, sink, about.booking.host_id)
    told = Told(store, vault)
    await tell(store, about)
    assert "It goes with the digest." in await told.turn(NOW + HOUR)
    assert sink.posts == []
    await told.turn(EIGHT)
    await told.turn(EIGHT + HOUR)
    (post,) = sink.posts
    assert post["title"] == "One meeting on Tuesday, September 22, 2026"
    assert "10:00" in post["message"]
    assert "Booked: Intro call with Cleo Çelik" in post["message"]
    (message,) = await messages_on(store, "channel")
    assert (message.state, message.answer) == ("sent", "Told in the digest of 2026-09-22.")


async def test_what_cannot_wait_is_told_at_once(store: Store, vault: Vault, sink: Sink) -> None:
    """A meeting that begins before the next digest would be over by then; and a reminder has its own time."""
    soon = await stored(store, starts_at=at("2026-09-21 13:00"), ends_at=at("2026-09-21 13:30"))
    await once_a_day(store, vault, sink, soon.booking.host_id)
    await tell(store, soon)
    await Told(store, vault).turn(NOW + HOUR)
    assert [post["title"].partition(":")[0] for post in sink.posts] == ["Booked"]


async def test_a_day_with_nothing_to_tell_is_not_told(store: Store, vault: Vault, sink: Sink) -> None:
    """No meeting, no news: no message."""
    owner = await ada(store)
    await once_a_day(store, vault, sink, owner.id)
    await Told(store, vault).turn(EIGHT)
    assert sink.posts == []


async def test_what_a_later_message_has_said_is_left_out(store: Store, vault: Vault, sink: Sink) -> None:
    """The booking moved to this afternoon, which was told at once: that it was booked is no news any more."""
    about = await stored(store, starts_at=at("2026-09-25 08:00"), ends_at=at("2026-09-25 08:30"))
    await once_a_day(store, vault, sink, about.booking.host_id)
    told = Told(store, vault)
    await tell(store, about)
    sooner = msgspec.structs.replace(
        about.booking, starts_at=at("2026-09-21 15:00"), ends_at=at("2026-09-21 15:30"), sequence=1
    )
    await tell(store, msgspec.structs.replace(about, booking=sooner), "rescheduled", now=NOW + 2 * HOUR)
    await told.turn(NOW + 2 * HOUR)
    await told.turn(EIGHT)
    assert [post["title"].partition(":")[0] for post in sink.posts] == ["Moved"]


async def test_a_digest_that_is_not_taken_is_tried_again(store: Store, vault: Vault, sink: Sink) -> None:
    """And what it tells waits with it."""
    about = await stored(store)
    await once_a_day(store, vault, sink, about.booking.host_id)
    told = Told(store, vault)
    await tell(store, about)
    sink.status = 503
    assert any("503" in why for why in await told.turn(EIGHT))
    sink.status = 200
    await told.turn(EIGHT + HOUR)
    assert (await messages_on(store, "channel"))[0].state == "sent"
    assert len([post for post in sink.posts if post["title"].startswith("One meeting")]) == 2


async def test_after_a_long_sleep_only_the_day_that_lasts_is_told(store: Store, vault: Vault, sink: Sink) -> None:
    """Three days off: one digest, of today, with all that happened."""
    about = await stored(store, starts_at=at("2026-09-29 08:00"), ends_at=at("2026-09-29 08:30"))
    await once_a_day(store, vault, sink, about.booking.host_id)
    await tell(store, about)
    told = Told(store, vault)
    await told.turn(EIGHT + 3 * DAY + HOUR)
    (post,) = sink.posts
    assert post["title"] == "No meeting on Friday, September 25, 2026"
    assert "Booked: Intro call" in post["message"]


async def test_a_hosts_mail_may_come_once_a_day(store: Store, vault: Vault, mail_server: MailServer) -> None:
    """The guest's mail leaves at once all the same."""
    about = await stored(store)
    owner = await hosts.by_id(store.reader, about.booking.host_id)
    assert owner is not None
    await change_mail_digest(store, owner, "08:00", now=NOW, actor=AS_CLEO)
    told = Told(store, vault, mail_server.settings)
    await tell(store, about)
    await told.turn(NOW + HOUR)
    assert [mail["To"] for mail in mail_server.postbox.mails] == ["Cleo Çelik <cleo@example.org>"]
    await told.turn(EIGHT)
    await told.turn(EIGHT + HOUR)
    _, digest = mail_server.postbox.mails
    body = digest.get_body(("plain",))
    assert body is not None
    assert (digest["To"], digest["Subject"]) == (
        "Ada Lovelace <ada@example.com>",
        "One meeting on Tuesday, September 22, 2026",
    )
    assert "Booked: Intro call with Cleo Çelik" in body.get_content()
    assert f"{PUBLIC_URL}/app/bookings" in body.get_content()


async def test_taken_back_it_comes_at_once_again(store: Store, vault: Vault, sink: Sink) -> None:
    """What waited for a digest that nobody wants any more is told by itself."""
    about = await stored(store)
    owner = await hosts.by_id(store.reader, about.booking.host_id)
    assert owner is not None
    await change_mail_digest(store, owner, "08:00", now=NOW, actor=AS_CLEO)
    await tell(store, about)
    (message,) = await messages_on(store, "mail")
    ways: dict[str, Any] = {"mail": None, "public_url": PUBLIC_URL, "message_id": message.id, "now": NOW + 2 * HOUR}
    with pytest.raises(TryAgain, match="digest"):
        await deliver(store, vault, **ways)
    await change_mail_digest(store, owner, "", now=NOW + 2 * HOUR, actor=AS_CLEO)
    with pytest.raises(TryAgain, match="mail server"):
        await deliver(store, vault, **ways)


ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Kathmandu",
]


@pytest.mark.parametrize("tz", ZONES)
@pytest.mark.parametrize("clock", ["00:30", "02:15", "08:00"])
def test_through_a_year_every_day_has_one_digest_at_its_time(tz: str, clock: str) -> None:
    """Clock changes or not: 365 instants, a day apart on the wall, none twice, none left out."""
    digest = Digest(at_local=clock, tz=tz)
    now, found = at("2026-01-01 12:00"), []
    while (now := next_at(digest, now)) < at("2027-01-01 12:00"):
        found.append(now)
    walls = [datetime.fromtimestamp(one, UTC).astimezone(ZoneInfo(tz)) for one in found]
    assert len({wall.date() for wall in walls}) == len(found) == 365
    assert sum(wall.strftime("%H:%M") != clock for wall in walls) <= 1  # the day whose clock skips it


@pytest.mark.parametrize("tz", ZONES)
def test_it_is_due_from_its_time_on_and_only_if_it_was_chosen_before(tz: str) -> None:
    """Not a second before; not for a time that had passed when it was chosen."""
    digest = Digest(at_local="08:00", tz=tz)
    due = next_at(digest, NOW)
    day = due_day(digest, due)
    assert day is not None
    assert (at_on(digest, day), due_day(digest, due - 1)) == (due, None)
    assert due_day(msgspec.structs.replace(digest, set_at=due), due + 60) is None
    assert due_day(digest, due + 13 * HOUR) is None


async def test_the_digest_speaks_of_its_own_event_types(store: Store, vault: Vault, sink: Sink) -> None:
    """A channel that is kept to one event type has no other's meetings in its day."""
    about = await stored(store)
    host_id = about.booking.host_id
    other = await _other_type(store, about.booking.event_type_id)
    await add_channel(
        store,
        vault,
        host_id,
        name="Day",
        address=sink.address,
        now=NOW,
        actor=AS_CLEO,
        wishes=Wishes(digest_at="08:00", event_types=(other,)),
    )
    await Told(store, vault).turn(EIGHT)
    assert sink.posts == []


async def _other_type(store: Store, known: int) -> int:
    found = await event_types.by_id(store.reader, known)
    assert found is not None
    made = msgspec.structs.replace(found, id=found.id + 1, slug="other")
    async with store.write() as tx:
        await event_types.insert(tx, made, now=NOW)
    return made.id


async def test_an_erased_guest_is_in_no_digest(store: Store, vault: Vault, sink: Sink) -> None:
    """Its words are made when it leaves: what was erased meanwhile is not among them."""
    about = await stored(store)
    await once_a_day(store, vault, sink, about.booking.host_id)
    await tell(store, about)
    async with store.write() as tx:
        (message,) = await messages_on(store, "channel")
        await messages.update_obsolete(tx, message.id, answer="Not sent: the guest was erased.", attempts=0)
        await bookings.update_status(tx, msgspec.structs.replace(about.booking, status="cancelled"), now=NOW)
    await Told(store, vault).turn(EIGHT)
    assert sink.posts == []
