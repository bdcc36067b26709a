"""The doctor: every check in words, with what to do."""

import asyncio
from pathlib import Path

import pytest

from cally import config
from cally.notify import mail_settings
from cally.ops import doctor
from cally.ops.doctor import machine, mail_server, others_clocks
from cally.ops.doctor.examining import side_by_side
from cally.ops.doctor.findings import Finding, ok
from cally.ops.live import Live
from cally.store import Store
from cally.vault import Vault
from tests.cast import DAY, NOW, ada
from tests.notify.conftest import serving
from tests.ops.clocks import time_told


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> config.Settings:
    tmp_path.chmod(0o700)
    monkeypatch.setattr(machine, "is_kept", lambda: True)
    return config.load({"CALLY_STATE_DIR": str(tmp_path), "CALLY_PUBLIC_URL": "http://cally.example.org"})


async def findings(settings: config.Settings, store: Store, vault: Vault) -> dict[str, Finding]:
    live = Live(store, vault, settings, fallback="http://127.0.0.1:8080")
    await live.reload()
    return {finding.name: finding for finding in await doctor.examine(settings, store, live, now=NOW)}


async def test_an_instance_that_is_well_needs_nobody(store: Store, vault: Vault, settings: config.Settings):
    """Advice is no fault: no mail server yet, no server running, no TLS."""
    await ada(store)
    found = await findings(settings, store, vault)
    assert not doctor.needs_a_person(list(found.values()))
    assert {name for name, finding in found.items() if finding.verdict == "advice"} == {"mail", "server", "links"}


async def test_whatever_is_not_well_says_what_to_do(store: Store, vault: Vault, settings: config.Settings):
    """No finding leaves an admin alone with it."""
    found = await findings(settings, store, vault)
    assert all(finding.fix for finding in found.values() if finding.verdict != "ok")


async def test_a_database_others_may_read_is_a_fault(store: Store, vault: Vault, settings: config.Settings):
    """The command that mends it is named."""
    settings.database_file.chmod(0o644)
    finding = (await findings(settings, store, vault))["permissions of cally.db"]
    assert (finding.verdict, finding.fix) == ("fault", f"chmod 600 {settings.database_file}")


async def test_a_mail_server_that_cannot_be_reached_is_a_fault(store: Store, vault: Vault, tmp_path: Path):
    """Set up is not enough; somebody must listen there."""
    settings = config.load({"CALLY_STATE_DIR": str(tmp_path), "CALLY_SMTP_URL": "smtp://127.0.0.1:1"})
    assert (await findings(settings, store, vault))["mail server"].verdict == "fault"


async def test_a_mail_server_is_greeted_and_left_without_a_mail():
    """Who takes mail on this machine without encryption is fine."""
    async with serving() as server:
        found = await mail_server.mail_server(server.settings, "example.net", NOW)
        assert [(one.name, one.verdict) for one in found] == [("mail server", "ok")]
        assert not server.postbox.mails


async def test_a_password_that_the_mail_server_does_not_take_shows():
    """In the server's own words, and without the password."""
    async with serving() as server:
        settings = mail_settings(f"smtp://ada:hunter2hunter2@127.0.0.1:{server.settings.port}?starttls=off")
        (found,) = await mail_server.mail_server(settings, "example.net", NOW)
    assert found.verdict == "fault"
    assert "hunter2" not in found.sentence


def test_lifted_limits_are_a_fault():
    """Load tests end; the setting must not stay."""
    assert machine.limits(on=False).verdict == "fault"


@pytest.mark.parametrize(("version", "verdict"), [("2026b", "ok"), ("2020a", "advice")])
def test_old_rules_of_time_zones_show(version: str, verdict: str):
    """Governments change clocks every year."""
    assert machine.time_zones(version, NOW).verdict == verdict


@pytest.mark.parametrize(("years", "verdict"), [(0, "ok"), (1, "advice"), (2, "advice")])
def test_a_python_that_is_mended_no_more_shows(years: int, verdict: str):
    """Half a year before, and after; NOW is in September 2026, and 3.11 ends in October 2027."""
    assert machine.python(NOW + years * 365 * DAY, (3, 11)).verdict == verdict


def test_nobody_keeping_the_clock_is_advice(monkeypatch: pytest.MonkeyPatch):
    """What cannot be seen is no reason for concern."""
    said = []
    for kept in (True, None, False):
        monkeypatch.setattr(machine, "is_kept", lambda kept=kept: kept)
        said.append(machine.keeper().verdict)
    assert said == ["ok", "ok", "advice"]


@pytest.mark.parametrize(("seconds", "verdict"), [(0.2, "ok"), (-30, "advice"), (3_600, "fault"), (-3_600, "fault")])
async def test_a_time_server_that_is_named_is_asked(seconds: float, verdict: str):
    """One question, and how far apart the clocks are."""
    async with time_told(seconds) as port:
        (found,) = await others_clocks.time_server("127.0.0.1", port)
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("said", "verdicts"),
    [
        ("220 mail.example.net ESMTP", []),
        ("220 mail.example.net ESMTP Exim; Thu, 01 Jan 2015 00:00:00 +0000", ["fault"]),
        ("Sun, 99 Xyz 2026 00:00:00 GMT", []),
    ],
)
def test_who_tells_the_time_unasked_is_listened_to(said: str, verdicts: list[str]):
    """Some mail servers greet with it, and web servers date their answers."""
    assert [one.verdict for one in others_clocks.compared("it", said)] == verdicts


async def test_nobody_is_waited_for_longer_than_a_while():
    """The others' findings come all the same, in their order; and it is said who is still being asked."""

    async def slow() -> list[Finding]:
        await asyncio.sleep(60)
        return []

    async def swift() -> list[Finding]:
        return [ok("swift", "Here.")]

    left: list[list[str]] = []
    found = await side_by_side({"slow": slow(), "swift": swift()}, lambda names: left.append(list(names)), seconds=0.2)
    assert [(one.name, one.verdict) for one in found] == [("slow", "advice"), ("swift", "ok")]
    assert left == [["slow", "swift"], ["slow"], []]
