"""cal.com's booking questions: today's `bookingFields`, and the custom inputs of old."""

import re
from typing import Any, Literal

from cally.hosts.questions import CHOICES, LABEL_LENGTH, QUESTIONS
from cally.model.hosts import Question
from cally.model.slugs import slug_from
from cally.ops.imports import cleaning
from cally.ops.imports.found import Found
from cally.ops.imports.rows import Row, Table

Kind = Literal["text", "long_text", "select", "radio", "checkboxes", "checkbox", "number", "phone", "url"]
SYSTEM = frozenset(
    {
        "name",
        "email",
        "location",
        "title",
        "notes",
        "guests",
        "rescheduleReason",
        "attendeePhoneNumber",
        "smsReminderNumber",
        "aiAgentCallPhoneNumber",
    }
)
KINDS: dict[str, Kind] = {
    "text": "text",
    "textarea": "long_text",
    "textLong": "long_text",
    "number": "number",
    "select": "select",
    "multiselect": "checkboxes",
    "checkbox": "checkboxes",
    "radio": "radio",
    "boolean": "checkbox",
    "bool": "checkbox",
    "phone": "phone",
    "url": "url",
    "address": "text",
    "email": "text",
    "multiemail": "text",
}
LIKE_TEXT = {"email", "multiemail", "radioInput"}
WITH_CHOICES = frozenset({"select", "checkboxes", "radio"})


def question_id(name: str) -> str:
    """A question's name as it may be called here; answers find theirs by it."""
    plain = re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-_")[:60]
    return plain or slug_from(name)[:60] or "question"


def questions_of(found: Found, row: Row, title: str, inputs: Table) -> tuple[Question, ...]:
    """The questions that a host made up; name, address and the like are asked here anyway."""
    made: dict[str, Question] = {}

    def add(name: str, label: str, kind: str, required: bool, options: list[str]) -> None:
        question = _question(found, row, title, name, label, kind, required, options)
        if question is not None:
            made.setdefault(question.id, question)

    for one in row.objects("bookingFields"):
        name = str(one.get("name") or one.get("slug") or "")
        system = str(one.get("editable") or "").startswith("system") and name in SYSTEM
        if name and name not in SYSTEM and not system and one.get("hidden") is not True:
            label = str(one.get("label") or one.get("placeholder") or name)
            add(name, label, str(one.get("type") or "text"), one.get("required") is True, _options(one.get("options")))
    for field in inputs if not made else []:
        label = field.text("label")
        add(label, label, field.text("type"), field.flag("required"), _options(field.json("options")))
    if len(made) > QUESTIONS:
        found.note("event type", "changed", title, f"Of {len(made)} questions the first {QUESTIONS} come over.")
    return tuple(made.values())[:QUESTIONS]


def _question(
    found: Found, row: Row, title: str, name: str, label: str, kind: str, required: bool, options: list[str]
) -> Question | None:
    said = cleaning.one_line(cleaning.words(label, longest=1_000), longest=LABEL_LENGTH, instead=name[:LABEL_LENGTH])
    choices = tuple(dict.fromkeys(option for option in options if option))[:CHOICES]
    known = KINDS.get(kind)
    if known in WITH_CHOICES and not choices:
        sentence = f"The question “{said}” had nothing to choose from; it is a line of text here."
        found.note("event type", "changed", title, sentence, row.where)
        known = "text"
    if known is None or kind in LIKE_TEXT:
        sentence = f"The question “{said}” ({kind[:30]}) is a line of text here."
        found.note("event type", "changed", title, sentence, row.where)
        known = known or "text"
    return Question(
        id=question_id(name),
        label=said,
        kind=known,
        required=required,
        choices=choices if known in WITH_CHOICES else (),
    )


def _options(value: Any) -> list[str]:
    """Labels: `["a"]`, or `[{"label": "a", "value": "a"}]`."""
    if not isinstance(value, list):
        return []
    found = [one.get("label") or one.get("value") if isinstance(one, dict) else one for one in value]
    return [cleaning.one_line(one, longest=LABEL_LENGTH) for one in found if isinstance(one, str)]
