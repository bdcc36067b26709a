"""Teams: who may leave, who takes part, and where a new host starts."""

from datetime import date

import pytest

from cally import hosts
from cally.bookings import Availability, book, booking_by_uid, cancel, choices, reassign
from cally.errors import CallyError
from cally.hosts import EventTypeDraft, Share, TeamDraft, TimeOffDraft
from cally.model.accounts import Actor
from cally.model.hosts import EventType, Host
from cally.model.rules import EventTypeRules
from cally.model.teams import Team
from cally.store import Store, teams
from tests import cast
from tests.cast import AS_CLEO, HOUR, NOW, at

TEN = at("2026-09-22 08:00")
AS_ADA = Actor(kind="host")
TURNS = EventTypeRules(duration_minutes=30, assignment="round_robin")


@pytest.fixture
async def pair(store: Store) -> tuple[Host, Host]:
    """Ada and Ben, each with a working week."""
    found = await cast.host(store, "Ada Lovelace"), await cast.host(store, "Ben Okri")
    for host in found:
        await cast.schedule(store, host)
    return found


@pytest.fixture
async def team(store: Store, pair: tuple[Host, Host]) -> Team:
    """Support, which Ada manages and Ben is in."""
    made = await hosts.create_team(store, pair[0].id, TeamDraft(name="Support"), now=NOW, actor=AS_ADA)
    await hosts.add_member(store, made.id, pair[1].id, now=NOW, actor=AS_ADA)
    return made


async def offered(store: Store, team: Team, pair: tuple[Host, Host], **changes: object) -> EventType:
    draft = EventTypeDraft(title="Intro", rules=TURNS, **changes)  # type: ignore[arg-type]  # fields of the draft
    return await hosts.create_event_type(store, pair[0].id, draft, NOW, AS_ADA, team_id=team.id)


async def booked(store: Store, starts_at: int, *, now: int = NOW) -> str:
    request = cast.request(starts_at, host="team:support")
    return cast.booked(await book(store, Availability(store), request, now=now, actor=AS_CLEO)).uid


@pytest.mark.rule(61)
async def test_at_first_everybody_takes_turns(store: Store, team: Team, pair: tuple[Host, Host]):
    """A new event type of a team is everybody's, at the same weight."""
    made = await offered(store, team, pair)
    shares = await hosts.shares_of(store.reader, made.id)
    assert [(one.host_id, one.weight, one.required) for one in shares] == [(host.id, 100, False) for host in pair]


async def test_two_owners_may_have_the_same_address(store: Store, team: Team, pair: tuple[Host, Host]):
    """`/ada/intro` and `/team/support/intro` are two; a second one of the team is refused."""
    await cast.event_type(store, (await hosts.list_schedules(store.reader, pair[0].id))[0])
    await offered(store, team, pair, slug="intro")
    with pytest.raises(CallyError, match="Another event type"):
        await offered(store, team, pair, slug="intro")


@pytest.mark.parametrize(
    ("shares", "field"),
    [
        (lambda ada, ben: (), "hosts"),
        (lambda ada, ben: (Share(host_id=ada), Share(host_id=ada)), "hosts[1].host"),
        (lambda ada, ben: (Share(host_id=ada, weight=0),), "hosts[0].weight"),
        (lambda ada, ben: (Share(host_id=ada, weight=1_001),), "hosts[0].weight"),
        (lambda ada, ben: (Share(host_id=ada, required=True),), "hosts"),
        (lambda ada, ben: (Share(host_id=ada), Share(host_id=1)), "hosts[1].host"),
        (lambda ada, ben: (Share(host_id=ada, schedule_id=1),), "hosts[0].schedule_id"),
    ],
)
@pytest.mark.rule(61, 65)
async def test_who_takes_part_is_checked(store: Store, team: Team, pair: tuple[Host, Host], shares, field: str):
    """Somebody takes turns, each once, of the team, by a schedule of their own, at a weight that means something."""
    with pytest.raises(CallyError) as refused:
        await offered(store, team, pair, hosts=shares(pair[0].id, pair[1].id))
    assert refused.value.facts["field"] == field


async def test_only_a_team_has_several_hosts(store: Store, pair: tuple[Host, Host]):
    """An event type of a host is theirs alone, one of a team never is one host's."""
    draft = EventTypeDraft(title="Intro", rules=TURNS)
    with pytest.raises(CallyError, match="single"):
        await hosts.create_event_type(store, pair[0].id, draft, NOW, AS_ADA)


@pytest.mark.rule(61)
async def test_whoever_joins_starts_at_the_average(store: Store, team: Team, pair: tuple[Host, Host]):
    """Ada has had two; Ben, who joins, is treated as having had two, and takes turns from there."""
    made = await offered(store, team, pair, hosts=(Share(host_id=pair[0].id),))
    for number in range(2):
        await booked(store, TEN + number * HOUR)
    both = tuple(Share(host_id=host.id) for host in pair)
    draft = EventTypeDraft(title="Intro", rules=TURNS, hosts=both)
    await hosts.update_event_type(store, made.id, draft, NOW, AS_ADA)
    ben = (await hosts.shares_of(store.reader, made.id))[1]
    assert (ben.assigned, ben.credit) == (0, 2_000)


@pytest.mark.rule(61)
async def test_who_left_and_comes_back_is_counted_with_what_they_have(
    store: Store, team: Team, pair: tuple[Host, Host]
):
    """What Ben has from before counts, and his credit brings him to the average, not above it."""
    made = await offered(store, team, pair)
    for number in range(4):
        await booked(store, TEN + number * HOUR)
    await hosts.opt_out(store, made.id, pair[1].id, now=NOW, actor=AS_ADA)
    both = tuple(Share(host_id=host.id) for host in pair)
    draft = EventTypeDraft(title="Intro", rules=TURNS, hosts=both)
    await hosts.update_event_type(store, made.id, draft, NOW, AS_ADA)
    ada, ben = await hosts.shares_of(store.reader, made.id)
    assert (ada.assigned, ben.assigned, ben.credit) == (2, 2, 0)


@pytest.mark.rule(61)
async def test_days_away_are_credited(store: Store, team: Team, pair: tuple[Host, Host]):
    """Ben is away for two bookings, which Ada gets; back again he is not given two in a row."""
    made = await offered(store, team, pair)
    away = TimeOffDraft(first_on=date(2026, 9, 22), last_on=date(2026, 9, 22))
    await hosts.create_time_off(store, pair[1].id, away, now=NOW, actor=AS_ADA)
    for number in range(2):
        await booked(store, TEN + number * HOUR)
    ada, ben = await hosts.shares_of(store.reader, made.id)
    assert (ada.assigned, ben.assigned, ben.credit) == (2, 0, 2_000)


@pytest.mark.rule(57)
async def test_a_member_with_bookings_ahead_cannot_leave(store: Store, team: Team, pair: tuple[Host, Host]):
    """Ben has one ahead: handed to Ada, he may go, and is assigned no more."""
    made = await offered(store, team, pair, hosts=tuple(Share(host_id=host.id) for host in reversed(pair)))
    uids = [await booked(store, TEN), await booked(store, TEN + HOUR)]
    with pytest.raises(CallyError) as refused:
        await hosts.remove_member(store, team.id, pair[1].id, now=NOW, actor=AS_ADA)
    (own,) = refused.value.facts["future_bookings"]  # type: ignore[misc]  # a list of uids
    assert own in uids
    await reassign(store, str(own), "ada", now=NOW, actor=AS_ADA)
    await hosts.remove_member(store, team.id, pair[1].id, now=NOW, actor=AS_ADA)
    assert [one.host_id for one in await hosts.shares_of(store.reader, made.id)] == [pair[0].id]


async def test_the_last_who_manages_stays(store: Store, team: Team, pair: tuple[Host, Host]):
    """Ada can neither leave nor stop managing until Ben manages; then her event types are his to answer for."""
    made = await offered(store, team, pair)
    for act in (
        hosts.remove_member(store, team.id, pair[0].id, now=NOW, actor=AS_ADA),
        hosts.update_member(store, team.id, pair[0].id, manages=False, now=NOW, actor=AS_ADA),
    ):
        with pytest.raises(CallyError, match="Nobody else manages"):
            await act
    await hosts.update_member(store, team.id, pair[1].id, manages=True, now=NOW, actor=AS_ADA)
    await hosts.remove_member(store, team.id, pair[0].id, now=NOW, actor=AS_ADA)
    found = await hosts.event_type_by_id(store.reader, made.id)
    assert found is not None
    assert found.host_id == pair[1].id


@pytest.mark.rule(57)
async def test_a_team_goes_when_nothing_lies_ahead(store: Store, team: Team, pair: tuple[Host, Host]):
    """While somebody is booked it stays; afterwards its address is free."""
    await offered(store, team, pair)
    uid = await booked(store, TEN)
    with pytest.raises(CallyError, match="1 bookings ahead"):
        await hosts.delete_team(store, team.id, now=NOW, actor=AS_ADA)
    await cancel(store, uid, reason="", now=NOW, actor=AS_CLEO)
    await hosts.delete_team(store, team.id, now=NOW, actor=AS_ADA)
    assert await hosts.team_by_slug(store.reader, "support") is None
    assert await teams.members(store.reader, team.id) == []


async def test_opting_out_leaves_somebody(store: Store, team: Team, pair: tuple[Host, Host]):
    """Ben may, Ada then not: nobody else could be booked."""
    made = await offered(store, team, pair)
    await hosts.opt_out(store, made.id, pair[1].id, now=NOW, actor=AS_ADA)
    with pytest.raises(CallyError, match="Nobody else could be booked"):
        await hosts.opt_out(store, made.id, pair[0].id, now=NOW, actor=AS_ADA)


async def test_a_schedule_that_serves_a_team_stays(store: Store, team: Team, pair: tuple[Host, Host]):
    """Ben's hours are in use, though the event type is not his."""
    await offered(store, team, pair)
    hours = (await hosts.list_schedules(store.reader, pair[1].id))[0]
    with pytest.raises(CallyError, match="is used by Intro"):
        await hosts.delete_schedule(store, hours.id, now=NOW, actor=AS_ADA)


@pytest.mark.rule(61)
async def test_the_simulation_is_what_happens(store: Store, team: Team, pair: tuple[Host, Host]):
    """With everybody free, the next bookings go to those who were named."""
    made = await offered(store, team, pair, hosts=(Share(host_id=pair[0].id, weight=200), Share(host_id=pair[1].id)))
    ((_, simulated),) = await hosts.next_turns(store.reader, made, 6, now=NOW)
    uids = [await booked(store, TEN + number * HOUR, now=NOW + number) for number in range(6)]
    made_of = [await booking_by_uid(store.reader, uid) for uid in uids]
    assert [one.host_id for one in made_of if one] == [one.host_id for one in simulated]


@pytest.mark.rule(39)
async def test_nobody_is_offered_outside_the_team(store: Store, team: Team, pair: tuple[Host, Host]):
    """Mallory is not in the team, so nothing can be handed to her."""
    await cast.host(store, "Mallory")
    await offered(store, team, pair)
    uid = await booked(store, TEN)
    with pytest.raises(CallyError) as refused:
        await reassign(store, uid, "mallory", now=NOW, actor=AS_ADA)
    assert refused.value.facts["field"] == "host"


async def test_choices_say_who_is_free(store: Store, team: Team, pair: tuple[Host, Host]):
    """Ben is free until he has something of his own."""
    await offered(store, team, pair)
    booking = await booking_by_uid(store.reader, await booked(store, TEN))
    assert booking is not None
    (free,) = await choices(store.reader, booking, now=NOW)
    await cast.event_type(store, (await hosts.list_schedules(store.reader, free.host.id))[0], "own")
    request = cast.request(TEN, host=free.host.slug, event_type="own")
    await book(store, Availability(store), request, now=NOW, actor=AS_CLEO)
    (busy,) = await choices(store.reader, booking, now=NOW)
    assert (free.state, busy.state) == ("free", "busy")
