"""Words that the page's module says, so that it speaks the page's language."""

from typing import Any

from cally.web.pages.public.clocks import Home
from cally.web.rendering import translated as _


def texts(home: Home | None) -> dict[str, Any]:
    """The sentences by name; `{…}` is filled in by the module. Without one clock of the hosts nothing is said of it."""
    return {
        "times": [_("{n} time free"), _("{n} times free")],
        "seats": [_("{n} seat left"), _("{n} seats left")],
        "full": _("Full · waitlist"),
        "fullDay": _("full, with a waitlist"),
        "parts": [_("Morning"), _("Afternoon"), _("Evening")],
        "none": _("No times on this day."),
        "noneHere": _("No times in this month."),
        "next": _("Next free day: {day}"),
        "yours": _("Your time"),
        "local": _("{city} time"),
        "other": _("{time} for {first} in {city}").replace("{first}", home.first) if home is not None else "",
        "taken": _("Someone was faster: this time has just been taken. These are the nearest:"),
    }
