"""Ada with her event type, and availability over the same store."""

import pytest

from cally.bookings import Availability
from cally.model.hosts import Host
from cally.store import Store
from tests import cast


@pytest.fixture
async def ada(store: Store) -> Host:
    return await cast.ada(store)


@pytest.fixture
def availability(store: Store) -> Availability:
    return Availability(store)
