"""A time that a host proposed is theirs to keep: whoever takes it meets the host who offered it."""

import msgspec

from cally.bookings import Availability, book, propose, reschedule
from cally.model.accounts import Actor
from cally.model.bookings import Booking
from cally.model.options import EventTypeOptions
from cally.model.rules import EventTypeRules
from cally.store import Store, event_types, schedules
from tests.cast import AS_CLEO, NOW, ada, at, booked, event_type, host, request, team_event_type

NINE = at("2026-09-22 09:00")


async def test_a_proposal_commits_nobody_else(store: Store) -> None:
    """Of a team in which moves go by turn as well: whose turn it would be was never asked."""
    pair = await ada(store), await host(store, "Ben Okri")
    made = await team_event_type(
        store, pair, EventTypeRules(duration_minutes=30, assignment="round_robin"), weights=(1, 1)
    )
    async with store.write() as tx:
        await event_types.update(
            tx, msgspec.structs.replace(made, approval=True, options=EventTypeOptions(keep_host=False)), now=NOW
        )
    wanted = await _books(store, "2026-09-25 08:00", "team:support")
    asked_of = next(one for one in pair if one.id == wanted.host_id)
    other = next(one for one in pair if one.id != wanted.host_id)
    await event_type(store, (await schedules.list_of(store.reader, other.id))[0])
    for day in (22, 23, 24):  # the other one is busy then, so that it is their turn afterwards
        await _books(store, f"2026-09-{day} 08:00", other.slug)
        assert (await _books(store, f"2026-09-{day} 08:00", "team:support")).host_id == asked_of.id
    by = Actor(kind="host", account_id=asked_of.id)
    (start,) = await propose(store, wanted.uid, [NINE], reason="", now=NOW, actor=by)
    taken = await reschedule(store, Availability(store), wanted.uid, start, now=NOW, actor=AS_CLEO)
    assert isinstance(taken, Booking)
    assert (taken.status, taken.host_id) == ("confirmed", asked_of.id)


async def _books(store: Store, when: str, whom: str) -> Booking:
    return booked(await book(store, Availability(store), request(at(when), host=whom), now=NOW, actor=AS_CLEO))
