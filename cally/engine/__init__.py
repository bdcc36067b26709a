"""The engine: pure arithmetic from rules, busy time and now to openings, slots and refusals.

It knows no clock, no disk and no globals; the same answer serves the page, the API and the confirm (CAPSULE.md).
"""

from collections.abc import Iterable

from cally.engine.alternatives import nearest
from cally.engine.anonymous import anonymous
from cally.engine.assignment import choose, given, joined_credit, simulate, taken_back, times_given
from cally.engine.explain import host_refusal, ready, why_not
from cally.engine.facts import day_rule, host_facts, resource_facts
from cally.engine.openings import host_openings, shown
from cally.engine.resources import resource_refusal
from cally.engine.stays import check_out, nights_of, stay_refusal, stays
from cally.engine.team import team_slots
from cally.model.rules import Answer, Interval, Question, Refusal

__all__ = [
    "alternatives",
    "anonymous",
    "answer",
    "check_out",
    "choose",
    "day_rule",
    "given",
    "host_facts",
    "joined_credit",
    "nights_of",
    "openings",
    "refusal",
    "refusals_of_each",
    "resource_facts",
    "simulate",
    "slots",
    "stay_refusal",
    "stays",
    "taken_back",
    "times_given",
]


def slots(question: Question) -> list[int]:
    """The starts that can be booked in the question's window; sorted, unique, epoch seconds."""
    return team_slots(question)


def refusal(question: Question, start: int) -> Refusal | None:
    """Why a start cannot be booked, with the facts that explain it; None exactly for the starts in `slots`."""
    return why_not(question, start, ready(question, [start]))


def refusals_of_each(question: Question, start: int) -> dict[str, Refusal | None]:
    """Every host and resource by id, with why that one cannot be had at a start; None for those that are free."""
    known = ready(question, [start])
    hosts = {host.id: host_refusal(question, known[host.id], start) for host in question.hosts}
    return hosts | {one.id: resource_refusal(question, one, start) for one in question.resources}


def openings(question: Question) -> dict[str, tuple[Interval, ...]]:
    """Each host's openings by id: merged, sorted, clipped to the window, before busy time."""
    window = question.window
    return {host.id: shown(host_openings(host, window), window) for host in question.hosts}


def answer(question: Question) -> Answer:
    """All that the question asks for: slots, refusals for `ask`, openings when wanted."""
    known = ready(question, question.ask) if question.ask else {}
    return Answer(
        slots=tuple(slots(question)),
        refusals={start: why_not(question, start, known) for start in question.ask},
        openings=openings(question) if "openings" in question.want else None,
    )


def alternatives(starts: Iterable[int], wanted: int, *, count: int, tz: str) -> list[int]:
    """At most `count` of these starts, the nearest to a wanted one, spread over days local to `tz`; sorted."""
    return nearest(starts, wanted, count=count, tz=tz)
