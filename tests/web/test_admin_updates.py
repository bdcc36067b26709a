"""The Updates page: off by default, the words of a notice as text, and the command to type."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cally.notify import outgoing
from cally.ops.upgrades.watching import Source, is_wanted
from cally.store import Store
from cally.web import build
from cally.web.doors import Doors
from tests.cast import NOW, ada
from tests.ops.upgrades.keys import Signer
from tests.ops.upgrades.test_watching import URL, document, instant
from tests.web.desks import desk, words

RELEASE = Signer(1)


@pytest.fixture
def open_doors(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> Doors:
    """Doors of an instance that could look, if somebody wanted it."""
    answer = document(security=True, notes="<script>alert(1)</script>\nMends a hole.", published_at=instant(NOW - 60))

    async def get(url: str, **_: Any) -> outgoing.Received:
        body = RELEASE.sign(answer).encode() if url.endswith(".minisig") else answer
        return outgoing.Received(status=200, headers={}, body=body)

    monkeypatch.setattr(outgoing, "get", get)
    return replace(doors, updates=Source(url=URL, key=RELEASE.public))


async def test_an_admin_switches_it_on_and_sees_what_is_out(
    open_doors: Doors, store: Store, signed_in: Callable[..., Any]
) -> None:
    """The first look is at once; what the notice says is text."""
    known = await ada(store, role="admin")
    async with desk(build(open_doors), signed_in, known) as browser:
        page = words(await browser.get("/admin/updates"))
        assert "sends nothing about you" in page
        assert "9.0.0" not in page
        assert (await browser.post("/admin/updates/watch", data={"wanted": "on"})).status_code == 303
        shown = await browser.get("/admin/updates")
        assert "Cally 9.0.0" in words(shown)
        assert "security update" in words(shown)
        assert "upgrade cally-9.0.0.pyz" in shown.text
        assert "&lt;script&gt;alert(1)" in shown.text
        assert (await browser.post("/admin/updates/look")).status_code == 303
        assert (await browser.post("/admin/updates/watch", data={"wanted": "off"})).status_code == 303
        assert "9.0.0" not in words(await browser.get("/admin/updates"))
    assert not await is_wanted(store.reader)


async def test_without_an_address_there_is_nothing_to_switch_on(
    app: Any, store: Store, signed_in: Callable[..., Any]
) -> None:
    """It says who sets one."""
    known = await ada(store, role="admin")
    async with desk(app, signed_in, known) as browser:
        assert "CALLY_UPDATES_URL" in words(await browser.get("/admin/updates"))
        assert (await browser.post("/admin/updates/watch", data={"wanted": "on"})).status_code == 303
    assert not await is_wanted(store.reader)
