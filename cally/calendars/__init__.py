"""Calendars from outside, read when due, and public holidays: what they hold is time that nobody can book.

What this room offers is loaded when it is asked for: the child process that reads files needs hardly any of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cally.calendars.keeping import add_calendar, get_calendar, list_calendars, remove_calendar
    from cally.calendars.public_holidays import (
        drop_holidays,
        extend_holidays,
        holiday_countries,
        holiday_subdivisions,
        holidays_kept,
        keep_holidays,
        work_on_holidays,
    )
    from cally.calendars.reads import read_due, read_now

__all__ = [
    "add_calendar",
    "drop_holidays",
    "extend_holidays",
    "get_calendar",
    "holiday_countries",
    "holiday_subdivisions",
    "holidays_kept",
    "keep_holidays",
    "list_calendars",
    "read_due",
    "read_now",
    "remove_calendar",
    "work_on_holidays",
]

MODULES = {"read_due": "reads", "read_now": "reads"} | {
    name: "public_holidays" for name in __all__ if name.endswith(("_holidays", "_countries", "_subdivisions", "_kept"))
}


def __getattr__(name: str) -> Any:
    """The function of that name, from the module that holds it (PEP 562)."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"cally.calendars.{MODULES.get(name, 'keeping')}"), name)
