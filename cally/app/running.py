"""Started in order, stopped in order: what `cally serve` does."""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import fields
from functools import partial

from cally import __version__, accounts, clock, web
from cally.app import instance
from cally.app.front import Front
from cally.app.migrating import bring_up_to_date
from cally.app.pulse import beat
from cally.config import Settings
from cally.errors import CallyError
from cally.jobs import Worker
from cally.ops import audit_log, lock, log_files, logs, memory, monitor, notify_systemd, reserve
from cally.ops import serving as who_serves
from cally.ops.errors import write_errors
from cally.ops.listening import Listening
from cally.ops.upgrades.switching import is_taken_back
from cally.store import Store
from cally.web.doors import Doors

GRACE_SECONDS = 20
START_ANEW = 75  # EX_TEMPFAIL
MAKING_ROOM_SECONDS = 3

log = logging.getLogger("cally")


async def serve(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; a second signal ends at once. 0 after an orderly stop, 1 after a fault.

    SIGHUP is a stop after which the service manager starts it anew: 75.

    Raises `CallyError` when it cannot start: `settings_wrong`, `database_in_use`, `address_in_use`, `key_invalid`,
    `database_…`, `migration_failed`.
    """
    logs.set_up(settings.log)
    if settings.log_dir is not None:
        log_files.keep(settings.log_dir, days=settings.log_days)
    stop = _stop_signals()
    instance.prepare(settings)
    reserve.look_after(settings.state_dir)
    if is_taken_back(settings.state_dir, __version__, now=clock.now()):
        return await _make_room(stop)
    with lock.hold(settings.state_dir, now=clock.now()):
        instance.keep_rotten_log(settings)
        listening = Listening(settings.bind)
        front = Front(listening)
        announce = partial(who_serves.announce, settings.state_dir, url=listening.url(), socket=listening.path())
        announce(ready=False)
        try:
            if not await bring_up_to_date(settings, front, stop):
                return stop.code
            async with instance.opened(settings, listening) as (doors, worker):
                return await _run(doors, worker, front, listening, stop, announce)
        finally:
            await front.close()
            listening.close()
            who_serves.withdraw(settings.state_dir)


async def _make_room(stop: "_Stop") -> int:
    """This version (of a file that was there a moment ago) is being taken back: end, but not in a hurry."""
    log.warning("Cally %s is being taken back: the version before it takes its place.", __version__)
    with suppress(TimeoutError):
        async with asyncio.timeout(MAKING_ROOM_SECONDS):
            await stop.wait()
    return START_ANEW


class _Stop(asyncio.Event):
    """Set when this process is to end, with this exit code."""

    code = 0


def _stop_signals() -> _Stop:
    """SIGHUP stops as orderly as SIGTERM, but with a code upon which every service manager starts anew."""
    stop = _Stop()

    def asked() -> None:
        if stop.is_set():
            os._exit(130)  # what was acknowledged is on disk already
        stop.set()

    def asked_anew() -> None:
        stop.code = START_ANEW
        stop.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked)
    loop.add_signal_handler(signal.SIGHUP, asked_anew)
    return stop


async def _run(
    doors: Doors,
    worker: Worker,
    front: Front,
    listening: Listening,
    stop: _Stop,
    announce: Callable[..., None],
) -> int:
    doors.errors.listen()
    working = asyncio.create_task(worker.run(), name="jobs")
    front.listen(web.build(doors))
    await _announce(doors, listening)
    serving = front.begin()
    pulse = asyncio.create_task(beat(doors, worker), name="pulse")
    watched = monitor.Watched(
        store=doors.store,
        clock=doors.clock,
        places=partial(monitor.places, doors.store.path.parent),
        mail_set_up=lambda: doors.mail() is not None,
    )
    watching = asyncio.create_task(doors.monitor.run(watched), name="monitor")
    announce(ready=True)
    answering = memory.Answering(doors.store.path.parent, partial(_memory_report, doors))
    await answering.open()
    notify_systemd.notify("READY=1\nSTATUS=Serving")
    gc.collect()
    gc.freeze()
    ends = [asyncio.create_task(stop.wait()), asyncio.create_task(doors.store.broken.wait())]
    await asyncio.wait([working, serving, *ends], return_when=asyncio.FIRST_COMPLETED)
    faults = _faults([working, serving], doors.store)
    answering.close()
    await _stop(front, serving, worker)
    for task in (working, serving, pulse, watching, *ends):
        task.cancel()
    with suppress(CallyError):
        await doors.monitor.keep_rest(watched)
    with suppress(CallyError):
        await doors.refusals.flush(doors.store, doors.clock())
    await write_errors(doors.store, doors.errors, doors.clock())
    await asyncio.to_thread(doors.errors.leave)
    await audit_log.say_head(doors.store.reader)
    return 1 if faults else stop.code


async def _memory_report(doors: Doors, trace_seconds: int) -> memory.MemoryReport:
    """What this process uses its memory for; its own stores are what the doors hold."""
    roots = {field.name: getattr(doors, field.name) for field in fields(doors)}
    return await memory.memory_report(roots, trace_seconds=trace_seconds)


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


async def _stop(front: Front, serving: asyncio.Task[None], worker: Worker) -> None:
    """Accept nothing more, and let what runs come to its end within the grace."""
    notify_systemd.notify("STOPPING=1")
    log.info("Cally is stopping")
    await front.settle()
    front.stop()
    draining = asyncio.create_task(worker.drain(GRACE_SECONDS))
    _, late = await asyncio.wait([serving, draining], timeout=GRACE_SECONDS)
    if late:
        log.warning("Some requests or jobs were not done within %s seconds; they are dropped.", GRACE_SECONDS)
        # a dropped connection calls back into a loop that has no answer for it any more
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
