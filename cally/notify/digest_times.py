"""When digests come, and what waits for them: pure clockwork, and the one question that each delivery asks."""

from datetime import date

from cally.engine.zones import DAY, EPOCH_ORDINAL, instant_of, local_day
from cally.model.channels import Digest
from cally.model.messages import Kind, Message, Snapshot
from cally.store import Reader, channels, digests

LATEST_SECONDS = 12 * 3_600  # a machine that slept longer tells nothing of a day that is nearly over
SOON_SECONDS = 60
NEVER_HELD: frozenset[Kind] = frozenset({"reminder", "follow_up", "bounced"})  # of use at their time alone


def at_on(digest: Digest, day: int) -> int:
    """The instant of a local day's digest; where a clock skips its time the first one after that (rule 1)."""
    hours, minutes = digest.at_local.split(":")
    return instant_of(digest.tz, day * DAY + int(hours) * 3_600 + int(minutes) * 60)


def next_at(digest: Digest, after: int) -> int:
    """The first digest after an instant."""
    today = local_day(digest.tz, after)
    return next(at for at in (at_on(digest, day) for day in range(today, today + 3)) if at > after)


def due_day(digest: Digest, now: int) -> int | None:
    """The local day whose digest is due now: at its time or not much later, and chosen before that."""
    today = local_day(digest.tz, now)
    at = at_on(digest, today)
    return today if max(at, digest.set_at + 1) <= now < at + LATEST_SECONDS and at > digest.set_at else None


def day_text(day: int) -> str:
    """A local day as ISO date."""
    return date.fromordinal(EPOCH_ORDINAL + day).isoformat()


def held_until(digest: Digest | None, snapshot: Snapshot, kind: Kind, *, caused_at: int) -> int | None:
    """When a message goes with a digest; None for at once, as for a meeting that begins before it."""
    if digest is None or kind in NEVER_HELD:
        return None
    at = next_at(digest, caused_at)
    return at if snapshot.booking.starts_at > at else None


async def digest_of(db: Reader, message: Message) -> tuple[int, Digest] | None:
    """The way whose digest a message to a host goes with, and when that comes; None where messages go at once."""
    if message.recipient != "host":
        return None
    if message.medium == "channel":
        channel = await channels.by_id(db, message.channel_id or 0)
        return (channel.id, channel.digest) if channel is not None and channel.digest is not None else None
    host_id = message.snapshot.host_id or message.snapshot.booking.host_id
    digest = await digests.of_mail(db, host_id)
    return (host_id, digest) if digest is not None else None


async def held_for(db: Reader, message: Message, now: int) -> int | None:
    """Seconds for which a message has to wait for its digest; None when it goes by itself.

    The digest takes along what waits. What it could not take, because it failed or was left out, goes by itself then.
    """
    found = await digest_of(db, message)
    if found is None:
        return None
    way_id, digest = found
    until = held_until(digest, message.snapshot, message.kind, caused_at=message.created_at)
    if until is None:
        return None
    if now < until:
        return until - now
    run = await digests.of_day(db, way_id=way_id, told_on=day_text(local_day(digest.tz, until)))
    if run is None:
        return SOON_SECONDS if now < until + LATEST_SECONDS else None
    return SOON_SECONDS if run.state == "waiting" else None
