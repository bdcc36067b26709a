"""What the worker does: a handler for each kind of job, and the recurring jobs with their cadence."""

from functools import partial

from cally import accounts, bookings, brakes, calendars, clock, hosts, notify
from cally.accounts import oauth_grants
from cally.config import Settings
from cally.jobs import RecurringJob, Worker, sweep_hours
from cally.notify import webhooks
from cally.ops import audit_log, certificate, maintenance
from cally.ops.alerts import deliver_alert, sweep_alerts
from cally.ops.backups import running as backups
from cally.ops.backups.watch import Watch
from cally.ops.imports import keeping as imports
from cally.ops.live import Live
from cally.ops.upgrades import watching
from cally.store import Store, erased_file
from cally.vault import Vault

SWEEP_SECONDS = 600
CALENDARS_SECONDS = 60
TIME_LAW_SECONDS = 3_600
HOLIDAYS_SECONDS = 3_600
WAITLIST_SECONDS = 30
REMINDERS_SECONDS = 60
DIGESTS_SECONDS = 60
RETENTION_SECONDS = 86_400
AUDIT_SECONDS = 3_600
CERTIFICATE_SECONDS = 3_600
BACKUPS_SECONDS = 300


def make_worker(store: Store, vault: Vault, live: Live, settings: Settings, watch: Watch) -> Worker:
    """The worker of an instance, not yet begun; `watch` is told how far a backup is."""

    async def message(subject: int, now: int) -> None:
        await notify.deliver(
            store,
            vault,
            mail=live.mail(),
            public_url=live.public_url(),
            message_id=subject,
            now=now,
            allowed=settings.allowed_networks,
        )

    async def letter(subject: int, now: int) -> None:
        url = live.public_url()
        await notify.deliver_letter(store, vault, mail=live.mail(), public_url=url, letter_id=subject, now=now)

    async def alert(subject: int, now: int) -> None:
        await deliver_alert(store, vault, subject, now=now, allowed=settings.allowed_networks)

    async def digest(subject: int, now: int) -> None:
        await notify.deliver_digest(
            store,
            vault,
            mail=live.mail(),
            public_url=live.public_url(),
            digest_id=subject,
            now=now,
            allowed=settings.allowed_networks,
        )

    async def webhook(subject: int, now: int) -> None:
        await webhooks.deliver_webhook(store, vault, delivery_id=subject, now=now, allowed=settings.allowed_networks)

    async def webhook_due(subject: int, now: int) -> None:
        await webhooks.tell_of_reminder(store, subject, now=now)

    async def moving_in(subject: int, now: int) -> None:
        await imports.work_off(store, vault, subject, now=now)

    async def guest(subject: int, now: int) -> None:
        url, remembered = live.public_url(), erased_file.beside(store)
        await bookings.work_on(store, vault, remembered, mail=live.mail(), public_url=url, request_id=subject, now=now)

    made = backups.Backups(store, vault, allowed=settings.allowed_networks, clock=clock.now, watch=watch)
    recurring = [
        RecurringJob("sweep", SWEEP_SECONDS, partial(_sweep, store)),
        RecurringJob("calendars", CALENDARS_SECONDS, partial(_read_calendars, store, vault, settings.allowed_networks)),
        RecurringJob("waitlist", WAITLIST_SECONDS, partial(bookings.turn_waitlist, store)),
        RecurringJob("reminders", REMINDERS_SECONDS, partial(bookings.plan_reminders, store)),
        RecurringJob("digests", DIGESTS_SECONDS, partial(_plan_digests, store)),
        RecurringJob("holidays", HOLIDAYS_SECONDS, partial(_lay_out_holidays, store)),
        RecurringJob("retention", RETENTION_SECONDS, partial(_forget_guests, store)),
        RecurringJob("time-law", TIME_LAW_SECONDS, partial(bookings.watch_time_law, store)),
        RecurringJob(backups.JOB, BACKUPS_SECONDS, made.turn),
        RecurringJob("audit", AUDIT_SECONDS, partial(audit_log.look_after, store)),
        RecurringJob("certificate", CERTIFICATE_SECONDS, partial(_look_at_certificate, store, live)),
        RecurringJob(watching.JOB, watching.cadence(), partial(_look_for_updates, store, settings)),
    ]
    return Worker(
        store,
        clock.now,
        {
            "mail": message,
            "channel": message,
            "letter": letter,
            "guest": guest,
            "import": moving_in,
            "alert": alert,
            "webhook": webhook,
            "webhook_due": webhook_due,
            "digest": digest,
        },
        recurring,
        paused=lambda: _without_server(live),
        rests=lambda: maintenance.current(settings.state_dir) is not None,
    )


def _without_server(live: Live) -> frozenset[str]:
    """Mail waits in the outbox, untouched, for as long as there is no server to give it to."""
    return frozenset() if live.mail() is not None else frozenset({"mail", "letter"})


async def _sweep(store: Store, now: int) -> None:
    await bookings.sweep(store, now)
    await accounts.sweep_sessions(store, now)
    await accounts.sweep_lockouts(store, now)
    await brakes.sweep_blocklist(store, now)
    await brakes.sweep_repeats(store, now)
    await oauth_grants.sweep_grants(store, now)
    await notify.sweep_letters(store, now)
    await webhooks.sweep_webhooks(store, now)
    await sweep_alerts(store, now)
    await imports.sweep_imports(store, now)
    await sweep_hours(store, now)
    await hosts.forget_time_off(store, now)


async def _read_calendars(store: Store, vault: Vault, allowed: tuple[str, ...], now: int) -> None:
    await calendars.read_due(store, vault, now=now, allowed=allowed)


async def _plan_digests(store: Store, now: int) -> None:
    await notify.turn_digests(store, now)


async def _forget_guests(store: Store, now: int) -> None:
    await bookings.forget_guests(store, now)


async def _look_at_certificate(store: Store, live: Live, now: int) -> None:
    await certificate.look(store, live.public_url(), now)


async def _look_for_updates(store: Store, settings: Settings, now: int) -> None:
    await watching.look(store, watching.source(settings), now=now, allowed=settings.allowed_networks)


async def _lay_out_holidays(store: Store, now: int) -> None:
    await calendars.extend_holidays(store, now)
