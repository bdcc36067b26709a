"""The SQL of how much there is of what, for whoever watches the machine: numbers, and nobody's."""

from cally.store.driver import Reader

BOOKINGS = """
SELECT status, count(*)
FROM booking
GROUP BY status
"""
MESSAGES = """
SELECT state, count(*)
FROM message
GROUP BY state
"""
JOBS = """
SELECT state, count(*)
FROM job
GROUP BY state
"""
ACCOUNTS = """
SELECT role, count(*)
FROM account
WHERE disabled_at IS NULL
GROUP BY role
"""
CALENDARS = """
SELECT CASE WHEN failing_since IS NULL THEN 'read' ELSE 'failing' END, count(*)
FROM calendar
GROUP BY 1
"""
EVENT_TYPES = """
SELECT CASE WHEN archived_at IS NULL THEN 'offered' ELSE 'archived' END, count(*)
FROM event_type
GROUP BY 1
"""


async def totals(db: Reader) -> dict[str, dict[str, int]]:
    """By noun and by what its rows are told apart by: `{"bookings": {"confirmed": 12}, …}`."""
    return {
        "bookings": dict(await db.rows(BOOKINGS)),
        "messages": dict(await db.rows(MESSAGES)),
        "jobs": dict(await db.rows(JOBS)),
        "accounts": dict(await db.rows(ACCOUNTS)),
        "calendars": dict(await db.rows(CALENDARS)),
        "event_types": dict(await db.rows(EVENT_TYPES)),
    }
