"""A server is started anew after a country changed its clocks: it notices by itself, and a program settles it."""

import asyncio
import zoneinfo
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.process.asking import Caller
from tests.process.house import OPEN, midnight, wanted
from tests.process.served import Served
from tests.zone_files import compiled

TURNS = 300
DAYS_AHEAD = 30
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("new_law")]


def zones(folder: Path, version: str, rule: str) -> str:
    """A PYTHONTZPATH whose Berlin follows this rule."""
    (folder / "Europe").mkdir(parents=True)
    (folder / "tzdata.zi").write_text(f"# version {version}\n", encoding="utf-8")
    (folder / "UTC").write_bytes(compiled("UTC0"))
    (folder / "Europe" / "Berlin").write_bytes(compiled(rule))
    return ":".join((str(folder), *zoneinfo.TZPATH))


async def book(port: int, token: str) -> str:
    """Ada sees people in her office; Cleo books ten o'clock UTC in a month. The start as the API says it."""
    caller = Caller(port, token=token)
    hours = {"name": "Office", "tz": "Europe/Berlin", "weekly": [OPEN]}
    schedule = (await caller.post("/api/v1/schedules", hours)).json()
    office = {
        "slug": "visit",
        "title": "Visit",
        "duration_minutes": 30,
        "schedule_id": schedule["id"],
        "places": [{"kind": "in_person", "detail": "Room 1"}],
    }
    assert (await caller.post("/api/v1/event-types", office)).status == 201
    starts_at = midnight(DAYS_AHEAD) + timedelta(hours=10)
    answer = await caller.post("/api/v1/bookings", wanted(starts_at, 1, "visit"))
    caller.close()
    assert answer.status == 201, answer.content
    return str(answer.json()["starts_at"])


async def settle(port: int, token: str) -> tuple[Any, Any]:
    """What waits for a decision, once it is found, and the booking after its clock time was kept."""
    caller, found = Caller(port, token=token), []
    for _ in range(TURNS):
        found = (await caller.get("/api/v1/time-law")).json()["bookings"]
        if found:
            break
        await asyncio.sleep(0.1)
    kept = await caller.post(f"/api/v1/bookings/{found[0]['uid']}/clock", {"keep": "wall_time"})
    caller.close()
    assert kept.status == 200, kept.content
    return found[0], kept.json()


@pytest.mark.rule(9)
def test_a_new_start_finds_what_a_new_law_concerns(tmp_path: Path):
    """Booked at an hour on Berlin's clock; the clock goes another way; the API lists it, and keeps the hour."""
    state = tmp_path / "state"
    with Served(state, PYTHONTZPATH=zones(tmp_path / "old", "2026x", "CET-1")) as before:
        token = before.admin_token()
        starts_at = asyncio.run(book(before.port, token))
        before.stop()
    with Served(state, PYTHONTZPATH=zones(tmp_path / "new", "2026y", "EET-2")) as after:
        found, kept = asyncio.run(settle(after.port, token))
        assert "2026y" in after.command("doctor", ok=False)
    assert (found["starts_at"], found["tz"]) == (starts_at, "Europe/Berlin")
    assert kept["starts_at"] == found["wall_time_starts_at"] != starts_at
