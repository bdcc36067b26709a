"""Where a booking happens, in words for who reads it."""

from cally.model.hosts import Place


def place_line(place: Place | None, *, host_name: str, guest_name: str) -> str:
    """One line such as `Phone: Ada calls Cleo at +49 30 1234567`; empty when no place was agreed."""
    if place is None:
        return ""
    if place.kind == "guest_phone":
        return f"Phone: {host_name} calls {guest_name} at {place.detail}"
    if place.kind == "phone":
        return f"Phone: {guest_name} calls {host_name} at {place.detail}"
    return place.detail


def place_url(place: Place | None) -> str:
    """The address to open for a meeting on line; empty for every other place."""
    if place is None or place.kind != "link" or not place.detail.startswith(("https://", "http://")):
        return ""
    return place.detail
