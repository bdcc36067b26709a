"""What a guest has chosen so far, as the address carries it: month, date, slot, zone, length."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from urllib.parse import urlencode

import msgspec

from cally.model.zones import is_zone
from cally.web.rendering import AnyRequest

ZONE_COOKIE = "cally-tz"
LONGEST = 64
PARAMETERS = ("tz", "month", "date", "at", "slot", "duration", "nights", "zones")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """The words of an address as they came, cut to a sane length; equal ones mean the same page."""

    tz: str = ""
    month: str = ""
    date: str = ""
    at: str = ""
    slot: str = ""
    duration: str = ""
    nights: str = ""
    zones: str = ""
    tz_kept: str = ""


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """The same, understood; what made no sense is left out. `near` is an instant whose day is to be shown (rule 12)."""

    tz: str
    tz_known: bool
    minutes: int
    month: date | None = None
    on: date | None = None
    near: int | None = None
    slot: int | None = None
    nights: int | None = None
    all_zones: bool = False


def asked(request: AnyRequest) -> Asked:
    """What the address says, and the zone that the guest once chose (a cookie; never a way to tell guests apart)."""
    given = request.query_params
    words = {name: str(given.get(name, ""))[:LONGEST] for name in PARAMETERS}
    return Asked(**words, tz_kept=request.cookies.get(ZONE_COOKIE, "").replace("%2F", "/")[:LONGEST])


def chosen(words: Asked, *, home_tz: str, durations: tuple[int, ...]) -> Chosen:
    """What was asked, as far as it can be had: a zone that exists, a length on offer."""
    tz = next((name for name in (words.tz, words.tz_kept) if name and is_zone(name)), "")
    return Chosen(
        tz=tz or home_tz,
        tz_known=bool(tz),
        minutes=_minutes(words.duration, durations),
        month=_date(f"{words.month}-01") if words.month else None,
        on=_date(words.date),
        near=instant(words.at) or instant(words.slot),
        slot=instant(words.slot),
        all_zones=words.zones == "all",
    )


def instant(text: str) -> int | None:
    """Epoch seconds of `2026-11-24T16:00Z`; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None or not 2000 <= moment.year < 2200:
        return None
    return int(moment.timestamp())


def iso(at: int) -> str:
    """`2026-11-24T16:00Z`, how addresses and forms write a slot."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%MZ")


def kept(words: Asked, default_minutes: int, chosen_minutes: int) -> dict[str, str]:
    """The part of an address that stays while a guest looks around: the zone they asked for, the length."""
    stays = {"tz": words.tz} if words.tz and is_zone(words.tz) else {}
    return stays if chosen_minutes == default_minutes else {**stays, "duration": str(chosen_minutes)}


class Links:
    """Addresses of one page: the path, what stays, and what a link changes."""

    def __init__(self, path: str, stays: Mapping[str, str]) -> None:
        self.path = path
        self.stays = dict(stays)

    def to(self, **changes: str) -> str:
        """The address with these words added, or instead of those that stay."""
        words = {**self.stays, **changes}
        return f"{self.path}?{urlencode(words)}" if words else self.path


def _minutes(text: str, durations: tuple[int, ...]) -> int:
    return int(text) if text.isascii() and text.isdigit() and int(text) in durations else durations[0]


def _date(text: str) -> date | None:
    try:
        on = date.fromisoformat(text)
    except ValueError:
        return None
    return on if 2000 <= on.year < 2200 else None
