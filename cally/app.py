"""The one place where rooms are wired together, started in order and stopped in order."""

import asyncio
import gc
import logging
import os
import resource
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from granian import net
from granian.constants import Interfaces
from granian.http import HTTP1Settings, HTTP2Settings
from granian.server.embed import Server

from cally import accounts, bookings, brakes, calendars, clock, hosts, notify, web
from cally.accounts import oauth_grants
from cally.bookings import Availability
from cally.config import Settings
from cally.errors import CallyError
from cally.jobs import RecurringJob, Worker
from cally.ops import audit_log, health, lock, logs, notify_systemd
from cally.ops.listening import BACKLOG, Listening
from cally.ops.live import Live
from cally.store import Store, erased_file, open_store
from cally.vault import Vault, read_or_make_key
from cally.web.doors import Doors
from cally.web.guest_brake import GuestBrake

holder: Any = net.SocketHolder  # type: ignore[attr-defined]  # private to granian, and named nowhere else

BACKPRESSURE = 8_000
OPEN_FILES = 16_384
HEADER_MILLISECONDS = 2_000
HEAD_BYTES = 65_536
STREAMS = 100
GRACE_SECONDS = 20
LOOP_SECONDS = 60
WRITER_SECONDS = 15
PULSE_SECONDS = 10.0
SWEEP_SECONDS = 600
CALENDARS_SECONDS = 60
TIME_LAW_SECONDS = 3_600
HOLIDAYS_SECONDS = 3_600
WAITLIST_SECONDS = 30
RETENTION_SECONDS = 86_400
AUDIT_SECONDS = 3_600

log = logging.getLogger("cally")


async def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; a second signal ends at once. 0 after an orderly stop, 1 after a fault.

    Raises `CallyError` when it cannot start: `settings_wrong`, `database_in_use`, `address_in_use`, `key_invalid`,
    `database_…`.
    """
    logs.set_up(settings.log)
    stop = _stop_signals()
    _prepare(settings)
    with lock.hold(settings.state_dir, now=clock.now()):
        listening = Listening(settings.bind)
        try:
            async with _instance(settings, listening) as (doors, worker):
                return await _run(doors, worker, listening, stop)
        finally:
            listening.close()


def _stop_signals() -> asyncio.Event:
    stop = asyncio.Event()

    def asked() -> None:
        if stop.is_set():
            os._exit(130)  # what was acknowledged is on disk already
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked)
    return stop


def _prepare(settings: Settings) -> None:
    os.umask(0o077)
    _allow_connections()
    try:
        settings.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        sentence = f"CALLY_STATE_DIR {settings.state_dir} cannot be made ({error.strerror})."
        raise CallyError("settings_wrong", sentence, faults=[sentence]) from error
    if settings.database_file.exists() and not settings.key_file.exists():
        sentence = f"{settings.database_file} exists but its key {settings.key_file} does not; put the key back."
        raise CallyError("key_invalid", sentence)
    if not settings.limits:
        log.warning("CALLY_LIMITS=off: rate limits and proof of work are lifted. For load tests only.")


def _allow_connections() -> None:
    """As many open files as the system lets us have: a soft limit of 1,024 would be 1,000 idle guests."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@asynccontextmanager
async def _instance(settings: Settings, listening: Listening) -> AsyncIterator[tuple[Doors, Worker]]:
    """Key, database, migrations, and what is made of them; the database is closed when the block ends."""
    vault = Vault(read_or_make_key(settings.key_file))
    store = open_store(settings.database_file, vault.database_key)
    try:
        live = Live(store, vault, settings, fallback=listening.url())
        await live.reload()
        if live.mail() is not None:
            await notify.resume_waiting(store, clock.now())  # the operator may have set a mail server up meanwhile
        await bookings.note_law(store, clock.now())
        await bookings.erase_what_came_back(store, vault, erased_file.beside(store), now=clock.now())
        worker = _worker(store, vault, live, settings)
        doors = _doors(store, vault, live, worker, settings)
        await doors.brake.restore(store.reader, clock.now())
        yield doors, worker
    finally:
        await store.close()


def _worker(store: Store, vault: Vault, live: Live, settings: Settings) -> Worker:
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

    async def guest(subject: int, now: int) -> None:
        url, remembered = live.public_url(), erased_file.beside(store)
        await bookings.work_on(store, vault, remembered, mail=live.mail(), public_url=url, request_id=subject, now=now)

    recurring = [
        RecurringJob("sweep", SWEEP_SECONDS, partial(_sweep, store)),
        RecurringJob("calendars", CALENDARS_SECONDS, partial(_read_calendars, store, vault, settings.allowed_networks)),
        RecurringJob("waitlist", WAITLIST_SECONDS, partial(bookings.turn_waitlist, store)),
        RecurringJob("holidays", HOLIDAYS_SECONDS, partial(_lay_out_holidays, store)),
        RecurringJob("retention", RETENTION_SECONDS, partial(_forget_guests, store)),
        RecurringJob("time-law", TIME_LAW_SECONDS, partial(bookings.watch_time_law, store)),
        RecurringJob("audit", AUDIT_SECONDS, partial(audit_log.look_after, store)),
    ]
    return Worker(
        store,
        clock.now,
        {"mail": message, "channel": message, "letter": letter, "guest": guest},
        recurring,
        paused=lambda: _without_server(live),
    )


def _without_server(live: Live) -> frozenset[str]:
    """Mail waits in the outbox, untouched, for as long as there is no server to give it to."""
    return frozenset() if live.mail() is not None else frozenset({"mail", "letter"})


async def _sweep(store: Store, now: int) -> None:
    await bookings.sweep(store, now)
    await accounts.sweep_sessions(store, now)
    await accounts.sweep_lockouts(store, now)
    await brakes.sweep_blocklist(store, now)
    await oauth_grants.sweep_grants(store, now)
    await notify.sweep_letters(store, now)
    await hosts.forget_time_off(store, now)


async def _read_calendars(store: Store, vault: Vault, allowed: tuple[str, ...], now: int) -> None:
    await calendars.read_due(store, vault, now=now, allowed=allowed)


async def _forget_guests(store: Store, now: int) -> None:
    await bookings.forget_guests(store, now)


async def _lay_out_holidays(store: Store, now: int) -> None:
    await calendars.extend_holidays(store, now)


def _doors(store: Store, vault: Vault, live: Live, worker: Worker, settings: Settings) -> Doors:
    async def report() -> health.HealthReport:
        return await health.report(
            store,
            state_dir=settings.state_dir,
            now=clock.now(),
            mail_set_up=live.mail() is not None,
            turned_seconds_ago=time.monotonic() - worker.turned_at,
        )

    return Doors(
        store=store,
        vault=vault,
        clock=clock.now,
        availability=Availability(store),
        public_url=live.public_url,
        mail=live.mail,
        wake=worker.wake,
        health=report,
        trusted_proxies=settings.trusted_proxies,
        limits=settings.limits,
        brake=accounts.SignInBrake(limits=settings.limits),
        guests=GuestBrake(limits=settings.limits),
        reload=live.reload,
        fixed=live.fixed,
        allowed_networks=settings.allowed_networks,
        clamav=settings.clamav,
    )


async def _run(doors: Doors, worker: Worker, listening: Listening, stop: asyncio.Event) -> int:
    working = asyncio.create_task(worker.run(), name="jobs")
    server = _Server(web.build(doors), listening.open(), is_unix=listening.is_unix)
    await _announce(doors, listening)
    serving = asyncio.create_task(server.serve(), name="web")
    pulse = asyncio.create_task(_pulse(doors, worker), name="pulse")
    notify_systemd.notify("READY=1\nSTATUS=Serving")
    gc.collect()
    gc.freeze()
    ends = [asyncio.create_task(stop.wait()), asyncio.create_task(doors.store.broken.wait())]
    await asyncio.wait([working, serving, *ends], return_when=asyncio.FIRST_COMPLETED)
    faults = _faults([working, serving], doors.store)
    await _stop(server, serving, worker)
    for task in (working, serving, pulse, *ends):
        task.cancel()
    with suppress(CallyError):
        await doors.refusals.flush(doors.store, doors.clock())
    await audit_log.say_head(doors.store.reader)
    return 1 if faults else 0


async def _announce(doors: Doors, listening: Listening) -> None:
    """Before the first answer, so that whoever is answered finds the one-time address printed; early guests wait."""
    url = doors.public_url()
    log.info("Cally serves %s (%s)", url, listening.url())
    token = await accounts.make_setup_link(doors.store, doors.clock())
    if token is not None:
        sys.stdout.write(f"Set up Cally at {url}/setup/{token}\n")
        sys.stdout.flush()


def _faults(tasks: Sequence[asyncio.Task[None]], store: Store) -> bool:
    """Whether something ended that should not have; said loudly, for the service manager starts Cally anew."""
    for task in tasks:
        if task.done():
            log.error("The %s ended by itself; Cally stops.", task.get_name(), exc_info=task.exception())
            return True
    if store.failed is not None:
        log.error("%s", store.failed.sentence)
        return True
    return False


async def _stop(server: "_Server", serving: asyncio.Task[None], worker: Worker) -> None:
    """Accept nothing more, and let what runs come to its end within the grace."""
    notify_systemd.notify("STOPPING=1")
    log.info("Cally is stopping")
    server.stop()  # type: ignore[no-untyped-call]
    draining = asyncio.create_task(worker.drain(GRACE_SECONDS))
    _, late = await asyncio.wait([serving, draining], timeout=GRACE_SECONDS)
    if late:
        log.warning("Some requests or jobs were not done within %s seconds; they are dropped.", GRACE_SECONDS)
        # a dropped connection calls back into a loop that has no answer for it any more
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)


async def _pulse(doors: Doors, worker: Worker) -> None:
    """Feed the watchdog for as long as the database answers and the job loop turns; log when health changes."""
    known = health.HealthReport(status="ok", checks={})
    while True:
        if await _alive(doors.store, worker):
            notify_systemd.notify("WATCHDOG=1")
        known = await _told(doors, known)
        with suppress(CallyError):
            await doors.refusals.flush(doors.store, doors.clock())
        await asyncio.sleep(notify_systemd.watchdog_seconds() or PULSE_SECONDS)


async def _told(doors: Doors, known: health.HealthReport) -> health.HealthReport:
    report = await doors.health()
    for name, check in report.checks.items():
        if name not in known.checks or known.checks[name].status != check.status:
            level = {"ok": logging.INFO, "degraded": logging.WARNING, "failing": logging.ERROR}[check.status]
            log.log(level, "%s: %s", name, check.detail, extra={"check": name, "status": check.status})
    return report


async def _alive(store: Store, worker: Worker) -> bool:
    try:
        async with asyncio.timeout(WRITER_SECONDS), store.write():
            pass
    except (CallyError, TimeoutError) as error:
        if not isinstance(error, CallyError) or error.code != "storage_busy":
            return False
    return time.monotonic() - worker.turned_at < LOOP_SECONDS


class _Server(Server):
    """Granian on this loop, with the limits that its defaults lack (TRUST fact 4)."""

    def __init__(self, application: Callable[..., Awaitable[None]], descriptor: int, *, is_unix: bool) -> None:
        super().__init__(
            application,
            interface=Interfaces.ASGINL,
            backlog=BACKLOG,
            backpressure=BACKPRESSURE,
            http1_settings=HTTP1Settings(header_read_timeout=HEADER_MILLISECONDS, max_buffer_size=HEAD_BYTES),
            http2_settings=HTTP2Settings(max_headers_size=HEAD_BYTES, max_concurrent_streams=STREAMS),
            websockets=False,
            log_enabled=False,
        )
        self._held = descriptor, is_unix

    def _init_shared_socket(self) -> None:
        """Granian's own would be bound with SO_REUSEPORT: a second process could share the port silently."""
        self._ssp: Any = None
        self._shd: Any = holder(*self._held, BACKLOG)
