"""What the process tests book of a team: both hosts with a room, one of them week after week, seats in a class."""

from datetime import datetime
from typing import Any

from tests.process.asking import Caller
from tests.process.house import OPEN, wanted
from tests.process.served import Served

BEN = ("--email", "ben@example.com", "--name", "Ben Okri", "--slug", "ben")
TEAM = "support"
DATES = 4
SEATS = 3
LONG_DAYS = {"name": "Team days", "tz": "UTC", "weekly": [OPEN]}
COMMON = {"duration_minutes": 30, "notice_minutes": 0, "step_minutes": 30}
EVENT_TYPES: dict[str, dict[str, Any]] = {
    "panel": {"assignment": "collective"},
    "weekly": {"series": {"rhythms": ["weekly"], "most": DATES, "clashes": "refuse"}},
    "class": {"seats": SEATS, "waitlist": True},
}


async def furnish_team(served: Served, token: str) -> None:
    """`panel` takes Ada, Ben and a room; `weekly` is a series in turns; `class` has seats and a waitlist."""
    served.command("admin", "create", *BEN)
    ada, ben = Caller(served.port, token=token), Caller(served.port, token=served.token("ben@example.com"))
    shares = [
        {"host": name, "schedule_id": (await _made(caller, "schedules", LONG_DAYS))["id"]}
        for name, caller in (("ada", ada), ("ben", ben))
    ]
    room = await _made(ada, "resources", {"name": "Blue room"})
    await _made(ada, "teams", {"name": "Support", "slug": TEAM})
    await _made(ada, f"teams/{TEAM}/members", {"host": "ben"})
    for slug, terms in EVENT_TYPES.items():
        rooms = {"resources": [{"id": room["id"], "group": "room"}]} if slug == "panel" else {}
        hosts = shares[1:] if slug == "class" else [share | {"required": slug == "panel"} for share in shares]
        rest = {"team": TEAM, "slug": slug, "title": slug.title(), "hosts": hosts}
        await _made(ada, "event-types", COMMON | rest | rooms | terms)
    ada.close()
    ben.close()


def wanted_of_team(event_type: str, starts_at: datetime, name: str) -> dict[str, Any]:
    """The body of the booking that this guest wants of the team."""
    body = wanted(starts_at, 0, event_type)
    del body["host"]
    guest = body["guest"] | {"name": name, "email": f"cleo{name}@example.org"}
    return body | {"team": TEAM, "guest": guest}


async def _made(caller: Caller, noun: str, what: object) -> Any:
    answer = await caller.post(f"/api/v1/{noun}", what)
    assert answer.status == 201, answer.content
    return answer.json()
