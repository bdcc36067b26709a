"""Dates, times and zones in the words of a reader's language and zone (rules 2, 11 and 75)."""

import re
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

if TYPE_CHECKING:
    from babel import Locale

LANGUAGES = ("en",)
MOST_TAGS = 6
DAY_SECONDS = 86_400


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """How one reader writes dates: a locale such as `en_GB`, 12 or 24 hours, the weeks' first day (0: Monday)."""

    locale: str
    hour12: bool
    first_weekday: int

    @property
    def tag(self) -> str:
        """The language tag, `en-GB`, as pages and browsers write it."""
        return self.locale.replace("_", "-")

    @property
    def direction(self) -> str:
        """`rtl` for scripts that run from right to left, else `ltr`."""
        return str(_locale(self.locale).text_direction)

    def time(self, instant: int, tz: str) -> str:
        """`16:30` or `4:30 pm`."""
        from babel.dates import format_time  # noqa: PLC0415 -- heavy: imported where used

        moment, pattern = local(instant, tz), _pattern(self.locale, "hm" if self.hour12 else "Hm")
        return str(format_time(moment, pattern, tzinfo=moment.tzinfo, locale=_locale(self.locale)))

    def span(self, starts_at: int, ends_at: int, tz: str) -> str:
        """`16:30–17:00`, from start to end of a slot; `15:00 – Sun 25 Oct, 11:00` where that lies days apart."""
        if ends_at - starts_at > DAY_SECONDS or (local(ends_at, tz).date() - local(starts_at, tz).date()).days > 1:
            return f"{self.time(starts_at, tz)} – {self.short_day(local(ends_at, tz).date())}, {self.time(ends_at, tz)}"
        return f"{self.time(starts_at, tz)}–{self.time(ends_at, tz)}"

    def minute(self, minute: int) -> str:
        """A time of day that is a minute of it: `15:00` or `3:00 pm`."""
        return self.time(minute * 60, "UTC")

    def day(self, on: date) -> str:
        """`Tuesday 24 November`."""
        return self._written(_widened(self.locale), on)

    def day_and_year(self, on: date) -> str:
        """`Tuesday, 24 November 2026`."""
        return self._written(str(_locale(self.locale).date_formats["full"].pattern), on)

    def short_day(self, on: date) -> str:
        """`Tue 24 Nov`."""
        return self._written(_pattern(self.locale, "MMMEd"), on)

    def month(self, on: date) -> str:
        """`November 2026`."""
        return self._written(_pattern(self.locale, "yMMMM"), on)

    def short_month(self, on: date) -> str:
        """`Nov`."""
        return self._written("LLL", on)

    def weekday(self, on: date, *, short: bool = False) -> str:
        """`Tuesday`, or `Tue`."""
        return self._written("ccc" if short else "cccc", on)

    def months(self, first: date, last: date) -> str:
        """`November – December 2026`."""
        from babel.dates import format_interval  # noqa: PLC0415 -- heavy: imported where used

        name = str(format_interval(first, last, "yMMMM", locale=_locale(self.locale)))
        return name.replace("\u2009", " ")  # a heading needs no thin spaces

    def stretch(self, first: date, last: date, *, year: bool = False) -> str:
        """`16 – 18 Mar`, from a first to a last date, or `16 Mar`; with the year if that has to be said."""
        from babel.dates import format_interval  # noqa: PLC0415 -- heavy: imported where used

        said = str(format_interval(first, last, "yMMMd" if year else "MMMd", locale=_locale(self.locale)))
        return said.replace("\u2009", "\u200a")  # the narrowest of spaces

    def number(self, value: int) -> str:
        """A whole number in the reader's digits."""
        from babel.numbers import format_decimal  # noqa: PLC0415 -- heavy: imported where used

        return str(format_decimal(value, locale=_locale(self.locale)))

    def skeleton(self, skeleton: str, on: date) -> str:
        """A date after a CLDR skeleton that every locale has, such as `yMMMEd`. Raises KeyError for another one."""
        return self._written(_pattern(self.locale, skeleton), on)

    def _written(self, pattern: str, on: date) -> str:
        from babel.dates import format_date  # noqa: PLC0415 -- heavy: imported where used

        return str(format_date(on, pattern, locale=_locale(self.locale)))


def words(accept_language: str, clock: str = "") -> Words:
    """How the sender of an Accept-Language header reads dates; `clock` is `12`, `24`, or empty for their region's.

    The language is one that Cally speaks, the region is the reader's own: a German browser gets English words with
    German order, weeks and clocks, `en_DE`.
    """
    return _words(accept_language[:200], clock)


def local(instant: int, tz: str) -> datetime:
    """An instant on the clocks of a zone."""
    return datetime.fromtimestamp(instant, UTC).astimezone(ZoneInfo(tz))


def city(tz: str) -> str:
    """`New York` for `America/New_York`."""
    return tz.rpartition("/")[2].replace("_", " ")


def offset(instant: int, tz: str) -> str:
    """`GMT+5:30`, what a zone's clocks are ahead of UTC at an instant."""
    ahead = local(instant, tz).utcoffset()
    minutes = int(ahead.total_seconds()) // 60 if ahead else 0
    hours, rest = divmod(abs(minutes), 60)
    return f"GMT{'+' if minutes > 0 else '−'}{hours}{f':{rest:02}' if rest else ''}" if minutes else "GMT"


def zone_label(instant: int, tz: str) -> str:
    """`New York (GMT−5)`."""
    return f"{city(tz)} ({offset(instant, tz)})"


@lru_cache(maxsize=256)
def _words(accept_language: str, clock: str) -> Words:
    tags = [part.partition(";")[0].strip().replace("-", "_") for part in accept_language.split(",")][:MOST_TAGS]
    own = next((tag for tag in map(_with_region, tags) if _exists(tag)), "en_US")
    language = next((tag.partition("_")[0] for tag in tags if tag.partition("_")[0] in LANGUAGES), LANGUAGES[0])
    near = f"{language}_{own.rpartition('_')[2]}"
    locale = near if _exists(near) else f"{language}_001"
    own_clock = str(_locale(own).time_formats["short"].pattern)
    return Words(
        locale=locale,
        hour12="a" in own_clock if clock not in {"12", "24"} else clock == "12",
        first_weekday=int(_locale(own).first_week_day),
    )


def _with_region(tag: str) -> str:
    """`pt_BR` for `pt-BR`; a tag without a region means the land that speaks it most."""
    parts = tag.split("_")
    region = next((part.upper() for part in parts[1:] if len(part) == 2 or part.isdigit()), None)
    return f"{parts[0].lower()}_{region or _likely_region(parts[0].lower())}"


def _likely_region(language: str) -> str:
    from babel.core import get_global  # noqa: PLC0415 -- heavy: imported where used

    return str(get_global("likely_subtags").get(language, "")).rpartition("_")[2]


def _exists(locale: str) -> bool:
    from babel import localedata  # noqa: PLC0415 -- heavy: imported where used

    return locale.replace("_", "").isalnum() and bool(localedata.exists(locale))


@lru_cache(maxsize=64)
def _locale(name: str) -> "Locale":
    from babel import Locale  # noqa: PLC0415 -- heavy: imported where used

    return Locale.parse(name)


@lru_cache(maxsize=256)
def _pattern(locale: str, skeleton: str) -> str:
    return str(_locale(locale).datetime_skeletons[skeleton].pattern)


@lru_cache(maxsize=64)
def _widened(locale: str) -> str:
    """The locale's short day, written out: CLDR has no such pattern for most locales."""
    return re.sub(r"E+", "EEEE", re.sub(r"[ML]+", "MMMM", _pattern(locale, "MMMEd")))
