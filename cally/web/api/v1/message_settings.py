"""What a host wants of messages: reminders of event types that have none of their own, and quiet hours."""

import msgspec
from msgspec import UNSET, UnsetType

from cally import hosts
from cally.model.reminders import MessageSettings, QuietHours, Reminders
from cally.web.api.described import Example
from cally.web.api.endpoints import Answer, Call, Noun, answer

noun = Noun("Message settings")
READ = "channels:read"
WRITE = "channels:write"


class MessageSettingsChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; everything else stays. `null` keeps no quiet hours."""

    reminders: Reminders | UnsetType = UNSET
    quiet_hours: QuietHours | UnsetType | None = UNSET
    guest_quiet_hours: QuietHours | UnsetType | None = UNSET


class MessageSettingsShown(msgspec.Struct, frozen=True, kw_only=True):
    """`quiet_hours` are on the host's clock; `guest_quiet_hours` on each guest's, for reminders and follow-ups."""

    reminders: Reminders
    quiet_hours: QuietHours | None
    guest_quiet_hours: QuietHours | None


@noun.does("GET", "/message-settings", scope=READ, answers={200: MessageSettingsShown})
async def show_message_settings(call: Call) -> Answer:
    """Show when the host wants reminders sent, and when nothing is to disturb."""
    host_id = call.token_holder.account.id
    return answer(_shown(await hosts.message_settings_of(call.doors.store.reader, host_id)))


@noun.does(
    "PATCH",
    "/message-settings",
    scope=WRITE,
    body=MessageSettingsChanges,
    answers={200: MessageSettingsShown},
    example=Example(
        body={
            "reminders": {"guest_minutes": [1_440, 60], "host_minutes": [15]},
            "quiet_hours": {"from_minute": 1_320, "to_minute": 420, "media": ["channel"], "through": ["changes"]},
        }
    ),
)
async def change_message_settings(call: Call) -> Answer:
    """Change what is given; it counts at once, for what is booked already as well."""
    holder, given = call.token_holder, call.body
    known = await hosts.message_settings_of(call.doors.store.reader, holder.account.id)
    wanted = MessageSettings(
        reminders=known.reminders if given.reminders is UNSET else given.reminders,
        quiet=known.quiet if given.quiet_hours is UNSET else given.quiet_hours,
        guest_quiet=known.guest_quiet if given.guest_quiet_hours is UNSET else given.guest_quiet_hours,
    )
    kept = await hosts.set_message_settings(
        call.doors.store, holder.account.id, wanted, now=call.now, actor=holder.actor()
    )
    return answer(_shown(kept))


def _shown(settings: MessageSettings) -> MessageSettingsShown:
    return MessageSettingsShown(
        reminders=settings.reminders, quiet_hours=settings.quiet, guest_quiet_hours=settings.guest_quiet
    )
