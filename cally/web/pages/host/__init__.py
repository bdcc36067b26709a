"""A host's desk: everything here needs somebody who is signed in, and shows them only what is theirs."""

from litestar import Router
from litestar.di import Provide

from cally.web.pages.host import (
    availability,
    booking_changes,
    bookings,
    calendars,
    channels,
    dates,
    days,
    event_types,
    holidays,
    home,
    lines,
    outbox,
    profile,
    reassign,
    resource,
    resources,
    sessions,
    teams,
    time_law,
    time_off,
    together,
    turns,
    why,
)
from cally.web.pages.host.desk import ON_ERROR, provide_desk

PAGES = (
    home,
    time_law,
    bookings,
    booking_changes,
    sessions,
    lines,
    event_types,
    availability,
    days,
    dates,
    holidays,
    time_off,
    calendars,
    channels,
    outbox,
    profile,
    turns,
    teams,
    reassign,
    resources,
    resource,
    together,
    why,
)

ROUTES = [
    Router(
        path="/",
        route_handlers=[handler for page in PAGES for handler in page.ROUTES],
        dependencies={"desk": Provide(provide_desk)},
        exception_handlers=ON_ERROR,
    )
]
