"""Where one is signed in: shown in words, ended one by one or all at once; and new devices are told by mail."""

from typing import Any

import httpx2
import pytest

from cally import accounts
from cally.model.accounts import Actor
from cally.model.devices import device_words
from cally.store import Store, audit, letters, sessions
from tests.cast import DAY, NOW, ada, host
from tests.web.conftest import Watch, asking
from tests.web.desks import FORM, SignedIn, desk, words

PASSWORD = "violet teapots argue loudly"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 (KHTML) Version/18.0 Mobile Safari/604"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML) Chrome/140.0 Safari/537.36 Edg/140.0"


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        (FIREFOX, "Firefox on Linux"),
        (SAFARI, "Safari on an iPhone"),
        (EDGE, "Edge on Windows"),
        ("Firefox", "Firefox"),
        ("", "An unknown device"),
        ("<script>alert(1)</script>", "An unknown device"),
    ],
)
def test_browsers_are_called_by_their_names(agent: str, said: str):
    """Nobody reads what browsers call themselves."""
    assert device_words(agent) == said


async def enter(client: httpx2.AsyncClient, agent: str = FIREFOX) -> None:
    client.headers.update(FORM | {"user-agent": agent})
    answer = await client.post("/sign-in", data={"email": "ada@example.com", "password": PASSWORD})
    assert answer.status_code == 303, answer.text


async def with_password(store: Store) -> int:
    owner = await ada(store)
    await accounts.set_password(store, owner.id, PASSWORD, now=NOW, actor=Actor(kind="cli"))
    return owner.id


async def new_sign_ins(store: Store, account_id: int) -> list[str]:
    found = await letters.list_of(store.reader, account_id)
    return [one.facts["device"] for one in found if one.kind == "new_sign_in"]


async def test_only_unknown_browsers_are_told(app: Any, store: Store):
    """The first sign-in from a browser writes a letter, the next one from there does not."""
    owner = await with_password(store)
    async with asking(app) as one, asking(app) as other:
        await enter(one)
        await one.post("/sign-out")
        await enter(one)
        assert await new_sign_ins(store, owner) == ["Firefox on Linux"]
        await enter(other, SAFARI)
    assert await new_sign_ins(store, owner) == ["Firefox on Linux", "Safari on an iPhone"]


async def test_a_made_up_device_is_not_known(app: Any, store: Store):
    """The cookie must be one that we gave, to this account."""
    owner = await with_password(store)
    async with asking(app) as one:
        one.cookies.set("cally-device", "made-up~secrets")
        await enter(one)
    assert len(await new_sign_ins(store, owner)) == 1


async def test_devices_are_listed_and_ended(app: Any, store: Store):
    """Each is said in words; ended ones are shut out at once, and the log knows."""
    owner = await with_password(store)
    async with asking(app) as here, asking(app) as there:
        await enter(here)
        await enter(there, SAFARI)
        page = words(await here.get("/app/security/devices"))
        assert "Firefox on Linux" in page
        assert "Safari on an iPhone" in page
        assert "7 days without use, and 30 days" in page
        away = next(one for one in await sessions.list_of(store.reader, owner) if one.device == SAFARI)
        assert (await here.post(f"/app/security/devices/{away.id}/end")).status_code == 303
        assert (await there.get("/app")).status_code == 303
        assert (await here.get("/app")).status_code == 200
        await enter(there, SAFARI)
        await here.post("/app/security/devices/others/end")
        assert (await there.get("/app")).status_code == 303
        assert (await here.get("/app")).status_code == 200
    tags = [entry.tag for entry in await audit.list_for(store.reader, f"account:{owner}")]
    assert tags.count("host:session:end") == 2


async def test_nobody_ends_a_session_of_somebody_else(app: Any, store: Store, signed_in: SignedIn):
    """The number of another account's session leads nowhere."""
    owner = await with_password(store)
    mallory = await host(store, "Mallory Archer")
    async with asking(app) as hers, desk(app, signed_in, mallory) as his:
        await enter(hers)
        [theirs] = await sessions.list_of(store.reader, owner)
        await his.post(f"/app/security/devices/{theirs.id}/end")
        assert (await hers.get("/app")).status_code == 200


async def test_an_admin_shortens_the_limits(app: Any, store: Store, signed_in: SignedIn, watch: Watch):
    """They count for sessions that run, too; a whole that is shorter than the idle time is refused."""
    boss, owner = await host(store, "Ben Okri", role="admin"), await ada(store)
    async with desk(app, signed_in, boss) as admin, desk(app, signed_in, owner) as client:
        wrong = await admin.post("/admin/sign-in/sessions", data={"idle_days": "14", "longest_days": "7"})
        assert wrong.status_code == 422
        right = await admin.post("/admin/sign-in/sessions", data={"idle_days": "1", "longest_days": "7"})
        assert right.status_code == 303
        watch.now = NOW + DAY - 1
        assert (await client.get("/app")).status_code == 200
        watch.now = NOW + DAY
        assert (await client.get("/app")).status_code == 303
