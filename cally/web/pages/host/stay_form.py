"""The part of an event type's form about what is booked by the night (rule 69)."""

import re
from collections.abc import Mapping

from cally.model.options import Stay
from cally.model.rules import DAYS, Day
from cally.web.forms import Form

CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
NIGHTS = 366
FIELD_OF = {
    "stay": "by_night",
    "stay.check_in_minute": "check_in",
    "stay.check_out_minute": "check_out",
    "stay.nights_from": "nights_from",
    "stay.nights_to": "nights_to",
    "stay.check_in_days": "check_in_days",
    "stay.check_out_days": "check_out_days",
}


def stay_fields(stay: Stay | None) -> Mapping[str, str | int | bool]:
    """The fields that show a stay; for none, what most hosts would begin with."""
    shown = stay or Stay()
    return {
        "by_night": stay is not None,
        "check_in": _clock(shown.check_in_minute),
        "check_out": _clock(shown.check_out_minute),
        "nights_from": shown.nights_from,
        "nights_to": shown.nights_to,
    }


def with_days(form: Form, stay: Stay | None) -> Form:
    """The form with the days to come and to leave ticked."""
    shown = stay or Stay()
    days = [("check_in_days", str(day)) for day in shown.check_in_days]
    return Form([*form.pairs, *days, *(("check_out_days", str(day)) for day in shown.check_out_days)])


def stay_from(form: Form) -> Stay | None:
    """The stay as it was sent; None when the box is not ticked. Faults are noted in the form."""
    if not form.flag("by_night"):
        return None
    return Stay(
        check_in_minute=_minute(form, "check_in"),
        check_out_minute=_minute(form, "check_out"),
        nights_from=form.number("nights_from", least=1, most=NIGHTS, default=1),
        nights_to=form.number("nights_to", least=1, most=NIGHTS),
        check_in_days=_days(form, "check_in_days"),
        check_out_days=_days(form, "check_out_days"),
    )


def _days(form: Form, name: str) -> tuple[Day, ...]:
    chosen = form.all(name)
    return tuple(day for day in DAYS if day in chosen)


def _minute(form: Form, name: str) -> int:
    found = CLOCK.match(form.text(name))
    if found is None:
        form.fault(name, "Please give a time of day, such as 15:00.")
        return 0
    return int(found[1]) * 60 + int(found[2])


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
