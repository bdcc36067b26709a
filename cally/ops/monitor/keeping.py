"""The history of the machine in the encrypted file: rows for minutes, folded into one for each hour."""

from cally.model.samples import Point, Sample
from cally.ops.monitor.figures import FigureName, together
from cally.store import Reader, Store, Writer, system_samples

HOUR, DAY = 3_600, 86_400
MINUTES_KEPT_SECONDS = 8 * DAY
HOURS_KEPT_SECONDS = 400 * DAY
FINE_SECONDS = 2 * DAY


async def keep(store: Store, row: Sample) -> None:
    """Keep the row of some minutes; an hour that is over becomes a row of its own, and what is old goes."""
    async with store.write() as tx:
        await system_samples.put(tx, "minutes", row)
        await _fold(tx, row.at)


async def history(db: Reader, name: FigureName, since: int, until: int) -> list[Point]:
    """One figure from `since` to `until`, oldest first: a point each few minutes, or each hour beyond two days.

    A level's value is its average, that of `requests`, `errors` and `commits` their sum; there is no point for a time
    in which nothing ran.
    """
    if until - since <= FINE_SECONDS:
        return await system_samples.points(db, "minutes", name, since, until)
    hours = await system_samples.points(db, "hour", name, since, until)
    rest = max(since, hours[-1].at) if hours else since
    return [*hours, *await system_samples.points(db, "minutes", name, rest, until)]


async def rows(db: Reader, since: int, until: int) -> list[Sample]:
    """All figures from `since` to `until`, as `history` has one of them."""
    if until - since <= FINE_SECONDS:
        return await system_samples.list_between(db, "minutes", since, until)
    hours = await system_samples.list_between(db, "hour", since, until)
    rest = max(since, hours[-1].at) if hours else since
    return [*hours, *await system_samples.list_between(db, "minutes", rest, until)]


async def _fold(tx: Writer, now: int) -> None:
    """Put the minutes of each hour that is over into one row; after a stand-still these may be several hours."""
    until = now // HOUR * HOUR
    last = await system_samples.last_at(tx, "hour", until)
    since = max(last if last is not None else 0, now - MINUTES_KEPT_SECONDS)
    hours: dict[int, list[Sample]] = {}
    for sample in await system_samples.list_between(tx, "minutes", since, until):
        hours.setdefault(-(-sample.at // HOUR) * HOUR, []).append(sample)
    for end, samples in hours.items():
        folded = together(samples)
        await system_samples.put(
            tx, "hour", Sample(at=end, seconds=folded.seconds, figures=folded.figures, latency=folded.latency)
        )
    if hours:
        await system_samples.delete_before(tx, "minutes", now - MINUTES_KEPT_SECONDS)
        await system_samples.delete_before(tx, "hour", now - HOURS_KEPT_SECONDS)
