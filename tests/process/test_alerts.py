"""An alert's whole way with real parts: a disk, a process that is killed, a channel, a mail server, the all-clear."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from cally import clock
from cally.model.accounts import Actor
from cally.ops.alerts import add_alert_channel, change_rules
from cally.store import Store, alerts, jobs, open_store
from cally.vault import Vault, read_or_make_key
from tests.notify.conftest import MailServer, Sink, serving, sink
from tests.process.served import Served

__all__ = ["sink"]
ADMIN = Actor(kind="cli")
SECONDS = 30
PLENTY, LITTLE = "9000", "300"


class Machine:
    """A served instance on a disk whose room a test decides."""

    def __init__(self, folder: Path, server: MailServer) -> None:
        self.room = folder / "room"
        self.room.write_text(PLENTY)
        self.state = folder / "state"
        self.served = Served(
            self.state,
            CALLY_SMTP_URL=f"smtp://127.0.0.1:{server.settings.port}?starttls=off",
            CALLY_ALLOWED_NETWORKS="127.0.0.0/8",
            CALLY_PUBLIC_URL="https://cally.example.net",
            WATCHDOG_USEC="1000000",
        )
        self.served._program = ["tests.process.little_room", str(self.room)]

    def store(self) -> tuple[Store, Vault]:
        """Its database, opened beside it."""
        vault = Vault(read_or_make_key(self.state / "cally.key"))
        return open_store(self.state / "cally.db", vault.database_key), vault


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with serving() as made:
        yield made


async def until(true: Callable[[], Any], what: str) -> None:
    """Wait for it, so long as is bearable."""
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end, what
        await asyncio.sleep(0.05)


async def test_a_disk_that_fills_up_is_told_once_over_a_kill_and_its_end_once(
    tmp_path: Path, server: MailServer, sink: Sink
):
    """Killed after the alert was decided and before anybody had taken it; told by the next process, exactly once."""
    machine = Machine(tmp_path, server)
    await asyncio.to_thread(machine.served.start)
    try:
        await asyncio.to_thread(machine.served.admin_token)
        store, vault = machine.store()
        await add_alert_channel(store, vault, name="Pager", address=sink.address, now=clock.now(), actor=ADMIN)
        await change_rules(store, levels={}, patience_seconds=0, by_mail=True, now=clock.now(), actor=ADMIN)
        server.postbox.mood, sink.status = "later", 503
        machine.room.write_text(LITTLE)
        await _told(store)
        await asyncio.to_thread(machine.served.kill)
        await _leases_run_out(store)
        server.postbox.mood, sink.status = "accept", 200
        sink.posts.clear()
        await asyncio.to_thread(machine.served.start)
        await until(lambda: sink.posts and server.postbox.mails, "the alert did not arrive")
        machine.room.write_text(PLENTY)
        await until(lambda: len(sink.posts) > 1 and len(server.postbox.mails) > 1, "the all-clear did not arrive")
        await store.close()
        assert await asyncio.to_thread(machine.served.stop) == 0
    finally:
        machine.served.__exit__(None, None, None)
    titles = [post["title"] for post in sink.posts]
    assert titles[0] == "cally.example.net: The disk is nearly full"
    assert titles[1].startswith("cally.example.net: fine again: Disk (after ")
    assert [str(mail["Subject"]) for mail in server.postbox.mails] == titles
    assert "What to do: Make room" in sink.posts[0]["message"]


async def _leases_run_out(store: Store) -> None:
    """As after three minutes in which nobody served: what was begun, or put off, is due."""
    now = clock.now()
    async with store.write() as tx:
        for job in await jobs.list_lapsed(tx, now=now + 600, lease_seconds=0):
            await jobs.give_back(tx, job, due_at=now, last_error="")
        await jobs.hurry_retries(tx, now=now, longest_wait=0)


async def _told(store: Store) -> None:
    end = time.monotonic() + SECONDS
    while not any(one.check == "disk" and one.told_at for one in await alerts.lasting(store.reader)):
        assert time.monotonic() < end, "nobody decided to tell"
        await asyncio.sleep(0.02)
