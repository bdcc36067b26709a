"""What a host writes about an event type: everything but its ids, and the same thing made fit to be kept."""

import msgspec

from cally.errors import CallyError, invalid
from cally.hosts.needs import checked_needs
from cally.hosts.options import checked_options, require_stay_fits
from cally.hosts.questions import checked_questions
from cally.hosts.rules import checked_rules, minutes_in_range
from cally.hosts.shares import Share
from cally.model.hosts import EventType, Place, Question
from cally.model.options import EventTypeOptions
from cally.model.rules import EventTypeRules
from cally.model.slugs import slug as slug_of
from cally.model.teams import NeededResource
from cally.model.texts import line, paragraph

TITLE_LENGTH = 120
DURATIONS = 10
PLACES = 10
PLACE_LENGTH = 500
DAY_MINUTES = 1_440


class EventTypeDraft(msgspec.Struct, frozen=True, kw_only=True):
    """An event type as it is asked for.

    Without a slug the title gives one; without a schedule the host's first one serves. `rules.duration_minutes` is the
    default length, `durations_minutes` are further ones. `description` is Markdown as it was typed. `resources` None
    leaves what is needed as it is, `hosts` None who takes part in what a team offers: at first all its members.
    """

    title: str
    rules: EventTypeRules
    slug: str | None = None
    description: str = ""
    schedule_id: int | None = None
    durations_minutes: tuple[int, ...] = ()
    places: tuple[Place, ...] = ()
    questions: tuple[Question, ...] = ()
    approval: bool = False
    listed: bool = True
    options: EventTypeOptions = EventTypeOptions()
    resources: tuple[NeededResource, ...] | None = None
    hosts: tuple[Share, ...] | None = None


def draft_of(event_type: EventType) -> EventTypeDraft:
    """The draft that would make this event type: what a change of single fields starts from."""
    return EventTypeDraft(
        title=event_type.title,
        rules=event_type.rules,
        slug=event_type.slug,
        description=event_type.description,
        schedule_id=event_type.schedule_id,
        durations_minutes=event_type.durations_minutes,
        places=event_type.places,
        questions=event_type.questions,
        approval=event_type.approval,
        listed=event_type.listed,
        options=event_type.options,
    )


def checked(draft: EventTypeDraft, *, of_team: bool = False) -> EventTypeDraft:
    """The draft, cleaned and complete but for slug, schedule and hosts; raises `invalid` with the field at fault."""
    if draft.hosts is not None and not of_team:
        raise invalid("hosts", "Several hosts take part only in what a team offers.")
    require_stay_fits(draft.options.stay, draft.rules)
    return EventTypeDraft(
        title=line(draft.title, "title", longest=TITLE_LENGTH),
        rules=checked_rules(draft.rules, of_team=of_team),
        slug=slug_of(draft.slug) if draft.slug else None,
        description=paragraph(draft.description, "description"),
        schedule_id=draft.schedule_id,
        durations_minutes=_durations(draft),
        places=_places(draft.places),
        questions=checked_questions(draft.questions),
        approval=draft.approval,
        listed=draft.listed,
        options=checked_options(draft.options),
        resources=None if draft.resources is None else checked_needs(draft.resources),
        hosts=draft.hosts,
    )


def _durations(draft: EventTypeDraft) -> tuple[int, ...]:
    """All lengths, the default first, none twice."""
    lengths = tuple(dict.fromkeys((draft.rules.duration_minutes, *draft.durations_minutes)))
    if len(lengths) > DURATIONS:
        raise invalid("durations_minutes", f"At most {DURATIONS} lengths can be offered.")
    for minutes in lengths:
        minutes_in_range(minutes, "durations_minutes", 1, DAY_MINUTES)
    return lengths


def _places(places: tuple[Place, ...]) -> tuple[Place, ...]:
    if len(places) > PLACES:
        raise invalid("places", f"At most {PLACES} places can be offered.")
    return tuple(_place(place, f"places[{number}].detail") for number, place in enumerate(places))


def _place(place: Place, field: str) -> Place:
    if place.kind == "guest_phone":
        return Place(kind="guest_phone")
    detail = line(place.detail, field, longest=PLACE_LENGTH)
    if place.kind == "link" and not detail.startswith(("https://", "http://")):
        raise _no_link(field)
    return Place(kind=place.kind, detail=detail)


def _no_link(field: str) -> CallyError:
    return invalid(field, "Please give a web address that starts with https://.")
