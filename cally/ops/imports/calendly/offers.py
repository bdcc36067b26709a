"""Calendly's event types as its API tells them: fewer facts than an event type here has."""

from typing import Any

from cally.hosts.questions import LABEL_LENGTH
from cally.model.hosts import Place, Question
from cally.model.imports import ForeignEventType, ForeignHost, ForeignSchedule
from cally.model.rules import EventTypeRules
from cally.ops.imports import cleaning
from cally.ops.imports.cal_com.asked import Kind, question_id
from cally.ops.imports.found import Found
from cally.ops.imports.rows import Row

TITLE_LENGTH = 120
KINDS: dict[str, Kind] = {
    "string": "text",
    "text": "long_text",
    "phone_number": "phone",
    "single_select": "radio",
    "multi_select": "checkboxes",
}
SEATS = 2
UNSAID = "How near, how far ahead and how often it may be booked is not told by Calendly’s API: please look at it."
GROUP = "A group event: how many may come is not told, so there are 2 seats; please set their number."


def read_event_type(found: Found, row: Row) -> ForeignEventType | None:
    """An event type of a host, or of several together."""
    title = cleaning.one_line(row.text("name"), longest=TITLE_LENGTH, instead="Meeting")
    if str(row.values.get("type") or "").startswith("Adhoc"):
        found.left_out("event type", title, "A meeting that was offered once.", row.where)
        return None
    host = found.hosts.get(_owner(row))
    if host is None:
        found.left_out("event type", title, "Its host is not among what was read.", row.where)
        return None
    if row.text("pooling_type"):
        found.left_out("event type", title, "Shared by a team; Calendly’s API does not say who is in it.", row.where)
        return None
    found.note("event type", "changed", title, UNSAID, row.where)
    if row.text("kind") == "group":
        found.note("event type", "changed", title, GROUP, row.where)
    if row.has("active") and not row.flag("active"):
        found.note("event type", "changed", title, "Switched off there; here it is unlisted.", row.where)
    minutes = row.number("duration") or 30
    return ForeignEventType(
        key=f"{host.key}/{row.text('uri', longest=300)}",
        host=host.key,
        schedule=_usual(found, host),
        slug=row.text("slug", longest=200),
        title=title,
        description=cleaning.words(row.text("description_html") or row.text("description_plain"), longest=5_000),
        rules=EventTypeRules(
            duration_minutes=minutes,
            step_minutes=row.number("start_time_increment"),
            buffer_before_minutes=row.number("before_buffer") or 0,
            buffer_after_minutes=row.number("after_buffer") or 0,
            seats=SEATS if row.text("kind") == "group" else 1,
        ),
        durations=_lengths(row, minutes),
        places=_places(found, row, title),
        questions=_questions(row),
        listed=not row.flag("secret") and (not row.has("active") or row.flag("active")),
    )


def made_up(host: ForeignHost, title: str, minutes: int, schedule: str) -> ForeignEventType:
    """An event type that only its bookings tell of: unlisted, to be looked at."""
    name = cleaning.one_line(title, longest=TITLE_LENGTH, instead="Meeting")
    return ForeignEventType(
        key=f"{host.key}/named {name}",
        host=host.key,
        schedule=schedule,
        slug=name,
        title=name,
        rules=EventTypeRules(duration_minutes=minutes),
        durations=(minutes,),
        listed=False,
    )


def place_of(said: dict[str, Any]) -> Place | None:
    """A place, of an event type or of an event; None for what a connected service makes."""
    kind = str(said.get("kind") or said.get("type") or "")
    where = cleaning.one_line(str(said.get("location") or ""), longest=500)
    number = cleaning.one_line(str(said.get("phone_number") or ""), longest=500)
    url = cleaning.one_line(str(said.get("join_url") or ""), longest=500)
    if url.startswith(("https://", "http://")):
        return Place(kind="link", detail=url)
    if kind == "physical" and where:
        return Place(kind="in_person", detail=where)
    if kind == "outbound_call":
        return Place(kind="guest_phone", detail=where)
    if kind == "inbound_call" and (number or where):
        return Place(kind="phone", detail=number or where)
    if kind == "custom" and where:
        is_link = where.startswith(("https://", "http://"))
        return Place(kind="link" if is_link else "in_person", detail=where)
    return None


def schedules_of(found: Found, host: ForeignHost) -> list[ForeignSchedule]:
    """The schedules of a host, the usual one first."""
    own = [one for one in found.schedules.values() if one.host == host.key]
    return sorted(own, key=lambda one: not one.usual)


def _usual(found: Found, host: ForeignHost) -> str:
    return next((one.key for one in schedules_of(found, host)), "")


def _owner(row: Row) -> str:
    profile = row.object("profile")
    return str(profile.get("owner") or row.text("user") or "")


def _lengths(row: Row, minutes: int) -> tuple[int, ...]:
    options = row.json("duration_options")
    further = [one for one in options if isinstance(one, int)] if isinstance(options, list) else []
    return tuple(dict.fromkeys([minutes, *further]))[:10]


def _places(found: Found, row: Row, title: str) -> tuple[Place, ...]:
    made: list[Place] = []
    for one in row.objects("locations"):
        place = Place(kind="guest_phone") if one.get("kind") == "outbound_call" else place_of(one)
        if place is None:
            sentence = f"The place “{str(one.get('kind'))[:60]}” needs a service that is not connected; it is left out."
            found.note("event type", "changed", title, sentence, row.where)
        elif place not in made:
            made.append(place)
    return tuple(made[:10])


def _questions(row: Row) -> tuple[Question, ...]:
    made: dict[str, Question] = {}
    for one in row.objects("custom_questions"):
        label = cleaning.one_line(cleaning.words(str(one.get("name") or ""), longest=1_000), longest=LABEL_LENGTH)
        if not label or one.get("enabled") is False:
            continue
        kind = KINDS.get(str(one.get("type")), "text")
        raw = one.get("answer_choices")
        said = [cleaning.one_line(choice, longest=LABEL_LENGTH) for choice in raw or () if isinstance(choice, str)]
        choices = tuple(dict.fromkeys(choice for choice in said if choice))[:100]
        kind = kind if choices or kind not in {"radio", "checkboxes"} else "text"
        made.setdefault(
            question_id(label),
            Question(
                id=question_id(label),
                label=label,
                kind=kind,
                required=one.get("required") is True,
                choices=choices if kind in {"radio", "checkboxes"} else (),
            ),
        )
    return tuple(made.values())[:30]
