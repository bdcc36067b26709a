"""An event type in a line: how long it takes and what is special about it, for the lists of the desk."""

from cally.model.hosts import EventType
from cally.web.pages.host.event_type_told import BETWEEN, nights
from cally.web.pages.host.wording import length


def taking(item: EventType) -> str:
    """`30 min, 1 h`, or `2–7 nights`."""
    stay = item.options.stay
    return (
        nights(stay.nights_from, stay.nights_to) if stay else ", ".join(length(one) for one in item.durations_minutes)
    )


def offered(item: EventType) -> str:
    """`1 h · 8 seats · waitlist · also as a series · you approve each`."""
    seats = item.rules.seats
    parts = (
        taking(item),
        f"{seats} seats" if seats > 1 else "",
        "waitlist" if item.options.waitlist else "",
        "also as a series" if item.options.series else "",
        "you approve each" if item.approval else "",
    )
    return BETWEEN.join(part for part in parts if part)
