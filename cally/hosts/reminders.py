"""What a host wants of messages: reminders, the word after a meeting, and quiet hours; checked and kept."""

from cally.errors import invalid, not_found
from cally.hosts.rules import number_in_range
from cally.model.accounts import Actor
from cally.model.reminders import (
    QUIET_MEDIA,
    THROUGH,
    FollowUp,
    MessageSettings,
    QuietHours,
    Reminders,
)
from cally.model.texts import paragraph
from cally.store import Reader, Store, audit, hosts, message_settings

MOST_REMINDERS = 6
SHORTEST_MINUTES = 5
LONGEST_MINUTES = 30 * 1_440
LATEST_MINUTES = 7 * 1_440
LAST_MINUTE = 1_439
TEXT_LENGTH = 2_000


async def message_settings_of(db: Reader, host_id: int) -> MessageSettings:
    """What a host wants of messages; the defaults while they never said."""
    return await message_settings.by_host(db, host_id)


async def set_message_settings(
    store: Store, host_id: int, settings: MessageSettings, *, now: int, actor: Actor
) -> MessageSettings:
    """Keep what a host wants; it counts at once, also for what is booked and what waits. Raises `invalid`."""
    wanted = MessageSettings(
        reminders=checked_reminders(settings.reminders),
        quiet=_quiet(settings.quiet, "quiet_hours"),
        guest_quiet=_quiet(settings.guest_quiet, "guest_quiet_hours"),
    )
    async with store.write() as tx:
        if await hosts.by_id(tx, host_id) is None:
            raise not_found("host")
        await message_settings.put(tx, host_id, wanted, now=now)
        tag = f"{actor.kind}:message_settings:update"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"host:{host_id}")
    return wanted


def checked_reminders(reminders: Reminders) -> Reminders:
    """The reminders, each once, the furthest ahead first; raises `invalid` with the field."""
    return Reminders(
        guest_minutes=_offsets(reminders.guest_minutes, "reminders.guest_minutes"),
        host_minutes=_offsets(reminders.host_minutes, "reminders.host_minutes"),
    )


def checked_follow_up(follow_up: FollowUp) -> FollowUp:
    """The word after a meeting, its text cleaned; raises `invalid` with the field."""
    number_in_range(follow_up.after_minutes, "follow_up.after_minutes", 0, LATEST_MINUTES, "minutes")
    return FollowUp(
        after_minutes=follow_up.after_minutes,
        text=paragraph(follow_up.text, "follow_up.text", longest=TEXT_LENGTH),
    )


def _offsets(minutes: tuple[int, ...], field: str) -> tuple[int, ...]:
    for one in minutes:
        number_in_range(one, field, SHORTEST_MINUTES, LONGEST_MINUTES, "minutes")
    found = tuple(sorted(set(minutes), reverse=True))
    if len(found) > MOST_REMINDERS:
        raise invalid(field, f"At most {MOST_REMINDERS} reminders can be sent.")
    return found


def _quiet(hours: QuietHours | None, field: str) -> QuietHours | None:
    if hours is None:
        return None
    number_in_range(hours.from_minute, f"{field}.from", 0, LAST_MINUTE, "minutes after midnight")
    number_in_range(hours.to_minute, f"{field}.to", 0, LAST_MINUTE, "minutes after midnight")
    if hours.from_minute == hours.to_minute:
        raise invalid(f"{field}.to", "Quiet hours must end at another time than they begin.")
    if not hours.media:
        raise invalid(f"{field}.media", "Please choose what keeps quiet: mail, channels or both.")
    return QuietHours(
        from_minute=hours.from_minute,
        to_minute=hours.to_minute,
        media=tuple(medium for medium in QUIET_MEDIA if medium in hours.media),
        through=tuple(one for one in THROUGH if one in hours.through),
    )
