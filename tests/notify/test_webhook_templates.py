"""Payload templates: what may stand in one, and that whatever a guest writes, valid JSON leaves."""

import json
from typing import Any

import pytest

from cally.errors import CallyError
from cally.model.webhook_events import event_from_text, event_text
from cally.notify.webhooks import sample, samples
from cally.notify.webhooks.templates import checked, filled
from tests.hostile import TEXTS

EVENT = event_text(sample("booking.confirmed"))


def shaped(template: str, event: str = EVENT) -> Any:
    """What a template makes of an event, read as its receiver would."""
    return json.loads(filled(checked(template), event))


def test_without_a_template_the_event_itself_leaves() -> None:
    """As it was written."""
    assert filled(checked("  \n"), EVENT) == EVENT


def test_a_text_takes_values_in() -> None:
    """Several in one text, blanks within the braces or not."""
    made = shaped('{"text": "{{data.guest.name}} booked {{ data.title }} ({{data.duration_minutes}} min)"}')
    assert made == {"text": "Gil Sample booked Intro call (30 min)"}


def test_a_placeholder_alone_keeps_its_type() -> None:
    """Numbers, lists, records, null and booleans are what they were."""
    made = shaped(
        '{"a": "{{data.duration_minutes}}", "b": "{{data.companions}}", "c": "{{data.nights}}", "d":"{{data.no_show}}"}'
    )
    assert made == {"a": 30, "b": [{"email": "dora@example.org", "name": "Dora Sample"}], "c": None, "d": False}


def test_one_of_a_list_and_an_answer_are_named() -> None:
    """By number; an answer also by the id of its question. What is not there is null, or nothing within a text."""
    made = shaped(
        '{"host": "{{data.hosts.0.name}}", "third": "{{data.hosts.2.name}}", "topic": "{{data.answers.topic}}",'
        ' "other": "[{{data.answers.colour}}]", "all": "{{data}}"}'
    )
    assert (made["host"], made["third"], made["topic"], made["other"]) == ("Ada Sample", None, "A sample", "[]")
    assert made["all"] == json.loads(EVENT)["data"]


def test_other_values_stay_as_they_are() -> None:
    """A template may hold whatever JSON can."""
    assert shaped('{"n": 1.5, "t": true, "z": null, "l": [1, ["{{type}}"]]}')["l"] == [1, ["booking.confirmed"]]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_whatever_a_guest_writes_json_leaves(text: str) -> None:
    """Quotes, braces and placeholders of a guest's own are text, and are not looked at again."""
    event = json.loads(EVENT)
    event["data"]["guest"]["name"] = hostile = text + '", "admin": true, "x": "{{data.notes}}'
    made = shaped('{"text": "Hi {{data.guest.name}}!"}', json.dumps(event))
    assert made == {"text": f"Hi {hostile}!"}


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{", "This is no JSON: line 1, column 2"),
        ('{"a": {{data.title}}}', "This is no JSON"),
        ('"{{data.title}}"', "A template is a JSON object or list"),
        ("12", "A template is a JSON object or list"),
        ('{"a": NaN}', "NaN is no JSON"),
        ('{"a": 1, "a": 2}', "“a” is there twice"),
        ('{"a": "{{data.secret}}"}', "There is no {{data.secret}}"),
        ('{"a": "{{data.__class__}}"}', "There is no {{data.__class__}}"),
        ('{"a": "{{}}"}', "There is no {{}}"),
        ('{"a": "{{config}}"}', "There is no {{config}}"),
        ('{"a": "{% for x in y %}{{data.title"}', "is not closed"),
        ('{"a": "{{data.title}} }}"}', "is not closed"),
        ('{"{{data.title}}": 1}', "Placeholders stand in values"),
        ('{"a": "Who: {{data.guest}}"}', "is a whole record or list"),
        ('{"a": "\\ud800"}', "cannot be sent"),
        ("[" * 40 + "]" * 40, "nested too deeply"),
        ("[" * 9_000 + "]" * 9_000, "too long"),
        ("[" * 3_900 + "]" * 3_900, "nested too deeply"),
    ],
)
def test_what_cannot_be_a_template_is_refused_with_the_reason(template: str, reason: str) -> None:
    """Before anything is kept."""
    with pytest.raises(CallyError) as caught:
        checked(template)
    assert caught.value.facts["field"] == "template"
    assert reason in caught.value.sentence


def test_samples_are_events() -> None:
    """One of each type, which our own reader reads; nothing in them is anybody's."""
    made = samples()
    assert len({one.type for one in made}) == 7
    for one in made:
        assert event_from_text(event_text(one)) == one
        assert one.data.guest.email.endswith("@example.org")
