"""Custom styles of public pages: kept as typed, beside what may be served of it."""

from cally.model.accounts import Actor
from cally.store import Store, audit, styles


async def set_style(store: Store, host_id: int | None, *, source: str, css: str, now: int, actor: Actor) -> None:
    """Keep a style for a host's pages, or with None for all; `css` is what the door has found harmless of it."""
    async with store.write() as tx:
        await styles.replace(tx, host_id, source=source, css=css, now=now)
        subject = "instance" if host_id is None else f"host:{host_id}"
        await audit.insert(tx, now=now, actor=actor, tag=f"{actor.kind}:style:update", subject=subject)
