"""Reminders before a meeting, the word after it, and the hours in which a host wants no messages (rules 76, 77)."""

from typing import Literal, get_args

import msgspec

QuietMedium = Literal["mail", "channel"]
Through = Literal["requests", "bookings", "changes", "reminders"]
QUIET_MEDIA: tuple[QuietMedium, ...] = get_args(QuietMedium)
THROUGH: tuple[Through, ...] = get_args(Through)


class Reminders(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many minutes before the start a guest (with companions) and each host are reminded, furthest first."""

    guest_minutes: tuple[int, ...] = ()
    host_minutes: tuple[int, ...] = ()


class FollowUp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A word to the guest so many minutes after the end; `text` is the host's own, plain, empty for Cally's."""

    after_minutes: int = 60
    text: str = ""


class QuietHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From a minute of the local day to another one, of the next day when that is earlier; never the same one.

    `media` says what keeps quiet, `through` which messages come all the same.
    """

    from_minute: int
    to_minute: int
    media: tuple[QuietMedium, ...] = ("channel",)
    through: tuple[Through, ...] = ()


class MessageSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a host wants of messages: reminders of event types that have none of their own, and quiet hours.

    `quiet` is on the host's clock and for what they are told; `guest_quiet` on each guest's, for their reminders.
    """

    reminders: Reminders = Reminders(guest_minutes=(1_440,))
    quiet: QuietHours | None = None
    guest_quiet: QuietHours | None = None
