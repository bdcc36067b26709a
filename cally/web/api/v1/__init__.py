"""API v1: one module per noun, each with the endpoints that programs may use."""

from cally.web.api.endpoints import Endpoint
from cally.web.api.v1 import (
    accounts,
    audit,
    bookings,
    calendars,
    channels,
    event_types,
    holds,
    hosts,
    overrides,
    public_holidays,
    resources,
    schedules,
    series,
    slots,
    time_law,
    time_off,
    why,
)

NOUNS = (
    hosts.noun,
    slots.noun,
    holds.noun,
    bookings.noun,
    series.noun,
    time_law.noun,
    event_types.noun,
    why.noun,
    schedules.noun,
    overrides.noun,
    public_holidays.noun,
    time_off.noun,
    resources.noun,
    calendars.noun,
    channels.noun,
    accounts.noun,
    audit.noun,
)
ENDPOINTS: tuple[Endpoint, ...] = tuple(endpoint for noun in NOUNS for endpoint in noun.endpoints)
