"""The doctor: every check in words, with what to do."""

from pathlib import Path

import pytest

from cally import config
from cally.ops import doctor
from cally.ops.live import Live
from cally.store import Store
from cally.vault import Vault
from tests.cast import NOW, ada


@pytest.fixture
def settings(tmp_path: Path) -> config.Settings:
    tmp_path.chmod(0o700)
    return config.load({"CALLY_STATE_DIR": str(tmp_path), "CALLY_PUBLIC_URL": "https://cally.example.org"})


async def findings(settings: config.Settings, store: Store, vault: Vault) -> dict[str, doctor.Finding]:
    live = Live(store, vault, settings, fallback="http://127.0.0.1:8080")
    await live.reload()
    return {finding.name: finding for finding in await doctor.examine(settings, store, live, now=NOW)}


async def test_an_instance_that_is_well_needs_nobody(store: Store, vault: Vault, settings: config.Settings):
    """Advice is no fault: no mail server yet, no server running."""
    await ada(store)
    found = await findings(settings, store, vault)
    assert not doctor.needs_a_person(list(found.values()))
    assert {name for name, finding in found.items() if finding.verdict == "advice"} == {"mail", "server"}


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


def test_lifted_limits_are_a_fault():
    """Load tests end; the setting must not stay."""
    assert doctor.limits(on=False).verdict == "fault"


@pytest.mark.parametrize(("version", "verdict"), [("2026b", "ok"), ("2020a", "advice")])
def test_old_rules_of_time_zones_show(version: str, verdict: str):
    """Governments change clocks every year."""
    assert doctor.time_zones(version, NOW).verdict == verdict
