"""kill -9 while bookings follow a new law of time: each of them is as it was, or done and told of."""

import asyncio
import os
import signal
import sys
import zoneinfo
from pathlib import Path

import pytest

from cally.bookings import Availability, follow_recommendations, watch_time_law
from cally.model.accounts import Actor
from cally.model.bookings import Booking
from cally.model.hosts import Host
from cally.store import Store, bookings, messages, occupancy, open_store
from cally.vault import Vault
from tests.bookings.laws import TEN, Laws, ada, booked, laws
from tests.cast import HOUR, NOW
from tests.conftest import KEY

__all__ = ["ada", "laws"]
ROOT = Path(__file__).parents[2]
LATER = NOW + HOUR
AS_ADA = Actor(kind="host", account_id=1)
PROGRAM = """
import asyncio, os, signal, sys
from pathlib import Path
from cally.bookings import follow_recommendations, watch_time_law
from cally.model.accounts import Actor
from cally.notify import outbox
from cally.store import open_store
from cally.vault import Vault

plan, planned = outbox.plan, 0

async def cut(*given, **named):
    global planned
    planned += 1
    if planned == 3:
        os.kill(os.getpid(), signal.SIGKILL)  # in the transaction: time and claim are changed, nobody is told yet
    await plan(*given, **named)

async def main(file, key, host_id, now):
    store = open_store(Path(file), Vault(bytes.fromhex(key)).database_key)
    await watch_time_law(store, now)
    outbox.plan = cut
    await follow_recommendations(store, host_id, now=now, actor=Actor(kind="host", account_id=1))

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
"""


async def state(store: Store, booking: Booking) -> str:
    """`old`, `new`, or what is neither."""
    found = await bookings.by_uid(store.reader, booking.uid)
    assert found is not None
    claims = await occupancy.list_between(store.reader, found.host_id, TEN - HOUR, TEN + 24 * HOUR)
    claimed = [claim.starts_at for claim in claims if claim.uid == found.uid]
    told = [one for one in await messages.list_of(store.reader, found.id) if one.kind == "clock_changed"]
    seen = (found.starts_at - booking.starts_at, found.sequence, [at - booking.starts_at for at in claimed], len(told))
    return {(0, 0, (0,), 0): "old", (HOUR, 1, (HOUR,), 2): "new"}.get((*seen[:2], tuple(seen[2]), seen[3]), str(seen))


@pytest.mark.rule(9)
async def test_a_kill_in_the_middle_leaves_nothing_half_done(
    store: Store, vault: Vault, ada: Host, laws: Laws, tmp_path: Path
):
    """Of five, two are done, the third is as it was; the next run does the rest, and nobody is told twice."""
    with laws.old.in_use():
        made = [await booked(store, Availability(store), "visit", TEN + step * HOUR) for step in range(5)]
        await watch_time_law(store, NOW)
    await store.close()
    folders = os.pathsep.join((str(laws.new.folder), *zoneinfo.TZPATH))
    file = tmp_path / "cally.db"
    words = ("-c", PROGRAM, str(file), KEY.hex(), str(ada.id), str(LATER))
    environ = {**os.environ, "PYTHONTZPATH": folders}
    process = await asyncio.create_subprocess_exec(sys.executable, *words, cwd=ROOT, env=environ)
    assert await process.wait() == -signal.SIGKILL
    again = open_store(file, vault.database_key)
    assert sorted([await state(again, one) for one in made]) == ["new", "new", "old", "old", "old"]
    with laws.new.in_use():
        await watch_time_law(again, LATER)
        assert await follow_recommendations(again, ada.id, now=LATER, actor=AS_ADA) == (3, 0)
    assert [await state(again, one) for one in made] == ["new"] * 5
    await again.close()
