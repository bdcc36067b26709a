"""`GET /metrics`: figures for Prometheus, read by the official parsers; for a token that may, and naming nobody."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_open_metrics
from prometheus_client.parser import text_string_to_metric_families as read_text

from cally.model.accounts import SCOPES
from cally.ops.health import Check, HealthReport
from cally.ops.monitor import Watched, machine
from cally.store import Store
from cally.web import build
from cally.web.doors import Doors
from tests.cast import CLEO, ada, event_type, host, schedule
from tests.web.conftest import asking

Bearer = Callable[..., Any]
OPEN = {"accept": "application/openmetrics-text; version=1.0.0"}


@pytest.fixture
async def figures(doors: Doors, store: Store, bearer: Bearer) -> dict[str, str]:
    """A server that was looked at once, and the headers of the program that may ask."""
    watched = Watched(
        store=store, clock=doors.clock, places=lambda: machine.places(store.path.parent), mail_set_up=lambda: False
    )
    await doors.monitor.look(watched)
    boss = await host(store, "Ben Bell", role="admin")
    return dict(await bearer(boss, "metrics:read"))


def values(families: Any) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    return {(one.name, tuple(sorted(one.labels.items()))): one.value for family in families for one in family.samples}


async def test_both_formats_are_what_prometheus_reads(client: httpx2.AsyncClient, figures: dict[str, str]):
    """The official parsers find the same values in both."""
    plain = await client.get("/metrics", headers=figures)
    assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    opened = await client.get("/metrics", headers=figures | OPEN)
    assert opened.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    found, known = values(read_text(plain.text)), values(read_open_metrics(opened.text))
    assert found.keys() <= known.keys()
    assert ("process_resident_memory_bytes", ()) in known
    assert ("cally_disk_free_bytes", (("disk", "state"),)) in known
    assert known["cally_build_info", next(labels for name, labels in known if name == "cally_build_info")] == 1


async def test_requests_are_counted_by_part_and_status(client: httpx2.AsyncClient, figures: dict[str, str]):
    """A path that is nowhere is one of the pages: thousands of them make no more series."""
    for path in ["/", *(f"/nobody-{number}/x" for number in range(30)), "/api/v1/hosts/nobody/event-types", "/app"]:
        await client.get(path)
    found = values(read_text((await client.get("/metrics", headers=figures)).text))
    counted = {labels: value for (name, labels), value in found.items() if name == "cally_http_requests_total"}
    assert counted[("part", "pages"), ("status", "4xx")] == 30
    assert counted[("part", "api"), ("status", "4xx")] == 1
    assert counted[("part", "desk"), ("status", "3xx")] == 1
    assert len(counted) < 10
    duration = "cally_http_request_duration_seconds"
    assert found[f"{duration}_count", (("part", "api"),)] == 1
    assert found[f"{duration}_bucket", (("le", "+Inf"), ("part", "api"))] == 1


async def test_health_is_among_them(doors: Doors, figures: dict[str, str]):
    """Each check is one of three things."""

    async def ill() -> HealthReport:
        return HealthReport(status="degraded", checks={"disk": Check(status="degraded", detail="3 MiB are free.")})

    async with asking(build(replace(doors, health=ill))) as client:
        text = (await client.get("/metrics", headers=figures)).text
    found = values(read_text(text))
    status = {dict(labels)["status"]: value for (name, labels), value in found.items() if name == "cally_health_status"}
    assert status == {"ok": 0, "degraded": 1, "failing": 0}
    assert "3 MiB" not in text


async def test_the_token_needs_its_scope(
    client: httpx2.AsyncClient, store: Store, figures: dict[str, str], bearer: Bearer
):
    """No token: 401. Every scope but this one: 403. A host's own token: 403, whatever it says."""
    known, boss = await ada(store), await host(store, "Dora Diaz", role="admin")
    refused = await client.get("/metrics")
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthorized")
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert (await client.get("/metrics", headers={"authorization": "Bearer cally_guess"})).status_code == 401
    others = await bearer(boss, *(scope for scope in SCOPES if scope != "metrics:read"))
    assert (await client.get("/metrics", headers=others)).status_code == 403
    assert (await client.get("/metrics", headers=await bearer(known, "metrics:read"))).status_code == 403
    assert (await client.get("/metrics", headers=figures)).status_code == 200


async def test_it_opens_nothing_else(client: httpx2.AsyncClient, figures: dict[str, str]):
    """The scraper's token reads no booking and no account."""
    for path in ("/api/v1/bookings", "/api/v1/accounts", "/api/v1/audit", "/admin/system"):
        assert (await client.get(path, headers=figures)).status_code in {303, 403}, path


async def test_it_names_nobody(client: httpx2.AsyncClient, store: Store, figures: dict[str, str]):
    """Numbers of bookings, but no guest, host, address or title."""
    known = await ada(store)
    offered = await event_type(store, await schedule(store, known), "talk")
    text = (await client.get("/metrics", headers=figures)).text
    for secret in (known.name, known.email, known.slug, offered.title, CLEO.email, "Bell", str(store.path.parent)):
        assert secret not in text
