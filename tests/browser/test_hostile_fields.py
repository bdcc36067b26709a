"""The worst texts in Chromium: no script of theirs runs, no dialog opens, the policy has nothing to refuse."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Dialog

from cally import clock
from cally.accounts import create_token
from cally.accounts.sessions import start_session
from cally.model.accounts import SCOPES, Actor
from cally.store import accounts, open_store
from cally.vault import Vault, read_or_make_key
from tests import cast
from tests.browser.chromium import Way, window
from tests.hostile import RAN, TEXTS, WORST
from tests.process.served import Served
from tests.web.filling import Filler

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.asyncio(loop_scope="session")]

WATCH = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective));
"""
LISTS = """
    app app/bookings app/event-types app/availability app/time-off app/calendars app/channels app/profile app/teams
    app/webhooks
    app/resources app/security app/security/apps app/security/history app/together admin/accounts admin/alerts
    admin/audit admin/privacy admin/protection admin/providers ada
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[str, str, list[str]]]:
    """Where it is served, Ada's session, and the pages that show the texts."""
    state, now = tmp_path_factory.mktemp("hostile"), clock.now()
    session, token, account = await _furnish(state, now)
    with Served(state) as running:
        base = f"http://127.0.0.1:{running.port}"
        headers = {"origin": base, "sec-fetch-site": "same-origin", "cookie": f"cally={session}"}
        today = datetime.fromtimestamp(now, UTC).date()
        dates = (str(today + timedelta(days=3)), str(today + timedelta(days=20)))
        async with (
            httpx2.AsyncClient(base_url=base, headers={"authorization": f"Bearer {token}"}) as api,
            httpx2.AsyncClient(base_url=base, headers=headers) as desk,
        ):
            filler = Filler(api, desk, account, dates)
            for name in WORST:
                await filler.fill(TEXTS[name], every_page=name == WORST[0])
                await filler.fill_forms(TEXTS[name])
        own = [page for page in filler.made.pages if not page.startswith(("/app/bookings/", "/b/"))]
        yield base, session, [f"/{page}" for page in LISTS.split()] + own + filler.made.tickets[::2]


async def test_no_page_runs_what_people_wrote(served: tuple[str, str, list[str]], browser: Browser) -> None:
    """Each page that shows the texts is opened, focused and pointed at; nothing of theirs happens."""
    base, session, pages = served
    opened: list[str] = []
    async with window(browser, base, Way()) as ada:
        await ada.page.context.add_cookies([{"name": "cally", "value": session, "url": base}])
        await ada.page.add_init_script(WATCH)

        async def note(dialog: Dialog) -> None:
            opened.append(dialog.message)
            await dialog.dismiss()

        ada.page.on("dialog", note)
        seen = 0
        for path in pages:
            page = await ada.open(path)
            seen += int(await page.evaluate(f"document.body.textContent.includes('{RAN}=1')"))
            links = "[...document.querySelectorAll('a')].filter((a) => /^(javascript|data)/i.test(a.protocol)).length"
            assert await page.evaluate(f"[window.{RAN} ?? 0, {links}, window.refused]") == [0, 0, []], path
            assert await page.evaluate("document.querySelector('x-evil') === null"), path
        assert (opened, ada.complaints) == ([], [])
        assert seen > len(pages) / 2, "the texts are on no page: nothing was tried"


async def test_the_watch_sees_what_it_is_there_for(served: tuple[str, str, list[str]], browser: Browser) -> None:
    """Something from elsewhere put into a page does raise the event."""
    base, _, _ = served
    async with window(browser, base, Way()) as anybody:
        await anybody.page.add_init_script(WATCH)
        page = await anybody.open("/ada")
        await page.evaluate("document.body.append(Object.assign(new Image(), {src: 'https://evil.test/x.png'}))")
        await page.wait_for_function("window.refused.length > 0")


async def _furnish(state: Path, now: int) -> tuple[str, str, int]:
    store = open_store(state / "cally.db", Vault(read_or_make_key(state / "cally.key")).database_key)
    owner = await cast.ada(store, role="admin", now=now)
    account = await accounts.by_id(store.reader, owner.id)
    assert account is not None
    async with store.write() as tx:
        session = await start_session(tx, account, now=now, address="192.0.2.1", device="Firefox")
    _, token = await create_token(
        store, account_id=owner.id, name="All", scopes=list(SCOPES), days=None, now=now, actor=Actor(kind="cli")
    )
    await store.close()
    return session, token, owner.id
