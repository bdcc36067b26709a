"""A question without names has the same answer, and nothing in it that its answer does not need."""

from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cally import engine
from cally.model.rules import Question, Refusal
from tests.engine.asked import ask, at, on, schedule
from tests.engine.invented import MINUTE, Invented

MONDAY = "2026-06-08"
FAR = date(2019, 5, 1), date(2019, 5, 9)


def with_old_dates(question: Question) -> Question:
    """The question of hosts who were away years ago."""
    hosts = tuple(
        msgspec.structs.replace(
            host, schedule=msgspec.structs.replace(host.schedule, time_off=(*host.schedule.time_off, FAR))
        )
        if host.schedule is not None
        else host
        for host in question.hosts
    )
    return msgspec.structs.replace(question, hosts=hosts)


def numbered(question: Question, refusal: Refusal | None) -> Refusal | None:
    """A refusal with the number of its host instead of the name."""
    if refusal is None or refusal.host is None:
        return refusal
    names = [host.id for host in question.hosts]
    return msgspec.structs.replace(refusal, host=f"h{names.index(refusal.host) + 1}")


@pytest.mark.parametrize("travels", [False, True])
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**48))
def test_the_answer_stays_the_same(seed: int, *, travels: bool) -> None:
    """Slots, and the refusals of whatever is asked about, with all their facts."""
    invented = Invented(seed, travels=travels)
    question = invented.question()
    starts = tuple(question.window[0] + invented.dice.randint(0, 700) * 5 * MINUTE for _ in range(20))
    asked = msgspec.structs.replace(with_old_dates(question), ask=starts)
    plain, told = engine.answer(asked), engine.answer(engine.anonymous(asked))
    assert told.slots == plain.slots
    assert told.refusals == {start: numbered(asked, refusal) for start, refusal in plain.refusals.items()}


def test_names_become_numbers() -> None:
    """Hosts, resources and the groups they are in; who shares a group still does."""
    named = (("ada", "sales"), ("ben", ""), ("cem", "sales"))
    hosts = [{"id": name, "open": [], "group": group} for name, group in named]
    rooms = [{"id": "blue room", "group": "rooms"}, {"id": "beamer", "group": ""}]
    asked = ask(on(MONDAY), {"assignment": "round_robin"}, *hosts, resources=rooms, guest_tz="Asia/Tokyo")
    found = engine.anonymous(asked)
    assert [(host.id, host.group) for host in found.hosts] == [("h1", "g1"), ("h2", ""), ("h3", "g1")]
    assert [(room.id, room.group) for room in found.resources] == [("r1", "g2"), ("r2", "")]
    assert found.guest_tz == "UTC"


def test_dates_out_of_reach_are_left_out_and_those_in_reach_stay() -> None:
    """The next opening may lie two weeks behind the question; what lay two years before it cannot matter."""
    days = ("2024-06-01", "2025-12-01", "2026-06-20", "2027-06-01")
    overrides = [{"on": day, "hours": [["10:00", "12:00"]]} for day in days]
    host = {"id": "ada", "schedule": schedule(overrides=overrides)}
    found = engine.anonymous(ask(on(MONDAY), {}, host, now=f"{MONDAY}T00:00:00Z"))
    kept = found.hosts[0].schedule
    assert kept is not None
    assert [entry.on for entry in kept.overrides] == [date(2025, 12, 1), date(2026, 6, 20)]
    refusal = engine.refusal(found, at(f"{MONDAY}T10:00:00Z"))
    assert refusal == Refusal(code="closed", host="h1", rule="hours", until=at("2026-06-20T10:00:00Z"))
