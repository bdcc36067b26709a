"""The form of an event type: filled in from what is stored, read back as what is to be stored."""

from collections.abc import Iterable, Sequence
from typing import Literal, get_args, get_type_hints

import msgspec

from cally.hosts import EventTypeDraft
from cally.model.hosts import EventType, Place, Question
from cally.model.options import EventTypeOptions, Keeps
from cally.model.rules import Cap, EventTypeRules, Horizon
from cally.model.teams import NeededResource, Resource
from cally.web.forms import Form
from cally.web.pages.host import rows
from cally.web.pages.host.needs_form import Needs, edited_needs, needs_from, needs_shown, needs_wanted
from cally.web.pages.host.reminder_form import USUAL, follow_up_from, own_fields, own_reminders_from, with_offsets
from cally.web.pages.host.series_form import series_fields, series_from, with_rhythms
from cally.web.pages.host.stay_form import stay_fields, stay_from, with_days

PLACE_KINDS: tuple[str, ...] = get_args(get_type_hints(Place)["kind"])
QUESTION_KINDS: tuple[str, ...] = get_args(get_type_hints(Question)["kind"])
WITH_CHOICES = frozenset({"select", "radio", "checkboxes"})
PERIODS: tuple[Literal["day", "week", "month", "year"], ...] = ("day", "week", "month", "year")
HORIZONS = ("none", "rolling", "open_days", "range")
KEEPS: tuple[Keeps, ...] = ("wall_time", "instant")
UNITS = {"minutes": 1, "hours": 60, "days": 1_440}
MOST_PLACES = 10
MOST_QUESTIONS = 30
DAY_MINUTES = 1_440
YEAR_DAYS = 366
YEARS_DAYS = 730
MOST_MINUTES = 100_000
LARGEST_ID = 2**63 - 1


class EventTypeRows(msgspec.Struct, frozen=True, kw_only=True):
    """The lists of the form."""

    places: tuple[Place, ...] = ()
    questions: tuple[Question, ...] = ()
    needs: Needs = ()


def form_of(event_type: EventType) -> Form:
    """The form, filled in with an event type as it is."""
    rules = event_type.rules
    notice, unit = _with_unit(rules.notice_minutes)
    form = Form.of(
        title=event_type.title,
        slug=event_type.slug,
        description=event_type.description,
        schedule=event_type.schedule_id,
        durations=", ".join(map(str, event_type.durations_minutes)),
        step=rules.step_minutes,
        grid=rules.grid,
        buffer_before=rules.buffer_before_minutes or None,
        buffer_after=rules.buffer_after_minutes or None,
        tight_busy=not rules.buffers_around_busy,
        notice=notice or None,
        notice_unit=unit,
        notice_days=rules.notice_days or None,
        seats=rules.seats,
        approval=event_type.approval,
        listed=event_type.listed,
        keeps=event_type.options.keeps,
        active_per_guest=event_type.options.active_per_guest,
        guests_meet=event_type.options.guests_meet,
        waitlist=event_type.options.waitlist,
        consent=event_type.options.consent or None,
        **stay_fields(event_type.options.stay),
        **series_fields(event_type.options.series),
        **own_fields(event_type.options.reminders, event_type.options.follow_up),
        **_horizon_fields(rules.horizon),
        **_cap_fields(rules.caps),
    )
    options = event_type.options
    form = with_offsets(form, USUAL if options.reminders is None else options.reminders)
    return with_rhythms(with_days(form, options.stay), options.series)


def new_form(schedule_id: int | None) -> Form:
    """The form of an event type that does not exist yet, with what most people want."""
    form = Form.of(
        schedule=schedule_id,
        durations="30",
        grid="opening",
        notice=4,
        notice_unit="hours",
        horizon="rolling",
        horizon_days=60,
        seats=1,
        listed=True,
        **stay_fields(None),
        **series_fields(None),
        **own_fields(None, None),
    )
    return with_rhythms(with_days(with_offsets(form, USUAL), None), None)


def rows_of(event_type: EventType, needed: Iterable[NeededResource]) -> EventTypeRows:
    """The lists of an event type as it is."""
    return EventTypeRows(places=event_type.places, questions=event_type.questions, needs=needs_shown(needed))


def rows_from(form: Form) -> EventTypeRows:
    """The lists as they were sent."""
    return EventTypeRows(places=tuple(_places(form)), questions=tuple(_questions(form)), needs=needs_from(form))


def edited(lists: EventTypeRows, act: str, usable: Sequence[Resource] = ()) -> EventTypeRows:
    """The lists after a button such as `place:add:link` or `question:up:2`; `usable` are the resources to choose of."""
    what, _, rest = act.partition(":")
    verb, _, argument = rest.partition(":")
    if what == "place":
        places = rows.edited(lists.places, verb, argument, _new_place, most=MOST_PLACES)
        return msgspec.structs.replace(lists, places=places)
    if what == "question":
        questions = rows.edited(lists.questions, verb, argument, _new_question, most=MOST_QUESTIONS)
        return msgspec.structs.replace(lists, questions=questions)
    if what == "need":
        return msgspec.structs.replace(lists, needs=edited_needs(lists.needs, verb, argument, usable))
    return lists


def draft_from(form: Form, lists: EventTypeRows, kept: EventType | None) -> EventTypeDraft:
    """What is to be stored; faults are noted in the form. What the form does not show stays as in `kept`."""
    durations = _durations(form)
    return EventTypeDraft(
        title=form.line("title"),
        slug=form.slug() if form.text("slug").strip() else None,
        description=form.paragraph("description"),
        schedule_id=form.number_or_none("schedule", least=1, most=LARGEST_ID),
        rules=_rules(form, durations[0], kept.rules if kept else EventTypeRules(duration_minutes=durations[0])),
        durations_minutes=durations,
        places=lists.places,
        questions=lists.questions,
        approval=form.flag("approval"),
        listed=form.flag("listed"),
        options=_options(form, kept.options if kept else EventTypeOptions()),
        resources=needs_wanted(form, lists.needs),
    )


def _options(form: Form, kept: EventTypeOptions) -> EventTypeOptions:
    return msgspec.structs.replace(
        kept,
        keeps=form.choice("keeps", KEEPS) if form.text("keeps") else None,
        active_per_guest=form.number_or_none("active_per_guest", least=1, most=1_000),
        guests_meet=form.flag("guests_meet"),
        waitlist=form.flag("waitlist"),
        consent=form.paragraph("consent"),
        stay=stay_from(form),
        series=series_from(form),
        reminders=own_reminders_from(form),
        follow_up=follow_up_from(form),
    )


def _rules(form: Form, duration_minutes: int, kept: EventTypeRules) -> EventTypeRules:
    unit = UNITS[form.choice("notice_unit", UNITS)]
    return msgspec.structs.replace(
        kept,
        duration_minutes=duration_minutes,
        step_minutes=form.number_or_none("step", least=1, most=DAY_MINUTES),
        grid=_grid(form),
        buffer_before_minutes=form.number("buffer_before", least=0, most=DAY_MINUTES, default=0),
        buffer_after_minutes=form.number("buffer_after", least=0, most=DAY_MINUTES, default=0),
        buffers_around_busy=not form.flag("tight_busy"),
        notice_minutes=form.number("notice", least=0, most=YEAR_DAYS * DAY_MINUTES // unit, default=0) * unit,
        notice_days=form.number("notice_days", least=0, most=YEAR_DAYS, default=0),
        horizon=_horizon(form),
        caps=tuple(_caps(form)),
        seats=form.number("seats", least=1, most=1_000, default=1),
    )


def _grid(form: Form) -> Literal["opening", "optimised"]:
    return "optimised" if form.text("grid") == "optimised" else "opening"


def _durations(form: Form) -> tuple[int, ...]:
    """All lengths on offer, the default first; written as `30` or `15, 30, 60`."""
    texts = [part.strip() for part in form.text("durations").replace(";", ",").split(",") if part.strip()]
    lengths = tuple(dict.fromkeys(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 5))
    if not lengths or len(lengths) < len(texts) or not all(1 <= minutes <= DAY_MINUTES for minutes in lengths):
        form.fault("durations", "Give minutes from 1 to 1440: one length, or several with commas, like 15, 30, 60.")
        return (30,)
    return lengths


def _horizon(form: Form) -> Horizon | None:
    kind = form.choice("horizon", HORIZONS)
    if kind == "range":
        return Horizon(kind="range", from_on=form.date("horizon_from"), to_on=form.date("horizon_to"))
    if kind == "none":
        return None
    days = form.number("horizon_days", least=1, most=YEARS_DAYS)
    return Horizon(kind="open_days" if kind == "open_days" else "rolling", days=days)


def _horizon_fields(horizon: Horizon | None) -> dict[str, str | int | None]:
    if horizon is None:
        return {"horizon": "none"}
    return {
        "horizon": horizon.kind,
        "horizon_days": horizon.days,
        "horizon_from": horizon.from_on.isoformat() if horizon.from_on else None,
        "horizon_to": horizon.to_on.isoformat() if horizon.to_on else None,
    }


def _caps(form: Form) -> Iterable[Cap]:
    for per in PERIODS:
        bookings = form.number_or_none(f"cap_{per}", least=1, most=10_000)
        minutes = form.number_or_none(f"cap_{per}_minutes", least=1, most=MOST_MINUTES)
        if bookings is not None:
            yield Cap(per=per, bookings=bookings)
        if minutes is not None:
            yield Cap(per=per, minutes=minutes)


def _cap_fields(caps: tuple[Cap, ...]) -> dict[str, int | None]:
    counted: dict[str, int | None] = {f"cap_{cap.per}": cap.bookings for cap in caps if cap.bookings is not None}
    return counted | {f"cap_{cap.per}_minutes": cap.minutes for cap in caps if cap.minutes is not None}


def _places(form: Form) -> Iterable[Place]:
    for kind, detail in zip(form.all("place-kind"), form.all("place-detail"), strict=False):
        if kind in PLACE_KINDS:
            yield msgspec.convert({"kind": kind, "detail": detail.strip()}, Place)


def _questions(form: Form) -> Iterable[Question]:
    columns = (form.all(f"question-{name}") for name in ("id", "label", "kind", "choices"))
    required = set(form.all("question-required"))
    for number, (name, label, kind, choices) in enumerate(zip(*columns, strict=False)):
        if kind in QUESTION_KINDS:
            lines = tuple(dict.fromkeys(line.strip() for line in choices.splitlines() if line.strip()))
            kept = {"id": name, "label": label.strip(), "kind": kind, "required": str(number) in required}
            yield msgspec.convert(kept | {"choices": lines if kind in WITH_CHOICES else ()}, Question)


def _new_place(kind: str) -> Place:
    return msgspec.convert({"kind": kind if kind in PLACE_KINDS else PLACE_KINDS[0]}, Place)


def _new_question(kind: str) -> Question:
    return msgspec.convert({"id": "", "label": "", "kind": kind if kind in QUESTION_KINDS else "text"}, Question)


def _with_unit(minutes: int) -> tuple[int, str]:
    """A length in the largest unit that shows it without a rest."""
    unit = next(name for name in ("days", "hours", "minutes") if minutes % UNITS[name] == 0)
    return (minutes // UNITS[unit], unit) if minutes else (0, "hours")
