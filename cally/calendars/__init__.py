"""Calendars from outside, read when due, and public holidays: what they hold is time that nobody can book.

What this room offers is loaded when it is asked for: the child process that reads files needs hardly any of it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cally.calendars.feed_reading import read_feed
    from cally.calendars.feed_writing import write_feed
    from cally.calendars.feeds import (
        FeedDraft,
        create_feed,
        event_types_of,
        feed_by_secret,
        get_feed,
        list_feeds,
        remove_feed,
        rotate_feed,
        secret_of,
        update_feed,
    )
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
    "FeedDraft",
    "add_calendar",
    "create_feed",
    "drop_holidays",
    "event_types_of",
    "extend_holidays",
    "feed_by_secret",
    "get_calendar",
    "get_feed",
    "holiday_countries",
    "holiday_subdivisions",
    "holidays_kept",
    "keep_holidays",
    "list_calendars",
    "list_feeds",
    "read_due",
    "read_feed",
    "read_now",
    "remove_calendar",
    "remove_feed",
    "rotate_feed",
    "secret_of",
    "update_feed",
    "work_on_holidays",
    "write_feed",
]

FEEDS = "FeedDraft create_feed event_types_of feed_by_secret get_feed list_feeds remove_feed rotate_feed secret_of"
MODULES = {"read_due": "reads", "read_now": "reads", "read_feed": "feed_reading", "write_feed": "feed_writing"}
MODULES |= dict.fromkeys([*FEEDS.split(), "update_feed"], "feeds")
MODULES |= {
    name: "public_holidays" for name in __all__ if name.endswith(("_holidays", "_countries", "_subdivisions", "_kept"))
}


def __getattr__(name: str) -> Any:
    """The function of that name, from the module that holds it (PEP 562)."""
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"cally.calendars.{MODULES.get(name, 'keeping')}"), name)
