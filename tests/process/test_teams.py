"""A team by the outer contract alone: three guests at once, two hosts."""

import asyncio
from pathlib import Path

import pytest

from tests.process.asking import Caller
from tests.process.house import OPEN, slot, wanted
from tests.process.served import Served


@pytest.mark.rule(62)
async def test_two_hosts_take_two_of_three_guests(tmp_path: Path) -> None:
    """Over three connections at once: two 201 with different hosts, one 409 with the nearest times."""
    with Served(tmp_path / "state") as served:
        admin = Caller(served.port, token=await asyncio.to_thread(served.admin_token))
        ben = ("--email", "ben@example.com", "--name", "Ben Okri", "--slug", "ben")
        await asyncio.to_thread(served.command, "admin", "create", *ben)
        hours = {"name": "Long days", "tz": "UTC", "weekly": [OPEN]}
        schedule = (await admin.post("/api/v1/schedules", hours)).json()["id"]
        assert (await admin.post("/api/v1/teams", {"name": "Support"})).status == 201
        added = await admin.post("/api/v1/teams/support/members", {"host": "ben"})
        assert added.status == 201, added.content
        intro = {"title": "Intro", "duration_minutes": 30, "team": "support", "notice_minutes": 0}
        shares = [{"host": "ada", "schedule_id": schedule}, {"host": "ben"}]
        made = await admin.post("/api/v1/event-types", {**intro, "hosts": shares})
        assert made.status == 201, made.content

        starts_at = next(slot(32 * day + 6) for day in range(7) if slot(32 * day + 6).weekday() < 5)
        asked = {**wanted(starts_at, 0), "team": "support"}
        del asked["host"]
        guests = [Caller(served.port) for _ in range(3)]
        bodies = [{**asked, "guest": wanted(starts_at, number)["guest"]} for number in range(3)]
        answers = await asyncio.gather(
            *(guest.post("/api/v1/bookings", body) for guest, body in zip(guests, bodies, strict=True))
        )
        for caller in (admin, *guests):
            caller.close()
    assert sorted(answer.status for answer in answers) == [201, 201, 409]
    hosts = [answer.json()["hosts"][0]["slug"] for answer in answers if answer.status == 201]
    assert sorted(hosts) == ["ada", "ben"]
    (refused,) = [answer.json() for answer in answers if answer.status == 409]
    assert (refused["code"], len(refused["alternatives"])) == ("slot_taken", 3)
