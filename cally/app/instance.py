"""An instance: key, database and migrations, and what is made of them."""

import logging
import os
import resource
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cally import accounts, bookings, clock, config, notify
from cally.app.work import make_worker
from cally.bookings import Availability
from cally.config import Settings
from cally.errors import CallyError
from cally.jobs import Worker
from cally.ops import doctor, errors, health
from cally.ops.backups.places import prepare_places
from cally.ops.backups.watch import Watch
from cally.ops.listening import Listening
from cally.ops.live import Live
from cally.ops.memory import MemoryWatch
from cally.ops.monitor import Monitor
from cally.ops.upgrades import watching
from cally.store import Store, erased_file, log_rot, open_store
from cally.vault import Vault, read_or_make_key
from cally.web.doors import Doors
from cally.web.guest_brake import GuestBrake

OPEN_FILES = 16_384

log = logging.getLogger("cally")


def prepare(settings: Settings) -> None:
    """Make the state directory and raise the limit of open files; raises `settings_wrong`, `key_invalid`."""
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


def keep_rotten_log(settings: Settings) -> None:
    """Before anything opens the database: what SQLite would silently forget of a damaged log is kept, and told."""
    if not settings.database_file.exists():
        return
    key = Vault(read_or_make_key(settings.key_file)).database_key
    kept = log_rot.keep_if_rotten(settings.database_file, key, now=clock.now())
    if kept is not None:
        log.error("The write-ahead log is damaged: changes that were saved cannot be read. It is kept as %s.", kept)


@asynccontextmanager
async def opened(settings: Settings, listening: Listening) -> AsyncIterator[tuple[Doors, Worker]]:
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
        await prepare_places(store, clock.now())
        watch = Watch()
        worker = make_worker(store, vault, live, settings, watch)
        doors = _doors(store, vault, live, worker, settings, watch)
        await doors.brake.restore(store.reader, clock.now())
        yield doors, worker
    finally:
        await store.close()


def _forwarder(settings: Settings) -> errors.Forwarder | None:
    """Who hears of unexpected errors beside the admins: nobody, unless the operator names a service."""
    return errors.Forwarder(settings.sentry_dsn, now=clock.now) if settings.sentry_dsn else None


def _doors(store: Store, vault: Vault, live: Live, worker: Worker, settings: Settings, watch: Watch) -> Doors:
    monitor = Monitor()
    memory = MemoryWatch(lambda: monitor.started_at)

    async def report() -> health.HealthReport:
        return await health.report(
            store,
            state_dir=settings.state_dir,
            now=clock.now(),
            mail_set_up=live.mail() is not None,
            turned_seconds_ago=time.monotonic() - worker.turned_at,
            disks=monitor.outlooks,
            memory=memory,
            public_url=live.public_url(),
        )

    async def examine() -> list[doctor.Finding]:
        return await doctor.examine(settings, store, live, now=clock.now(), quick=True)

    return Doors(
        store=store,
        vault=vault,
        clock=clock.now,
        availability=Availability(store),
        public_url=live.public_url,
        mail=live.mail,
        wake=worker.wake,
        health=report,
        monitor=monitor,
        examine=examine,
        settings=tuple(config.described(settings)),
        backup_watch=watch,
        trusted_proxies=settings.trusted_proxies,
        limits=settings.limits,
        errors=errors.Inbox(forward=_forwarder(settings)),
        brake=accounts.SignInBrake(limits=settings.limits),
        guests=GuestBrake(limits=settings.limits),
        reload=live.reload,
        fixed=live.fixed,
        allowed_networks=settings.allowed_networks,
        updates=watching.source(settings),
        clamav=settings.clamav,
    )
