"""The examination: every check in turn, and those that ask over the network side by side, each with a time limit."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from cally import bookings
from cally.config import Settings
from cally.model.zones import tzdata_version
from cally.notify import sender_address
from cally.ops import health, lock
from cally.ops.doctor import data, machine, public_address
from cally.ops.doctor.findings import Finding, advice, from_health
from cally.ops.doctor.mail_server import mail_server
from cally.ops.doctor.others_clocks import time_server
from cally.ops.doctor.sender_names import sender_names
from cally.ops.live import Live
from cally.ops.monitor.disk import outlooks
from cally.ops.monitor.machine import disks, places
from cally.store import Store

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

NETWORK_SECONDS = 25
Progress = Callable[[list[str]], None]


async def examine(
    settings: Settings,
    store: Store,
    live: Live,
    *,
    now: int,
    quick: bool = False,
    progress: Progress = lambda _: None,
    ask_time_of: str = "",
    resolver: "Resolver | None" = None,
) -> list[Finding]:
    """Every check of an instance whose database could be opened; reads the whole file once.

    `quick` leaves out what takes long or names somebody: the whole file, all claims, which calendars, and whoever is
    asked over the network. `progress` hears which of those are still being asked. `ask_time_of` is a time server, asked
    only when it is named. `resolver` asks the name system, the machine's own unless given.
    """
    db, mail, url = store.reader, live.mail(), live.public_url()
    found = [
        from_health("database", await health.database(store), "Start Cally again; if it stays, look at the disk."),
        *([] if quick else [await data.soundness(store), await data.overlaps(store)]),
        await data.turns(store),
        *machine.files(settings),
        await _disks(settings, store, now),
        from_health("backups", await health.backups(db, now), "See `cally backup list`, then `cally backup now`."),
        *([] if quick else await data.proofs(db, now)),
        await data.late_jobs(db, now, mail_set_up=mail is not None),
        from_health(
            "mail", await health.mail(db, now, set_up=mail is not None), "Set up a mail server, or see the outbox."
        ),
        from_health("calendars", await health.calendars(db, now), "Its page names the error: /app/calendars.")
        if quick
        else await data.stale_calendars(db, now),
        from_health("clock", await health.clock(db, now), "Let systemd-timesyncd or chrony keep the clock."),
        machine.keeper(),
        await _time_zones(settings, store, now),
        machine.server(settings.state_dir),
        machine.connections(settings.state_dir),
        machine.python(now),
        from_health("Cally", await health.version(db), "Upgrade: docs/upgrading.md."),
        machine.authorities(),
        machine.limits(on=settings.limits),
        public_address.scheme(url),
    ]
    if quick:
        return found
    asked: dict[str, Awaitable[list[Finding]]] = {}
    if mail is not None:
        sender = sender_address(mail, url)
        asked["mail server"] = mail_server(mail, sender.rpartition("@")[2], now)
        asked["sender"] = sender_names(sender, mail.host, resolver)
    if url.startswith("https://"):
        asked["certificate"] = public_address.shown(url, now)
    if live.has_public_url and lock.holder(settings.state_dir) is not None:
        asked["public address"] = public_address.itself_reached(url, live.vault)
    if ask_time_of:
        asked["time server"] = time_server(ask_time_of)
    return found + await side_by_side(asked, progress)


async def side_by_side(
    asked: Mapping[str, Awaitable[list[Finding]]], progress: Progress, seconds: float = NETWORK_SECONDS
) -> list[Finding]:
    """Ask all of them at once, and wait for none longer than that; the findings in the order of `asked`."""
    left = list(asked)

    async def heard(name: str, asking: Awaitable[list[Finding]]) -> list[Finding]:
        try:
            async with asyncio.timeout(seconds):
                return await asking
        except TimeoutError:
            return [advice(name, f"Nothing was heard within {seconds:g} seconds.", "Try again; look at the network.")]
        finally:
            left.remove(name)
            progress(left)

    progress(left)
    return [one for found in await asyncio.gather(*(heard(*each) for each in asked.items())) for one in found]


async def _disks(settings: Settings, store: Store, now: int) -> Finding:
    found = await outlooks(store.reader, disks(places(settings.state_dir)), now)
    return from_health("disk", health.disk(list(found.values())), "Make room on the disk, or give it more.")


async def _time_zones(settings: Settings, store: Store, now: int) -> Finding:
    """The rules that a process started now uses, beside those of the one that is serving."""
    version, law = tzdata_version(), await bookings.law_in_use(store.reader)
    if law is not None and law.version != version and lock.holder(settings.state_dir) is not None:
        sentence = f"Time zone rules on disk ({version}) are newer than those in use ({law.version})."
        return advice("time zones", sentence, "Start Cally again, so that bookings are held against the new ones.")
    found = machine.time_zones(version, now)
    if found.verdict != "ok":
        return found
    return from_health("time zones", await health.time_zones(store.reader), "Start Cally again.")
