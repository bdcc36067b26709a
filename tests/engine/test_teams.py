"""Collective and round robin: who has to be free."""

from typing import Any

import pytest

from tests.engine.asked import ask, clocks, hours, on, schedule

MONDAY = "2026-06-08"


def host(name: str, start: str, end: str, tz: str = "UTC", **more: Any) -> dict[str, Any]:
    """A host with these hours every day."""
    return {"id": name, "schedule": schedule(hours(start, end), tz=tz), **more}


def slots(assignment: str, *hosts: dict[str, Any]) -> list[str]:
    """What they offer together on a Monday."""
    return clocks(ask(on(MONDAY), {"assignment": assignment}, *hosts))


@pytest.mark.rule(64)
def test_everybody_has_to_be_free_together() -> None:
    """Ada from nine, Ben until noon and busy at ten."""
    ben = host("ben", "08:00", "12:00", busy=[[f"{MONDAY}T10:00:00Z", f"{MONDAY}T11:00:00Z"]])
    assert slots("collective", host("ada", "09:00", "13:00"), ben) == ["09:00", "11:00"]


@pytest.mark.rule(15, 64)
def test_everybodys_hours_are_in_their_own_zone() -> None:
    """Nine to seventeen in Berlin and in New York meet for two hours."""
    found = slots(
        "collective",
        host("ada", "09:00", "17:00", "Europe/Berlin"),
        host("ben", "09:00", "17:00", "America/New_York"),
    )
    assert found == ["13:00", "14:00"]


@pytest.mark.rule(64)
def test_everybodys_own_caps_count() -> None:
    """Ben has one booking that day, which is all he takes."""
    booking = {"starts_at": f"{MONDAY}T20:00:00Z", "ends_at": f"{MONDAY}T21:00:00Z"}
    ben = host("ben", "09:00", "12:00", bookings=[booking], caps=[{"per": "day", "bookings": 1}])
    assert slots("collective", host("ada", "09:00", "12:00"), ben) == []


@pytest.mark.rule(61, 62)
def test_one_free_host_is_enough_for_round_robin() -> None:
    """Ada is there in the morning, Ben at noon."""
    found = slots("round_robin", host("ada", "09:00", "11:00"), host("ben", "10:00", "12:00"))
    assert found == ["09:00", "10:00", "11:00"]


@pytest.mark.rule(65)
def test_a_required_host_is_always_there() -> None:
    """Ada has to come, and one of Ben and Cem with her."""
    ada = host("ada", "09:00", "12:00", required=True)
    assert slots("round_robin", ada, host("ben", "08:00", "10:00"), host("cem", "11:00", "13:00")) == ["09:00", "11:00"]


@pytest.mark.rule(65)
def test_one_of_each_group_is_needed() -> None:
    """A doctor and a nurse: the hours in which one of each is there."""
    doctors = [host("d1", "09:00", "10:00", group="doctor"), host("d2", "11:00", "13:00", group="doctor")]
    nurses = [host("n1", "09:00", "12:00", group="nurse"), host("n2", "09:00", "10:00", group="nurse")]
    assert slots("round_robin", *doctors, *nurses) == ["09:00", "11:00"]


def test_nobody_offers_nothing() -> None:
    """Without hosts there are no slots."""
    assert slots("collective") == []
