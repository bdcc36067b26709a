"""An event type in a line, in the lists of the desk."""

import pytest
from msgspec.structs import replace

from cally.model.hosts import EventType
from cally.model.options import EventTypeOptions, Series, Stay
from cally.model.rules import EventTypeRules
from cally.web.pages.host.offered import offered

PLAIN = EventType(
    id=1,
    host_id=1,
    schedule_id=1,
    slug="intro",
    title="Intro",
    description="",
    rules=EventTypeRules(duration_minutes=30),
    durations_minutes=(30, 60),
    places=(),
    questions=(),
    approval=False,
    listed=True,
    position=0,
)
SERIES, STAY = EventTypeOptions(series=Series()), EventTypeOptions(stay=Stay(nights_from=2, nights_to=7))
CLASS = EventTypeRules(duration_minutes=30, seats=8)


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (PLAIN, "30 min, 1 h"),
        (replace(PLAIN, approval=True, options=SERIES), "30 min, 1 h · also as a series · you approve each"),
        (replace(PLAIN, options=STAY), "2–7 nights"),
        (replace(PLAIN, rules=CLASS, options=EventTypeOptions(waitlist=True)), "30 min, 1 h · 8 seats · waitlist"),
    ],
)
def test_an_event_type_is_told_in_a_line(item: EventType, words: str) -> None:
    """How long it takes comes first, in nights where they count; then what is special about it."""
    assert offered(item) == words
