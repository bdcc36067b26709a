"""The parts of forms about reminders, the word after a meeting, and quiet hours (rules 76, 77)."""

import re
from collections.abc import Iterable, Mapping

from cally.hosts.reminders import LATEST_MINUTES, TEXT_LENGTH
from cally.model.reminders import QUIET_MEDIA, THROUGH, FollowUp, QuietHours, Reminders
from cally.web.forms import Form

CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
OFFSETS = (10, 30, 60, 120, 1_440, 2_880, 10_080)
UNITS = {"minutes": 1, "hours": 60, "days": 1_440}
USUAL = Reminders(guest_minutes=(1_440,))
TEN_PM, SEVEN_AM = 22 * 60, 7 * 60
FIELD_OF = {
    "reminders.guest_minutes": "guest_reminders",
    "reminders.host_minutes": "host_reminders",
    "follow_up.after_minutes": "follow_up_after",
    "follow_up.text": "follow_up_text",
    "quiet_hours.from": "quiet_from",
    "quiet_hours.to": "quiet_to",
    "quiet_hours.media": "quiet_media",
    "guest_quiet_hours.from": "guest_quiet_from",
    "guest_quiet_hours.to": "guest_quiet_to",
}


def length(minutes: int) -> str:
    """`10 minutes`, `1 hour`, `2 days`, `90 minutes`."""
    for name, unit in (("week", 10_080), ("day", 1_440), ("hour", 60), ("minute", 1)):
        if minutes % unit == 0 and minutes >= unit:
            count = minutes // unit
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "0 minutes"


def offsets(chosen: Iterable[int]) -> list[tuple[str, str]]:
    """The offsets to choose from, nearest first: the usual ones, and those that a program has set."""
    return [(str(minutes), length(minutes)) for minutes in sorted({*OFFSETS, *chosen})]


def offsets_of(form: Form) -> dict[str, list[tuple[str, str]]]:
    """The offsets to choose from, for each field of a form."""
    return {
        name: offsets(int(text) for text in form.all(name) if _is_offset(text))
        for name in ("guest_reminders", "host_reminders")
    }


def with_offsets(form: Form, reminders: Reminders) -> Form:
    """The form with these reminders ticked."""
    guests = [("guest_reminders", str(minutes)) for minutes in reminders.guest_minutes]
    return Form([*form.pairs, *guests, *(("host_reminders", str(minutes)) for minutes in reminders.host_minutes)])


def reminders_from(form: Form) -> Reminders:
    """The reminders as they were sent."""
    return Reminders(guest_minutes=_offsets(form, "guest_reminders"), host_minutes=_offsets(form, "host_reminders"))


def own_fields(reminders: Reminders | None, follow_up: FollowUp | None) -> Mapping[str, str | int | bool]:
    """The fields of an event type's form, beside the ticked offsets."""
    shown = follow_up or FollowUp()
    unit = next(name for name in ("days", "hours", "minutes") if shown.after_minutes % UNITS[name] == 0)
    return {
        "own_reminders": reminders is not None,
        "follow_up": follow_up is not None,
        "follow_up_after": shown.after_minutes // UNITS[unit],
        "follow_up_unit": unit if shown.after_minutes else "minutes",
        "follow_up_text": shown.text,
    }


def own_reminders_from(form: Form) -> Reminders | None:
    """The reminders of an event type; None when it leaves them to its hosts."""
    return reminders_from(form) if form.flag("own_reminders") else None


def follow_up_from(form: Form) -> FollowUp | None:
    """The word after a meeting; None when the box is not ticked. Faults are noted in the form."""
    if not form.flag("follow_up"):
        return None
    unit = UNITS[form.choice("follow_up_unit", UNITS)]
    return FollowUp(
        after_minutes=form.number("follow_up_after", least=0, most=LATEST_MINUTES // unit) * unit,
        text=form.paragraph("follow_up_text", longest=TEXT_LENGTH),
    )


def quiet_fields(quiet: QuietHours | None, prefix: str) -> Mapping[str, str | bool]:
    """The fields that show quiet hours; for none, what most hosts would begin with."""
    shown = quiet or QuietHours(from_minute=TEN_PM, to_minute=SEVEN_AM)
    return {
        prefix: quiet is not None,
        f"{prefix}_from": _clock(shown.from_minute),
        f"{prefix}_to": _clock(shown.to_minute),
    }


def with_quiet(form: Form, quiet: QuietHours | None) -> Form:
    """The form with what keeps quiet and what comes all the same ticked."""
    shown = quiet or QuietHours(from_minute=TEN_PM, to_minute=SEVEN_AM)
    media = [("quiet_media", str(medium)) for medium in shown.media]
    return Form([*form.pairs, *media, *(("quiet_through", str(one)) for one in shown.through)])


def quiet_from(form: Form, prefix: str) -> QuietHours | None:
    """The quiet hours as they were sent; None when the box is not ticked. Faults are noted in the form."""
    if not form.flag(prefix):
        return None
    media, through = form.all("quiet_media"), form.all("quiet_through")
    of_guests = prefix != "quiet"
    return QuietHours(
        from_minute=_minute(form, f"{prefix}_from"),
        to_minute=_minute(form, f"{prefix}_to"),
        media=QUIET_MEDIA if of_guests else tuple(medium for medium in QUIET_MEDIA if medium in media),
        through=() if of_guests else tuple(one for one in THROUGH if one in through),
    )


def _offsets(form: Form, name: str) -> tuple[int, ...]:
    return tuple(int(text) for text in form.all(name) if _is_offset(text))


def _is_offset(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6


def _minute(form: Form, name: str) -> int:
    found = CLOCK.match(form.text(name))
    if found is None:
        form.fault(name, "Please give a time of day, such as 22:00.")
        return 0
    return int(found[1]) * 60 + int(found[2])


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
