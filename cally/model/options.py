"""What an event type can do beside offering single times: stays, series, a waitlist, and what it keeps."""

from typing import Literal

import msgspec

from cally.model.reminders import FollowUp, Reminders
from cally.model.rules import DAYS, Day

Rhythm = Literal["daily", "weekly", "fortnightly", "monthly"]
Keeps = Literal["wall_time", "instant"]


class Stay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A booking over several days: minutes of the local day, nights, and days of the week to come and go (rule 69)."""

    check_in_minute: int = 15 * 60
    check_out_minute: int = 11 * 60
    nights_from: int = 1
    nights_to: int = 14
    check_in_days: tuple[Day, ...] = DAYS
    check_out_days: tuple[Day, ...] = DAYS


class Series(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Several bookings at once, at the same wall time (rule 68): which rhythms, how many at most, what of clashes."""

    rhythms: tuple[Rhythm, ...] = ("weekly",)
    most: int = 12
    clashes: Literal["refuse", "skip"] = "refuse"


class EventTypeOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """`keeps`: what stays when a zone's law changes (rule 9); None means wall time in person, the instant online.

    `active_per_guest` bounds a guest's live bookings ahead (rule 46). `keep_host`: a reschedule stays with its host
    while that one is free (rule 63). `guests_meet`: guests of one session may see each other's names (rule 59).
    `consent`: what guests must agree to, in Markdown, beside what the admin asks of all. `reminders` None leaves them
    to each host's own settings; without `follow_up` nothing is sent after the meeting.
    """

    keeps: Keeps | None = None
    active_per_guest: int | None = None
    keep_host: bool = True
    guests_meet: bool = False
    waitlist: bool = False
    consent: str = ""
    stay: Stay | None = None
    series: Series | None = None
    reminders: Reminders | None = None
    follow_up: FollowUp | None = None
