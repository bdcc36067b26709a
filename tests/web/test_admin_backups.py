"""The page about backups: how they stand, one made on demand, places with their secrets, and the plan."""

from pathlib import Path
from typing import Any

import pytest

from cally.model.backups import BackupPlan
from cally.model.hosts import Host
from cally.ops.backups.places import list_places, prepare_places
from cally.ops.backups.plan import plan_of
from cally.ops.backups.running import Backups
from cally.ops.backups.watch import Watch
from cally.store import Store, audit, backups
from cally.vault import Vault
from cally.web.doors import Doors
from tests.cast import NOW, ada
from tests.web.desks import SignedIn, desk, words

PAGE = "/admin/backups"
BUCKET = "s3://b-u-c/cally?endpoint=https://127.0.0.1:9"
SECRET = "canary-of-the-bucket"


@pytest.fixture
async def boss(store: Store) -> Host:
    """Ada, an admin of a server whose own folder is where backups are kept."""
    await prepare_places(store, NOW)
    return await ada(store, role="admin")


@pytest.fixture
def made(store: Store, vault: Vault) -> Backups:
    """What the job does."""
    return Backups(store, vault, allowed=(), clock=lambda: NOW, watch=Watch())


async def test_the_page_begins_with_the_last_proven_restore(
    app: Any, store: Store, signed_in: SignedIn, boss: Host, made: Backups
) -> None:
    """And shows what is kept, with its verdict."""
    async with desk(app, signed_in, boss) as client:
        assert "No backup has been proved yet" in words(await client.get(PAGE))
        await made.make("scheduled", now=NOW)
        said = words(await client.get(PAGE))
    assert "Last proven restore: today" in said
    assert "proved This server’s disk" in said
    assert "0 bookings, 1 accounts and 1 event types" in said


async def test_one_is_made_on_demand_and_its_progress_shown(
    app: Any, doors: Doors, store: Store, signed_in: SignedIn, boss: Host, made: Backups
) -> None:
    """The page is asked for anew meanwhile, with scripts or without; then there is one."""
    async with desk(app, signed_in, boss) as client:
        assert (await client.post(PAGE)).status_code == 303
        waiting = await client.get(PAGE)
        assert "About to begin" in words(waiting)
        assert '<noscript><meta http-equiv="refresh"' in waiting.text
        doors.backup_watch.begin("Copying the database")
        doors.backup_watch(3, 12)
        assert "Copying the database 25 %" in words(await client.get(PAGE))
        doors.backup_watch.end()
        await made.turn(NOW)
        done = await client.get(PAGE)
    assert "Last proven restore: today" in words(done)
    assert "http-equiv" not in done.text
    assert "admin:backup:ask" in [entry.tag for entry in await audit.list_latest(store.reader)]


async def test_one_is_proved_again_and_what_has_rotted_is_said(
    app: Any, store: Store, signed_in: SignedIn, boss: Host, made: Backups
) -> None:
    """Beside the backup, in words."""
    (kept,) = await made.make("scheduled", now=NOW)
    file = store.path.parent / "backups" / kept.name
    spoil(file)
    async with desk(app, signed_in, boss) as client:
        assert (await client.post(f"{PAGE}/{kept.id}/proof")).status_code == 303
        assert "to be proved" in words(await client.get(PAGE))
        await made.turn(NOW)
        said = words(await client.get(PAGE))
        assert "not good" in said
        assert "is damaged: its bytes are not those that were written" in said
        assert (await client.post(f"{PAGE}/7/proof")).status_code == 404


async def test_secrets_of_a_place_are_asked_for_by_its_kind_and_never_shown(
    app: Any, store: Store, signed_in: SignedIn, boss: Host
) -> None:
    """First the address, then its secrets; they are sealed, and what cannot be reached is said."""
    async with desk(app, signed_in, boss) as client:
        first = await client.post(f"{PAGE}/targets", data={"address": BUCKET})
        assert 'name="secret_access_key"' in first.text
        assert 'name="password"' not in first.text
        missing = {"address": BUCKET, "access_key_id": "", "secret_access_key": SECRET}
        refused = await client.post(f"{PAGE}/targets", data=missing)
        assert refused.status_code == 422
        assert "Access key id is missing" in words(refused)
        kept = await client.post(f"{PAGE}/targets", data=missing | {"access_key_id": "AKID"})
        again = await client.get(PAGE)
    for page in (first, refused, kept, again):
        assert SECRET not in page.text
    assert BUCKET.replace("&", "&amp;") in again.text
    assert "private network" in words(kept) or "CALLY_ALLOWED_NETWORKS" in words(kept)
    (place,) = [one for one in await list_places(store.reader) if one.address]
    assert place.secret_sealed is not None
    assert SECRET.encode() not in place.secret_sealed


async def test_a_place_is_tested_switched_off_and_forgotten(
    app: Any, store: Store, signed_in: SignedIn, boss: Host, tmp_path: Path
) -> None:
    """The server's own folder can be switched off, not forgotten."""
    async with desk(app, signed_in, boss) as client:
        added = await client.post(f"{PAGE}/targets", data={"address": str(tmp_path / "disk")})
        assert "It works: a file was put there" in words(added)
        own, other = await list_places(store.reader)
        assert "It works" in words(await client.post(f"{PAGE}/targets/{own.id}/test"))
        await client.post(f"{PAGE}/targets/{other.id}/use", data={"enabled": "0"})
        assert [place.enabled for place in await list_places(store.reader)] == [True, False]
        await client.post(f"{PAGE}/targets/{other.id}/removal")
        assert (await client.post(f"{PAGE}/targets/{own.id}/removal")).status_code == 422
        assert [place.address for place in await list_places(store.reader)] == [""]


async def test_a_place_of_no_known_kind_is_refused_beside_its_field(
    app: Any, store: Store, signed_in: SignedIn, boss: Host
) -> None:
    """With what would be one."""
    async with desk(app, signed_in, boss) as client:
        said = await client.post(f"{PAGE}/targets", data={"address": "ftp://example.org/x"})
    assert said.status_code == 422
    assert "A backup goes to" in words(said)


async def test_the_plan_is_kept_or_refused(app: Any, store: Store, signed_in: SignedIn, boss: Host) -> None:
    """Each fault beside its field, and what was typed stays."""
    wanted = {"on": "1", "hour": "22", "tz": "Asia/Tokyo", "daily": "3", "weekly": "0", "monthly": "1"}
    async with desk(app, signed_in, boss) as client:
        refused = await client.post(f"{PAGE}/plan", data=wanted | {"daily": "0"})
        assert refused.status_code == 422
        assert "a whole number from 1 to 90" in words(refused)
        nowhere = await client.post(f"{PAGE}/plan", data=wanted | {"tz": "../../etc/passwd"})
        assert (nowhere.status_code, "is unknown" in words(nowhere)) == (422, True)
        assert (await client.post(f"{PAGE}/plan", data=wanted)).status_code == 303
    assert await plan_of(store.reader) == BackupPlan(hour=22, tz="Asia/Tokyo", daily=3, weekly=0, monthly=1)


async def test_places_and_plan_need_a_fresh_proof_of_who_it_is(
    app: Any, store: Store, signed_in: SignedIn, boss: Host, watch: Any, tmp_path: Path
) -> None:
    """Whoever finds a desk open sends no backups elsewhere; having one made is harmless."""
    async with desk(app, signed_in, boss) as client:
        watch.now += 600
        for path, data in ((f"{PAGE}/targets", {"address": str(tmp_path / "disk")}), (f"{PAGE}/plan", {"on": "1"})):
            assert (await client.post(path, data=data)).status_code == 303
        assert len(await list_places(store.reader)) == 1
        await client.post(PAGE)
    assert len(await backups.list_asked(store.reader)) == 1


async def test_programs_read_the_same(client: Any, store: Store, bearer: Any, boss: Host, made: Backups) -> None:
    """And a host's token does not."""
    await made.make("scheduled", now=NOW)
    shown = (await client.get("/api/v1/backups", headers=await bearer(boss, "admin:read"))).json()
    assert shown["status"] == "ok"
    assert shown["step"] is None
    (one,) = shown["backups"]
    assert one["sound"] is True
    assert one["counts"]["account"] == 1
    assert one["place"] == "This server’s disk"


def spoil(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[4_321] ^= 1
    file.write_bytes(data)
