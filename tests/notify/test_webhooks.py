"""Webhooks from the booking to the receiver: what is told, in which order, how often, and how it ends."""

from collections.abc import AsyncIterator

import msgspec
import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from cally import bookings
from cally.bookings import Availability
from cally.hosts import TeamDraft, create_team, delete_team
from cally.model.accounts import Account
from cally.model.rules import EventTypeRules
from cally.notify import webhooks as hooks
from cally.notify.webhooks import posting
from cally.store import Store, accounts, event_types, jobs, letters, webhook_deliveries
from cally.store.webhooks import by_id as webhooks_kept
from cally.vault import Vault
from tests import series
from tests.cast import AS_CLEO, DAY, HOUR, NOW, ada, event_type, host, request, schedule, team_event_type
from tests.notify.receivers import Receiver, receiving
from tests.notify.webhook_world import (
    AS_ADA,
    EIGHT,
    NINE,
    TEN,
    cleo_books,
    cleo_cancels,
    cleo_moves,
    hooked,
    kept,
    verify,
    work,
)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


async def test_a_booking_is_told_and_signed(store: Store, vault: Vault, receiver: Receiver) -> None:
    """The real library of Standard Webhooks verifies it; the body says the whole booking and nobody's secret."""
    webhook, secret = await hooked(store, vault, await ada(store), receiver.url)
    booking = await cleo_books(store)
    await work(store, vault)
    (got,) = receiver.got
    event = verify(secret, got)
    assert event["type"] == "booking.confirmed"
    assert event["created_at"] == "2026-09-21T06:00:00Z"
    data = event["data"]
    assert isinstance(data, dict)
    assert (data["uid"], data["status"], data["starts_at"]) == (booking.uid, "confirmed", "2026-09-22T08:00:00Z")
    assert data["guest"]["email"] == "cleo@example.org"
    assert data["hosts"] == [{"slug": "ada", "name": "Ada Lovelace"}]
    assert data["event_type"] == "intro"
    assert b"/b/" not in got.body
    assert got.headers["webhook-id"].startswith("msg_")
    assert got.headers["user-agent"].startswith("Cally/")
    (delivery,) = await hooks.list_deliveries(store.reader, webhook)
    assert (delivery.state, delivery.attempts) == ("sent", 1)
    (attempt,) = await hooks.list_attempts(store.reader, delivery)
    assert attempt.status == 204


async def test_what_was_changed_on_the_way_is_not_good(store: Store, vault: Vault, receiver: Receiver) -> None:
    """One byte of the body, and the library refuses it."""
    _, secret = await hooked(store, vault, await ada(store), receiver.url)
    await cleo_books(store)
    await work(store, vault)
    forged = msgspec.structs.replace(receiver.got[0], body=receiver.got[0].body.replace(b"Cleo", b"Mleo"))
    with pytest.raises(WebhookVerificationError):
        verify(secret, forged)


async def test_every_step_of_a_booking_has_its_event(store: Store, vault: Vault, receiver: Receiver) -> None:
    """Requested, confirmed, moved, cancelled; declined; and who stayed away."""
    owner = await ada(store)
    await event_type(store, await schedule(store, owner), "asked", approval=True)
    await hooked(store, vault, owner, receiver.url)
    first = await cleo_books(store, asked=request(EIGHT, event_type="asked"))
    await bookings.approve(store, Availability(store), first.uid, now=NOW, actor=AS_ADA)
    await bookings.reschedule(store, Availability(store), first.uid, NINE, now=NOW, actor=AS_ADA)
    await cleo_cancels(store, first)
    second = await cleo_books(store, asked=request(EIGHT, event_type="asked"))
    await bookings.decline(store, second.uid, reason="Full", now=NOW, actor=AS_ADA)
    third = await cleo_books(store, TEN)
    await bookings.mark_no_show(store, third.uid, now=TEN + 60, actor=AS_ADA)
    await work(store, vault, TEN + 60)
    told = {uid: [one.type for one in receiver.got if uid.encode() in one.body] for uid in (first.uid, second.uid)}
    assert told[first.uid] == ["booking.requested", "booking.confirmed", "booking.rescheduled", "booking.cancelled"]
    assert told[second.uid] == ["booking.requested", "booking.declined"]
    assert [one.type for one in receiver.got if third.uid.encode() in one.body] == [
        "booking.confirmed",
        "booking.no_show",
    ]
    moved = next(msgspec.json.decode(one.body)["data"] for one in receiver.got if one.type == "booking.rescheduled")
    assert (moved["previous_starts_at"], moved["starts_at"]) == ("2026-09-22T08:00:00Z", "2026-09-22T09:00:00Z")


async def test_nothing_is_told_of_what_was_rolled_back(store: Store, vault: Vault, receiver: Receiver) -> None:
    """The event is in the booking's own transaction: the second booking of a time is refused, and told to nobody."""
    await hooked(store, vault, await ada(store), receiver.url)
    await cleo_books(store)
    await bookings.book(store, Availability(store), request(EIGHT), now=NOW, actor=AS_CLEO)
    await work(store, vault)
    assert len(receiver.got) == 1


async def test_only_what_was_asked_for_is_told(store: Store, vault: Vault, receiver: Receiver) -> None:
    """By type of event and by event type."""
    owner = await ada(store)
    other = await event_type(store, await schedule(store, owner), "other")
    await hooked(store, vault, owner, receiver.url, types=("booking.cancelled",))
    async with receiving() as second:
        await hooked(store, vault, owner, second.url, event_types=(other.id,))
        booking = await cleo_books(store)
        await cleo_cancels(store, booking)
        await cleo_books(store, asked=request(TEN, event_type="other"))
        await work(store, vault)
        assert receiver.types == ["booking.cancelled"]
        assert [msgspec.json.decode(one.body)["data"]["event_type"] for one in second.got] == ["other"]


async def test_mallorys_webhook_hears_nothing_of_adas(store: Store, vault: Vault, receiver: Receiver) -> None:
    """Another host's is not told; the instance's is told once, of everything."""
    await ada(store)
    mallory = await host(store, "Mallory")
    await hooked(store, vault, mallory, receiver.url)
    async with receiving() as whole:
        await hooked(store, vault, mallory, whole.url, belongs=hooks.Owner())
        await cleo_books(store)
        await work(store, vault)
        assert receiver.got == []
        assert whole.types == ["booking.confirmed"]


async def test_who_is_locked_out_hears_no_more(store: Store, vault: Vault, receiver: Receiver) -> None:
    """Neither of what happens then nor of what waited; let in again, they hear of what comes."""
    owner = await ada(store)
    await hooked(store, vault, owner, receiver.url)
    booking = await cleo_books(store)
    async with store.write() as tx:
        await accounts.update_disabled(tx, owner.id, NOW)
    moved = await cleo_moves(store, booking, NINE)
    await work(store, vault)
    assert receiver.got == []
    async with store.write() as tx:
        await accounts.update_disabled(tx, owner.id, None)
    await cleo_cancels(store, moved)
    await work(store, vault, NOW + DAY)
    assert receiver.types == ["booking.cancelled"]


async def test_a_team_and_each_of_its_hosts_are_told_once(store: Store, vault: Vault, receiver: Receiver) -> None:
    """Ada and Ben take part together: one event for each webhook, however many of them."""
    first, second = await ada(store), await host(store, "Ben Okri")
    made = await team_event_type(store, (first, second), EventTypeRules(duration_minutes=30, assignment="collective"))
    assert made.team_id is not None
    for belongs in (hooks.Owner(host_id=first.id), hooks.Owner(host_id=second.id), hooks.Owner(team_id=made.team_id)):
        await hooked(store, vault, first, receiver.url, belongs=belongs)
    await cleo_books(store, asked=request(EIGHT, host="team:support"))
    await work(store, vault)
    assert receiver.types == ["booking.confirmed"] * 3
    assert msgspec.json.decode(receiver.got[0].body)["data"]["team"] == "support"


async def test_the_order_of_a_booking_outlasts_failures(store: Store, vault: Vault, receiver: Receiver) -> None:
    """While the first is refused the later ones wait; another booking does not wait for them."""
    await hooked(store, vault, await ada(store), receiver.url)
    booking = await cleo_books(store)
    moved = await cleo_moves(store, booking, NINE)
    await cleo_cancels(store, moved)
    receiver.answers.extend([(400, b"not now")] * 2)
    await work(store, vault)
    await work(store, vault, NOW + 30)
    other = await cleo_books(store, TEN)
    now = NOW + 30
    for _ in range(8):
        now += 120
        await work(store, vault, now)
    own = [one.type for one in receiver.got if booking.uid.encode() in one.body]
    assert own == ["booking.confirmed"] * 2 + ["booking.confirmed", "booking.rescheduled", "booking.cancelled"]
    ids = [one.headers["webhook-id"] for one in receiver.got if booking.uid.encode() in one.body]
    assert len(set(ids)) == 3, "each attempt has the id of its event"
    assert [one.type for one in receiver.got if other.uid.encode() in one.body] == ["booking.confirmed"]


async def test_a_booking_with_five_steps_arrives_in_order_from_a_shaky_receiver(
    store: Store, vault: Vault, receiver: Receiver
) -> None:
    """Every other answer is a failure, of every kind that there is."""
    await hooked(store, vault, await ada(store), receiver.url)
    booking = await cleo_books(store)
    for starts_at in (NINE, TEN, EIGHT):
        booking = await cleo_moves(store, booking, starts_at)
    await cleo_cancels(store, booking)
    for failure in ((500, b""), (429, b""), (404, b""), b"HTTP/1.1 2", b"SSH-2.0-nothing\r\n\r\n"):
        receiver.answers.extend([failure, (200, b"ok")])
    now = NOW
    for _ in range(40):
        await work(store, vault, now)
        now += 600
    taken = [msgspec.json.decode(one.body)["data"]["sequence"] for one in receiver.got][1::2]
    assert taken == [0, 1, 2, 3, 4]


async def test_after_a_day_it_has_failed_and_the_next_goes(store: Store, vault: Vault, receiver: Receiver) -> None:
    """Given up, shown, and the line goes on; nothing is ever forgotten silently."""
    webhook, _ = await hooked(store, vault, await ada(store), receiver.url)
    booking = await cleo_books(store)
    await cleo_cancels(store, booking)
    receiver.always = (422, b'{"error": "no such column"}')
    now = NOW
    while now < NOW + DAY + 2 * HOUR:
        await work(store, vault, now)
        now += 900
    found = await hooks.list_deliveries(store.reader, webhook)
    assert [one.state for one in found] == ["failed", "failed"]
    assert found[1].attempts > 10
    attempts = await hooks.list_attempts(store.reader, found[1])
    assert attempts[0].body == '{"error": "no such column"}'
    assert receiver.types.index("booking.cancelled") > 10


async def test_a_failed_one_is_replayed_with_its_own_id(store: Store, vault: Vault, receiver: Receiver) -> None:
    """Once more, at once, in the template of today; the receiver can tell that it is the same event."""
    webhook, secret = await hooked(store, vault, await ada(store), receiver.url)
    await cleo_books(store)
    receiver.always = (400, b"")
    for hour in range(27):
        await work(store, vault, NOW + hour * HOUR)
    (failed,) = await hooks.list_deliveries(store.reader, webhook)
    assert failed.state == "failed"
    receiver.always = (204, b"")
    later = NOW + 2 * DAY
    await hooks.replay(store, webhook, failed.id, now=later, actor=AS_ADA)
    await work(store, vault, later)
    (again,) = await hooks.list_deliveries(store.reader, webhook)
    assert again.state == "sent"
    assert {one.headers["webhook-id"] for one in receiver.got} == {failed.message_id}
    verify(secret, receiver.got[-1], at=later)


async def test_what_was_begun_when_it_was_killed_is_sent_again(store: Store, vault: Vault, receiver: Receiver) -> None:
    """Killed between the answer and its note: a second copy with the same id, and the order is kept."""
    webhook, _ = await hooked(store, vault, await ada(store), receiver.url)
    booking = await cleo_books(store)
    await cleo_cancels(store, booking)
    (job,) = await jobs.list_due(store.reader, "webhook", now=NOW, limit=9)
    delivery = await webhook_deliveries.by_id(store.reader, job.subject)
    assert delivery is not None
    await posting.post(vault, webhook, delivery.message_id, delivery.event.encode(), now=NOW, allowed=("127.0.0.0/8",))
    await work(store, vault)  # the next process knows nothing of it
    assert receiver.types == ["booking.confirmed", "booking.confirmed", "booking.cancelled"]
    assert receiver.got[0].headers["webhook-id"] == receiver.got[1].headers["webhook-id"]


async def test_a_kill_after_the_note_loses_nothing(store: Store, vault: Vault, receiver: Receiver) -> None:
    """The next in line has its job in the transaction that ends the one before; its own job may run once more."""
    await hooked(store, vault, await ada(store), receiver.url)
    booking = await cleo_books(store)
    await cleo_cancels(store, booking)
    (job,) = await jobs.list_due(store.reader, "webhook", now=NOW, limit=9)
    await hooks.deliver_webhook(store, vault, delivery_id=job.subject, now=NOW, allowed=("127.0.0.0/8",))
    await work(store, vault)  # the job of the first was never finished
    assert receiver.types == ["booking.confirmed", "booking.cancelled"]


async def test_a_receiver_in_trouble_is_left_alone(store: Store, vault: Vault, receiver: Receiver) -> None:
    """While it is down one delivery finds out whether it is back, instead of all of them."""
    webhook, _ = await hooked(store, vault, await ada(store), receiver.url)
    for hour in (8, 9, 10, 11):
        await cleo_books(store, EIGHT + (hour - 8) * HOUR)
    receiver.always = (503, b"")
    await work(store, vault)
    assert len(receiver.got) == 1
    assert (await kept(store, webhook)).rests_until is not None
    receiver.always = (204, b"")
    for minute in range(1, 6):
        await work(store, vault, NOW + 60 * minute)
    assert len(receiver.got) == 5
    assert (await kept(store, webhook)).failures == 0


async def test_a_receiver_says_when_to_come_back(store: Store, vault: Vault, receiver: Receiver) -> None:
    """Retry-After counts, as seconds."""
    webhook, _ = await hooked(store, vault, await ada(store), receiver.url)
    await cleo_books(store)
    receiver.answers.append(b"HTTP/1.1 429 Slow\r\nretry-after: 1000\r\ncontent-length: 0\r\n\r\n")
    await work(store, vault)
    rests_until = (await kept(store, webhook)).rests_until
    assert rests_until == NOW + 1000


async def test_gone_unsubscribes(store: Store, vault: Vault, receiver: Receiver) -> None:
    """410 is how a REST hook's receiver says that nobody listens; nothing is sent or noted from then on."""
    webhook, _ = await hooked(store, vault, await ada(store), receiver.url)
    booking = await cleo_books(store)
    await cleo_moves(store, booking, NINE)
    receiver.answers.append((410, b""))
    await work(store, vault)
    await cleo_books(store, TEN)
    await work(store, vault, NOW + HOUR)
    assert len(receiver.got) == 1
    assert (await kept(store, webhook)).state == "gone"
    assert [one.state for one in await hooks.list_deliveries(store.reader, webhook)] == ["failed", "failed"]
    assert await jobs.list_due(store.reader, "webhook", now=NOW + DAY, limit=9) == []


async def test_what_fails_for_five_days_is_switched_off_and_its_owner_told_once(
    store: Store, vault: Vault, receiver: Receiver
) -> None:
    """By one letter; switched on again it works again."""
    owner = await ada(store)
    webhook, _ = await hooked(store, vault, owner, receiver.url)
    receiver.always = (500, b"")
    for day in range(7):
        if day < 6:
            await cleo_books(store, EIGHT + day * DAY if day < 4 else NINE + (day - 4) * DAY)
        for hour in range(24):
            await work(store, vault, NOW + day * DAY + hour * HOUR)
    assert (await kept(store, webhook)).state == "failed"
    told = [one for one in await letters.list_of(store.reader, owner.id) if one.kind == "webhook_off"]
    assert len(told) == 1
    assert "s3cr3t-path" not in str(told[0].facts)
    receiver.always = (204, b"")
    await hooks.resume_webhook(store, await kept(store, webhook), now=NOW + 8 * DAY, actor=AS_ADA)
    before = len(receiver.got)
    await cleo_books(store, TEN)
    await work(store, vault, NOW + 8 * DAY)
    assert len(receiver.got) == before + 1


async def test_paused_it_keeps_what_waits_and_notes_nothing_new(store: Store, vault: Vault, receiver: Receiver) -> None:
    """Resumed, it sends what waited before."""
    webhook, _ = await hooked(store, vault, await ada(store), receiver.url)
    await cleo_books(store)
    await hooks.pause_webhook(store, webhook, now=NOW, actor=AS_ADA)
    await cleo_books(store, NINE)
    await work(store, vault)
    assert receiver.got == []
    await hooks.resume_webhook(store, await kept(store, webhook), now=NOW + 60, actor=AS_ADA)
    await work(store, vault, NOW + 60)
    assert len(receiver.got) == 1


async def test_for_a_day_both_secrets_sign(store: Store, vault: Vault, receiver: Receiver) -> None:
    """Receivers change theirs when they like; after a day, and when it must end at once, the old one is worthless."""
    webhook, old = await hooked(store, vault, await ada(store), receiver.url)
    new = await hooks.rotate_secret(store, vault, webhook, now=NOW, actor=AS_ADA)
    await cleo_books(store)
    await work(store, vault)
    for secret in (old, new):
        verify(secret, receiver.got[0])
    await cleo_books(store, NINE)
    await hooks.sweep_webhooks(store, NOW + DAY)
    await work(store, vault, NOW + DAY)
    verify(new, receiver.got[1], at=NOW + DAY)
    with pytest.raises(WebhookVerificationError):
        verify(old, receiver.got[1], at=NOW + DAY)
    newest = await hooks.rotate_secret(
        store, vault, await kept(store, webhook), at_once=True, now=NOW + DAY, actor=AS_ADA
    )
    await cleo_books(store, TEN)
    await work(store, vault, NOW + DAY)
    verify(newest, receiver.got[2], at=NOW + DAY)
    with pytest.raises(WebhookVerificationError):
        verify(new, receiver.got[2], at=NOW + DAY)


async def test_a_test_says_at_once_what_was_answered(store: Store, vault: Vault, receiver: Receiver) -> None:
    """Signed like everything; in the log, without changing whether the webhook is well."""
    webhook, secret = await hooked(store, vault, await ada(store), receiver.url)
    receiver.answers.append((500, b"<h1>Oops</h1>" * 1_000))
    answered = await hooks.test_webhook(store, vault, webhook, now=NOW, allowed=("127.0.0.0/8",), actor=AS_ADA)
    assert (answered.status, answered.is_taken, len(answered.body)) == (500, False, 2_048)
    assert verify(secret, receiver.got[0])["type"] == "test"
    assert (await kept(store, webhook)).failures == 0
    (delivery,) = await hooks.list_deliveries(store.reader, webhook)
    assert (delivery.type, delivery.state) == ("test", "failed")


async def test_old_deliveries_are_forgotten(store: Store, vault: Vault, receiver: Receiver) -> None:
    """A month after they ended; what waits stays."""
    webhook, _ = await hooked(store, vault, await ada(store), receiver.url)
    booking = await cleo_books(store)
    await work(store, vault)
    await hooks.pause_webhook(store, webhook, now=NOW, actor=AS_ADA)
    await hooks.sweep_webhooks(store, NOW + 29 * DAY)
    assert len(await hooks.list_of_booking(store.reader, booking.id, host_id=booking.host_id)) == 1
    await hooks.sweep_webhooks(store, NOW + 31 * DAY)
    assert await hooks.list_of_booking(store.reader, booking.id, host_id=booking.host_id) == []


async def test_secrets_lie_sealed(store: Store, vault: Vault, receiver: Receiver) -> None:
    """Neither the address nor a secret can be read where it is kept, or is shown."""
    webhook, secret = await hooked(store, vault, await ada(store), receiver.url)
    await hooks.rotate_secret(store, vault, webhook, now=NOW, actor=AS_ADA)
    row = await kept(store, webhook)
    assert row.former_sealed is not None
    for sealed in (row.url_sealed, row.secret_sealed, row.former_sealed):
        assert b"s3cr3t" not in sealed
        assert secret.encode() not in sealed
    assert row.shown_url == f"http://127.0.0.1:{receiver.port}/…"


async def test_one_host_cannot_keep_anothers(store: Store, vault: Vault, receiver: Receiver) -> None:
    """Mallory sees none of Ada's; who manages a team, and an admin, see what is theirs."""
    owner, mallory, root = await ada(store), await host(store, "Mallory"), await host(store, "Root", role="admin")
    webhook, _ = await hooked(store, vault, owner, receiver.url)
    whole, _ = await hooked(store, vault, owner, receiver.url, belongs=hooks.Owner())
    seen = {}
    for who in (owner, mallory, root):
        account = await accounts.by_id(store.reader, who.id)
        assert isinstance(account, Account)
        seen[who.slug] = [one.id for one in await hooks.list_webhooks(store.reader, account)]
    assert seen == {"ada": [webhook.id], "mallory": [], "root": [whole.id]}


async def test_an_event_type_must_be_ones_own(store: Store, vault: Vault, receiver: Receiver) -> None:
    """Mallory cannot ask for Ada's."""
    owner, mallory = await ada(store), await host(store, "Mallory")
    (intro,) = await event_types.list_of(store.reader, owner.id)
    with pytest.raises(Exception, match="does not exist"):
        await hooked(store, vault, mallory, receiver.url, event_types=(intro.id,))


async def test_a_reminder_is_told_when_it_is_due_of_what_still_stands(
    store: Store, vault: Vault, receiver: Receiver
) -> None:
    """Once, a day ahead, in the line of its booking; of what was moved meanwhile nothing is told."""
    await hooked(store, vault, await ada(store), receiver.url, types=("booking.reminder_due", "booking.cancelled"))
    stays, moves = await cleo_books(store, TEN), await cleo_books(store, NINE)
    await bookings.plan_reminders(store, NOW)
    await cleo_cancels(store, moves)
    await work(store, vault)
    assert receiver.types == ["booking.cancelled"], "nothing waits for a reminder to come"
    for now in (TEN - DAY - 1, TEN - DAY, TEN - DAY):
        for job in await jobs.list_due(store.reader, hooks.DUE_JOB, now=now, limit=9):
            await hooks.tell_of_reminder(store, job.subject, now=now)
        await work(store, vault, now)
    (told,) = [msgspec.json.decode(one.body) for one in receiver.got if one.type == "booking.reminder_due"]
    assert (told["data"]["uid"], told["data"]["reminder_minutes"]) == (stays.uid, 1_440)


async def test_a_host_hears_that_a_booking_left_them(store: Store, vault: Vault, receiver: Receiver) -> None:
    """Handed over within a team: the webhooks of both are told, with who took part before."""
    first, second = await ada(store), await host(store, "Ben Okri")
    await team_event_type(store, (first, second), EventTypeRules(duration_minutes=30, assignment="round_robin"))
    booking = await cleo_books(store, asked=request(EIGHT, host="team:support"))
    had, gets = (first, second) if booking.host_id == first.id else (second, first)
    async with receiving() as other:
        await hooked(store, vault, had, receiver.url)
        await hooked(store, vault, gets, other.url)
        await bookings.reassign(store, booking.uid, gets.slug, now=NOW, actor=AS_ADA)
        await work(store, vault)
        for one in (receiver, other):
            data = msgspec.json.decode(one.got[0].body)["data"]
            assert one.types == ["booking.rescheduled"]
            assert (data["hosts"][0]["slug"], data["previous_hosts"][0]["slug"]) == (gets.slug, had.slug)


async def test_each_date_of_a_series_is_told(store: Store, vault: Vault, receiver: Receiver) -> None:
    """People get one message for all of them, programs one event for each."""
    owner = await ada(store)
    await series.lesson(store)
    await hooked(store, vault, owner, receiver.url)
    made = (await series.booked(store, Availability(store))).bookings
    await work(store, vault)
    data = [msgspec.json.decode(one.body)["data"] for one in receiver.got]
    assert len({one["uid"] for one in data}) == len(made) > 1
    assert len({one["series"] for one in data}) == 1


async def test_a_teams_webhooks_go_with_it(store: Store, vault: Vault, receiver: Receiver) -> None:
    """Nobody could see or stop them any more."""
    owner = await ada(store)
    team = await create_team(store, owner.id, TeamDraft(name="Night watch"), now=NOW, actor=AS_ADA)
    webhook, _ = await hooked(store, vault, owner, receiver.url, belongs=hooks.Owner(team_id=team.id))
    await delete_team(store, team.id, now=NOW, actor=AS_ADA)
    assert await webhooks_kept(store.reader, webhook.id) is None
