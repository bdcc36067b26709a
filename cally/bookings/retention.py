"""Forgetting guests by themselves: so many days after the meeting, in small steps, every day (rule 81)."""

import msgspec

from cally.bookings.erasing import erase_ended
from cally.errors import invalid
from cally.model.accounts import Actor
from cally.store import Reader, Store, audit, guest_data, recurring_jobs, settings

JOB = "retention"
DAYS = "guests_erased_after_days"
LAST_RUN = "guests_erased_last"
FEWEST_DAYS, MOST_DAYS = 1, 3_660
DAY_SECONDS = 86_400
STEP = 50


class RetentionRun(msgspec.Struct, frozen=True, kw_only=True):
    """How the last run went: until when it got, how many rows it took people out of, and how many are left to do."""

    at: int
    erased: int
    left: int


_run = msgspec.json.Decoder(RetentionRun)


async def retention_days(db: Reader) -> int | None:
    """How many days after a meeting its guest is forgotten; None when that is nobody's wish."""
    text = await settings.value(db, DAYS)
    return int(text) if text else None


async def last_run(db: Reader) -> RetentionRun | None:
    """How the last run went, or how the one that goes on has got on."""
    text = await settings.value(db, LAST_RUN)
    return _run.decode(text) if text else None


async def change_retention(store: Store, days: int | None, *, now: int, actor: Actor) -> None:
    """Forget guests so many days after their meeting from now on, or never. Raises `invalid` naming `days`."""
    if days is not None and not FEWEST_DAYS <= days <= MOST_DAYS:
        raise invalid("days", f"Please give {FEWEST_DAYS} to {MOST_DAYS:,} days, or none.")
    async with store.write() as tx:
        if days is None:
            await settings.delete(tx, DAYS)
        else:
            await settings.put(tx, DAYS, str(days))
        await recurring_jobs.update_due(tx, JOB, due_at=now)
        await audit.insert(
            tx, now=now, actor=actor, tag=f"{actor.kind}:setting:change", subject=f"setting:{DAYS}", days=days
        )


async def forget_guests(store: Store, now: int) -> int:
    """Take the people out of all that ended longer ago than the setting allows; how many rows.

    Each step is a transaction of its own, so that bookings go on beside it, and a run that was cut short goes on.
    """
    days = await retention_days(store.reader)
    if days is None:
        return 0
    before, erased = now - days * DAY_SECONDS, 0
    while True:
        booked, waited = await guest_data.list_ended(store.reader, before=before, limit=STEP)
        async with store.write() as tx:
            if booked or waited:
                erased += await erase_ended(tx, booked, waited, now=now)
            left = await guest_data.count_ended(tx, before=before) if booked or waited else 0
            run = RetentionRun(at=now, erased=erased, left=left)
            await settings.put(tx, LAST_RUN, msgspec.json.encode(run).decode())
        if not booked and not waited:
            return erased
