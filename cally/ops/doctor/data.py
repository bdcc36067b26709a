"""The database and the work on it: soundness, overlaps, turns, which jobs are late, which calendars are stale."""

from datetime import UTC, datetime

from cally import bookings
from cally.ops import health
from cally.ops.backups.places import label
from cally.ops.doctor.findings import Finding, advice, fault, from_health, ok
from cally.store import Reader, Store, backup_targets, backups, integrity, occupancy
from cally.store import health as questions

MOST_NAMED = 5
PROOF_SECONDS = 26 * 3_600


async def soundness(store: Store) -> Finding:
    """Reads the whole file."""
    faults = await integrity.faults(store.reader)
    if faults:
        return fault("integrity", f"The file is damaged: {faults[0]}", "Restore the last backup.")
    return ok("integrity", "Every page and every reference of the database is sound.")


async def overlaps(store: Store) -> Finding:
    """The promise, looked at."""
    pairs = await occupancy.list_overlaps(store.reader)
    if pairs:
        sentence = f"Claims that overlap: {len(pairs)} pairs (first: {pairs[0][0]} and {pairs[0][1]})."
        return fault("double bookings", sentence, "Move one of each two.")
    return ok("double bookings", "No two claims overlap.")


async def turns(store: Store) -> Finding:
    """Whether the turns of teams are counted as the bookings say."""
    found = await bookings.miscounted(store.reader)
    if found:
        event_type_id, _, counted, real = found[0]
        sentence = f"Turns miscounted: {len(found)} (first: event type {event_type_id}, {counted} instead of {real})."
        return advice("turns of teams", sentence, "Turns go on by what is counted; please report it.")
    return ok("turns of teams", "What hosts were given is what the bookings say.")


async def late_jobs(db: Reader, now: int, *, mail_set_up: bool) -> Finding:
    """Is due work done; and if not, which kind of it waits since when?"""
    check = await health.jobs(db, now, None, mail_set_up=mail_set_up)
    found = from_health("jobs", check, "See the outbox; `cally serve` must be running.")
    if found.verdict == "ok":
        return found
    kinds = await questions.list_late(db, before=now - health.LATE_SECONDS, mail_set_up=mail_set_up)
    named = [f"{count} of the kind {kind}, the oldest since {_moment(due_at)}" for kind, count, due_at in kinds]
    return _more(found, f"Late are {'; '.join(named)}." if named else "")


async def stale_calendars(db: Reader, now: int) -> Finding:
    """Are calendars read; and if not, which were last read when, and what was said?"""
    found = from_health("calendars", await health.calendars(db, now), "Its page says more: /app/calendars.")
    if found.verdict == "ok":
        return found
    stale = await questions.list_stale_calendars(db, before=now - health.STALE_SECONDS)
    named = [
        f"“{name}” of {host}: {f'last read {_moment(read_at)}' if read_at else 'never read'}"
        f"{f' ({error.rstrip(chr(46))})' if error else ''}"
        for name, host, read_at, error in stale[:MOST_NAMED]
    ]
    more = f"; and {len(stale) - MOST_NAMED} more" if len(stale) > MOST_NAMED else ""
    return _more(found, "; ".join(named) + more + ".")


async def proofs(db: Reader, now: int) -> list[Finding]:
    """For each place that backups are kept at: when one was last proved there."""
    newest: dict[int, int] = {}
    for one in await backups.list_all(db):
        if one.sound:
            newest[one.target_id] = max(one.made_at, newest.get(one.target_id, 0))
    found = []
    for place in await backup_targets.list_all(db):
        name = f"backups at {label(place)}"
        at = newest.get(place.id)
        if not place.enabled or (at is None and not place.fault and now - place.created_at < PROOF_SECONDS):
            continue
        said = f"The last one that was proved there is of {_moment(at)}." if at else "None was proved there yet."
        if place.fault:
            found.append(advice(name, f"{said} {place.fault}", f"cally backup targets test {place.id}"))
        elif at is None or now - at > PROOF_SECONDS:
            found.append(advice(name, said, "cally backup now"))
        else:
            found.append(ok(name, said))
    return found


def _more(found: Finding, words: str) -> Finding:
    sentence = f"{found.sentence} {words}".strip()
    return Finding(name=found.name, verdict=found.verdict, sentence=sentence, fix=found.fix)


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M UTC")
