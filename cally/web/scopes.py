"""What each scope lets a program do, in words for whoever is asked to allow it."""

WORDS = {
    "bookings:read": "See your bookings, with your guests' names, addresses and answers",
    "bookings:write": "Move, cancel, approve and decline your bookings",
    "event-types:read": "See your event types",
    "event-types:write": "Make, change and remove your event types and teams",
    "schedules:read": "See your hours, time off and connected calendars",
    "schedules:write": "Change your hours, time off and connected calendars",
    "resources:read": "See rooms and things, and when they are in use",
    "resources:write": "Make, change, block and remove rooms and things",
    "channels:read": "See where you are notified",
    "channels:write": "Change where you are notified",
    "webhooks:read": "See your webhooks",
    "webhooks:write": "Make, change and remove your webhooks",
    "admin:read": "See everybody's accounts and this server's audit log",
    "metrics:read": "See how this server is doing, in numbers",
    "admin:write": "Run this server: make, change and lock out accounts",
}


def words(scopes: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each scope with its sentence."""
    return [(scope, WORDS[scope]) for scope in scopes]
