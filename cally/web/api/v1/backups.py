"""Backups, for admins: what is kept where, what their proofs said, and having one made."""

from datetime import datetime

import msgspec

from cally.model.backups import Backup, Why
from cally.ops.backups.places import label, list_places
from cally.ops.backups.running import Backups
from cally.ops.backups.standing import standing
from cally.store import backups
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import instant
from cally.web.api.v1.pages import Page, Paged, page

noun = Noun("Backups")


class BackupShown(msgspec.Struct, frozen=True, kw_only=True):
    """One backup at one place. `sound` is what its last proof said, null when there was none; `counts` are rows."""

    id: str
    name: str
    place: str
    why: Why
    made_at: datetime
    size_bytes: int
    sound: bool | None
    proved_at: datetime | None
    verdict: str
    counts: dict[str, int]


class BackupsShown(Page, frozen=True, kw_only=True):
    """How backups stand (`ok`, `degraded`, `failing`, with a sentence), and what is kept, the newest first.

    `step` is what is being done right now, null when nothing is.
    """

    status: str
    sentence: str
    step: str | None
    last_proved_at: datetime | None
    backups: tuple[BackupShown, ...]


class BackupAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A backup that will be made as soon as can be; how it went is in the list."""

    asked_at: datetime


@noun.does("GET", "/backups", scope="admin:read", query=Paged, answers={200: BackupsShown})
async def list_backups(call: Call) -> Answer:
    """List what is kept where, and what its proof said."""
    db = call.doors.store.reader
    places = {place.id: label(place) for place in await list_places(db)}
    stands, proved_at = await standing(db, call.now), await backups.last_proof_at(db)
    found, more = page(await backups.list_all(db), call.query, lambda one: (one.made_at, one.id), latest_first=True)
    return answer(
        BackupsShown(
            status=stands.status,
            sentence=stands.sentence,
            step=call.doors.backup_watch.step or None,
            last_proved_at=None if proved_at is None else instant(proved_at),
            backups=tuple(_shown(one, places) for one in found),
            next_cursor=more,
        )
    )


@noun.does("POST", "/backups", scope="admin:write", answers={202: BackupAsked})
async def ask_backup(call: Call) -> Answer:
    """Have a backup made, kept at every place, fetched back and proved."""
    doors = call.doors
    service = Backups(
        doors.store, doors.vault, allowed=doors.allowed_networks, clock=doors.clock, watch=doors.backup_watch
    )
    run = await service.ask(now=call.now, actor=call.token_holder.admin())
    doors.wake()
    return answer(BackupAsked(asked_at=instant(run.asked_at)), 202)


def _shown(backup: Backup, places: dict[int, str]) -> BackupShown:
    return BackupShown(
        id=str(backup.id),
        name=backup.name,
        place=places.get(backup.target_id, ""),
        why=backup.why,
        made_at=instant(backup.made_at),
        size_bytes=backup.size_bytes,
        sound=backup.sound,
        proved_at=None if backup.looked_at is None else instant(backup.looked_at),
        verdict=backup.verdict,
        counts=backup.counts,
    )
