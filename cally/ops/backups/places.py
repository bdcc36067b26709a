"""The places that backups are kept at, as an admin keeps them: added, opened with their secrets, tested, removed."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Actor
from cally.model.backups import BackupTarget
from cally.model.ids import new_id
from cally.ops.backups.making import own_folder
from cally.ops.backups.targets.directory import Directory
from cally.ops.backups.targets.face import Target
from cally.ops.backups.targets.opening import is_pinned, open_target, secrets_of, shown, validated, validated_secret
from cally.ops.backups.threads import silent
from cally.store import Duplicate, Reader, Store, audit, backup_targets
from cally.vault import Vault

OWN = ""
OWN_LABEL = "This server’s disk"
TABLE, COLUMN = "backup_target", "secret_sealed"
TEST_NAME = "cally-test"
TEST_BYTES = b"Cally can write here.\n"


async def prepare_places(store: Store, now: int) -> None:
    """See to it that the server's own folder is among the places; it is used until an admin says otherwise."""
    if any(place.address == OWN for place in await backup_targets.list_all(store.reader)):
        return
    async with store.write() as tx:
        place = BackupTarget(id=new_id(now), address=OWN, secret_sealed=None, enabled=True, created_at=now)
        await backup_targets.insert(tx, place)


async def list_places(db: Reader) -> list[BackupTarget]:
    """Every place, the server's own folder first."""
    return await backup_targets.list_all(db)


async def place_by_id(db: Reader, id: int) -> BackupTarget:
    """One of them; raises `not_found`."""
    place = await backup_targets.by_id(db, id)
    if place is None:
        raise not_found("target")
    return place


def label(place: BackupTarget) -> str:
    """What a place is called on pages and in sentences; holds no secret."""
    return OWN_LABEL if place.address == OWN else shown(place.address)


def is_near(place: BackupTarget) -> bool:
    """Whether it is a folder of this machine, from which fetching costs nothing."""
    return not secrets_of(place.address) if place.address != OWN else True


def secret_of(place: BackupTarget, vault: Vault) -> dict[str, str]:
    """The secrets of a place."""
    if place.secret_sealed is None:
        return {}
    text = vault.open(place.secret_sealed, table=TABLE, row=place.id, column=COLUMN)
    return msgspec.json.decode(text, type=dict[str, str])


def opened(place: BackupTarget, vault: Vault, *, state_dir: Path, allowed: tuple[str, ...]) -> Target:
    """A place, ready to be used."""
    if place.address == OWN:
        return Directory(own_folder(state_dir))
    return open_target(place.address, secret_of(place, vault), allowed=allowed)


def needs_look(place: BackupTarget, vault: Vault) -> bool:
    """Whether the key of its server must be looked at and trusted before anything is sent there."""
    return place.address != OWN and not is_pinned(place.address, secret_of(place, vault))


async def add_place(
    store: Store, vault: Vault, address: str, secret: Mapping[str, str], *, now: int, actor: Actor
) -> BackupTarget:
    """One more place. Raises `invalid` for the field at fault, `conflict` when it is there already."""
    address = validated(address)
    kept = validated_secret(address, secret)
    row = new_id(now)
    place = BackupTarget(id=row, address=address, secret_sealed=_sealed(vault, row, kept), enabled=True, created_at=now)
    try:
        async with store.write() as tx:
            await backup_targets.insert(tx, place)
            await audit.insert(
                tx,
                now=now,
                actor=actor,
                tag=f"{actor.kind}:backup_target:create",
                subject=f"backup_target:{row}",
                address=shown(address),
            )
    except Duplicate:
        raise CallyError("conflict", "Backups are kept there already.", field="address") from None
    return place


async def trust_server(store: Store, vault: Vault, id: int, host_key: str, *, now: int, actor: Actor) -> BackupTarget:
    """Know the place's server by this key from now on. Raises `not_found`, `invalid`."""
    place = await place_by_id(store.reader, id)
    kept = validated_secret(place.address, {**secret_of(place, vault), "host_key": host_key})
    async with store.write() as tx:
        await backup_targets.update_secret(tx, id, _sealed(vault, id, kept))
        await audit.insert(
            tx, now=now, actor=actor, tag=f"{actor.kind}:backup_target:trust", subject=f"backup_target:{id}"
        )
    return await place_by_id(store.reader, id)


async def use_place(store: Store, id: int, *, enabled: bool, now: int, actor: Actor) -> None:
    """Keep backups there from now on, or no more. Raises `not_found`."""
    await place_by_id(store.reader, id)
    async with store.write() as tx:
        await backup_targets.update_enabled(tx, id, enabled=enabled)
        await backup_targets.update_fault(tx, id, fault="", now=now)
        did = "enable" if enabled else "disable"
        await audit.insert(
            tx, now=now, actor=actor, tag=f"{actor.kind}:backup_target:{did}", subject=f"backup_target:{id}"
        )


async def remove_place(store: Store, id: int, *, now: int, actor: Actor) -> None:
    """Forget a place and its secrets; the backups there stay. Raises `not_found`, `invalid` for the own folder."""
    place = await place_by_id(store.reader, id)
    if place.address == OWN:
        raise invalid("", "The server's own folder can be switched off, not removed.")
    async with store.write() as tx:
        await backup_targets.delete(tx, id)
        await audit.insert(
            tx,
            now=now,
            actor=actor,
            tag=f"{actor.kind}:backup_target:delete",
            subject=f"backup_target:{id}",
            address=shown(place.address),
        )


async def test_place(target: Target) -> str:
    """Put a small file there, find it, bring it back, remove it; the answer in words. Raises `target_failed`."""
    with tempfile.TemporaryDirectory() as folder:
        sent, back = Path(folder) / "sent", Path(folder) / "back"
        sent.write_bytes(TEST_BYTES)
        await target.put(TEST_NAME, sent, silent)
        try:
            found = {one.name: one for one in await target.list_all()}
            if TEST_NAME not in found:
                raise CallyError("target_failed", "A file was put there, and is not among those that are there.")
            await target.get(TEST_NAME, back, silent)
            if back.read_bytes() != TEST_BYTES:
                raise CallyError("target_failed", "A file was put there, and came back with other bytes.")
        finally:
            await target.remove(TEST_NAME)
    count = sum(name.endswith(".backup") for name in found)
    return f"It works: a file was put there, found, brought back and removed. Backups there: {count}."


def _sealed(vault: Vault, id: int, secret: Mapping[str, str]) -> bytes | None:
    if not secret:
        return None
    return vault.seal(msgspec.json.encode(dict(secret)).decode(), table=TABLE, row=id, column=COLUMN)
