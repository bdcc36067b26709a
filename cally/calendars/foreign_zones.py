"""Zones as calendar files name them: known names, Windows names, embedded definitions (rule 10)."""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from cally.calendars.values import BADLY_FORMED
from cally.model.zones import is_zone

OFFSET = re.compile(r"(?:GMT|UTC)([+-])(\d{1,2})(?::?(\d{2}))?")
ZONE_NAME = re.compile(r"^TZID(?:;[^:\n]*)?:([^\n]+)", re.IGNORECASE | re.MULTILINE)
DENSE = re.compile(r"FREQ=(?:SECONDLY|MINUTELY|HOURLY|DAILY|WEEKLY|MONTHLY)", re.IGNORECASE)


class ForeignZones:
    """What zone names of one file mean; `embedded` are its VTIMEZONEs. `unknown` gathers names that mean nothing."""

    def __init__(self, embedded: list[str]) -> None:
        self.unknown: set[str] = set()
        self._embedded = {name[1].strip(): text for text in embedded if (name := ZONE_NAME.search(text))}
        self._known: dict[str, tzinfo | None] = {}

    def zone(self, name: str) -> tzinfo | None:
        """The zone of that name, None (and noted) when it is unknown: it is never read as UTC."""
        if name not in self._known:
            self._known[name] = self._find(name)
            if self._known[name] is None:
                self.unknown.add(name)
        return self._known[name]

    def _find(self, name: str) -> tzinfo | None:
        """A place in the zone database; else what the file itself defines; else what the name is known to mean.

        Bare names such as `EST` are fixed offsets in the zone database, so the file's own definition goes before.
        """
        if "/" in name and (place := _place(name)):
            return place
        return self._own(name) or known_zone(name)

    def _own(self, name: str) -> tzinfo | None:
        """The embedded definition, unless Windows' name says which place is meant (whose past and future are known)."""
        text = self._embedded.get(name)
        if text is None or _windows(name) or DENSE.search(text):
            return None
        from icalendar import Timezone  # noqa: PLC0415 - heavy: imported where used

        try:
            made = Timezone.from_ical(text + "\n")
            zone = made.to_tz(lookup_tzid=False) if isinstance(made, Timezone) else None
        except BADLY_FORMED:
            return None
        return zone if isinstance(zone, tzinfo) else None


def known_zone(name: str) -> tzinfo | None:
    """The zone that a name stands for without a definition: IANA's, an alias, Windows', or a plain offset."""
    return _place(name) or _windows(name) or _offset(name)


def _place(name: str) -> tzinfo | None:
    """`Europe/Berlin`, or with a vendor's prefix: `/freeassociation.sourceforge.net/Europe/Berlin`."""
    bare = name.strip("/").strip()
    if is_zone(bare):
        return ZoneInfo(bare)
    if name.startswith("/"):
        steps = bare.split("/")
        for first in range(1, len(steps) - 1):
            if is_zone(rest := "/".join(steps[first:])):
                return ZoneInfo(rest)
    return None


def _windows(name: str) -> tzinfo | None:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # noqa: PLC0415 - heavy: imported where used

    place = WINDOWS_TO_OLSON.get(name.strip())
    return ZoneInfo(place) if place else None


def _offset(name: str) -> tzinfo | None:
    match = OFFSET.fullmatch(name.strip().upper())
    if match is None:
        return UTC if name.strip().upper() == "Z" else None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if offset >= timedelta(hours=15):
        return None
    return timezone(offset if match[1] == "+" else -offset)
