"""Many guests at once: exactly one gets the slot, all others are told so, and nothing breaks."""

import asyncio
from collections import Counter
from datetime import datetime

import pytest

from tests.process.asking import Answer, Caller
from tests.process.house import furnish, slot, wanted
from tests.process.served import Served

GUESTS = 200

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("rush")]


async def rush(port: int, wishes: list[tuple[datetime, str]]) -> list[Answer]:
    """Everybody connects, then everybody asks at the same moment."""
    go = asyncio.Event()

    async def guest(number: int, starts_at: datetime, event_type: str) -> Answer:
        caller = Caller(port)
        await caller.get("/api/health/live")
        await go.wait()
        try:
            return await caller.post("/api/v1/bookings", wanted(starts_at, number, event_type))
        finally:
            caller.close()

    guests = [asyncio.create_task(guest(number, *wish)) for number, wish in enumerate(wishes)]
    await asyncio.sleep(0.5)
    go.set()
    return await asyncio.gather(*guests)


@pytest.mark.rule(47, 48)
async def test_two_hundred_guests_for_one_slot(served: Served):
    """One is booked; 199 get 409 with the nearest slots that can be had."""
    await furnish(served, served.admin_token())
    answers = await rush(served.port, [(slot(70), "intro")] * GUESTS)
    assert Counter(answer.status for answer in answers) == {201: 1, 409: GUESTS - 1}
    assert all(answer.json()["alternatives"] for answer in answers if answer.status == 409)


@pytest.mark.rule(47, 48)
async def test_two_hundred_guests_for_overlapping_starts_of_two_event_types(served: Served):
    """Half want an hour, half the last half of it: of one host's time, only one may be had."""
    await furnish(served, served.admin_token())
    wishes = [(slot(70), "long"), (slot(71), "intro")] * (GUESTS // 2)
    answers = await rush(served.port, wishes)
    assert Counter(answer.status for answer in answers) == {201: 1, 409: GUESTS - 1}
