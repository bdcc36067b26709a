"""`cally capsule`: the question behind a booking page, from the live database, for `cally replay` (CAPSULE.md)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from cally.bookings import Offer, offer
from cally.bookings import capsule as make
from cally.bookings.offers import TEAM
from cally.cli.printing import print_json
from cally.cli.running import Instance, run
from cally.errors import invalid
from cally.model.capsule import question_to_json
from cally.model.private_pages import MASTER

DEFAULT_DAYS = 31
FIRST_YEAR, LAST_YEAR = 2000, 2199


@click.command()
@click.argument("event_type", metavar="EVENT-TYPE")
@click.option("--for", "host", metavar="HOST", help="Whose event type it is, when EVENT-TYPE is its slug alone.")
@click.option("--from", "first", metavar="DATE", help="First date, in the schedule's zone; today unless given.")
@click.option("--to", "last", metavar="DATE", help=f"Last date, included; {DEFAULT_DAYS} days in all unless given.")
@click.option("--duration", type=int, metavar="MINUTES", help="One of the lengths on offer; the first unless given.")
@click.option("--ask", metavar="INSTANT", multiple=True, help="A time to be explained; may be given several times.")
@click.option("--at", metavar="INSTANT", help="The instant that counts as now.")
def capsule(
    event_type: str,
    host: str | None,
    first: str | None,
    last: str | None,
    duration: int | None,
    ask: tuple[str, ...],
    at: str | None,
) -> None:
    """Print a capsule: all that decides when an event type can be booked, as JSON, without names.

    EVENT-TYPE is an address as guests know it: `ada/intro`, `team/support/intro`; or a slug, with --for. Hosts become
    h1, h2, …; titles, guests and addresses stay here. `cally replay` answers the capsule, on any machine, with the
    slots that the page shows. Works while the server runs.
    """

    async def read(instance: Instance) -> dict[str, Any]:
        found = await offer(instance.store.reader, *_address(event_type, host), MASTER)
        now = instance.now if at is None else _instant(at, "at")
        asked = await make(
            instance.store.reader,
            found,
            duration_minutes=found.duration_minutes(duration),
            now=now,
            within=_within(found, first, last, now),
            ask=[_instant(text, "ask") for text in ask],
        )
        return question_to_json(asked)

    print_json(run(read))


def _address(event_type: str, host: str | None) -> tuple[str, str]:
    """Whose event type, and its slug; a team is named `team:support`, or `team/support` as in its address."""
    owner, _, slug = event_type.strip("/").rpartition("/")
    named = (host or owner).strip("/")
    if not named or (host and owner and host != owner):
        raise invalid("event_type", "Name the event type by its address, like ada/intro, or by its slug with --for.")
    return (f"{TEAM}{named.removeprefix('team/')}" if named.startswith("team/") else named), slug


def _within(found: Offer, first: str | None, last: str | None, now: int) -> tuple[int, int]:
    """The stretch from the first to the last date, both included, on the clocks of the schedule's zone."""
    tz = found.schedule.rules.tz
    zone = ZoneInfo(tz)
    begins = _date(first, "from") if first else datetime.fromtimestamp(now, UTC).astimezone(zone).date()
    ends = _date(last, "to") if last else begins + timedelta(days=DEFAULT_DAYS - 1)
    if ends < begins:
        raise invalid("to", "--to lies before --from.")
    after = datetime.combine(ends + timedelta(days=1), time(), zone)
    return int(datetime.combine(begins, time(), zone).timestamp()), int(after.timestamp())


def _date(text: str, option: str) -> date:
    """A date as written; raises `invalid` for what is none, and for years that no calendar is kept for."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = date.min
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise invalid(option, f"--{option} should be a date like 2026-03-29, not {text!r}.")
    return found


def _instant(text: str, option: str) -> int:
    """An instant as written, in epoch seconds; raises `invalid` for what is none or does not say its zone."""
    try:
        found: datetime | None = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise invalid(option, f"--{option} should be an instant like 2026-03-29T09:30:00Z, not {text!r}.")
    return int(found.timestamp())
