"""The journey of an alert, photographed: a disk that is nearly full, what arrives by mail and channel, the all-clear.

`python -m tests.browser.alert_journey`, which is part of `make shots`. As root the disk is a real small one that a real
file fills up; otherwise its room is what a file says.
"""

import asyncio
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page

from cally import clock
from cally.model.accounts import Actor
from cally.ops.alerts import add_alert_channel, change_rules
from cally.ops.errors import Inbox, write_errors
from cally.store import Store, open_store
from cally.vault import Vault, read_or_make_key
from tests.browser.chromium import DESKTOP, PHONE, Way, chromium
from tests.browser.shots import FOLDER, _dark, _shoot, password_of, signed_in
from tests.notify.conftest import MailServer, Sink, serving
from tests.process.served import Served

DESK = Way(width=DESKTOP, tz="Europe/London", scale=1.0)
HAND = Way(width=PHONE, tz="Europe/London", scale=1.5)
ADMIN = Actor(kind="cli")
SECONDS = 60
DISK_MIB, FILE_MIB = 900, 480
MIB = 1_048_576


class Disk:
    """A disk that can be filled up and emptied."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "disk"
        self.folder.mkdir()
        self.room = folder / "room"
        self.room.write_text("9000")
        self.is_real = False

    @property
    def program(self) -> list[str]:
        """What serves on it."""
        return ["cally"] if self.is_real else ["tests.process.little_room", str(self.room)]

    def fill(self) -> None:
        """Somebody puts a large file there."""
        if self.is_real:
            with (self.folder / "large").open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, FILE_MIB * MIB)
        else:
            self.room.write_text("412")

    def clear(self) -> None:
        """And removes it."""
        (self.folder / "large").unlink(missing_ok=True)
        self.room.write_text("9000")


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """A file system of its own where that is allowed."""
    made = Disk(folder)
    words = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(made.folder)]
    with suppress(OSError):
        made.is_real = os.geteuid() == 0 and subprocess.run(words, check=False, capture_output=True).returncode == 0
    try:
        yield made
    finally:
        if made.is_real:
            subprocess.run(["umount", "--lazy", str(made.folder)], check=True)


@contextmanager
def heard() -> Iterator[Sink]:
    """Where the channel leads."""
    made = Sink()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        thread.join()
        made.server.server_close()


async def journey(folder: Path, disk: Disk, sink: Sink) -> None:
    """Nothing is wrong; the disk fills up, and everybody is told; there is room again, and everybody is told that."""
    async with serving() as server:
        served, password = await _prepared(disk, server, sink)
        try:
            base = f"http://127.0.0.1:{served.port}"
            async with chromium() as browser:
                disk.fill()
                await _until(lambda: sink.posts and server.postbox.mails, "told that it is full")
                await _look(browser, base, password, "alerts", "/admin/alerts")
                disk.clear()
                await _until(lambda: len(sink.posts) > 1 and len(server.postbox.mails) > 1, "told that it is over")
                await _look(browser, base, password, "all-clear", "/admin/alerts#before", wide_only=True)
                await _some_errors(served)
                await _look(browser, base, password, "errors", "/admin/errors")
        finally:
            served.kill()
    for post in sink.posts:
        print(f"channel  {post['title']}\n         " + post["message"].replace("\n", "\n         "))  # noqa: T201 - its figures
    for mail in server.postbox.mails:
        print(f"mail     {mail['To']}  {mail['Subject']}")  # noqa: T201 - as above


async def _prepared(disk: Disk, server: MailServer, sink: Sink) -> tuple[Served, str]:
    served = Served(
        disk.folder / "state",
        CALLY_SMTP_URL=f"smtp://127.0.0.1:{server.settings.port}?starttls=off",
        CALLY_ALLOWED_NETWORKS="127.0.0.0/8",
        CALLY_PUBLIC_URL="",
        WATCHDOG_USEC="1000000",
    )
    served._program = disk.program
    password = password_of(await asyncio.to_thread(served.command, "demo"))
    store, vault = _beside(served)
    await add_alert_channel(store, vault, name="Night pager", address=sink.address, now=clock.now(), actor=ADMIN)
    await change_rules(store, levels={}, patience_seconds=0, by_mail=True, now=clock.now(), actor=ADMIN)
    await store.close()
    await asyncio.to_thread(served.start)
    await asyncio.sleep(3)
    server.postbox.forget()
    sink.posts.clear()
    return served, password


async def _some_errors(served: Served) -> None:
    """Real ones, over some days."""
    store, _ = _beside(served)
    for days, times, fails in (
        (6, 3, lambda: int("x")),
        (3, 9, lambda: {}["starts_at"]),
        (1, 2, lambda: Path("/nowhere").stat()),
    ):
        for day in range(days + 1):
            inbox = Inbox(now=lambda day=day: clock.now() - day * 86_400)  # type: ignore[misc]
            for _ in range(times - day % 3):
                try:
                    fails()  # type: ignore[no-untyped-call]
                except (ValueError, KeyError, OSError) as error:
                    inbox.take(error, origin="job mail", said="The job %s about %d failed.")
            await write_errors(store, inbox, clock.now())
    await store.close()


def _beside(served: Served) -> tuple[Store, Vault]:
    vault = Vault(read_or_make_key(served.state_dir / "cally.key"))
    return open_store(served.state_dir / "cally.db", vault.database_key), vault


async def _look(browser: Browser, base: str, password: str, name: str, path: str, *, wide_only: bool = False) -> None:
    ways = [("desktop-light", DESK)] if wide_only else [("desktop-light", DESK), ("mobile-dark", _dark(HAND))]
    for suffix, way in ways:
        async with signed_in(browser, base, way, password) as maya:
            page: Page = await maya.open(path)
            assert await maya.overflow() <= 0, f"{path} is wider than the window"
            await _shoot(page, f"{name}-{suffix}")
            if name == "errors" and suffix == "desktop-light":
                await page.locator(".error-list a").first.click()
                await page.get_by_role("heading", name="The way there").wait_for()
                await _shoot(page, "error-desktop-light")


async def _until(true: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end, f"not {what}"
        await asyncio.sleep(0.1)


def main() -> None:
    """Go the whole way, and leave pictures of it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name, small_disk(Path(name)) as disk, heard() as sink:
        print("a real small disk" if disk.is_real else "a disk whose room a file says")  # noqa: T201 - as above
        asyncio.run(journey(Path(name), disk, sink))


if __name__ == "__main__":
    main()
