"""A served instance with hosts enough for each test to have one of their own, and a browser."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from cally import clock
from cally.model.options import Series
from cally.store import open_store
from cally.vault import Vault, read_or_make_key
from tests import cast
from tests.browser.chromium import Way, Window, chromium, window
from tests.process.served import Served
from tests.series import EVERY, repeating

HOSTS = 30

Opened = Callable[..., AbstractAsyncContextManager[Window]]


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def instance(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    state = tmp_path_factory.mktemp("state")
    await _furnish(state)
    with Served(state) as running:
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest.fixture(scope="session")
def numbers() -> "count[int]":
    return count()


@pytest.fixture
def page_of_ada(numbers: "count[int]") -> str:
    """The booking page of an Ada whom nobody has booked yet."""
    return f"/ada{next(numbers)}/intro"


@pytest.fixture
def opened(instance: Served, browser: Browser) -> Opened:
    """`async with opened(Way(…)) as cleo`: a window that must have had nothing to complain of when it closes."""

    @asynccontextmanager
    async def open_window(way: Way | None = None) -> AsyncIterator[Window]:
        async with window(browser, f"http://127.0.0.1:{instance.port}", way or Way()) as made:
            yield made
            assert made.complaints == []

    return open_window


async def _furnish(state: Path) -> None:
    now = clock.now()
    store = open_store(state / "cally.db", Vault(read_or_make_key(state / "cally.key")).database_key)
    for number in range(HOSTS):
        host = await cast.host(store, f"Ada{number} Lovelace", now=now)
        hours = await cast.schedule(store, host, now=now)
        await cast.event_type(store, hours, now=now)
        await repeating(store, await cast.event_type(store, hours, "lesson", now=now), Series(rhythms=EVERY))
    await store.close()
