"""An offer: everything about an event type that a booking is judged by and made of."""

from collections.abc import Sequence

import msgspec

from cally.bookings import together
from cally.bookings.entrance import ENDED, is_let_in, let_in
from cally.errors import CallyError, invalid, not_found
from cally.model.bookings import Booking, Terms
from cally.model.hosts import EventType, Host, Place, Schedule
from cally.model.private_pages import MASTER, NO_KEYS, Keys, PrivateLink
from cally.model.rules import EventTypeRules
from cally.model.teams import Assignable, Resource, Team
from cally.store import Reader, Writer, event_types, hosts, page_access, private_links, resources, schedules, teams

TEAM = "team:"


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """A host who can take part, by the schedule that counts for it; `share` says how a team assigns them.

    `is_barred`: their account is disabled, so that what cannot do without them cannot be had.
    """

    host: Host
    schedule: Schedule
    required: bool = True
    group: str = ""
    share: Assignable | None = None
    is_barred: bool = False


class Needed(msgspec.Struct, frozen=True, kw_only=True):
    """A resource that will do for a group."""

    resource: Resource
    group: str


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """An event type with the hosts who can take part and the resources it needs.

    `host` and `schedule` are those of the host who answers for it; alone, that host is the only participant. `together`
    are the hosts of a dynamic link, which stands under all of their slugs. `link` is the private link by which it was
    entered; `code` is what that link's address ends with.
    """

    host: Host
    event_type: EventType
    schedule: Schedule
    participants: tuple[Participant, ...]
    resources: tuple[Needed, ...] = ()
    team: Team | None = None
    together: tuple[Host, ...] = ()
    link: PrivateLink | None = None
    code: str = ""

    @property
    def name(self) -> str:
        """Who offers it, as a guest knows them."""
        if self.together:
            *others, last = (host.name for host in self.together)
            return f"{', '.join(others)} and {last}" if others else last
        return self.team.name if self.team is not None else self.host.name

    @property
    def owner(self) -> str:
        """Whose address it stands under, as requests name them: `ada`, `team:support`, `ada+ben`."""
        if self.together:
            return together.JOINT.join(sorted(host.slug for host in self.together))
        return f"{TEAM}{self.team.slug}" if self.team is not None else self.host.slug

    @property
    def identity(self) -> tuple[int, ...]:
        """What tells it from every other one: its row, which links share, and all whose revisions count."""
        return (self.event_type.id, *self.owners)

    @property
    def path(self) -> str:
        """The address of its page, as this visitor has it."""
        if self.code:
            return f"/p/{self.code}"
        if self.together:
            return f"/{self.owner}"
        start = f"/team/{self.team.slug}" if self.team is not None else f"/{self.host.slug}"
        return f"{start}/{self.event_type.slug}"

    @property
    def owners(self) -> tuple[int, ...]:
        """Everyone and everything whose revision its slots depend on."""
        own = (self.host.id, *((self.team.id,) if self.team is not None else ()))
        others = (participant.host.id for participant in self.participants)
        return tuple(dict.fromkeys((*own, *others, *(needed.resource.id for needed in self.resources))))

    def duration_minutes(self, wanted: int | None) -> int:
        """The length asked for, or the default; raises `invalid` for one that is not on offer."""
        if wanted is None:
            return self.event_type.durations_minutes[0]
        if wanted not in self.event_type.durations_minutes:
            lengths = ", ".join(str(minutes) for minutes in self.event_type.durations_minutes)
            raise invalid("duration_minutes", f"This event type lasts {lengths} minutes, not {wanted}.")
        return wanted

    def rules(self, duration_minutes: int) -> EventTypeRules:
        """The event type's rules at one of its lengths."""
        return msgspec.structs.replace(self.event_type.rules, duration_minutes=duration_minutes)

    def terms(self, duration_minutes: int, place: Place | None, nights: int | None = None) -> Terms:
        """What a booking made now will keep for good (rule 56)."""
        rules = self.event_type.rules
        return Terms(
            title=self.event_type.title,
            description=self.event_type.description,
            duration_minutes=duration_minutes,
            buffer_before_minutes=rules.buffer_before_minutes,
            buffer_after_minutes=rules.buffer_after_minutes,
            approval=self.event_type.approval,
            place=place,
            seats=rules.seats,
            nights=nights,
        )


async def offer(db: Reader, owner: str, event_type_slug: str, keys: Keys = NO_KEYS) -> Offer:
    """The event type at `/{host}/{slug}`, of `team:{team}`, or of hosts together, for whoever has these keys.

    Raises `not_found`, and `password_needed` or `link_ended` where they do not open it.
    """
    if together.JOINT in owner:
        return await _together(db, owner, event_type_slug)
    host, event_type = await _found(db, owner, event_type_slug)
    path = f"/{owner.replace(TEAM, 'team/', 1)}/{event_type.slug}"
    link = await let_in(db, event_type, keys, path=path)
    complete = await _complete(db, host, event_type)
    return complete if link is None else _through(complete, link, keys.code)


async def offer_of_link(db: Reader, keys: Keys) -> Offer:
    """The event type that a private link leads to; raises `not_found`, and `link_ended` when it works no more."""
    link = await private_links.by_hash(db, keys.link) if keys.link else None
    if link is None:
        raise not_found("page")
    event_type = await event_types.by_id(db, link.event_type_id)
    host = await hosts.by_id(db, event_type.host_id) if event_type else None
    if event_type is None or host is None or await event_types.archived_at(db, event_type.id) is not None:
        raise CallyError("link_ended", ENDED)
    await let_in(db, event_type, keys, path="")
    found = await _complete(db, host, event_type)
    if not await is_there(db, found, MASTER):  # the host's account is not in use
        raise CallyError("link_ended", ENDED)
    return _through(found, link, keys.code)


async def listed(db: Reader, owner_id: int, keys: Keys = NO_KEYS) -> list[EventType]:
    """What the profile of a host or a team shows to whoever has these keys: nothing that is closed to them."""
    closed = await page_access.closed_of(db, owner_id)
    found = await event_types.list_of(db, owner_id, listed_only=True)
    return [one for one in found if one.id not in closed or await is_let_in(db, one, keys)]


async def closed_event_type(db: Reader, owner: str, event_type_slug: str) -> EventType | None:
    """The event type at an address, for whoever is about to give its password; None when nothing is there."""
    if together.JOINT in owner:
        return None
    try:
        return (await _found(db, owner, event_type_slug))[1]
    except CallyError:
        return None


async def _found(db: Reader, owner: str, event_type_slug: str) -> tuple[Host, EventType]:
    if owner.startswith(TEAM):
        team = await teams.by_slug(db, owner.removeprefix(TEAM))
        event_type = await event_types.by_slug(db, team.id, event_type_slug) if team else None
        host = await hosts.by_id(db, event_type.host_id) if event_type else None
    else:
        host = await hosts.by_slug(db, owner)
        event_type = await event_types.by_slug(db, host.id, event_type_slug) if host else None
    if host is None or event_type is None:
        raise not_found("event type")
    return host, event_type


def _through(found: Offer, link: PrivateLink, code: str) -> Offer:
    """What a link leaves of an offer: one length, if it names one that is still on offer."""
    lengths = found.event_type.durations_minutes
    if link.duration_minutes in lengths:
        lengths = (link.duration_minutes,)
    event_type = msgspec.structs.replace(found.event_type, durations_minutes=lengths)
    return msgspec.structs.replace(found, event_type=event_type, link=link, code=code)


async def offer_by_id(db: Reader, event_type_id: int) -> Offer:
    """The event type of that row, also when it is archived."""
    event_type = await event_types.by_id(db, event_type_id)
    host = await hosts.by_id(db, event_type.host_id) if event_type else None
    if host is None or event_type is None:
        raise not_found("event type")
    return await _complete(db, host, event_type)


async def offer_of(db: Reader, booking: Booking) -> Offer:
    """The event type that a booking was made of, as it is offered now; of a dynamic link, with the booking's hosts."""
    event_type = await event_types.by_id(db, booking.event_type_id)
    if event_type is None or event_type.slug != event_types.LINKS:
        return await offer_by_id(db, booking.event_type_id)
    named = await together.hosts_of_booking(db, booking.hosts)
    return await _of_link(db, named, together.event_type_in(event_type.id, named[0]))


async def narrowed(db: Reader, offer: Offer, booking: Booking) -> Offer:
    """The offer with those alone who take part in a booking, and what is taken with it: all of them have to be free."""
    known = {one.host.id: one for one in offer.participants}
    taking_part = [known.get(host_id) or await _stranger(db, offer, host_id) for host_id in booking.hosts]
    participants = tuple(msgspec.structs.replace(one, required=True, group="") for one in taking_part)
    rules = msgspec.structs.replace(
        offer.event_type.rules, assignment="single" if len(participants) == 1 else "collective"
    )
    return msgspec.structs.replace(
        offer,
        event_type=msgspec.structs.replace(offer.event_type, rules=rules),
        participants=participants,
        resources=tuple(needed for needed in offer.resources if needed.resource.id in booking.resources),
    )


async def _stranger(db: Reader, offer: Offer, host_id: int) -> Participant:
    """A host of a booking who is no longer assigned to its event type; their claims count, whatever their hours."""
    host = await hosts.by_id(db, host_id)
    if host is None:
        raise not_found("host")
    return Participant(host=host, schedule=offer.schedule)


async def is_there(db: Reader, known: Offer, keys: Keys = NO_KEYS) -> bool:
    """Whether the address that led to this offer still leads whoever has these keys to the same owner.

    What else changed, revisions tell.
    """
    if not known.together and not await is_let_in(db, known.event_type, keys):
        return False
    if known.together:
        return await together.are_named(db, known.together)
    if known.team is not None:
        team = await teams.by_slug(db, known.team.slug)
        return team is not None and team.id == known.team.id
    host = await hosts.by_slug(db, known.host.slug)
    return host is not None and host.id == known.host.id


async def anchored(tx: Writer, offer: Offer, *, now: int) -> Offer:
    """The offer, with a row in the store that bookings and holds can point at."""
    if not offer.together:
        return offer
    event_type = await together.anchored(tx, offer.event_type, now=now)
    return msgspec.structs.replace(offer, event_type=event_type)


async def _together(db: Reader, owner: str, event_type_slug: str) -> Offer:
    named = await together.hosts_named(db, owner)
    if event_type_slug != together.SLUG:
        raise not_found("event type")
    return await _of_link(db, named, await together.event_type_of(db, named[0]))


async def _of_link(db: Reader, named: Sequence[tuple[Host, Schedule]], event_type: EventType) -> Offer:
    """Everybody has to be free, by their own hours."""
    participants = [
        Participant(host=host, schedule=schedule, is_barred=not await hosts.is_bookable(db, host.id))
        for host, schedule in named
    ]
    return Offer(
        host=named[0][0],
        event_type=event_type,
        schedule=named[0][1],
        participants=tuple(participants),
        together=tuple(host for host, _ in named),
    )


async def _complete(db: Reader, host: Host, event_type: EventType) -> Offer:
    schedule = await schedules.by_id(db, event_type.schedule_id)
    if schedule is None:
        raise CallyError("conflict", "This event type has no schedule; its host must choose one.")
    is_shared = event_type.rules.assignment != "single"
    return Offer(
        host=host,
        event_type=event_type,
        schedule=schedule,
        participants=await _team(db, event_type) if is_shared else (Participant(host=host, schedule=schedule),),
        resources=await _needed(db, event_type),
        team=await teams.by_id(db, event_type.team_id) if event_type.team_id is not None else None,
    )


async def _team(db: Reader, event_type: EventType) -> tuple[Participant, ...]:
    found = []
    for share in await teams.assignable(db, event_type.id):
        host = await hosts.by_id(db, share.host_id)
        schedule = await schedules.by_id(db, share.schedule_id)
        if host is not None and schedule is not None:
            found.append(
                Participant(
                    host=host,
                    schedule=schedule,
                    required=share.required,
                    group=share.group,
                    share=share,
                    is_barred=not await hosts.is_bookable(db, host.id),
                )
            )
    return tuple(found)


async def _needed(db: Reader, event_type: EventType) -> tuple[Needed, ...]:
    found = await resources.needed(db, event_type.id)
    return tuple(Needed(resource=resource, group=need.group) for resource, need in found)
