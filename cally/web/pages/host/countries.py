"""Countries in a reader's words, and the one that a zone lies in."""

from collections.abc import Sequence
from functools import lru_cache


def country_names(codes: Sequence[str], locale: str) -> list[tuple[str, str]]:
    """Code and name of countries, by name."""
    known = _territories(locale)
    return sorted(((code, known.get(code, code)) for code in codes), key=lambda country: country[1])


def country_of(tz: str) -> str:
    """The code of the country in which a zone's city lies; empty for UTC and the like."""
    from babel.core import get_global  # noqa: PLC0415 -- heavy: imported where used

    found = str(get_global("zone_territories").get(tz, ""))
    return found if len(found) == 2 else ""


def country_named(tz: str, locale: str) -> str:
    """The name of the country in which a zone's city lies; empty for UTC and the like."""
    country = country_of(tz)
    return _territories(locale).get(country, country)


@lru_cache(maxsize=8)
def _territories(locale: str) -> dict[str, str]:
    from babel import Locale  # noqa: PLC0415 -- heavy: imported where used

    return {str(code): str(name) for code, name in Locale.parse(locale).territories.items()}
