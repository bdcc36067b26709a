"""Looking at the outbox and waking what waits."""

import pytest

from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.messages import Message, Snapshot
from cally.notify import (
    TryAgain,
    count_messages,
    deliver,
    list_messages,
    message_by_id,
    messages_of,
    outbox,
    resume_waiting,
    retry,
)
from cally.store import Store, jobs
from cally.vault import Vault
from tests.cast import NOW
from tests.notify.conftest import PUBLIC_URL, MailServer, stored

SYSTEM = Actor(kind="system")


@pytest.fixture
async def about(store: Store) -> Snapshot:
    made = await stored(store)
    async with store.write() as tx:
        await outbox.plan(tx, made, "confirmed", now=NOW)
    return made


async def to_guest(store: Store, about: Snapshot) -> Message:
    return next(one for one in await messages_of(store.reader, about.booking.id) if one.recipient == "guest")


async def test_the_outbox_is_read_latest_first_in_pages(store: Store, about: Snapshot) -> None:
    """The id of the last one seen leads on."""
    everything = await list_messages(store.reader)
    (first,) = await list_messages(store.reader, limit=1)
    (second,) = await list_messages(store.reader, limit=1, before=first.id)
    assert [first, second] == everything
    assert await list_messages(store.reader, before=second.id) == []


async def test_a_host_sees_only_messages_of_their_bookings(store: Store, about: Snapshot) -> None:
    """Mallory, another host, sees none."""
    assert len(await list_messages(store.reader, host_id=about.booking.host_id, state="waiting")) == 2
    assert await list_messages(store.reader, host_id=about.booking.host_id, state="sent") == []
    assert await list_messages(store.reader, host_id=about.booking.host_id + 1) == []


async def test_a_failed_message_can_be_tried_again(
    store: Store, vault: Vault, about: Snapshot, mail_server: MailServer
) -> None:
    """By hand, after the fault was mended."""
    mail_server.postbox.mood = "never"
    message = await to_guest(store, about)
    settings = mail_server.settings
    await deliver(store, vault, mail=settings, public_url=PUBLIC_URL, message_id=message.id, now=NOW)
    assert await count_messages(store.reader, "failed") == 1
    await retry(store, message.id, NOW + 60, actor=SYSTEM)
    mail_server.postbox.mood = "accept"
    await deliver(store, vault, mail=settings, public_url=PUBLIC_URL, message_id=message.id, now=NOW + 60)
    assert (await to_guest(store, about)).state == "sent"


async def test_a_sent_message_is_not_sent_again(
    store: Store, vault: Vault, about: Snapshot, mail_server: MailServer
) -> None:
    """The refusal says so."""
    message = await to_guest(store, about)
    settings = mail_server.settings
    await deliver(store, vault, mail=settings, public_url=PUBLIC_URL, message_id=message.id, now=NOW)
    with pytest.raises(CallyError) as caught:
        await retry(store, message.id, NOW, actor=SYSTEM)
    assert (caught.value.code, caught.value.facts["state"]) == ("conflict", "sent")


async def test_an_unknown_message_cannot_be_tried(store: Store) -> None:
    """It is not there."""
    with pytest.raises(CallyError) as caught:
        await retry(store, 1, NOW, actor=SYSTEM)
    assert caught.value.code == "not_found"


async def test_waiting_mail_goes_when_a_server_is_set_up(store: Store, vault: Vault, about: Snapshot) -> None:
    """What waited for an hour's time is due at once."""
    message = await to_guest(store, about)
    with pytest.raises(TryAgain) as caught:
        await deliver(store, vault, mail=None, public_url=PUBLIC_URL, message_id=message.id, now=NOW)
    (job,) = [one for one in await jobs.list_due(store.reader, "mail", now=NOW, limit=9) if one.subject == message.id]
    async with store.write() as tx:
        await jobs.lease(tx, job, leased_until=NOW + 60)
    (job,) = await jobs.list_by_state(store.reader, "running")
    async with store.write() as tx:
        await jobs.give_back(tx, job, due_at=NOW + caught.value.after_seconds, last_error="")
    assert await resume_waiting(store, NOW + 60) == 1
    assert (await to_guest(store, about)).next_attempt_at == NOW + 60


async def test_work_that_was_given_up_is_a_message_that_failed(store: Store, about: Snapshot) -> None:
    """It never waits for ever without anybody working on it."""
    message = await to_guest(store, about)
    (job,) = [one for one in await jobs.list_due(store.reader, "mail", now=NOW, limit=9) if one.subject == message.id]
    async with store.write() as tx:
        await jobs.lease(tx, job, leased_until=NOW + 60)
    (leased,) = await jobs.list_by_state(store.reader, "running")
    async with store.write() as tx:
        await jobs.bury(tx, leased, last_error="A fault of ours.")
    shown = await message_by_id(store.reader, message.id)
    assert shown is not None
    assert (shown.state, shown.answer, shown.next_attempt_at) == ("failed", "A fault of ours.", None)
