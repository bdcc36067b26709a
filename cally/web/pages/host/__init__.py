"""A host's desk: everything here needs somebody who is signed in, and shows them only what is theirs."""

from types import ModuleType

from litestar import Router
from litestar.di import Provide

from cally.web.pages.host import (
    access,
    assistants,
    availability,
    booking_changes,
    booking_export,
    bookings,
    calendars,
    channels,
    dates,
    days,
    event_types,
    feeds,
    history,
    holidays,
    home,
    hosts,
    lines,
    look,
    message_times,
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
    webhook,
    webhooks,
    why,
    wordings,
    wordings_shown,
)
from cally.web.pages.host.desk import ON_ERROR, provide_desk, provide_own_desk

PAGES = (
    home,
    time_law,
    bookings,
    booking_export,
    booking_changes,
    sessions,
    lines,
    look,
    event_types,
    access,
    availability,
    days,
    dates,
    holidays,
    time_off,
    calendars,
    feeds,
    channels,
    webhooks,
    webhook,
    outbox,
    message_times,
    wordings,
    wordings_shown,
    profile,
    assistants,
    turns,
    teams,
    reassign,
    resources,
    resource,
    together,
    why,
)

OWN_PAGES: tuple[ModuleType, ...] = (history,)  # about the account that is signed in, whomever it works for

ROUTES = [
    Router(path="/", route_handlers=[*hosts.ROUTES], exception_handlers=ON_ERROR),
    Router(
        path="/",
        route_handlers=[handler for page in OWN_PAGES for handler in page.ROUTES],
        dependencies={"desk": Provide(provide_own_desk)},
        exception_handlers=ON_ERROR,
    ),
    Router(
        path="/",
        route_handlers=[handler for page in PAGES for handler in page.ROUTES],
        dependencies={"desk": Provide(provide_desk)},
        exception_handlers=ON_ERROR,
    ),
]
