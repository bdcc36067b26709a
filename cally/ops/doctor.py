"""`cally doctor`: every check in words, with what to do about it."""

import asyncio
import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from cally import bookings
from cally.config import Settings
from cally.model.zones import tzdata_version
from cally.notify import MailSettings
from cally.ops import health, lock
from cally.ops.live import Live
from cally.ops.monitor import machine
from cally.ops.monitor.disk import outlooks
from cally.store import Store, integrity, occupancy

Verdict = Literal["ok", "advice", "fault"]

TZDATA_YEARS = 2
MAIL_SECONDS = 5
PRIVATE_DIRECTORY, PRIVATE_FILE = 0o700, 0o600


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One check: `fault` needs a person, `advice` may wait; `fix` says what to do."""

    name: str
    verdict: Verdict
    sentence: str
    fix: str = ""


async def examine(settings: Settings, store: Store, live: Live, *, now: int, quick: bool = False) -> list[Finding]:
    """Every check of an instance whose database could be opened; reads the whole file once.

    `quick` leaves out what takes long: the whole file, all claims, and whoever is asked over the network.
    """
    db = store.reader
    mail = live.mail()
    found = [
        _from_health("database", await health.database(store), "Start Cally again; if it stays, look at the disk."),
        *([] if quick else [await _integrity(store), await _overlaps(store)]),
        await _turns(store),
        *files(settings),
        await _disks(settings, store, now),
        _from_health("backups", await health.backups(db, now), "See `cally backup list`, then `cally backup now`."),
        _from_health(
            "jobs",
            await health.jobs(db, now, None, mail_set_up=mail is not None),
            "See the outbox; `cally serve` must be running.",
        ),
        _from_health(
            "mail", await health.mail(db, set_up=mail is not None), "Set up a mail server, or see the outbox."
        ),
        _from_health("calendars", await health.calendars(db, now), "The calendar's page names the error."),
        _from_health("clock", await health.clock(db, now), "Let systemd-timesyncd or chrony keep the clock."),
        await _time_zones(settings, store, now),
        server(settings.state_dir),
        public_address(live.public_url()),
        limits(on=settings.limits),
    ]
    return [*found, await mail_server(mail)] if mail is not None and not quick else found


def needs_a_person(found: list[Finding]) -> bool:
    """Whether anything is at fault."""
    return any(finding.verdict == "fault" for finding in found)


def files(settings: Settings) -> list[Finding]:
    """Nobody but the owner may read the state directory, the database and the key."""
    wanted = (
        (settings.state_dir, PRIVATE_DIRECTORY),
        (settings.database_file, PRIVATE_FILE),
        (settings.key_file, PRIVATE_FILE),
    )
    return [_private(path, mode) for path, mode in wanted if path.exists()]


def time_zones(version: str, now: int) -> Finding:
    """Rules of time zones change several times a year; `version` is like `2026b`."""
    year = version[:4]
    if year.isdecimal() and int(year) < datetime.fromtimestamp(now, UTC).year - TZDATA_YEARS:
        return _advice("time zones", f"The rules of time zones are of {version}.", "Update tzdata and start again.")
    return _ok("time zones", f"The rules of time zones are of {version}.")


async def _time_zones(settings: Settings, store: Store, now: int) -> Finding:
    """The rules that a process started now uses, beside those of the one that is serving."""
    version, law = tzdata_version(), await bookings.law_in_use(store.reader)
    if law is not None and law.version != version and lock.holder(settings.state_dir) is not None:
        sentence = f"Time zone rules on disk ({version}) are newer than those in use ({law.version})."
        return _advice("time zones", sentence, "Start Cally again, so that bookings are held against the new ones.")
    found = time_zones(version, now)
    if found.verdict != "ok":
        return found
    return _from_health("time zones", await health.time_zones(store.reader), "Start Cally again.")


def server(state_dir: Path) -> Finding:
    """Is a process serving this directory?"""
    held = lock.holder(state_dir)
    if held is None:
        return _advice("server", "No server is running here.", "Start `cally serve`.")
    return _ok("server", f"Process {held[0]} is serving.")


def public_address(url: str) -> Finding:
    """Links in mails must lead back here, over TLS."""
    if url.startswith("https://"):
        return _ok("public address", f"Links lead to {url}.")
    fix = "Put a reverse proxy with TLS before Cally and set CALLY_PUBLIC_URL=https://…"
    return _advice("public address", f"Links lead to {url}, without TLS.", fix)


def limits(*, on: bool) -> Finding:
    """Limits may be off in load tests only."""
    return (
        _ok("limits", "Rate limits are on.") if on else _fault("limits", "Rate limits are off.", "Unset CALLY_LIMITS.")
    )


async def mail_server(mail: MailSettings) -> Finding:
    """Does somebody listen where mail is to be handed in?"""
    place = f"{mail.host}:{mail.port}"
    try:
        async with asyncio.timeout(MAIL_SECONDS):
            _, writer = await asyncio.open_connection(mail.host, mail.port)
    except (OSError, TimeoutError) as error:
        sentence = f"{place} cannot be reached ({type(error).__name__})."
        return _fault("mail server", sentence, "Check the address and the firewall.")
    writer.close()
    return _ok("mail server", f"{place} can be reached.")


async def _disks(settings: Settings, store: Store, now: int) -> Finding:
    disks = machine.disks(machine.places(settings.state_dir))
    found = await outlooks(store.reader, disks, now)
    return _from_health("disk", health.disk(list(found.values())), "Make room on the disk, or give it more.")


async def _integrity(store: Store) -> Finding:
    faults = await integrity.faults(store.reader)
    if faults:
        return _fault("integrity", f"The file is damaged: {faults[0]}", "Restore the last backup.")
    return _ok("integrity", "Every page and every reference of the database is sound.")


async def _overlaps(store: Store) -> Finding:
    pairs = await occupancy.list_overlaps(store.reader)
    if pairs:
        sentence = f"Claims that overlap: {len(pairs)} pairs (first: {pairs[0][0]} and {pairs[0][1]})."
        return _fault("double bookings", sentence, "Move one of each two.")
    return _ok("double bookings", "No two claims overlap.")


async def _turns(store: Store) -> Finding:
    found = await bookings.miscounted(store.reader)
    if found:
        event_type_id, _, counted, real = found[0]
        sentence = f"Turns miscounted: {len(found)} (first: event type {event_type_id}, {counted} instead of {real})."
        return _advice("turns of teams", sentence, "Turns go on by what is counted; please report it.")
    return _ok("turns of teams", "What hosts were given is what the bookings say.")


def _private(path: Path, mode: int) -> Finding:
    name = f"permissions of {path.name}"
    found = path.stat()
    if found.st_uid not in {os.geteuid(), 0} or stat.S_IMODE(found.st_mode) & ~mode:
        return _fault(name, f"Others may read {path}.", f"chmod {mode:o} {path}")
    return _ok(name, f"{path} is its owner's alone.")


def _from_health(name: str, check: health.Check, fix: str) -> Finding:
    if check.status == "ok":
        return _ok(name, check.detail)
    return _fault(name, check.detail, fix) if check.status == "failing" else _advice(name, check.detail, fix)


def _ok(name: str, sentence: str) -> Finding:
    return Finding(name=name, verdict="ok", sentence=sentence)


def _advice(name: str, sentence: str, fix: str) -> Finding:
    return Finding(name=name, verdict="advice", sentence=sentence, fix=fix)


def _fault(name: str, sentence: str, fix: str) -> Finding:
    return Finding(name=name, verdict="fault", sentence=sentence, fix=fix)
