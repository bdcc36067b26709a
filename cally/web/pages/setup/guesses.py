"""What a browser's language says about its owner, to fill in forms beforehand; scripts know the zone better."""

from cally.errors import CallyError
from cally.model.locales import locale_tag
from cally.model.zones import is_zone

FALLBACK_LOCALE = "en"
FALLBACK_ZONE = "UTC"
LONGEST = 200


def guessed_locale(accept_language: str) -> str:
    """The first language named, with its region: `en-GB`."""
    for part in accept_language[:LONGEST].split(","):
        try:
            return locale_tag(part.partition(";")[0])
        except CallyError:
            continue
    return FALLBACK_LOCALE


def guessed_zone(accept_language: str) -> str:
    """The first zone of the region that the language names, or of the land that speaks it most."""
    from babel.core import get_global  # noqa: PLC0415 -- heavy: imported where used

    parts = guessed_locale(accept_language).split("-")
    region = next((part for part in parts[1:] if len(part) == 2), "")
    region = region or str(get_global("likely_subtags").get(parts[0], "")).rpartition("_")[2]
    zones = get_global("territory_zones").get(region.upper(), ())
    return next((str(name) for name in zones if is_zone(str(name))), FALLBACK_ZONE)
