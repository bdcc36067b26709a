"""A host's event types, with the names that the capsule has for their rules."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from cally import hosts
from cally.errors import not_found
from cally.hosts import EventTypeDraft, Share
from cally.model.capsule import event_type_from_json, event_type_to_json
from cally.model.hosts import EventType, Place, Question
from cally.model.options import EventTypeOptions, Keeps, Series, Stay
from cally.model.reminders import FollowUp, Reminders
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.v1.pages import Page, Paged, page
from cally.web.api.v1.teams_found import team_in

noun = Noun("Event types")
RULES = frozenset(
    [
        "duration_minutes",
        "step_minutes",
        "offset_minutes",
        "grid",
        "buffer_before_minutes",
        "buffer_after_minutes",
        "buffers_around_busy",
        "notice_minutes",
        "notice_days",
        "horizon",
        "caps",
        "assignment",
        "seats",
    ]
)
Id = str


class CapGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The most bookings, or booked minutes, per local period; one of the two."""

    per: Literal["day", "week", "month", "year"]
    bookings: int | None = None
    minutes: int | None = None


class HorizonGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The furthest ahead: `days` for rolling and open days, `from` and `to` (both included) for a range."""

    kind: Literal["rolling", "open_days", "range"]
    days: int | None = None
    from_: str | None = msgspec.field(name="from", default=None)
    to: str | None = None


class PlaceGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it may happen; `detail` is the address, number or link, none when the guest gives a number."""

    kind: Literal["in_person", "phone", "guest_phone", "link"]
    detail: str = ""


class QuestionGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field of the booking form; without an `id` the label gives one."""

    label: str
    kind: Literal["text", "long_text", "select", "radio", "checkboxes", "checkbox", "number", "phone", "url"]
    id: str = ""
    required: bool = False
    choices: tuple[str, ...] = ()


class NeedGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A resource that will do for a `group`; of each group the first free one is taken, in this order."""

    id: Id
    group: str = "Room"


class ShareGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A host of the team who can be booked; without a schedule the one they had, else their first one.

    `required` ones are always there; the others take turns within their `group` by `weight` (1 to 1000, 100 is
    normal), or, where all meet together, come if they can.
    """

    host: str
    schedule_id: Id | None = None
    required: bool = False
    group: str = ""
    weight: int = 100


class ShareShown(msgspec.Struct, frozen=True, kw_only=True):
    """A host who can be booked, and how many bookings they were given and still have."""

    host: str
    name: str
    schedule_id: Id
    required: bool
    group: str
    weight: int
    assigned: int


class EventTypeChanges(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; everything else stays as it is. `null` takes away what may be missing.

    `keeps` is what stays when a zone's law changes; `null`: wall time in person, the instant otherwise. `reminders`
    are sent so many minutes before the start; `null`: as the host's message settings say. `follow_up` `null`: none.
    """

    title: str | UnsetType = UNSET
    slug: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    schedule_id: Id | UnsetType = UNSET
    duration_minutes: int | UnsetType = UNSET
    durations_minutes: tuple[int, ...] | UnsetType = UNSET
    step_minutes: int | UnsetType | None = UNSET
    offset_minutes: int | UnsetType = UNSET
    grid: Literal["opening", "optimised"] | UnsetType = UNSET
    buffer_before_minutes: int | UnsetType = UNSET
    buffer_after_minutes: int | UnsetType = UNSET
    buffers_around_busy: bool | UnsetType = UNSET
    notice_minutes: int | UnsetType = UNSET
    notice_days: int | UnsetType = UNSET
    horizon: HorizonGiven | UnsetType | None = UNSET
    caps: tuple[CapGiven, ...] | UnsetType = UNSET
    assignment: Literal["single", "collective", "round_robin"] | UnsetType = UNSET
    seats: int | UnsetType = UNSET
    places: tuple[PlaceGiven, ...] | UnsetType = UNSET
    questions: tuple[QuestionGiven, ...] | UnsetType = UNSET
    approval: bool | UnsetType = UNSET
    listed: bool | UnsetType = UNSET
    keeps: Keeps | UnsetType | None = UNSET
    active_per_guest: int | UnsetType | None = UNSET
    keep_host: bool | UnsetType = UNSET
    guests_meet: bool | UnsetType = UNSET
    waitlist: bool | UnsetType = UNSET
    consent: str | UnsetType = UNSET
    stay: Stay | UnsetType | None = UNSET
    series: Series | UnsetType | None = UNSET
    reminders: Reminders | UnsetType | None = UNSET
    follow_up: FollowUp | UnsetType | None = UNSET
    hosts: tuple[ShareGiven, ...] | UnsetType = UNSET
    resources: tuple[NeedGiven, ...] | UnsetType = UNSET


class EventTypeWanted(EventTypeChanges, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new event type. Without a slug the title gives one, without a schedule the host's first one serves.

    With a `team` (its slug) it is the team's: its hosts take turns, or meet guests together, as `assignment` says.
    """

    title: str
    duration_minutes: int
    team: str | None = None


class EventTypesAsked(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Those of a team (its slug) instead of the host's own."""

    team: str | None = None


class EventTypeShown(msgspec.Struct, frozen=True, kw_only=True):
    """An event type as its host sees it; `durations_minutes` are all lengths on offer, the default first."""

    id: Id
    slug: str
    title: str
    description: str
    schedule_id: Id
    duration_minutes: int
    durations_minutes: tuple[int, ...]
    step_minutes: int | None
    offset_minutes: int
    grid: Literal["opening", "optimised"]
    buffer_before_minutes: int
    buffer_after_minutes: int
    buffers_around_busy: bool
    notice_minutes: int
    notice_days: int
    horizon: HorizonGiven | None
    caps: tuple[CapGiven, ...]
    assignment: Literal["single", "collective", "round_robin"]
    seats: int
    places: tuple[Place, ...]
    questions: tuple[Question, ...]
    approval: bool
    listed: bool
    keeps: Keeps | None
    active_per_guest: int | None
    keep_host: bool
    guests_meet: bool
    waitlist: bool
    consent: str
    stay: Stay | None
    series: Series | None
    reminders: Reminders | None
    follow_up: FollowUp | None
    team: str | None
    hosts: tuple[ShareShown, ...]
    resources: tuple[NeedGiven, ...]
    url: str


class EventTypesShown(Page, frozen=True, kw_only=True):
    """A host's event types, in their order."""

    event_types: tuple[EventTypeShown, ...]


@noun.does(
    "GET",
    "/event-types",
    scope="event-types:read",
    query=EventTypesAsked,
    answers={200: EventTypesShown},
    refuses=("not_found",),
)
async def list_event_types(call: Call) -> Answer:
    """List the host's event types, or those of a team of theirs, unlisted ones included."""
    owner_id = call.token_holder.account.id
    if call.query.team is not None:
        owner_id = (await team_in(call, call.query.team)).id
    found = await hosts.list_event_types(call.doors.store.reader, owner_id)
    kept, more = page(found, call.query, lambda one: (one.position, one.id))
    return answer(EventTypesShown(event_types=tuple([await _shown(call, one) for one in kept]), next_cursor=more))


@noun.does("POST", "/event-types", scope="event-types:write", body=EventTypeWanted, answers={201: EventTypeShown})
async def create_event_type(call: Call) -> Answer:
    """Offer a new kind of meeting."""
    holder, team_id, assignment = call.token_holder, None, "single"
    if call.body.team is not None:
        team_id, assignment = (await team_in(call, call.body.team, to_change=True)).id, "round_robin"
    rules = event_type_from_json({"duration_minutes": 1, "assignment": assignment})
    draft = changed_draft(EventTypeDraft(title=call.body.title, rules=rules), call.body, call.sent)
    draft = await _with_hosts(call, draft)
    made = await hosts.create_event_type(
        call.doors.store, holder.account.id, draft, call.now, holder.actor(), team_id=team_id
    )
    return answer(await _shown(call, made), 201, {"location": f"/api/v1/event-types/{made.id}"})


@noun.does("GET", "/event-types/{id}", scope="event-types:read", answers={200: EventTypeShown}, refuses=("not_found",))
async def show_event_type(call: Call) -> Answer:
    """Show one event type."""
    return answer(await _shown(call, await _own(call)))


@noun.does(
    "PATCH",
    "/event-types/{id}",
    scope="event-types:write",
    body=EventTypeChanges,
    answers={200: EventTypeShown},
    refuses=("not_found",),
)
async def change_event_type(call: Call) -> Answer:
    """Change what is given; existing bookings keep their terms."""
    known = await _own(call)
    draft = await _with_hosts(call, changed_draft(hosts.draft_of(known), call.body, call.sent))
    actor = call.token_holder.actor()
    return answer(await _shown(call, await hosts.update_event_type(call.doors.store, known.id, draft, call.now, actor)))


@noun.does("DELETE", "/event-types/{id}", scope="event-types:write", answers={204: None}, refuses=("not_found",))
async def archive_event_type(call: Call) -> Answer:
    """Take an event type off offer for good; its bookings stand."""
    known = await _own(call)
    await hosts.archive_event_type(call.doors.store, known.id, call.now, call.token_holder.actor())
    return answer(None, 204)


def changed_draft(base: EventTypeDraft, given: EventTypeChanges, sent: dict[str, Any]) -> EventTypeDraft:
    """The draft with what was sent put into it; raises `invalid` with the field at fault."""
    changes: dict[str, Any] = {
        name: sent[name] for name in ("title", "slug", "description", "approval", "listed") if name in sent
    }
    if given.schedule_id is not UNSET:
        changes["schedule_id"] = _number(given.schedule_id)
    if given.places is not UNSET:
        changes["places"] = tuple(Place(kind=place.kind, detail=place.detail) for place in given.places)
    if given.questions is not UNSET:
        changes["questions"] = tuple(_question(asked) for asked in given.questions)
    if given.resources is not UNSET:
        changes["resources"] = hosts.numbered([(_number(need.id), need.group) for need in given.resources])
    changes["options"] = _options(base.options, given)
    changes |= _lengths(base, given)
    minutes = changes.pop("duration_minutes", base.rules.duration_minutes)
    rules = event_type_to_json(base.rules) | {name: sent[name] for name in RULES & sent.keys()}
    rules["duration_minutes"] = minutes
    kept = {name: value for name, value in rules.items() if value is not None}
    return msgspec.structs.replace(base, rules=event_type_from_json(kept), **changes)


def _lengths(base: EventTypeDraft, given: EventTypeChanges) -> dict[str, Any]:
    """Default length and further ones: a new default takes the old one's place, new lengths keep or set the default."""
    default = base.rules.duration_minutes
    if given.durations_minutes is UNSET:
        minutes = default if given.duration_minutes is UNSET else given.duration_minutes
        return {
            "duration_minutes": minutes,
            "durations_minutes": tuple(other for other in base.durations_minutes if other != default),
        }
    lengths = given.durations_minutes
    if given.duration_minutes is not UNSET:
        return {"duration_minutes": given.duration_minutes, "durations_minutes": lengths}
    minutes = default if default in lengths or not lengths else lengths[0]
    return {"duration_minutes": minutes, "durations_minutes": lengths}


def _options(base: EventTypeOptions, given: EventTypeChanges) -> EventTypeOptions:
    asked = {name: getattr(given, name) for name in EventTypeOptions.__struct_fields__}
    return msgspec.structs.replace(base, **{name: value for name, value in asked.items() if value is not UNSET})


def _question(given: QuestionGiven) -> Question:
    return Question(id=given.id, label=given.label, kind=given.kind, required=given.required, choices=given.choices)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


async def _with_hosts(call: Call, draft: EventTypeDraft) -> EventTypeDraft:
    """The draft with the hosts that were sent, known by their slugs."""
    given = call.body.hosts
    if given is UNSET:
        return draft
    known = {host.slug: host.id for host in await hosts.list_hosts(call.doors.store.reader)}
    shares = tuple(
        Share(
            host_id=known.get(share.host, 0),
            schedule_id=None if share.schedule_id is None else _number(share.schedule_id),
            required=share.required,
            group=share.group,
            weight=share.weight,
        )
        for share in given
    )
    return msgspec.structs.replace(draft, hosts=shares)


async def _own(call: Call) -> EventType:
    db = call.doors.store.reader
    found = await hosts.event_type_by_id(db, call.id())
    if found is None or not await hosts.may_change(db, call.token_holder.account, found):
        raise not_found("event type")
    return found


async def _shares(call: Call, event_type: EventType) -> tuple[ShareShown, ...]:
    shown = []
    for share in await hosts.shares_of(call.doors.store.reader, event_type.id):
        host = await hosts.host_by_id(call.doors.store.reader, share.host_id)
        shown.append(
            ShareShown(
                host=host.slug if host else "",
                name=host.name if host else "",
                schedule_id=str(share.schedule_id),
                required=share.required,
                group=share.group,
                weight=share.weight,
                assigned=share.assigned,
            )
        )
    return tuple(shown)


async def _shown(call: Call, event_type: EventType) -> EventTypeShown:
    host = await hosts.host_by_id(call.doors.store.reader, event_type.host_id)
    team = await hosts.team_by_id(call.doors.store.reader, event_type.team_id) if event_type.team_id else None
    page = f"team/{team.slug}" if team else host.slug if host else ""
    rules, options = event_type.rules, event_type.options
    horizon = event_type_to_json(rules).get("horizon")
    return EventTypeShown(
        id=str(event_type.id),
        slug=event_type.slug,
        title=event_type.title,
        description=event_type.description,
        schedule_id=str(event_type.schedule_id),
        duration_minutes=rules.duration_minutes,
        durations_minutes=event_type.durations_minutes,
        step_minutes=rules.step_minutes,
        offset_minutes=rules.offset_minutes,
        grid=rules.grid,
        buffer_before_minutes=rules.buffer_before_minutes,
        buffer_after_minutes=rules.buffer_after_minutes,
        buffers_around_busy=rules.buffers_around_busy,
        notice_minutes=rules.notice_minutes,
        notice_days=rules.notice_days,
        horizon=msgspec.convert(horizon, HorizonGiven) if horizon else None,
        caps=tuple(CapGiven(per=cap.per, bookings=cap.bookings, minutes=cap.minutes) for cap in rules.caps),
        assignment=rules.assignment,
        seats=rules.seats,
        places=event_type.places,
        questions=event_type.questions,
        approval=event_type.approval,
        listed=event_type.listed,
        keeps=options.keeps,
        active_per_guest=options.active_per_guest,
        keep_host=options.keep_host,
        guests_meet=options.guests_meet,
        waitlist=options.waitlist,
        consent=options.consent,
        stay=options.stay,
        series=options.series,
        reminders=options.reminders,
        follow_up=options.follow_up,
        team=team.slug if team else None,
        hosts=await _shares(call, event_type) if team else (),
        resources=tuple(
            NeedGiven(id=str(need.resource_id), group=need.group)
            for need in await hosts.needs_of(call.doors.store.reader, event_type.id)
        ),
        url=f"{call.doors.public_url()}/{page}/{event_type.slug}",
    )
