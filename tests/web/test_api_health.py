"""Health is told to everybody, its words only to admins and to who asks from the machine."""

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from cally.ops.health import Check, HealthReport
from cally.store import Store
from cally.web import build
from cally.web.doors import Doors
from tests.cast import NOW, ada, host
from tests.web.conftest import asking

BARE = {"status": "ok", "checks": {"database": {"status": "ok", "detail": ""}}}


async def test_strangers_see_how_checks_stand_and_no_words(client: httpx2.AsyncClient) -> None:
    """Status per check, without details."""
    answer = await client.get("/api/health")
    assert (answer.status_code, answer.json()) == (200, BARE)


async def test_who_asks_from_the_machine_sees_the_words(app: Any) -> None:
    """Local callers get the details."""
    async with asking(app, address="127.0.0.1") as client:
        answer = await client.get("/api/health")
        assert answer.json()["checks"]["database"]["detail"] == "The database answers."
        behind = await client.get("/api/health", headers={"x-forwarded-for": "198.51.100.7"})
        assert behind.json() == BARE


async def test_it_says_when_it_looked(doors: Doors) -> None:
    """As every instant of the API is written; to everybody."""

    async def health() -> HealthReport:
        return HealthReport(status="ok", checks={}, checked_at=NOW)

    async with asking(build(replace(doors, health=health))) as client:
        assert (await client.get("/api/health")).json()["checked_at"] == "2026-09-21T06:00:00Z"


async def test_an_admins_token_or_session_sees_the_words(
    client: httpx2.AsyncClient, store: Store, bearer: Any, signed_in: Any
) -> None:
    """An admin does, a host does not, by token or by cookie."""
    root, made = await host(store, "Root", role="admin"), await ada(store)
    for headers in (await bearer(root, "admin:read"), await signed_in(root)):
        told = (await client.get("/api/health", headers=headers)).json()
        assert told["checks"]["database"]["detail"] == "The database answers."
    for headers in (await bearer(root, "bookings:read"), await bearer(made), await signed_in(made)):
        assert (await client.get("/api/health", headers=headers)).json() == BARE


@pytest.mark.parametrize(("status", "code"), [("ok", 200), ("degraded", 200), ("failing", 503)])
async def test_failing_is_503(doors: Doors, status: Any, code: int) -> None:
    """Degraded still serves; failing does not, but the process lives."""

    async def health() -> HealthReport:
        return HealthReport(status=status, checks={"disk": Check(status=status, detail="3 MiB are free.")})

    async with asking(build(replace(doors, health=health))) as client:
        assert (await client.get("/api/health")).status_code == code
        assert (await client.get("/api/health/ready")).status_code == code
        assert (await client.get("/api/health/live")).status_code == 200
