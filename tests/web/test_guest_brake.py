"""The brake on guests: machines are slowed, people never notice it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from cally.brakes import solved
from cally.brakes.limiter import REMEMBERED, MemoryLimiter
from cally.brakes.limits import CHANGES
from cally.errors import CallyError
from cally.store import Store
from cally.web import build
from cally.web.doors import Doors
from cally.web.guest_brake import BURST, LIVE_HOLDS, PER_SECOND, GuestBrake
from tests.cast import NOW, ada, host
from tests.web.conftest import Watch, asking
from tests.web.guests import CLEO, fields, look, send, words, worked

MALLORY, CLEOS = "203.0.113.66", "192.0.2.1"
TEN = datetime(2026, 9, 22, 8, tzinfo=UTC)


def wait(brake: GuestBrake, address: str = MALLORY, now: int = NOW, times: int = 1) -> int:
    """How long it says to wait; 0 when it lets the change pass."""
    try:
        brake.change(address, now, times=times)
    except CallyError as error:
        return int(error.facts["retry_after"])
    return 0


def spent() -> GuestBrake:
    """A brake on which Mallory has used up all that comes free."""
    brake = GuestBrake()
    brake.change(MALLORY, NOW, times=BURST)
    return brake


def test_a_burst_is_free_and_more_must_wait():
    """A class of hundreds may book at once; after that, ten a second."""
    brake = spent()
    assert (wait(brake), wait(brake, now=NOW + 1)) == (1, 0)
    assert wait(brake, now=NOW + 1, times=5 * PER_SECOND) == 5


def test_one_address_slows_no_other():
    """But those of one IPv6 network are one."""
    brake = spent()
    assert wait(brake, CLEOS) == 0
    brake.change("2001:db8:1:2::1", NOW, times=BURST)
    assert (wait(brake, "2001:db8:1:2:ffff::9"), wait(brake, "2001:db8:1:3::1")) == (1, 0)


def test_a_clock_that_goes_back_gives_and_takes_nothing():
    """Nor does it lock anybody out."""
    brake = spent()
    assert (wait(brake, now=NOW - 86_400), wait(brake, now=NOW - 86_399)) == (1, 0)


def test_memory_is_bounded():
    """However many addresses come by."""
    limiter = MemoryLimiter()
    brake = GuestBrake(limiter=limiter)
    for number in range(REMEMBERED + 10):
        brake.change(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", NOW)
    assert len(limiter._known[CHANGES.name]) == REMEMBERED


def test_holds_are_counted_until_they_end_or_are_given_up():
    """The next one is had when one of them is no more, however that came."""
    brake = GuestBrake()
    for number in range(LIVE_HOLDS):
        brake.held(MALLORY, f"h{number}", NOW + 600)
    with pytest.raises(CallyError, match="holding too many"):
        brake.hold(MALLORY, NOW)
    brake.hold(CLEOS, NOW)
    brake.hold(MALLORY, NOW, replaces="h7")
    brake.hold(MALLORY, NOW + 600)
    assert brake._held == {}


def test_another_ones_hold_replaces_none_of_mine():
    """Naming it frees no place."""
    brake = GuestBrake()
    brake.held(CLEOS, "hers", NOW + 600)
    for number in range(LIVE_HOLDS):
        brake.held(MALLORY, f"h{number}", NOW + 600)
    with pytest.raises(CallyError):
        brake.hold(MALLORY, NOW, replaces="hers")


def test_limits_can_be_lifted_for_load_tests():
    """`CALLY_LIMITS=off`."""
    brake = GuestBrake(limits=False)
    for number in range(LIVE_HOLDS + 1):
        brake.hold(MALLORY, NOW)
        brake.held(MALLORY, f"h{number}", NOW + 600)
    assert wait(brake, times=BURST + 1) == 0


@pytest.fixture
async def busy(doors: Doors, store: Store) -> AsyncIterator[httpx2.AsyncClient]:
    """Ada's pages and API, asked by Mallory, who has used up all that comes free."""
    await ada(store)
    async with asking(build(replace(doors, guests=spent())), address=MALLORY) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/holds"),
        ("DELETE", "/api/v1/holds/x"),
        ("POST", "/api/v1/bookings"),
        ("POST", "/api/v1/bookings/x/cancellation"),
        ("POST", "/api/v1/bookings/x/reschedule"),
    ],
)
async def test_programs_are_told_when_to_come_back(busy: httpx2.AsyncClient, method: str, path: str) -> None:
    """429 with `Retry-After`, whatever they send."""
    told = await busy.request(method, path, headers={"x-manage-token": "x.y"})
    assert (told.status_code, told.json()["code"], told.headers["retry-after"]) == (429, "rate_limited", "1")


async def test_a_guest_keeps_what_they_typed(busy: httpx2.AsyncClient, watch: Watch) -> None:
    """The form comes back with a sentence; a second later it goes through, with some work."""
    form = fields(await look(busy, "/ada/intro?slot=2026-09-22T08:00Z"))
    told = await send(busy, "/ada/intro", form | CLEO)
    assert (told.status_code, told.headers["retry-after"]) == (429, "1")
    assert "Your details are kept." in words(told)
    assert fields(told)["email"] == CLEO["email"]
    watch.now += 1
    assert (await send(busy, "/ada/intro", fields(told) | worked(told))).status_code == 303


@pytest.mark.parametrize("act", ["cancel", "reschedule"])
async def test_manage_links_cannot_be_tried_by_the_thousand(busy: httpx2.AsyncClient, act: str) -> None:
    """A page says so."""
    told = await send(busy, f"/b/x.y/{act}", {})
    assert (told.status_code, told.headers["retry-after"]) == (429, "1")


async def test_looking_is_never_slowed(busy: httpx2.AsyncClient) -> None:
    """It changes nothing."""
    assert (await look(busy, "/ada/intro")).status_code == 200


async def test_a_token_has_its_own_pace(busy: httpx2.AsyncClient, bearer: Any, store: Store) -> None:
    """Who has shown who they are shares no limit with guests behind the same address."""
    headers = await bearer(await host(store, "Ben"))
    told = await busy.post("/api/v1/bookings/x/approval", headers=headers)
    assert told.status_code == 404


async def test_companions_count(doors: Doors, store: Store) -> None:
    """Each of them gets a mail: one request must not be twenty for the price of one."""
    await ada(store)
    brake = GuestBrake()
    brake.change(MALLORY, NOW, times=BURST - 6)
    async with asking(build(replace(doors, guests=brake)), address=MALLORY) as client:
        told = await _at_work(client, _wanted(companions=[{"email": f"c{n}@x.de"} for n in range(6)]))
        assert (told.status_code, told.json()["limit"]) == (429, "changes")
        assert (await _at_work(client, _wanted())).status_code == 201


async def _at_work(client: httpx2.AsyncClient, wanted: dict[str, Any]) -> httpx2.Response:
    """Ask, do the work that is asked for, and ask again."""
    asked = (await client.post("/api/v1/bookings", json=wanted)).json()
    work = solved(asked["challenge"], asked["work"])
    return await client.post("/api/v1/bookings", json=wanted, headers={"x-work": work})


@pytest.mark.parametrize("act", ["cancellation", "reschedule"])
async def test_companions_count_at_every_change(doors: Doors, store: Store, act: str) -> None:
    """To and fro with a booking of twenty would be mail to twenty each time, for the price of one."""
    await ada(store)
    brake = GuestBrake()
    page, body = {"cancellation": ("cancel", {}), "reschedule": ("reschedule", {"starts_at": _start(5)})}[act]
    async with asking(build(replace(doors, guests=brake)), address=MALLORY) as client:
        brought = [{"email": f"c{n}@x.de"} for n in range(20)]
        made = (await client.post("/api/v1/bookings", json=_wanted(companions=brought))).json()
        brake.change(MALLORY, NOW, times=BURST - 21 - 15)
        token = made["manage_url"].rpartition("/")[2]
        told = await client.post(f"/api/v1/bookings/{made['uid']}/{act}", json=body, headers={"x-manage-token": token})
        assert told.status_code == 429
        assert (await send(client, f"/b/{token}/{page}", {"slot": _start(5)})).status_code == 429


async def test_one_address_cannot_hold_a_hosts_weeks(doors: Doors, store: Store) -> None:
    """After its share it is refused; a hold that was replaced, released or booked makes room again."""
    await ada(store)
    brake = GuestBrake()
    for number in range(LIVE_HOLDS - 1):
        brake.held(MALLORY, f"h{number}", NOW + 600)
    async with asking(build(replace(doors, guests=brake)), address=MALLORY) as client:
        uid = (await _hold(client, 0)).json()["uid"]
        assert (await _hold(client, 1)).status_code == 429
        uid = (await _hold(client, 2, replaces=uid)).json()["uid"]
        assert (await _hold(client, 3)).status_code == 429
        await client.delete(f"/api/v1/holds/{uid}")
        uid = (await _hold(client, 4)).json()["uid"]
        booked = _wanted(starts_at=_start(4), hold=uid)
        assert (await client.post("/api/v1/bookings", json=booked)).status_code == 201
        assert (await _hold(client, 5)).status_code == 201


async def test_a_hold_that_lives_on_is_still_counted(doors: Doors, store: Store) -> None:
    """Naming it in a request that fails, or in one that was answered before, frees no place."""
    await ada(store)
    brake = GuestBrake()
    async with asking(build(replace(doors, guests=brake)), address=MALLORY) as client:
        uid = (await _hold(client, 0)).json()["uid"]
        await client.post(
            "/api/v1/holds", json={"host": "ada", "event_type": "none", "starts_at": _start(1), "replaces": uid}
        )
        for _ in range(2):
            key = {"idempotency-key": "one"}
            await client.post("/api/v1/bookings", json=_wanted(starts_at=_start(3)), headers=key)
        await client.post("/api/v1/bookings", json=_wanted(starts_at=_start(3), hold=uid), headers=key)
    assert list(brake._holds) == [uid]


def _start(number: int) -> str:
    return (TEN + timedelta(minutes=30 * number)).strftime("%Y-%m-%dT%H:%M:%SZ")


def _wanted(**changes: Any) -> dict[str, Any]:
    guest = {**CLEO, "tz": "America/New_York"}
    return {"host": "ada", "event_type": "intro", "starts_at": _start(0), "guest": guest, **changes}


async def _hold(client: httpx2.AsyncClient, number: int, **more: str) -> httpx2.Response:
    return await client.post(
        "/api/v1/holds", json={"host": "ada", "event_type": "intro", "starts_at": _start(number), **more}
    )
