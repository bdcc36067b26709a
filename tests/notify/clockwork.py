"""Cally without its process: reminders are planned again and again, jobs done when due, on a clock set by hand."""

import msgspec

from cally.bookings.reminding import JOB, plan_reminders
from cally.model.bookings import Booking
from cally.model.hosts import EventType
from cally.model.messages import Job, Message
from cally.model.options import EventTypeOptions
from cally.model.reminders import FollowUp, MessageSettings, QuietHours, Reminders
from cally.notify import TryAgain, deliver, messages_of
from cally.store import Store, event_types, jobs, message_settings, recurring_jobs
from cally.vault import Vault
from tests.cast import NOW
from tests.notify.conftest import PUBLIC_URL, MailServer
from tests.site import LOCAL

MINUTE = 60
STEP = 2 * 3_600
MEDIA = ("mail", "channel")
DAY_AND_HOUR = Reminders(guest_minutes=(1_440, 60), host_minutes=(30,))
NO_REMINDERS = Reminders()


class Clockwork:
    """`now` goes on only in `run_to`; what `sleeps` misses is found when it wakes."""

    def __init__(self, store: Store, vault: Vault, server: MailServer, *, now: int = NOW) -> None:
        self.store, self.vault, self.server, self.now = store, vault, server, now
        self.plans = True
        self.sends = True

    async def start(self) -> "Clockwork":
        """As after the first run of the planning, long before."""
        async with self.store.write() as tx:
            await recurring_jobs.insert(tx, JOB, due_at=self.now)
            await recurring_jobs.end(tx, JOB, now=self.now - 1, last_error="")
        return self

    async def run_to(self, until: int) -> None:
        """From one instant at which something may happen to the next: when a job is due, or every two hours."""
        while True:
            await self.turn()
            if self.now >= until:
                return
            ahead = [until, *[job.due_at for job in await self._waiting()]]
            if self.plans:
                ahead.append(self.now + STEP)
            self.now = max(self.now + 1, min(ahead))

    async def turn(self) -> None:
        """What is to be done at this instant."""
        if self.plans:
            await plan_reminders(self.store, self.now)
            async with self.store.write() as tx:
                await recurring_jobs.end(tx, JOB, now=self.now, last_error="")
        for job in await self._waiting():
            if job.due_at <= self.now:
                await self._do(job)

    async def _waiting(self) -> list[Job]:
        if not self.sends:
            return []
        waiting = await jobs.list_by_state(self.store.reader, "waiting", limit=1_000)
        return [job for job in waiting if job.kind in MEDIA]

    async def _do(self, job: Job) -> None:
        async with self.store.write() as tx:
            assert await jobs.lease(tx, job, leased_until=self.now + 180)
        leased = msgspec.structs.replace(job, state="running", attempts=job.attempts + 1)
        try:
            await deliver(
                self.store,
                self.vault,
                mail=self.server.settings,
                public_url=PUBLIC_URL,
                message_id=job.subject,
                now=self.now,
                allowed=LOCAL,
            )
        except TryAgain as wish:
            async with self.store.write() as tx:
                due_at = self.now + max(1, wish.after_seconds)
                await jobs.give_back(tx, leased, due_at=due_at, last_error=wish.reason, counted=wish.counted)
        else:
            async with self.store.write() as tx:
                await jobs.finish(tx, leased)

    async def told(self, booking: Booking, kind: str = "reminder") -> list[tuple[str, int]]:
        """Who was sent messages of a kind about a booking, and when, by what the outbox says."""
        return [(one.recipient, one.sent_at or 0) for one in await self.rows(booking, kind) if one.state == "sent"]

    async def rows(self, booking: Booking, kind: str = "reminder") -> list[Message]:
        """All rows of a kind about a booking."""
        found = [one for one in await messages_of(self.store.reader, booking.id) if one.kind == kind]
        return sorted(found, key=lambda one: one.sent_at or one.due_at or 0)

    def mails(self, subject: str) -> list[str]:
        """The Message-IDs of the mails that arrived and whose subject begins so."""
        return [mail["Message-ID"] for mail in self.server.postbox.mails if mail["Subject"].startswith(subject)]


async def with_options(
    store: Store,
    event_type: EventType,
    *,
    reminders: Reminders | None = None,
    follow_up: FollowUp | None = None,
    now: int,
) -> None:
    """The event type, from now on with these."""
    options: EventTypeOptions = msgspec.structs.replace(event_type.options, reminders=reminders, follow_up=follow_up)
    async with store.write() as tx:
        await event_types.update(tx, msgspec.structs.replace(event_type, options=options), now=now)


async def with_settings(
    store: Store,
    host_id: int,
    *,
    reminders: Reminders = NO_REMINDERS,
    quiet: QuietHours | None = None,
    guest_quiet: QuietHours | None = None,
    now: int,
) -> None:
    """What a host wants of messages, from now on."""
    wanted = MessageSettings(reminders=reminders, quiet=quiet, guest_quiet=guest_quiet)
    async with store.write() as tx:
        await message_settings.put(tx, host_id, wanted, now=now)
