"""The faces of hosts and the logo of the instance: taken in, looked through, kept, taken away (R17)."""

from cally import pictures as made_pictures
from cally.hosts.scanning import require_clean
from cally.model.accounts import Actor
from cally.store import Reader, Store, Writer, audit, pictures


async def set_picture(store: Store, host_id: int | None, data: bytes, *, clamav: str, now: int, actor: Actor) -> None:
    """Keep a picture of a host, or with None the logo; raises `invalid` with the field `picture` in words.

    `clamav` is where a scanner listens, empty for none; what it finds is refused and audited.
    """
    if clamav:
        await require_clean(store, data, clamav, now=now, actor=actor)
    files = await made_pictures.made_anew(data, square=host_id is not None)
    async with store.write() as tx:
        await pictures.replace(tx, host_id, files, now=now)
        await _record(tx, host_id, "set", now, actor)


async def remove_picture(store: Store, host_id: int | None, *, now: int, actor: Actor) -> None:
    """Take a picture away; initials stand in its place."""
    async with store.write() as tx:
        await pictures.replace(tx, host_id, {}, now=now)
        await _record(tx, host_id, "remove", now, actor)


async def picture_path(db: Reader, host_id: int | None, *, size: int = 96) -> str:
    """Where a picture is served, or empty."""
    name = await pictures.name_of(db, host_id, size=size)
    return f"/media/{name}.webp" if name else ""


async def _record(tx: Writer, host_id: int | None, verb: str, now: int, actor: Actor) -> None:
    subject = "logo" if host_id is None else f"host:{host_id}"
    await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:picture:{verb}", subject=subject)
