"""What the process tests book: Ada's office, open from six to ten every day, with two event types of one host."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.process.asking import Caller
from tests.process.served import Served

OPEN = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "06:00", "to": "22:00"}
SLOTS_A_DAY = 32


async def furnish(served: Served, token: str) -> None:
    """A schedule with long days, and the event types `intro` (30 minutes) and `long` (60 minutes)."""
    caller = Caller(served.port, token=token)
    schedule = await caller.post("/api/v1/schedules", {"name": "Long days", "tz": "UTC", "weekly": [OPEN]})
    assert schedule.status == 201, schedule.content
    for slug, minutes in (("intro", 30), ("long", 60)):
        wanted = {
            "slug": slug,
            "title": slug.title(),
            "duration_minutes": minutes,
            "schedule_id": schedule.json()["id"],
            "notice_minutes": 0,
            "step_minutes": 30,
        }
        made = await caller.post("/api/v1/event-types", wanted)
        assert made.status == 201, made.content
    caller.close()


def wanted(starts_at: datetime, number: int, event_type: str = "intro") -> dict[str, Any]:
    """The body of a guest's booking."""
    return {
        "host": "ada",
        "event_type": event_type,
        "starts_at": starts_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "guest": {"name": f"Cleo {number}", "email": f"cleo{number}@example.org", "tz": "Europe/Berlin"},
    }


def slot(number: int) -> datetime:
    """The half-hour slot of that number, from tomorrow on."""
    days, half_hours = divmod(number, SLOTS_A_DAY)
    return midnight(1 + days) + timedelta(hours=6, minutes=30 * half_hours)


def midnight(days: int) -> datetime:
    """00:00 UTC, so many days from today."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=days)
