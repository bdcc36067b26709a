"""Hours, exceptions from hours, and the grid that they carry."""

from typing import Any

import pytest

from cally import engine
from tests.engine.asked import WORK, ask, at, clocks, hours, on, schedule, utc

MONDAY, TUESDAY = "2026-06-08", "2026-06-09"


def monday(*weekly: dict[str, Any], event_type: dict[str, Any] | None = None, **more: Any) -> list[str]:
    """The slots of a Monday in June, UTC."""
    return clocks(ask(on(MONDAY), event_type or {}, {"schedule": schedule(*weekly, **more)}))


def two_days(*weekly: dict[str, Any], **more: Any) -> list[str]:
    """The openings from Monday to Tuesday night, as `day time–time`."""
    found = engine.openings(ask(on(MONDAY, "2026-06-10"), {}, {"schedule": schedule(*weekly, **more)}))["h1"]
    return [f"{utc(start)[8:16]}–{utc(end)[8:16]}" for start, end in found]


@pytest.mark.rule(19)
def test_a_slot_may_lie_across_midnight() -> None:
    """22:00–02:00 belongs to Monday and offers 23:30–00:30."""
    question = ask(on(MONDAY, TUESDAY), {"step_minutes": 90}, {"schedule": schedule(hours("22:00", "02:00", ["mon"]))})
    assert [utc(start)[8:16] for start in engine.slots(question)] == ["08T22:00", "08T23:30", "09T01:00"]


@pytest.mark.rule(19)
@pytest.mark.parametrize("closing", [{"overrides": [{"on": TUESDAY, "hours": []}]}, {"holidays": [TUESDAY]}])
def test_a_closed_date_cuts_what_comes_over_from_the_day_before(closing: dict[str, Any]) -> None:
    """When Tuesday is closed, Monday's night ends at midnight."""
    assert two_days(hours("22:00", "02:00", ["mon"]), **closing) == ["08T22:00–09T00:00"]


@pytest.mark.rule(19, 24)
def test_an_override_that_opens_a_date_leaves_the_night_before_alone() -> None:
    """Monday's night belongs to Monday; Tuesday's override replaces Tuesday's hours and nothing else."""
    overrides = [{"on": TUESDAY, "hours": [["10:00", "12:00"]]}]
    found = two_days(hours("22:00", "02:00"), overrides=overrides)
    assert found == ["08T00:00–08T02:00", "08T22:00–09T02:00", "09T10:00–09T12:00", "10T22:00–11T00:00"]


@pytest.mark.rule(19, 24)
def test_time_off_closes_its_dates_whole() -> None:
    """From the first to the last date of it, both included, nights of the day before and overrides too."""
    overrides = [{"on": TUESDAY, "hours": [["10:00", "12:00"]]}]
    found = two_days(hours("22:00", "02:00"), overrides=overrides, time_off=[[TUESDAY, TUESDAY]])
    assert found == ["08T00:00–08T02:00", "08T22:00–09T00:00", "10T22:00–11T00:00"]


@pytest.mark.rule(20)
def test_hours_that_touch_are_one_opening() -> None:
    """09–12 and 12–15 offer ninety minutes at 11:00."""
    found = monday(
        hours("09:00", "12:00"), hours("12:00", "15:00"), event_type={"duration_minutes": 90, "step_minutes": 60}
    )
    assert "11:00" in found


@pytest.mark.rule(21)
def test_hours_that_overlap_offer_each_start_once() -> None:
    """09–12 and 10–13 are 09–13."""
    assert monday(hours("09:00", "12:00"), hours("10:00", "13:00")) == ["09:00", "10:00", "11:00", "12:00"]


@pytest.mark.rule(22)
def test_an_opening_must_hold_the_whole_duration() -> None:
    """59 minutes hold no hour, 60 hold one."""
    assert monday(hours("09:00", "09:59")) == []
    assert monday(hours("09:00", "10:00")) == ["09:00"]


@pytest.mark.rule(23)
def test_midnight_is_an_end_and_one_minute_earlier_is_another() -> None:
    """Until 24:00 the last hour counts; until 23:59 it does not, which the editor avoids by offering 24:00."""
    assert monday(hours("22:00", "24:00")) == ["22:00", "23:00"]
    assert monday(hours("22:00", "23:59")) == ["22:00"]


@pytest.mark.rule(24)
def test_an_override_replaces_the_days_hours_and_beats_a_holiday() -> None:
    """On a holiday with an override the override's hours hold, not the week's."""
    overrides = [{"on": MONDAY, "hours": [["18:00", "19:00"]]}]
    assert monday(hours("09:00", "17:00"), overrides=overrides, holidays=[MONDAY]) == ["18:00"]
    assert monday(hours("09:00", "17:00"), holidays=[MONDAY]) == []


@pytest.mark.rule(25)
def test_a_pattern_adds_hours_on_its_days() -> None:
    """The second Tuesday has an evening, the week's hours stay."""
    pattern = {"rrule": "FREQ=MONTHLY;BYDAY=2TU", "anchored_on": "2026-01-13", "from": "18:00", "to": "19:00"}
    question = ask(
        on("2026-06-01", "2026-06-30"), {}, {"schedule": schedule(hours("09:00", "10:00", ["tue"]), patterns=[pattern])}
    )
    assert [utc(start)[8:16] for start in engine.slots(question)] == [
        "02T09:00",
        "09T09:00",
        "09T18:00",
        "16T09:00",
        "23T09:00",
        "30T09:00",
    ]


@pytest.mark.rule(26)
def test_the_grid_stands_still_while_time_passes_and_events_end() -> None:
    """Neither now nor the end of a busy time moves the starts."""
    host = {"schedule": schedule(hours("09:00", "12:00")), "busy": [[f"{MONDAY}T09:00:00Z", f"{MONDAY}T09:40:00Z"]]}
    event_type = {"duration_minutes": 30, "step_minutes": 30}
    assert clocks(ask(on(MONDAY), event_type, host, now=f"{MONDAY}T10:07:00Z")) == ["10:30", "11:00", "11:30"]
    assert clocks(ask(on(MONDAY), event_type, host))[0] == "10:00"


@pytest.mark.rule(26)
def test_the_grid_does_not_depend_on_the_window() -> None:
    """A window that begins inside an opening shows the same starts, also when the opening is days old."""
    host = {"schedule": schedule(hours("00:00", "24:00", WORK))}
    late = ask(("2026-06-11T10:00:00Z", "2026-06-11T15:00:00Z"), {"duration_minutes": 50}, host)
    whole = ask(on(MONDAY, "2026-06-12"), {"duration_minutes": 50}, host)
    assert engine.slots(late) == [s for s in engine.slots(whole) if late.window[0] <= s <= late.window[1] - 3_000]


@pytest.mark.rule(19, 26)
def test_the_grid_begins_with_the_night_before_the_night_before() -> None:
    """Nights and days that touch are one opening, however many of them came over from the day before."""
    weekly = [hours("23:00", "17:30", ["thu"]), hours("12:45", "07:45", ["fri"])]
    window = ("2026-06-13T00:00:00Z", "2026-06-13T12:00:00Z")
    starts = engine.slots(ask(window, {"duration_minutes": 35}, {"schedule": schedule(*weekly)}))
    assert starts
    assert {(start - at("2026-06-11T23:00:00Z")) % 2_100 for start in starts} == {0}


@pytest.mark.rule(26)
def test_the_grid_of_a_host_who_never_closes_does_not_depend_on_the_window() -> None:
    """Without any start of an opening, starts are counted from one midnight for all questions."""
    host = {"schedule": schedule(hours("00:00", "24:00"), tz="Europe/Berlin")}
    event_type = {"duration_minutes": 50, "grid": "optimised"}
    slots = engine.slots(ask(on(MONDAY, TUESDAY), event_type, host))
    assert all(engine.refusal(ask((utc(s), utc(s + 3_000)), event_type, host), s) is None for s in slots)
    assert engine.refusal(ask(on(MONDAY), event_type, host), slots[0] + 60) is not None


@pytest.mark.rule(26)
def test_an_optimised_grid_starts_anew_behind_busy_time() -> None:
    """The minutes after 09:40 are not lost."""
    host = {"schedule": schedule(hours("09:00", "12:00")), "busy": [[f"{MONDAY}T09:00:00Z", f"{MONDAY}T09:40:00Z"]]}
    assert clocks(ask(on(MONDAY), {"grid": "optimised"}, host)) == ["09:40", "10:40"]


@pytest.mark.rule(26)
def test_an_offset_moves_the_first_start_of_each_opening() -> None:
    """Ten past, in the morning and in the afternoon."""
    found = monday(
        hours("09:00", "11:00"), hours("14:00", "16:00"), event_type={"offset_minutes": 10, "step_minutes": 30}
    )
    assert found == ["09:10", "09:40", "14:10", "14:40"]


def test_ready_intervals_stand_instead_of_a_schedule() -> None:
    """`open` is merged like hours."""
    host = {"open": [[f"{MONDAY}T09:00:00Z", f"{MONDAY}T10:00:00Z"], [f"{MONDAY}T10:00:00Z", f"{MONDAY}T11:30:00Z"]]}
    assert clocks(ask(on(MONDAY), {"step_minutes": 30}, host)) == ["09:00", "09:30", "10:00", "10:30"]


def test_a_ready_interval_without_length_opens_nothing() -> None:
    """It is not shown among the openings either, and joins nothing."""
    noon = f"{MONDAY}T12:00:00Z"
    question = ask(on(MONDAY), {}, {"open": [[noon, noon], [f"{MONDAY}T09:00:00Z", f"{MONDAY}T10:00:00Z"]]})
    assert engine.openings(question) == {"h1": ((at(f"{MONDAY}T09:00:00Z"), at(f"{MONDAY}T10:00:00Z")),)}


def test_a_slot_starts_and_ends_in_the_window() -> None:
    """The window's own ends are included."""
    host = {"schedule": schedule(hours("09:00", "17:00"))}
    assert clocks(ask((f"{MONDAY}T10:00:00Z", f"{MONDAY}T12:00:00Z"), {}, host)) == ["10:00", "11:00"]


def test_openings_are_clipped_to_the_window() -> None:
    """Each host's openings are told by id, before busy time."""
    host = {"id": "ada", "schedule": schedule(hours("09:00", "17:00"))}
    question = ask((f"{MONDAY}T10:00:00Z", f"{MONDAY}T12:00:00Z"), {}, host)
    assert engine.openings(question) == {"ada": ((at(f"{MONDAY}T10:00:00Z"), at(f"{MONDAY}T12:00:00Z")),)}
