"""Another host by hand: one swap of claims, counted as a turn, everybody told once."""

import msgspec
import pytest

from cally.bookings import (
    Availability,
    book,
    booking_by_uid,
    cancel,
    concerns,
    list_bookings,
    miscounted,
    reassign,
    reschedule,
)
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.bookings import Booking
from cally.model.hosts import Host
from cally.model.rules import EventTypeRules, Refusal
from cally.store import Store, accounts, bookings, event_types, messages, occupancy, teams
from tests import cast
from tests.cast import AS_CLEO, HOUR, NOW, at

TEN = at("2026-09-22 08:00")
AS_ADA = Actor(kind="host")
TURNS = EventTypeRules(duration_minutes=30, assignment="round_robin")
TOGETHER = EventTypeRules(duration_minutes=30, assignment="collective")


@pytest.fixture
async def pair(store: Store) -> tuple[Host, Host]:
    """Ada and Ben."""
    return await cast.host(store, "Ada Lovelace"), await cast.host(store, "Ben Okri")


@pytest.fixture
def availability(store: Store) -> Availability:
    """Free slots."""
    return Availability(store)


async def made(store: Store, starts_at: int = TEN) -> Booking:
    request = cast.request(starts_at, host="team:support")
    return cast.booked(await book(store, Availability(store), request, now=NOW, actor=AS_CLEO))


async def told(store: Store, booking: Booking, sequence: int) -> list[tuple[str, str]]:
    found = await messages.list_of(store.reader, booking.id)
    return sorted((one.kind, one.address) for one in found if one.sequence == sequence)


@pytest.mark.rule(57, 74)
async def test_ben_takes_over_and_all_are_told(store: Store, pair: tuple[Host, Host]):
    """The uid stays, the sequence rises, the time is Ben's; Ada, Ben and Cleo get one message each."""
    await cast.team_event_type(store, pair, TURNS)
    first = await made(store)
    handed = await reassign(store, first.uid, "ben", now=NOW + 60, actor=AS_ADA)
    assert isinstance(handed, Booking)
    assert (handed.uid, handed.sequence, handed.host_id) == (first.uid, 1, pair[1].id)
    assert await booking_by_uid(store.reader, first.uid) == handed
    claims = [await occupancy.list_between(store.reader, host.id, TEN, TEN + HOUR) for host in pair]
    assert [len(found) for found in claims] == [0, 1]
    assert await told(store, first, 1) == [
        ("reassigned", "ada@example.com"),
        ("reassigned", "ben@example.com"),
        ("reassigned", "cleo@example.org"),
    ]


@pytest.mark.rule(61)
async def test_a_turn_by_hand_counts(store: Store, pair: tuple[Host, Host]):
    """Ben has it now, Ada no more; why is kept, and the counts are what the bookings say."""
    event_type = await cast.team_event_type(store, pair, TURNS)
    handed = await reassign(store, (await made(store)).uid, "ben", now=NOW, actor=AS_ADA)
    assert isinstance(handed, Booking)
    assert [(one.host_id, one.decided_by) for one in handed.decisions] == [(pair[1].id, "by_hand")]
    counts = {one.host_id: one.assigned for one in await teams.assignable(store.reader, event_type.id)}
    assert counts == {pair[0].id: 0, pair[1].id: 1}
    assert await miscounted(store.reader) == []


async def test_a_busy_host_cannot_take_over(store: Store, pair: tuple[Host, Host]):
    """Both are booked at ten; nothing changes hands."""
    await cast.team_event_type(store, pair, TURNS)
    first, _ = await made(store), await made(store)
    answer = await reassign(store, first.uid, "ben", now=NOW, actor=AS_ADA)
    assert answer == Refusal(code="busy", host="ben")
    assert await booking_by_uid(store.reader, first.uid) == first


async def test_of_several_it_must_be_said_who_gives_it_away(store: Store, pair: tuple[Host, Host]):
    """Of a meeting of all Ben's place goes to Dora; Ada stays, and answers for it."""
    event_type = await cast.team_event_type(store, pair, TOGETHER)
    dora = await cast.host(store, "Dora Marquez")
    await cast.schedule(store, dora)
    async with store.write() as tx:
        member = msgspec.structs.replace((await teams.members(tx, event_type.team_id or 0))[1], host_id=dora.id)
        await teams.insert_member(tx, member, now=NOW)
    first = await made(store)
    with pytest.raises(CallyError, match="which of them"):
        await reassign(store, first.uid, "dora", now=NOW, actor=AS_ADA)
    handed = await reassign(store, first.uid, "dora", instead_of="ben", now=NOW, actor=AS_ADA)
    assert isinstance(handed, Booking)
    assert handed.hosts == (pair[0].id, dora.id)


async def test_what_is_over_stays(store: Store, pair: tuple[Host, Host]):
    """Neither a cancelled booking nor one that has begun changes hands."""
    await cast.team_event_type(store, pair, TURNS)
    first, second = await made(store), await made(store, TEN + HOUR)
    await cancel(store, first.uid, reason="", now=NOW, actor=AS_CLEO)
    for uid, now in ((first.uid, NOW), (second.uid, TEN + HOUR)):
        with pytest.raises(CallyError) as refused:
            await reassign(store, uid, "ada", now=now, actor=AS_ADA)
        assert refused.value.code == "conflict"


@pytest.mark.rule(58)
async def test_guests_of_one_session_change_hands_together(store: Store, pair: tuple[Host, Host]):
    """Two seats at ten meet one host; handed over, both meet the other, and it is one turn."""
    rules = msgspec.structs.replace(TURNS, seats=3)
    event_type = await cast.team_event_type(store, pair, rules)
    seats = [await made(store), await made(store)]
    handed = await reassign(store, seats[1].uid, "ben", now=NOW, actor=AS_ADA)
    assert isinstance(handed, Booking)
    assert [await _host_of(store, seat.uid) for seat in seats] == [pair[1].id, pair[1].id]
    counts = {one.host_id: one.assigned for one in await teams.assignable(store.reader, event_type.id)}
    assert counts == {pair[0].id: 0, pair[1].id: 1}


async def _host_of(store: Store, uid: str) -> int:
    found = await booking_by_uid(store.reader, uid)
    assert found is not None
    return found.host_id


@pytest.mark.rule(64)
async def test_everybody_who_takes_part_is_told(store: Store, pair: tuple[Host, Host]):
    """Each host gets a mail of their own, which names the other; the guest's names both."""
    await cast.team_event_type(store, pair, TOGETHER)
    first = await made(store)
    assert await told(store, first, 0) == [
        ("confirmed", "ada@example.com"),
        ("confirmed", "ben@example.com"),
        ("confirmed", "cleo@example.org"),
    ]
    snapshots = [one.snapshot for one in await messages.list_of(store.reader, first.id)]
    assert {tuple(host.name for host in one.hosts) for one in snapshots} == {("Ada Lovelace", "Ben Okri")}
    assert {one.host_id for one in snapshots} == {pair[0].id, pair[1].id}


@pytest.mark.rule(63)
async def test_without_the_option_a_move_goes_by_turn(store: Store, pair: tuple[Host, Host]):
    """Ada has had two, Ben none: a moved booking goes to Ben, and Ada's calendar is told."""
    event_type = await cast.team_event_type(store, pair, TURNS)
    changed = msgspec.structs.replace(event_type, options=msgspec.structs.replace(event_type.options, keep_host=False))
    async with store.write() as tx:
        await event_types.update(tx, changed, now=NOW)
    first = await made(store)
    moved = await reschedule(store, Availability(store), first.uid, TEN + HOUR, now=NOW, actor=AS_CLEO)
    assert isinstance(moved, Booking)
    assert moved.host_id == pair[1].id
    assert ("reassigned", "ada@example.com") in await told(store, first, 1)


@pytest.mark.rule(57)
async def test_who_takes_part_finds_it_everywhere(store: Store, pair: tuple[Host, Host]):
    """Ben, who does not answer for it, has it in his list, in order with his own, and among what lies ahead."""
    await cast.team_event_type(store, pair, TOGETHER)
    later, first = await made(store, TEN + HOUR), await made(store)
    found = await list_bookings(store.reader, host_id=pair[1].id, from_at=NOW, limit=10)
    assert [one.uid for one in found] == [first.uid, later.uid]
    past = await list_bookings(store.reader, host_id=pair[1].id, latest_first=True, limit=1)
    assert [one.uid for one in past] == [later.uid]
    assert await bookings.count_future(store.reader, pair[1].id, NOW) == 2


@pytest.mark.rule(39)
async def test_only_whom_it_concerns_sees_it(store: Store, pair: tuple[Host, Host]):
    """Ben's booking is Ben's, and Ada's, who manages the team; to Mallory it does not exist."""
    await cast.team_event_type(store, pair, TURNS)
    await made(store)
    own = await made(store)
    mallory = await cast.host(store, "Mallory")
    seen = {}
    for host in (*pair, mallory):
        account = await accounts.by_id(store.reader, host.id)
        assert account is not None
        seen[host.slug] = await concerns(store.reader, account, own)
    assert seen == {"ada": True, "ben": own.host_id == pair[1].id, "mallory": False}


@pytest.mark.rule(65)
async def test_one_of_each_group_and_who_is_always_there(store: Store, availability: Availability):
    """Ada is always there; of sales and of engineers one each comes, and the second booking has the others."""
    people = [await cast.host(store, name) for name in ("Ada A", "Ben B", "Cid C", "Dan D", "Eve E")]
    event_type = await cast.team_event_type(store, tuple(people), TURNS)
    groups = ("", "sales", "sales", "engineers", "engineers")
    async with store.write() as tx:
        for position, share in enumerate(await teams.assignable(tx, event_type.id)):
            changed = msgspec.structs.replace(share, required=position == 0, group=groups[position])
            await teams.update_assignable(tx, event_type.id, changed, position=position)
    first, second = await made(store), await made(store, TEN + HOUR)
    ada, ben, cid, dan, eve = (host.id for host in people)
    assert (first.hosts, second.hosts) == ((ada, ben, dan), (ada, cid, eve))
    assert [one.group for one in first.decisions] == ["sales", "engineers"]
