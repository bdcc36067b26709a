"""What the tests of webhooks share: a webhook of Ada's, Cleo's booking, and a worker that has no clock of its own."""

from datetime import UTC, datetime
from typing import Any

from standardwebhooks.webhooks import Webhook as Verifier

from cally import bookings
from cally.bookings import Availability
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.bookings import Booking, BookingRequest
from cally.model.hosts import Host
from cally.model.webhooks import Webhook
from cally.notify import TryAgain
from cally.notify import webhooks as hooks
from cally.store import Store, jobs
from cally.store import webhooks as rows
from cally.vault import Vault
from tests.cast import AS_CLEO, NOW, at, booked, request
from tests.notify.receivers import LOCAL, Got

AS_ADA = Actor(kind="host")
EIGHT, NINE, TEN = (at(f"2026-09-22 {hour}:00") for hour in ("08", "09", "10"))


class _Then(Verifier):
    """The library's own verifier, with its clock at the time of the test."""

    def __init__(self, secret: str, at: int) -> None:
        super().__init__(secret)
        self.at = at

    def _Webhook__verify_timestamp(self, header: str) -> datetime:  # noqa: N802 - the library's private name
        assert abs(int(header) - self.at) < 300
        return datetime.fromtimestamp(int(header), UTC)


def verify(secret: str, got: Got, *, at: int = NOW) -> dict[str, Any]:
    """The event, if the library of Standard Webhooks finds its signature good."""
    event = _Then(secret, at).verify(got.body, got.headers)
    assert isinstance(event, dict)
    return event


async def hooked(store: Store, vault: Vault, owner: Host, url: str, **changes: Any) -> tuple[Webhook, str]:
    """A webhook of a host and its secret; `changes` are of its draft, `owner` of whom it belongs to."""
    belongs = changes.pop("belongs", hooks.Owner(host_id=owner.id))
    draft = hooks.WebhookDraft(url=url, **changes)
    return await hooks.add_webhook(store, vault, belongs, draft, now=NOW, actor=AS_ADA)


async def kept(store: Store, webhook: Webhook) -> Webhook:
    """The webhook as it is now."""
    found = await rows.by_id(store.reader, webhook.id)
    assert found is not None
    return found


async def cleo_books(store: Store, starts_at: int = EIGHT, asked: BookingRequest | None = None) -> Booking:
    """A booking of Cleo's, through the front door."""
    wanted = asked or request(starts_at)
    return booked(await bookings.book(store, Availability(store), wanted, now=NOW, actor=AS_CLEO))


async def cleo_moves(store: Store, booking: Booking, starts_at: int, now: int = NOW) -> Booking:
    """The booking at another time."""
    moved = await bookings.reschedule(store, Availability(store), booking.uid, starts_at, now=now, actor=AS_CLEO)
    assert isinstance(moved, Booking)
    return moved


async def cleo_cancels(store: Store, booking: Booking, now: int = NOW) -> None:
    """The end of it."""
    await bookings.cancel(store, booking.uid, reason="Rain", now=now, actor=AS_CLEO)


async def work(
    store: Store, vault: Vault, now: int = NOW, *, allowed: tuple[str, ...] = LOCAL, most: int = 1_000
) -> int:
    """Do what is due as the worker does it, one job after the other, until nothing is; how many were begun."""
    for number in range(most):
        due = await jobs.list_due(store.reader, "webhook", now=now, limit=1)
        if not due:
            return number
        async with store.write() as tx:
            assert await jobs.lease(tx, due[0], leased_until=now + 180)
        (job,) = [one for one in await jobs.list_by_state(store.reader, "running") if one.id == due[0].id]
        try:
            await hooks.deliver_webhook(store, vault, delivery_id=job.subject, now=now, allowed=allowed)
        except TryAgain as wish:
            async with store.write() as tx:
                due_at = now + max(1, wish.after_seconds)
                await jobs.give_back(tx, job, due_at=due_at, last_error=wish.reason, counted=wish.counted)
        except CallyError as failure:
            async with store.write() as tx:
                await jobs.bury(tx, job, last_error=failure.sentence)
        else:
            async with store.write() as tx:
                await jobs.finish(tx, job)
    raise AssertionError("the work does not end")
