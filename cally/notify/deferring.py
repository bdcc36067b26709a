"""What quiet hours a message has to keep: those of the host it is for, or those that a host wants kept for guests."""

import msgspec

from cally.model.messages import Kind, Medium, Recipient, Snapshot
from cally.model.reminders import QuietHours
from cally.notify.quiet import GROUPS, NEWS_SECONDS, REMINDER_SECONDS, leaves_at, planned_for
from cally.store import Reader, channels, hosts, message_settings

FOR_GUESTS: frozenset[Kind] = frozenset({"reminder", "follow_up"})
FOLLOW_UP_SECONDS = 3 * 86_400


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """To whom a message goes, and how."""

    recipient: Recipient
    medium: Medium
    channel_id: int | None = None


async def leaving_at(db: Reader, snapshot: Snapshot, kind: Kind, way: Way, *, now: int) -> int:
    """When a message that could be sent now is: now, or when its reader's quiet hours end, by the settings of now."""
    found = await _hours(db, snapshot, kind, way)
    return now if found is None else leaves_at(*found, now, useless_at=useless_at(snapshot, kind, now))


async def planned_at(db: Reader, snapshot: Snapshot, kind: Kind, way: Way, *, due_at: int, now: int) -> int:
    """When a reminder or follow-up that is due ahead is to leave; never in quiet hours if that can be helped."""
    found = await _hours(db, snapshot, kind, way)
    if found is None:
        return due_at
    return planned_for(*found, due_at, useless_at=useless_at(snapshot, kind, due_at), now=now)


def useless_at(snapshot: Snapshot, kind: Kind, at: int) -> int:
    """From when on a message would come too late, as of an instant: a while before the next meeting it is about.

    What has moved is about the time it was, too: who is not told would go there.
    """
    booking = snapshot.booking
    if kind == "follow_up":
        return booking.ends_at + FOLLOW_UP_SECONDS
    starts = [booking.starts_at]
    if snapshot.previous_starts_at is not None:
        starts.append(snapshot.previous_starts_at)
    if snapshot.series is not None:
        changed = snapshot.series.changed
        starts += [one.starts_at for one in snapshot.series.occurrences if one.uid in changed]
    ahead = min((start for start in starts if start > at), default=booking.starts_at)
    return ahead - (REMINDER_SECONDS if kind == "reminder" else NEWS_SECONDS)


async def _hours(db: Reader, snapshot: Snapshot, kind: Kind, way: Way) -> tuple[QuietHours, str] | None:
    """The quiet hours and the zone they are kept in; None for what comes at any hour.

    A team's channel is a room of many: no single host's night counts there.
    """
    booking = snapshot.booking
    if way.recipient != "host":
        hours = None
        if kind in FOR_GUESTS:
            hours = (await message_settings.by_host(db, booking.host_id)).guest_quiet
        return None if hours is None else (hours, booking.guest.tz)
    host_id = snapshot.host_id or booking.host_id
    quiet = (await message_settings.by_host(db, host_id)).quiet
    group = GROUPS.get(kind)
    if quiet is None or group is None or way.medium not in quiet.media or group in quiet.through:
        return None
    channel = await channels.by_id(db, way.channel_id) if way.channel_id is not None else None
    if channel is not None and channel.team_id is not None:
        return None
    host = await hosts.by_id(db, host_id)
    return quiet, host.tz if host is not None else snapshot.host_tz
