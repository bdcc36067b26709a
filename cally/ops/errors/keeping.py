"""The error inbox in the database: kinds of errors with their counts, and how far somebody has got with each."""

import logging
from typing import Literal

import msgspec

from cally import __version__
from cally.errors import CallyError, invalid, not_found
from cally.model.accounts import Actor
from cally.model.errors import ErrorKind, ErrorState, Fault
from cally.model.ids import new_id
from cally.ops.errors.collecting import Inbox, Pending
from cally.ops.errors.describing import folded
from cally.store import Reader, Store, Writer, audit, error_kinds

MOST_KINDS = 200
MOST_OF_ONE_PLACE = 8
HOURS_KEPT = 30 * 24
LATELY_SECONDS = 86_400
STATES: tuple[ErrorState, ...] = ("open", "known", "resolved")

log = logging.getLogger("cally.errors")


async def write_errors(store: Store, inbox: Inbox, now: int) -> int:
    """Write what was gathered; how many kinds. What cannot be written waits, and is no error of its own."""
    pending = inbox.taken()
    if not pending:
        return 0
    try:
        async with store.write() as tx:
            for one in pending:
                await _write(tx, one, now)
            for id_ in await error_kinds.least_wanted(tx, most=MOST_KINDS):
                await error_kinds.delete(tx, id_)
            await error_kinds.delete_hours(tx, before=now // 3_600 - HOURS_KEPT)
    except CallyError:
        inbox.put_back(pending)
        return 0
    except Exception as error:  # noqa: BLE001 - an error of the inbox is not put into the inbox
        log.warning("Errors could not be kept: %s", type(error).__name__)
        return 0
    return len(pending)


async def change_state(store: Store, code: str, state: str, *, now: int, actor: Actor) -> ErrorKind:
    """Say how far somebody has got with a kind. Raises `not_found`, `invalid` naming `state`."""
    wanted = next((one for one in STATES if one == state), None)
    if wanted is None:
        raise invalid("state", f"An error is one of: {', '.join(STATES)}.")
    async with store.write() as tx:
        found = await error_kinds.by_code(tx, code)
        if found is None:
            raise not_found("error")
        await error_kinds.update_state(tx, found.id, wanted)
        tag = f"{actor.kind}:error:{ACTS[wanted]}"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=f"error:{code}", times=found.times)
    return msgspec.structs.replace(found, state=wanted)


async def forget_error(store: Store, code: str, *, now: int, actor: Actor) -> ErrorKind:
    """Remove a kind with its counts; raises `not_found`."""
    async with store.write() as tx:
        found = await error_kinds.by_code(tx, code)
        if found is None:
            raise not_found("error")
        await error_kinds.delete(tx, found.id)
        tag, subject = f"{actor.kind}:error:delete", f"error:{code}"
        await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, times=found.times)
    return found


async def error_by_code(db: Reader, code: str) -> ErrorKind | None:
    """The kind of a code that somebody was shown; one of many messages of a place may stand for all of them."""
    return await error_kinds.by_code(db, code) or await error_kinds.by_code(db, folded(code))


async def standing(db: Reader, now: int) -> tuple[Literal["ok", "degraded"], str]:
    """What the health check says: open kinds that happened within a day need attention."""
    found = await error_kinds.open_since(db, now - LATELY_SECONDS)
    if not found:
        return "ok", "No unexpected error within a day."
    latest = found[0].fault
    where = f" ({latest.place})" if latest.place else ""
    many = f"{len(found)} kinds of unexpected errors" if len(found) > 1 else "An unexpected error"
    return "degraded", f"{many} within a day, the last: {latest.type}{where}."


ACTS: dict[ErrorState, str] = {"open": "reopen", "known": "know", "resolved": "resolve"}


async def _write(tx: Writer, one: Pending, now: int) -> None:
    fault = await _to_keep(tx, one.fault)
    again = await error_kinds.update_again(tx, fault, version=__version__, times=one.times, last_at=one.last_at)
    if not again:
        await error_kinds.insert(
            tx, new_id(now), fault, version=__version__, times=one.times, first_at=one.first_at, last_at=one.last_at
        )
    kept = await error_kinds.by_code(tx, fault.code)
    if kept is not None:
        for hour, times in one.hours.items():
            await error_kinds.count_in(tx, kept.id, hour=hour, times=times)


async def _to_keep(tx: Writer, fault: Fault) -> Fault:
    """As it is; but where one place has many messages, new ones are kept as one kind."""
    if await error_kinds.by_code(tx, fault.code) is not None:
        return fault
    same = await error_kinds.with_beginning(tx, fault.code.partition("-")[0])
    if len(same) < MOST_OF_ONE_PLACE:
        return fault
    return msgspec.structs.replace(fault, code=folded(fault.code))
