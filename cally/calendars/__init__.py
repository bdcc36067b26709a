"""Calendars from outside: their addresses are kept, read when due, and what they hold counts as busy time.

What this room offers is loaded when it is asked for: the child process that reads files needs hardly any of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cally.calendars.keeping import add_calendar, get_calendar, list_calendars, remove_calendar
    from cally.calendars.reads import read_due, read_now

__all__ = ["add_calendar", "get_calendar", "list_calendars", "read_due", "read_now", "remove_calendar"]

READING = frozenset({"read_due", "read_now"})


def __getattr__(name: str) -> Any:
    """The function of that name, from the module that holds it (PEP 562)."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module("cally.calendars.reads" if name in READING else "cally.calendars.keeping"), name)
