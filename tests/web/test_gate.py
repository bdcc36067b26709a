"""The gate before every route: limits by network and account, and networks that the desk is kept to."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cally.brakes import GuestBrake, allow_only
from cally.brakes.limits import ACCOUNT, REQUESTS, REQUESTS_WIDE
from cally.model.accounts import Actor
from cally.store import Store
from cally.web import build
from cally.web.doors import Doors
from cally.web.gate import ADMIN, DESK
from tests.cast import NOW, ada, host
from tests.web.conftest import BASE, asking
from tests.web.routes import all_routes

MALLORY, HOME = "203.0.113.66", "192.0.2.9"
ROOT = Actor(kind="cli")
OPEN_WORDS = ".well-known answer api b favicon.ico feeds media p privacy reminders robots.txt static team w {host}"
OPEN = frozenset({"", *OPEN_WORDS.split()})


def spent(*, of: Any = REQUESTS, key: str = MALLORY) -> GuestBrake:
    """A brake on which all that comes free is used up."""
    brake = GuestBrake()
    brake.limiter.take(of, key, NOW, times=of.quota)
    return brake


@pytest.mark.parametrize("path", ["/ada", "/ada/intro", "/api/v1/hosts/ada/event-types", "/sign-in"])
async def test_looking_is_limited_too(doors: Doors, store: Store, path: str) -> None:
    """For the one who overdoes it: 429 with `Retry-After` and what the limit is; everybody else goes on."""
    await ada(store)
    app = build(replace(doors, guests=spent()))
    async with asking(app, address=MALLORY) as client:
        told = await client.get(path)
        assert (told.status_code, told.headers["retry-after"]) == (429, "1")
        assert told.headers["ratelimit-policy"] == '"requests";q=6000;w=60'
        assert told.headers["ratelimit"] == '"requests";r=0;t=1'
    async with asking(app, address=HOME) as client:
        assert (await client.get(path)).status_code == 200


async def test_styles_and_health_are_free(doors: Doors) -> None:
    """A page that says "too much" shall still look like one."""
    async with asking(build(replace(doors, guests=spent())), address=MALLORY) as client:
        assert (await client.get("/robots.txt")).status_code == 200
        assert (await client.get("/api/health/live")).status_code == 200


async def test_a_customer_has_one_ipv6_network(doors: Doors, store: Store) -> None:
    """65,536 of the smaller ones, which count together."""
    await ada(store)
    app = build(replace(doors, guests=spent(of=REQUESTS_WIDE, key="2001:db8:1::/48")))
    async with asking(app, address="2001:db8:1:ffff::1") as client:
        assert (await client.get("/ada")).status_code == 429
    async with asking(app, address="2001:db8:2::1") as client:
        assert (await client.get("/ada")).status_code == 200


async def test_programs_see_what_is_left(doors: Doors, store: Store, bearer: Callable[..., Any]) -> None:
    """On every answer of the API: of their network, and of their account when they show a token."""
    known = await ada(store)
    async with asking(build(doors)) as client:
        told = await client.get("/api/v1/hosts/ada/event-types")
        assert told.headers["ratelimit-policy"] == '"requests";q=6000;w=60'
        assert told.headers["ratelimit"] == '"requests";r=5999;t=1'
        told = await client.get("/api/v1/schedules", headers=await bearer(known))
        assert told.headers["ratelimit-policy"] == '"requests";q=6000;w=60, "account";q=6000;w=60'
        assert told.headers["ratelimit"].startswith('"requests";r=5998;t=1, "account";r=5999')
        assert "ratelimit" not in (await client.get("/ada")).headers
        assert "ratelimit" in (await client.get("/api/v1/hosts/nobody/event-types")).headers


async def test_an_accounts_programs_are_limited_together(
    doors: Doors, store: Store, bearer: Callable[..., Any]
) -> None:
    """From however many addresses they come."""
    known, ben = await ada(store), await host(store, "Ben Bell")
    app = build(replace(doors, guests=spent(of=ACCOUNT, key=str(known.id))))
    async with asking(app) as client:
        told = await client.get("/api/v1/schedules", headers=await bearer(known))
        assert (told.status_code, told.json()["limit"]) == (429, "account")
        assert (await client.get("/api/v1/schedules", headers=await bearer(ben))).status_code == 200


async def test_limits_can_be_lifted(doors: Doors, store: Store) -> None:
    """`CALLY_LIMITS=off`."""
    await ada(store)
    brake = GuestBrake(limits=False, limiter=spent().limiter)
    async with asking(build(replace(doors, guests=brake)), address=MALLORY) as client:
        assert (await client.get("/ada")).status_code == 200


@pytest.mark.parametrize("path", ["/app", "/sign-in", "/setup/x", "/api/v1/schedules", "/app/bookings"])
async def test_the_desk_is_kept_to_its_networks(
    doors: Doors, store: Store, bearer: Callable[..., Any], signed_in: Callable[..., Any], path: str
) -> None:
    """To anybody else there is nothing, whatever they show; inside it is as ever."""
    known = await ada(store)
    await allow_only(store, "desk", "192.0.2.0/24", address=HOME, is_local=False, now=NOW, actor=ROOT)
    shown = await signed_in(known) | await bearer(known)
    for address, there in ((MALLORY, False), (HOME, True), ("::ffff:192.0.2.77", True), ("127.0.0.1", True)):
        async with asking(build(doors), address=address) as client:
            told = await client.get(path, headers=shown)
            assert (told.status_code != 404) is (there and path != "/setup/x"), (address, told.status_code)


async def test_admins_pages_have_a_list_of_their_own(
    doors: Doors, store: Store, bearer: Callable[..., Any], signed_in: Callable[..., Any]
) -> None:
    """Which counts for the admin scopes of tokens as well, and for nothing else."""
    boss = await host(store, "Ben Bell", role="admin")
    await allow_only(store, "admin", HOME, address=HOME, is_local=False, now=NOW, actor=ROOT)
    shown, token = await signed_in(boss), await bearer(boss)
    for address, status in ((MALLORY, 404), (HOME, 200)):
        async with asking(build(doors), address=address) as client:
            assert (await client.get("/admin/system", headers=shown)).status_code == status
            assert (await client.get("/api/v1/accounts", headers=token)).status_code == status
            assert (await client.get("/app", headers=shown)).status_code == 200
            assert (await client.get("/api/v1/schedules", headers=token)).status_code == 200


@pytest.mark.parametrize("path", ["//app", "///sign-in", "/%2Fsign-in", "/%2f%2fadmin/system", "//api/v1/schedules"])
async def test_doubled_slashes_lead_around_no_list(
    doors: Doors, store: Store, bearer: Callable[..., Any], signed_in: Callable[..., Any], path: str
) -> None:
    """Routes do not count slashes, so the lists must not either."""
    boss = await host(store, "Ben Bell", role="admin")
    for part in ("desk", "admin"):
        await allow_only(store, part, HOME, address=HOME, is_local=False, now=NOW, actor=ROOT)  # type: ignore[arg-type]
    shown = await signed_in(boss) | await bearer(boss)
    for address, there in ((MALLORY, False), (HOME, True)):
        async with asking(build(doors), address=address) as client:
            told = await client.get(f"{BASE}{path}", headers=shown)
            assert (told.status_code != 404) is there, (address, told.status_code)


async def test_booking_pages_stay_open(doors: Doors, store: Store) -> None:
    """Whatever the lists say."""
    await ada(store)
    for part in ("desk", "admin"):
        await allow_only(store, part, HOME, address=HOME, is_local=False, now=NOW, actor=ROOT)  # type: ignore[arg-type]
    async with asking(build(doors), address=MALLORY) as client:
        for path in ("/ada", "/ada/intro", "/api/v1/hosts/ada/event-types", "/api/health/live"):
            assert (await client.get(path)).status_code == 200


async def test_a_header_opens_nothing(doors: Doors, store: Store) -> None:
    """Who pretends to be forwarded, or to sit at this machine, is judged by where they come from."""
    await ada(store)
    await allow_only(store, "desk", HOME, address=HOME, is_local=False, now=NOW, actor=ROOT)
    for name, value in (("x-forwarded-for", HOME), ("forwarded", f"for={HOME}"), ("x-real-ip", "127.0.0.1")):
        async with asking(build(doors), address=MALLORY) as client:
            assert (await client.get("/sign-in", headers={name: value})).status_code == 404
    async with asking(build(replace(doors, trusted_proxies=(MALLORY,))), address=MALLORY) as client:
        assert (await client.get("/sign-in", headers={"x-forwarded-for": HOME})).status_code == 200
        assert (await client.get("/sign-in", headers={"x-forwarded-for": "198.51.100.1"})).status_code == 404
    async with asking(build(doors), address="127.0.0.1") as client:  # a proxy on this machine that is not trusted
        assert (await client.get("/sign-in", headers={"x-forwarded-for": "198.51.100.1"})).status_code == 404


def test_every_route_is_for_all_or_for_the_desk(doors: Doors) -> None:
    """A page below a new address must be put on one of the two sides."""
    firsts = {path.split("/", 2)[1] for _, path in all_routes(doors)}
    assert not firsts - OPEN - DESK - ADMIN
