"""The judgement at the confirm looks at the neighbours alone, and says what looking at everything would say."""

from cally.bookings import Availability, book, offer
from cally.bookings.judging import refusal
from cally.model.hosts import Host
from cally.model.rules import EventTypeRules
from cally.store import Store
from tests import cast
from tests.cast import AS_CLEO, NOW, at

NINE = at("2026-09-22 07:00")
ALL_CLAIMS = frozenset({"nobody"})  # with an exception to make, every claim around is read


async def test_the_neighbours_decide_as_all_claims_do(store: Store, availability: Availability, ada: Host) -> None:
    """Meetings of three lengths with buffers of their own: every quarter of the day gets the same answer both ways."""
    hours = await cast.schedule(store, ada)
    for slug, minutes, before, after in (("short", 15, 0, 0), ("long", 60, 30, 15), ("wide", 30, 60, 90)):
        rules = EventTypeRules(
            duration_minutes=minutes, step_minutes=15, buffer_before_minutes=before, buffer_after_minutes=after
        )
        await cast.event_type(store, hours, slug, rules=rules)
    for slug, quarter in (("wide", 6), ("short", 1), ("long", 17), ("short", 15), ("short", 26)):
        wish = cast.request(NINE + quarter * 900, event_type=slug)
        await book(store, availability, wish, now=NOW, actor=AS_CLEO)

    told = set()
    for slug in ("short", "long", "wide"):
        found = await offer(store.reader, "ada", slug)
        for start in range(NINE, NINE + 8 * 3_600, 900):
            minutes = found.event_type.rules.duration_minutes
            near = await refusal(store.reader, found, start, duration_minutes=minutes, now=NOW)
            whole = await refusal(store.reader, found, start, duration_minutes=minutes, now=NOW, without=ALL_CLAIMS)
            assert near == whole, (slug, start)
            told.add(near.code if near else "free")
    assert {"free", "booked", "buffer"} <= told
