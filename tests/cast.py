"""The cast: Ada hosts, Ben is on her team, Cleo is a guest, Mallory must see nothing."""

from datetime import UTC, datetime

import msgspec

from cally.model.accounts import Actor
from cally.model.bookings import Booked, Booking, BookingRequest, Guest
from cally.model.hosts import EventType, Host, Place, Schedule
from cally.model.ids import new_id
from cally.model.options import EventTypeOptions, Stay
from cally.model.rules import DAYS, Cap, EventTypeRules, ScheduleRules, WeeklyHours, Window
from cally.model.teams import Assignable, Resource, Team, TeamMember
from cally.store import Store, accounts, event_types, hosts, resources, schedules, teams

TZ = "Europe/Berlin"
NOW = int(datetime(2026, 9, 21, 6, 0, tzinfo=UTC).timestamp())  # a Monday, 08:00 in Berlin
HOUR = 3_600
DAY = 24 * HOUR
NINE = Window(from_minute=9 * 60, to_minute=17 * 60)
WORKING_WEEK = ScheduleRules(tz=TZ, weekly=(WeeklyHours(days=DAYS[:5], hours=NINE),))
CLEO = Guest(name="Cleo Çelik", email="cleo@example.org", tz="America/New_York")
AS_CLEO = Actor(kind="guest", address="192.0.2.7")


def at(text: str) -> int:
    """The instant of `2026-09-22 10:00` in UTC, as epoch seconds."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


async def host(
    store: Store, name: str, *, role: str = "host", tz: str = TZ, now: int = NOW, caps: tuple[Cap, ...] = ()
) -> Host:
    """A verified host with an account and nothing else; `Ada Lovelace` gets the slug `ada`."""
    first = name.split(maxsplit=1)[0].lower()
    made = Host(
        id=new_id(now),
        slug=first,
        name=name,
        email=f"{first}@example.com",
        tz=tz,
        locale="en",
        week_starts_on="mon",
        about="",
        caps=caps,
    )
    async with store.write() as tx:
        await accounts.insert(
            tx,
            id=made.id,
            email=made.email,
            name=name,
            role="admin" if role == "admin" else "host",
            password_hash=None,
            verified_at=now,
            created_at=now,
        )
        await hosts.insert(tx, made, now=now)
    return made


async def schedule(store: Store, owner: Host, rules: ScheduleRules = WORKING_WEEK, *, now: int = NOW) -> Schedule:
    """A schedule of a host."""
    made = Schedule(id=new_id(now), host_id=owner.id, name="Working hours", rules=rules)
    async with store.write() as tx:
        await schedules.insert(tx, made, now=now)
    return made


async def event_type(
    store: Store,
    hours: Schedule,
    slug: str = "intro",
    *,
    rules: EventTypeRules | None = None,
    approval: bool = False,
    places: tuple[Place, ...] = (),
    durations: tuple[int, ...] | None = None,
    now: int = NOW,
) -> EventType:
    """An event type of the schedule's host; 30 minutes unless `rules` say otherwise."""
    kept = rules or EventTypeRules(duration_minutes=30)
    made = EventType(
        id=new_id(now),
        host_id=hours.host_id,
        schedule_id=hours.id,
        slug=slug,
        title="Intro call",
        description="A first chat.",
        rules=kept,
        durations_minutes=durations or (kept.duration_minutes,),
        places=places,
        questions=(),
        approval=approval,
        listed=True,
        position=0,
    )
    async with store.write() as tx:
        await event_types.insert(tx, made, now=now)
    return made


async def ada(store: Store, *, role: str = "host", now: int = NOW) -> Host:
    """Ada, with a Berlin working week and the event type `intro` of 30 minutes."""
    made = await host(store, "Ada Lovelace", role=role, now=now)
    await event_type(store, await schedule(store, made, now=now), now=now)
    return made


def request(starts_at: int, *, host: str = "ada", event_type: str = "intro", guest: Guest = CLEO) -> BookingRequest:
    """Cleo asks for a start."""
    return BookingRequest(host=host, event_type=event_type, starts_at=starts_at, guest=guest)


def booked(answer: object) -> Booking:
    """The booking of a "yes"; anything else fails the test."""
    assert isinstance(answer, Booked), answer
    return answer.booking


async def team_event_type(
    store: Store, members: tuple[Host, ...], rules: EventTypeRules, *, weights: tuple[int, ...] = (), now: int = NOW
) -> EventType:
    """The event type `intro` of the team `support`, at the working week of each member; all required if collective."""
    team = Team(id=new_id(now), slug="support", name="Support")
    hours = [await schedule(store, member, now=now) for member in members]
    made = EventType(
        id=new_id(now),
        host_id=members[0].id,
        schedule_id=hours[0].id,
        slug="intro",
        title="Support call",
        description="",
        rules=rules,
        durations_minutes=(rules.duration_minutes,),
        places=(),
        questions=(),
        approval=False,
        listed=True,
        position=0,
        team_id=team.id,
    )
    async with store.write() as tx:
        await teams.insert(tx, team, now=now)
        await event_types.insert(tx, made, now=now)
        for position, member in enumerate(members):
            await teams.insert_member(
                tx, TeamMember(team_id=team.id, host_id=member.id, manages=position == 0), now=now
            )
            share = Assignable(
                host_id=member.id,
                schedule_id=hours[position].id,
                required=rules.assignment == "collective",
                weight=weights[position] if weights else 100,
            )
            await teams.insert_assignable(tx, made.id, share, position=position)
    return made


async def room(store: Store, owner: Host, name: str, *, now: int = NOW) -> Resource:
    """A room that everybody may use."""
    made = Resource(id=new_id(now), host_id=owner.id, name=name)
    async with store.write() as tx:
        await resources.insert(tx, made, now=now)
    return made


async def cabin(store: Store, owner: Host, *, now: int = NOW) -> EventType:
    """What is booked by the night, up to five, every day: check-in at 15:00, check-out at 11:00."""
    rules = ScheduleRules(tz=TZ, weekly=(WeeklyHours(days=DAYS, hours=NINE),))
    made = await event_type(
        store, await schedule(store, owner, rules, now=now), "cabin", rules=EventTypeRules(duration_minutes=1_440)
    )
    by_the_night = msgspec.structs.replace(made, options=EventTypeOptions(stay=Stay(nights_to=5)))
    async with store.write() as tx:
        await event_types.update(tx, by_the_night, now=now)
    return by_the_night
