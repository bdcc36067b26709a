"""Ada, and the web server that her calendars are on."""

from collections.abc import AsyncIterator

import pytest

from cally.model.hosts import Host
from cally.store import Store
from tests import cast
from tests.site import Site
from tests.site import site as serving


@pytest.fixture
async def ada(store: Store) -> Host:
    return await cast.ada(store)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving() as made:
        yield made
