"""Where a booking happens and what is reserved for it, in words for who reads it."""

from cally.model.bookings import Terms
from cally.model.hosts import Place


def where_line(terms: Terms, *, host_name: str, guest_name: str) -> str:
    """One line such as `Red room, Torstr. 1, Berlin`: the room belongs to it when people meet in person."""
    line = place_line(terms.place, host_name=host_name, guest_name=guest_name)
    return ", ".join(part for part in (terms.room, line) if part) if _is_met_in_room(terms) else line


def reserved(terms: Terms) -> tuple[str, ...]:
    """The names of what is reserved beside the room that `where_line` names already."""
    return tuple(name for name in terms.resources if name != terms.room or not _is_met_in_room(terms))


def _is_met_in_room(terms: Terms) -> bool:
    return bool(terms.room) and (terms.place is None or terms.place.kind == "in_person")


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
