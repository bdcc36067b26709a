"""Words that the page's module says, so that it speaks the page's language."""

from typing import Any

from cally.model.hosts import Host
from cally.web.pages.public.clocks import first_name
from cally.web.rendering import translated as _


def texts(host: Host) -> dict[str, Any]:
    """The sentences by name; `{…}` is filled in by the module."""
    first = first_name(host.name)
    return {
        "times": [_("{n} time free"), _("{n} times free")],
        "seats": [_("{n} seat left"), _("{n} seats left")],
        "parts": [_("Morning"), _("Afternoon"), _("Evening")],
        "none": _("No times on this day."),
        "noneHere": _("No times in this month."),
        "next": _("Next free day: {day}"),
        "yours": _("Your time"),
        "local": _("{city} time"),
        "other": _("{time} for {first} in {city}").replace("{first}", first),
        "taken": _("Someone was faster: this time has just been taken. These are the nearest:"),
    }
