"""Slots: the guest's dates, the same slots as the confirm, from memory for as long as they are right."""

from typing import Any

import httpx2
import pytest

from cally.bookings import book
from cally.model.rules import EventTypeRules, ScheduleRules, WeeklyHours, Window
from cally.store import Store, accounts
from cally.web.api.v1.slots import ANSWER_BYTES, Known, SlotsMemory
from cally.web.doors import Doors
from tests.cast import AS_CLEO, NOW, ada, at, event_type, host, request, schedule
from tests.web.conftest import Watch

SLOTS = "/api/v1/hosts/ada/event-types/intro/slots"
TUESDAY = {"from": "2026-09-22", "to": "2026-09-22"}


async def starts(client: httpx2.AsyncClient, path: str = SLOTS, **query: str) -> list[str]:
    answer = await client.get(path, params={**TUESDAY, **query})
    assert answer.status_code == 200, answer.text
    return [slot["starts_at"] for slot in answer.json()["slots"]]


async def test_a_working_day_has_its_slots(client: httpx2.AsyncClient, store: Store) -> None:
    """09:00 to 17:00 in Berlin are sixteen half hours, in UTC, with their ends and seats."""
    await ada(store)
    answer = (await client.get(SLOTS, params=TUESDAY)).json()
    first = {"starts_at": "2026-09-22T07:00:00Z", "ends_at": "2026-09-22T07:30:00Z", "seats_left": 1}
    assert answer["slots"][0] == first
    assert len(answer["slots"]) == 16
    assert answer["tz"] == "Europe/Berlin"


@pytest.mark.rule(11)
async def test_dates_are_the_guests(client: httpx2.AsyncClient, store: Store) -> None:
    """In Auckland, Ada's Tuesday afternoon is Wednesday already."""
    await ada(store)
    tuesday = await starts(client, tz="Pacific/Auckland")
    assert tuesday
    assert all("2026-09-21T12:00:00Z" <= start < "2026-09-22T12:00:00Z" for start in tuesday)


@pytest.mark.rule(19)
async def test_a_slot_over_midnight_belongs_to_its_start(client: httpx2.AsyncClient, store: Store) -> None:
    """23:30 to 00:30 is listed under the day it starts on, and not under the next."""
    ben = await host(store, "Ben")
    late = WeeklyHours(days=("tue",), hours=Window(from_minute=22 * 60, to_minute=26 * 60))
    hours = await schedule(store, ben, ScheduleRules(tz="UTC", weekly=(late,)))
    await event_type(store, hours, "late", rules=EventTypeRules(duration_minutes=60, offset_minutes=30))
    path = "/api/v1/hosts/ben/event-types/late/slots"
    assert (await starts(client, path))[-1] == "2026-09-22T23:30:00Z"
    wednesday = await client.get(path, params={"from": "2026-09-23", "to": "2026-09-23"})
    assert [slot["starts_at"] for slot in wednesday.json()["slots"]] == ["2026-09-23T00:30:00Z"]


async def test_what_is_booked_is_gone_at_once(client: httpx2.AsyncClient, store: Store, doors: Doors) -> None:
    """Memory is exact: a booking by anybody shows in the next answer."""
    await ada(store)
    assert "2026-09-22T08:00:00Z" in await starts(client)
    await book(store, doors.availability, request(at("2026-09-22 08:00")), now=NOW, actor=AS_CLEO)
    assert "2026-09-22T08:00:00Z" not in await starts(client)


async def test_an_unchanged_answer_is_not_sent_again(client: httpx2.AsyncClient, store: Store, doors: Doors) -> None:
    """With the tag of the last answer: 304 without a body, until something changes."""
    await ada(store)
    first = await client.get(SLOTS, params=TUESDAY)
    asked = {"if-none-match": f'"other", W/{first.headers["etag"]}'}
    again = await client.get(SLOTS, params=TUESDAY, headers=asked)
    assert (again.status_code, again.content) == (304, b"")
    await book(store, doors.availability, request(at("2026-09-22 08:00")), now=NOW, actor=AS_CLEO)
    assert (await client.get(SLOTS, params=TUESDAY, headers=asked)).status_code == 200


@pytest.mark.rule(40)
async def test_time_goes_on_in_memory(client: httpx2.AsyncClient, store: Store, watch: Watch) -> None:
    """What was free at eight is past at ten, though nothing was written."""
    await ada(store)
    monday = {"from": "2026-09-21", "to": "2026-09-21"}
    assert (await starts(client, **monday))[0] == "2026-09-21T07:00:00Z"
    watch.now = at("2026-09-21 08:00")
    assert (await starts(client, **monday))[0] > "2026-09-21T07:30:00Z"


async def test_a_disabled_hosts_slots_are_gone_at_once(client: httpx2.AsyncClient, store: Store) -> None:
    """Disabling an account changes no revision; the page is gone all the same."""
    made = await ada(store)
    await starts(client)
    async with store.write() as tx:
        await accounts.update_disabled(tx, made.id, NOW)
    assert (await client.get(SLOTS, params=TUESDAY)).status_code == 404


@pytest.mark.parametrize("path", ["nobody/event-types/intro", "ada/event-types/nothing"])
async def test_unknown_addresses_are_not_found(client: httpx2.AsyncClient, store: Store, path: str) -> None:
    """Unknown host and unknown event type are both 404."""
    await ada(store)
    assert (await client.get(f"/api/v1/hosts/{path}/slots", params=TUESDAY)).status_code == 404


async def test_another_length_has_other_slots(client: httpx2.AsyncClient, store: Store) -> None:
    """`duration` picks one of the lengths on offer."""
    made = await ada(store)
    await event_type(store, await schedule(store, made), "talk", durations=(30, 60))
    path = "/api/v1/hosts/ada/event-types/talk/slots"
    answer = (await client.get(path, params={**TUESDAY, "duration": "60"})).json()["slots"][0]
    assert (answer["starts_at"], answer["ends_at"]) == ("2026-09-22T07:00:00Z", "2026-09-22T08:00:00Z")


def test_memory_is_bounded_in_bytes() -> None:
    """The least recently used answers are forgotten when the rest would not fit."""
    memory = SlotsMemory(most_bytes=2 * ANSWER_BYTES + 250)
    answer: Any = Known(None, (1, 1, False), b"x" * 100, '"x"')  # type: ignore[arg-type]  # no offer is looked at
    for name in ("a", "b", "a", "c"):
        memory.get((name, "intro", b""))
        memory.put((name, "intro", b""), answer)
    assert memory.get(("a", "intro", b"")) is not None
    assert memory.get(("b", "intro", b"")) is None


def test_answers_without_slots_take_room_as_well() -> None:
    """There are as many addresses as anybody likes to type, and most of them have an empty answer."""
    memory = SlotsMemory(most_bytes=10 * (ANSWER_BYTES + 1_000))
    answer: Any = Known(None, (1, 1, False), b"", '"x"')  # type: ignore[arg-type]  # no offer is looked at
    for number in range(100):
        memory.put(("ada", "intro", b"%1000d" % number), answer)
    assert len(memory._known) == 10
