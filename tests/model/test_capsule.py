"""Capsules are read strictly: each fault is named by its path, and what is read can be written and read again."""

import contextlib
import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cally.errors import CallyError
from cally.model.capsule import (
    event_type_from_json,
    event_type_to_json,
    question_from_json,
    question_to_json,
    schedule_from_json,
    schedule_to_json,
)
from cally.model.rules import EventTypeRules, Window

WHOLE: dict[str, Any] = {
    "capsule": 1,
    "now": "2026-03-01T09:00:00Z",
    "window": ["2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"],
    "guest_tz": "America/New_York",
    "event_type": {
        "duration_minutes": 30,
        "step_minutes": 15,
        "offset_minutes": 5,
        "grid": "optimised",
        "buffer_before_minutes": 5,
        "buffer_after_minutes": 10,
        "notice_minutes": 120,
        "notice_days": 1,
        "horizon": {"kind": "range", "from": "2026-03-01", "to": "2026-03-31"},
        "caps": [{"per": "day", "bookings": 3}, {"per": "week", "minutes": 600}],
        "assignment": "round_robin",
        "seats": 2,
    },
    "hosts": [
        {
            "id": "ada",
            "week_starts_on": "sun",
            "schedule": {
                "tz": "Europe/Berlin",
                "weekly": [{"days": ["mon", "tue"], "from": "22:00", "to": "02:00"}],
                "patterns": [
                    {"rrule": "FREQ=MONTHLY;BYDAY=2TU", "anchored_on": "2026-01-13", "from": "18:00", "to": "24:00"}
                ],
                "overrides": [{"on": "2026-03-05", "hours": [["10:00", "12:00"]]}, {"on": "2026-03-06", "hours": []}],
                "holidays": ["2026-03-08"],
                "time_off": [["2026-03-16", "2026-03-18"]],
                "travel": [{"from": "2026-03-20", "to": "2026-03-25", "tz": "Asia/Tokyo"}],
            },
            "busy": [["2026-03-03T09:30:00Z", "2026-03-03T10:15:00Z"]],
            "bookings": [
                {
                    "starts_at": "2026-03-04T12:00:00Z",
                    "ends_at": "2026-03-04T12:30:00Z",
                    "status": "pending",
                    "same_event_type": True,
                    "buffer_before_minutes": 5,
                    "buffer_after_minutes": 10,
                    "seats_taken": 2,
                }
            ],
            "holds": [
                {
                    "starts_at": "2026-03-04T13:00:00Z",
                    "ends_at": "2026-03-04T13:30:00Z",
                    "expires_at": "2026-03-01T09:05:00Z",
                }
            ],
            "caps": [{"per": "year", "bookings": 6}],
            "required": True,
            "group": "doctors",
        },
        {"id": "ben", "open": [["2026-03-03T09:00:00Z", "2026-03-03T17:00:00Z"]]},
    ],
    "ask": ["2026-03-03T09:30:00Z"],
    "want": ["openings"],
}
LEAST = {
    "now": "2026-03-01T09:00:00Z",
    "window": ["2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"],
    "event_type": {"duration_minutes": 30},
    "hosts": [{}],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The whole capsule with another value at a path such as `hosts[0].busy[0]`."""
    capsule = copy.deepcopy(WHOLE)
    at: Any = capsule
    *steps, last = path.replace("[", ".[").split(".")
    for step in steps:
        at = at[int(step[1:-1])] if step.startswith("[") else at[step]
    at[int(last[1:-1]) if last.startswith("[") else last] = value
    return capsule


def test_what_was_read_can_be_written_and_read_again() -> None:
    """Nothing is lost in between."""
    question = question_from_json(WHOLE)
    assert question_from_json(question_to_json(question)) == question


def test_everything_but_four_fields_has_a_default() -> None:
    """A host without hours is just never open."""
    question = question_from_json(LEAST)
    assert question.event_type == EventTypeRules(duration_minutes=30)
    assert (question.hosts[0].id, question.hosts[0].schedule, question.guest_tz) == ("h1", None, "UTC")


@pytest.mark.parametrize("name", ["now", "window", "hosts", "event_type"])
def test_a_required_field_is_missed_by_name(name: str) -> None:
    """The path is the field that is not there."""
    with pytest.raises(CallyError) as fault:
        question_from_json({key: value for key, value in LEAST.items() if key != name})
    assert fault.value.facts["field"] == name


@pytest.mark.rule(19, 23)
def test_an_end_at_or_before_the_start_lies_on_the_next_day() -> None:
    """22:00–02:00 is four hours, 09:00–09:00 a whole day, 24:00 the end of this one."""
    weekly = [
        {"days": ["mon"], "from": start, "to": end}
        for start, end in [("22:00", "02:00"), ("09:00", "09:00"), ("00:00", "24:00")]
    ]
    rules = schedule_from_json({"weekly": weekly})
    assert [w.hours for w in rules.weekly] == [
        Window(from_minute=1_320, to_minute=1_560),
        Window(from_minute=540, to_minute=1_980),
        Window(from_minute=0, to_minute=1_440),
    ]
    assert schedule_to_json(rules)["weekly"] == weekly


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("capsule", 2),
        ("now", "2026-03-01T09:00:00+01:00"),
        ("now", "2026-02-30T09:00:00Z"),
        ("now", 1_772_355_600),
        ("now", "0001-01-01T00:00:00Z"),
        ("window", ["2026-04-01T00:00:00Z", "2026-03-01T00:00:00Z"]),
        ("window", ["2026-03-01T00:00:00Z", "2029-03-01T00:00:00Z"]),
        ("window", ["2026-03-01T00:00:00Z"]),
        ("guest_tz", "Mars/Olympus"),
        ("guest_tz", "../../etc/passwd"),
        ("event_type", []),
        ("event_type.duration_minutes", 0),
        ("event_type.duration_minutes", True),
        ("event_type.duration_minutes", 30.0),
        ("event_type.duration_minutes", "30"),
        ("event_type.step_minutes", -15),
        ("event_type.grid", "opening "),
        ("event_type.horizon.kind", "forever"),
        ("event_type.horizon.to", "2026-02-01"),
        ("event_type.caps[0]", {"per": "day"}),
        ("event_type.caps[0]", {"per": "day", "bookings": 1, "minutes": 1}),
        ("event_type.caps[0].per", "hour"),
        ("event_type.assignment", "single"),
        ("event_type.seats", 0),
        ("hosts", {}),
        ("hosts[0]", None),
        ("hosts[1].id", "ada"),
        ("hosts[0].week_starts_on", "monday"),
        ("hosts[0].required", 1),
        ("hosts[0].schedule.tz", "Europe/Berlin\n"),
        ("hosts[0].schedule.weekly[0].days[1]", "tues"),
        ("hosts[0].schedule.weekly[0].from", "24:00"),
        ("hosts[0].schedule.weekly[0].to", "24:01"),
        ("hosts[0].schedule.weekly[0].to", "9:00"),
        ("hosts[0].schedule.patterns[0].rrule", "FREQ=SECONDLY"),
        ("hosts[0].schedule.overrides[0].hours[0]", ["10:00"]),
        ("hosts[0].schedule.overrides[0].on", "2026-3-5"),
        ("hosts[0].schedule.time_off[0]", ["2026-03-18", "2026-03-16"]),
        ("hosts[0].schedule.travel[0].to", "2026-03-01"),
        ("hosts[0].busy[0]", ["2026-03-03T10:30:00Z", "2026-03-03T10:15:00Z"]),
        ("hosts[0].bookings[0].status", "done"),
        ("hosts[0].bookings[0].ends_at", "2026-03-04T11:00:00Z"),
        ("hosts[0].holds[0].expires_at", None),
        ("ask[0]", "tomorrow"),
        ("want[0]", "everything"),
    ],
)
def test_a_fault_is_named_by_its_path(path: str, value: Any) -> None:
    """Wrong types, wrong words, wrong order and numbers out of bounds."""
    with pytest.raises(CallyError) as fault:
        question_from_json(changed(path, value))
    assert (fault.value.code, fault.value.facts["field"]) == ("invalid", path)


@pytest.mark.parametrize(
    "path",
    [
        "extra",
        "event_type.extra",
        "event_type.horizon.extra",
        "event_type.caps[0].extra",
        "hosts[0].extra",
        "hosts[0].schedule.extra",
        "hosts[0].schedule.weekly[0].extra",
        "hosts[0].schedule.patterns[0].extra",
        "hosts[0].schedule.overrides[0].extra",
        "hosts[0].schedule.travel[0].extra",
        "hosts[0].bookings[0].extra",
        "hosts[0].holds[0].extra",
    ],
)
def test_unknown_fields_are_refused(path: str) -> None:
    """A misspelt rule must not be a rule that silently does nothing."""
    with pytest.raises(CallyError) as fault:
        question_from_json(changed(path, 1))
    assert fault.value.facts["field"] == path


def test_hours_and_ready_intervals_exclude_each_other() -> None:
    """`open` stands instead of `schedule`."""
    with pytest.raises(CallyError) as fault:
        question_from_json(changed("hosts[0].open", []))
    assert fault.value.facts["field"] == "hosts[0].open"


def test_too_much_of_everything_is_refused_by_its_limit() -> None:
    """The sentence says how much would be accepted."""
    busy = [["2026-03-03T09:30:00Z", "2026-03-03T10:15:00Z"]]
    for path, value in [("hosts[0].busy", busy * 20_001), ("ask", ["2026-03-03T09:30:00Z"] * 10_001)]:
        with pytest.raises(CallyError, match="at most") as fault:
            question_from_json(changed(path, value))
        assert fault.value.facts["field"] == path


def test_paths_of_parts_begin_where_the_part_was_found() -> None:
    """The API reads a schedule alone, or under a field of its own."""
    for path, field in [("", "weekly[0].days"), ("schedule", "schedule.weekly[0].days")]:
        with pytest.raises(CallyError) as fault:
            schedule_from_json({"weekly": [{"from": "09:00", "to": "17:00"}]}, path)
        assert fault.value.facts["field"] == field


def test_an_event_type_without_step_keeps_having_none() -> None:
    """So that the step goes on following the duration."""
    rules = EventTypeRules(duration_minutes=45)
    assert "step_minutes" not in event_type_to_json(rules)
    assert event_type_from_json(event_type_to_json(rules)) == rules


PLACES = ["now", "window", "event_type", "hosts", "hosts[0]", "hosts[0].schedule", "hosts[0].busy[0]"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PLACES), JSON)
def test_no_json_at_all_does_worse_than_being_refused(path: str, value: Any) -> None:
    """Whatever stands somewhere, there is either a question or an `invalid`."""
    with contextlib.suppress(CallyError):
        assert question_from_json(changed(path, value)).now


@pytest.mark.parametrize("written", ["2026-03-01T09:00:00Z", "2026-03-01T09:00:00+00:00", "2026-03-01T09:00:00.000Z"])
def test_utc_may_be_written_in_each_way_of_rfc_3339(written: str):
    """Programs write `Z`, `+00:00`, or a fraction of nothing; all are the same instant."""
    assert question_from_json({**WHOLE, "now": written}).now == 1_772_355_600
