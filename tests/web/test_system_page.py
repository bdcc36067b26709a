"""The system page: a sentence first, figures in pictures and in words, what is wrong on top, a file for bug reports."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from cally import config
from cally.model.samples import Figure, Sample
from cally.ops.doctor import Finding
from cally.ops.health import Check, HealthReport
from cally.ops.monitor import Monitor, Watched, machine
from cally.ops.monitor.disk import GIB
from cally.ops.monitor.machine import Disk, Reading
from cally.ops.monitor.trend import Forecast
from cally.store import Store, system_samples
from cally.web import build
from cally.web.doors import Doors
from tests.cast import NOW, host
from tests.web.desks import desk

SignedIn = Callable[..., Any]
MINUTE, HOUR, DAY = 60, 3_600, 86_400


def sample(at: int, seconds: int, **figures: int) -> Sample:
    return Sample(
        at=at,
        seconds=seconds,
        figures={name: Figure(value, value) for name, value in figures.items()},
        latency={5: figures.get("requests", 0)},
    )


@pytest.fixture
async def boss(store: Store) -> Any:
    return await host(store, "Ben Bell", role="admin")


async def text_of(doors: Doors, signed_in: SignedIn, boss: Any, path: str = "/admin/system") -> str:
    async with desk(build(doors), signed_in, boss) as client:
        answer = await client.get(path)
        assert answer.status_code == 200
        return str(answer.text)


async def test_a_new_server_says_what_it_does_not_know_yet(doors: Doors, signed_in: SignedIn, boss: Any):
    """Before the first look there is no figure, and nothing breaks for it."""
    page = await text_of(doors, signed_in, boss)
    assert "Everything is fine" in page
    assert "nothing is known yet" in page
    assert "The disk is being looked at" in page


async def test_figures_are_shown_and_their_pictures_said(doors: Doors, store: Store, signed_in: SignedIn, boss: Any):
    """Whoever does not see a picture is told what it shows."""
    async with store.write() as tx:
        for age in range(50, 0, -5):
            at = NOW - age * MINUTE
            figures = {"memory_bytes": 100_000_000 + age * 1_000_000, "processor_permille": 40, "requests": 12}
            await system_samples.put(tx, "minutes", sample(at, 300, **figures))
    now = {"memory_bytes": 118_400_000, "processor_permille": 43, "requests": 2, "late_seconds": 0, "open_files": 24}
    doors.monitor.samples.append(sample(NOW, 10, **now))
    page = await text_of(doors, signed_in, boss)
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "Memory" in said
    assert re.search(r"118 MB", said)
    assert re.search(r"Requests .* 122 last hour", said)
    assert re.search(r"Processor .* 4 % of one core", said)
    assert 'aria-label="Memory, last hour: from 105 MB to 150 MB"' in page
    assert "on time" in said


@pytest.mark.parametrize(("span", "said"), [("hour", "last hour"), ("week", "last week"), ("nonsense", "last hour")])
async def test_it_looks_back_as_far_as_asked(doors: Doors, signed_in: SignedIn, boss: Any, span: str, said: str):
    """By links, which work without scripts; what is no span is the usual one."""
    page = await text_of(doors, signed_in, boss, f"/admin/system?span={span}")
    assert f"Processor, {said}: " in page
    shown = span if span == "week" else "hour"
    assert f'<a href="/admin/system?span={shown}" aria-current="true">' in page


async def test_what_is_wrong_is_on_top_with_the_page_that_helps(doors: Doors, signed_in: SignedIn, boss: Any):
    """Said in words beside its sign, never by colour alone."""

    async def ill() -> HealthReport:
        checks = {
            "database": Check(status="ok", detail="The database answers."),
            "mail": Check(status="degraded", detail="Messages that could not be delivered: 3."),
            "jobs": Check(status="failing", detail="The job loop has stood still for 99 seconds."),
        }
        return HealthReport(status="failing", checks=checks)

    page = await text_of(replace(doors, health=ill), signed_in, boss)
    said = words_in(page)
    assert "Something does not work: Mail and Work in the background" in said
    order = [said.index(detail) for detail in ("stood still", "could not be delivered", "The database answers.")]
    assert order == sorted(order)
    assert "Work in the background does not work" in said
    assert "Mail needs attention" in said
    assert 'href="/admin/settings#mail"' in page


async def test_disks_are_metered_with_their_forecast(doors: Doors, signed_in: SignedIn, boss: Any):
    """The one that fills says when; the calm one says that it does not."""
    disks = {
        name: Disk(name=name, path="/x", device=1, free_bytes=free * GIB, total_bytes=100 * GIB)
        for name, free in (("state", 40), ("backups", 90))
    }
    doors.monitor.reading = Reading(
        at=0, cpu_seconds=0, memory_bytes=1, own_bytes=None, threads=1, open_files=1, load=0, disks=disks
    )
    doors.monitor._ahead = {
        "state": Forecast(known=True, bytes_per_day=5 * GIB, full_in_days=8.4),
        "backups": Forecast(known=True, bytes_per_day=0, full_in_days=None),
    }
    page = await text_of(doors, signed_in, boss)
    assert f'<meter min="0" max="{100 * GIB}" value="{60 * GIB}"' in page
    said = words_in(page)
    assert "Full in 8 days, at 5.4 GB a day." in said
    assert "It is not filling up." in said


async def test_it_holds_nothing_that_the_policy_forbids(doors: Doors, signed_in: SignedIn, boss: Any):
    """No style and no script within the page; pictures are attributes alone."""
    doors.monitor.samples.append(sample(NOW, 10, memory_bytes=1, processor_permille=1))
    page = await text_of(doors, signed_in, boss)
    assert "<path" in page
    assert not re.findall(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=", page)


async def test_hosts_have_no_such_page(doors: Doors, store: Store, signed_in: SignedIn):
    """Nor its file."""
    async with desk(build(doors), signed_in, await host(store, "Cara Cole")) as client:
        for path in ("/admin/system", "/admin/system/diagnostics"):
            assert (await client.get(path)).status_code == 404


async def test_diagnostics_name_nobody_and_hold_no_secret(doors: Doors, store: Store, signed_in: SignedIn, boss: Any):
    """Versions, health, what the doctor says, counts: enough to help, nothing to keep to oneself."""
    secrets = {
        "CALLY_STATE_DIR": "/srv/mallorys-house",
        "CALLY_PUBLIC_URL": "https://meet.lovelace.example",
        "CALLY_SMTP_URL": "smtp://ada:Canary-brass-4711@mail.lovelace.example",
        "CALLY_TRUSTED_PROXIES": "203.0.113.77",
    }

    async def ill() -> HealthReport:
        detail = "/srv/mallorys-house: ada@lovelace.example at 203.0.113.77 said no to Ada Lovelace."
        return HealthReport(status="degraded", checks={"mail": Check(status="degraded", detail=detail)})

    async def examine() -> list[Finding]:
        return [Finding(name="public address", verdict="ok", sentence="Links lead to https://meet.lovelace.example.")]

    settings = tuple(config.described(config.load(secrets)))
    watched = Watched(
        store=store, clock=doors.clock, places=lambda: machine.places(store.path.parent), mail_set_up=lambda: False
    )
    await doors.monitor.look(watched)
    told = replace(doors, health=ill, examine=examine, settings=settings)
    async with desk(build(told), signed_in, boss) as client:
        answer = await client.get("/admin/system/diagnostics")
    assert re.fullmatch(
        r'attachment; filename="cally-diagnostics-\d{8}-\d{6}\.json"', answer.headers["content-disposition"]
    )
    found = msgspec.json.decode(answer.content)
    assert found["health"]["checks"]["mail"]["status"] == "degraded"
    assert found["doctor"][0]["verdict"] == "ok"
    assert found["now"]["memory_bytes"] > 0
    assert {"name": "CALLY_SMTP_URL", "origin": "environment", "set": True} in found["settings"]
    for canary in ("lovelace", "mallorys", "4711", "203.0.113", "Ben", "Bell", "ben@", str(store.path.parent)):
        assert canary.lower() not in answer.text.lower(), canary


def words_in(page: str) -> str:
    """What is read, without the tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).strip()


def test_a_monitor_of_its_own_for_each_instance():
    """Nothing is shared between two."""
    assert Monitor().samples is not Monitor().samples
