"""The page of alerts: what is wrong since when, whom it reaches, a test with its answer, a silence."""

from dataclasses import replace
from typing import Any

import pytest

from cally.ops.alerts import Watcher, alert_rules
from cally.ops.health import Check, HealthReport
from cally.store import Store, audit
from cally.vault import Vault
from cally.web import build
from cally.web.doors import Doors
from tests.cast import HOUR, NOW, ada
from tests.notify.conftest import Sink, sink
from tests.site import LOCAL
from tests.web.conftest import Watch
from tests.web.desks import SignedIn, desk, words

__all__ = ["sink"]
PAGE = "/admin/alerts"
FULL = HealthReport(status="failing", checks={"disk": Check(status="failing", detail="3 MiB are free.")})
WELL = HealthReport(status="ok", checks={"disk": Check(status="ok"), "backups": Check(status="ok")})


@pytest.fixture
def live_app(doors: Doors) -> Any:
    return build(replace(doors, allowed_networks=LOCAL))


@pytest.fixture
def watcher(store: Store, vault: Vault) -> Watcher:
    return Watcher(
        store, vault, public_url=lambda: "https://cally.test", mail=lambda: None, wake=lambda: None, allowed=LOCAL
    )


async def test_a_channel_is_added_tested_and_removed(live_app: Any, store: Store, signed_in: SignedIn, sink: Sink):
    """What it answers is said, its secret never; each step stands in the audit log."""
    async with desk(live_app, signed_in, await ada(store, role="admin")) as client:
        assert "Alerts reach nobody." in words(await client.get(PAGE))
        await client.post(f"{PAGE}/channels", data={"name": "Pager", "address": sink.address})
        page = await client.get(PAGE)
        assert "json://ada:****@127.0.0.1" in words(page)
        assert "open-sesame" not in page.text
        number = page.text.partition("/admin/alerts/channels/")[2].partition('"')[0]
        await client.post(f"{PAGE}/channels/{number}/test")
        assert "“Pager” took the test: JSON took the message." in words(await client.get(PAGE))
        assert "http://cally.test/admin/alerts" in sink.posts[0]["message"]
        sink.status = 503
        await client.post(f"{PAGE}/channels/{number}/test")
        assert "“Pager” did not take the test:" in words(await client.get(PAGE))
        await client.post(f"{PAGE}/channels/{number}", data={"name": "Night pager", "address": ""})
        assert "Night pager" in words(await client.get(PAGE))
        await client.post(f"{PAGE}/channels/{number}/test")
        await client.post(f"{PAGE}/channels/{number}/removal")
        assert "Alerts reach nobody." in words(await client.get(PAGE))
    tags = [entry.tag for entry in await audit.list_latest(store.reader)]
    assert {"admin:alert-channel:add", "admin:alert-channel:remove"} <= set(tags)


async def test_a_wrong_address_is_refused_beside_its_field(live_app: Any, store: Store, signed_in: SignedIn):
    """In words, and without repeating what may be a secret."""
    async with desk(live_app, signed_in, await ada(store, role="admin")) as client:
        answer = await client.post(f"{PAGE}/channels", data={"name": "x", "address": "bogus://open-sesame"})
    assert answer.status_code == 422
    assert "Apprise does not know this address" in words(answer)
    assert "open-sesame" not in answer.text


async def test_what_is_wrong_is_shown_with_its_beginning_and_later_its_length(
    live_app: Any, store: Store, signed_in: SignedIn, watcher: Watcher, watch: Watch
):
    """Now, then before; with what was said and to whom."""
    async with desk(live_app, signed_in, await ada(store, role="admin")) as client:
        assert "Nothing is wrong" in words(await client.get(PAGE))
        await watcher.look(FULL, NOW)
        assert "not told yet: it may pass" in words(await client.get(PAGE))
        await watcher.look(FULL, NOW + 120)
        watch.now = NOW + 120
        said = words(await client.get(PAGE))
        assert "One thing is wrong" in said
        assert "3 MiB are free. for 2 minutes, since" in said
        assert "There was nobody to tell." in said
        await watcher.look(WELL, NOW + HOUR)
        assert "Fine again since" in words(await client.get(PAGE))
        await watcher.look(WELL, NOW + 2 * HOUR)
        said = words(await client.get(PAGE))
    assert "Nothing is wrong" in said
    assert "The disk is all but full 3 MiB are free." in said
    assert "for 60 minutes" in said
    assert "fine again: Disk (after 60 minutes)" in said


async def test_an_admin_decides_what_is_told(doors: Doors, store: Store, signed_in: SignedIn):
    """Every check of this machine has its choice; one that is not on the page keeps what was decided."""

    async def health() -> HealthReport:
        return WELL

    async with desk(build(replace(doors, health=health)), signed_in, await ada(store, role="admin")) as client:
        assert "Backups" in words(await client.get(PAGE))
        sent = {"level-disk": "failing", "level-backups": "never", "patience": "300"}
        await client.post(f"{PAGE}/rules", data=sent)
        await client.post(f"{PAGE}/rules", data={"level-disk": "failing", "patience": "300"})
        wrong = await client.post(f"{PAGE}/rules", data={"level-disk": "sometimes", "patience": "60"})
        assert wrong.status_code == 422
        assert (await client.post(f"{PAGE}/rules", data={"patience": "7"})).status_code == 422
    rules = await alert_rules(store.reader)
    assert (rules.levels, rules.patience_seconds, rules.by_mail) == (
        {"disk": "failing", "backups": "never"},
        300,
        False,
    )


async def test_a_silence_begins_and_ends(live_app: Any, store: Store, signed_in: SignedIn):
    """For the hours that are offered, and no others."""
    async with desk(live_app, signed_in, await ada(store, role="admin")) as client:
        await client.post(f"{PAGE}/silence", data={"hours": "4"})
        assert (await alert_rules(store.reader)).silent_until == NOW + 4 * HOUR
        assert "Silent until Mon" in words(await client.get(PAGE))
        assert (await client.post(f"{PAGE}/silence", data={"hours": "9000"})).status_code == 422
        await client.post(f"{PAGE}/silence", data={"hours": "0"})
        assert "Silent until" not in words(await client.get(PAGE))
