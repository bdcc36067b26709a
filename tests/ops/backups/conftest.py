"""A database with something in it, and a backup of it."""

from pathlib import Path

import msgspec
import pytest

from cally.ops.backups import places
from cally.ops.backups.making import snapshot
from cally.ops.backups.running import Backups
from cally.ops.backups.watch import Watch
from cally.store import Store
from cally.vault import Vault
from tests.booked import store_booking
from tests.cast import NOW, ada
from tests.conftest import KEY


class House(msgspec.Struct, frozen=True):
    """An open instance and its backups, whose clock stands where the test puts it."""

    store: Store
    vault: Vault
    backups: Backups
    watch: list[int]

    @property
    def kept(self) -> Path:
        """The server's own folder of backups."""
        return self.store.path.parent / "backups"

    def names(self) -> list[str]:
        """What is in it."""
        return sorted(file.name for file in self.kept.iterdir()) if self.kept.exists() else []


@pytest.fixture
async def house(store: Store, vault: Vault) -> House:
    """Ada has three bookings; the server's own folder is where backups are kept."""
    host = await ada(store, role="admin")
    for number in range(3):
        await store_booking(store, host.id, starts_at=NOW + (number + 1) * 86_400)
    await places.prepare_places(store, NOW)
    watch = [NOW]
    return House(store, vault, Backups(store, vault, allowed=(), clock=lambda: watch[0], watch=Watch()), watch)


@pytest.fixture
def backup(house: House, tmp_path: Path) -> Path:
    """A backup of that house."""
    return snapshot(house.store.path, KEY, tmp_path / "made", why="on demand", now=NOW)
