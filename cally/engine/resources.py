"""Resources that are booked along with hosts: of each group one has to be free; they have no grid (rule 66)."""

from collections import defaultdict

import msgspec

from cally.engine.claims import forbidden, joinable, lies_in, live_claims, sessions, without_session
from cally.engine.intervals import merged
from cally.engine.openings import schedule_openings
from cally.model.rules import EventTypeRules, Interval, Question, Refusal, ResourceRules


def groups(question: Question) -> list[list[ResourceRules]]:
    """The resources of a question by group, each in the order in which they are preferred."""
    found: dict[str, list[ResourceRules]] = defaultdict(list)
    for resource in question.resources:
        found[resource.group].append(resource)
    return list(found.values())


def with_resources(question: Question, starts: list[int]) -> list[int]:
    """Those of the starts at which one resource of every group is free."""
    for group in groups(question):
        free: set[int] = set()
        for resource in group:
            free.update(_free(question, resource, starts))
        starts = [start for start in starts if start in free]
    return starts


def resource_refusal(question: Question, resource: ResourceRules, start: int) -> Refusal | None:
    """Why this resource cannot be had at a start, or None."""
    rules = _rules(question)
    end = start + rules.duration_minutes * 60
    if not _is_open(resource, (start, end)):
        return Refusal(code="closed", host=resource.id)
    claims = live_claims(resource, question.now)
    against = forbidden(rules, resource.busy, without_session(rules, claims, start))
    met = [until for since, until in against if since <= start < until]
    return Refusal(code="booked", host=resource.id, until=max(met)) if met else None


def _free(question: Question, resource: ResourceRules, starts: list[int]) -> list[int]:
    rules, claims = _rules(question), live_claims(resource, question.now)
    blocked = forbidden(rules, resource.busy, claims)
    closed = merged(blocked)
    found = [start for start in starts if not lies_in(start, closed)]
    joined = set(joinable(sessions(rules, claims), blocked)) if rules.seats > 1 else set()
    if joined:
        found = [start for start in starts if start in joined or not lies_in(start, closed)]
    if resource.schedule is None:
        return found
    length = rules.duration_minutes * 60
    opened = schedule_openings(resource.schedule, question.window) if found else []
    return [start for start in found if any(o[0] <= start and start + length <= o[1] for o in opened)]


def _rules(question: Question) -> EventTypeRules:
    """A resource's busy time are blocks made here, and the database keeps the buffers around those."""
    return msgspec.structs.replace(question.event_type, buffers_around_busy=True)


def _is_open(resource: ResourceRules, asked: Interval) -> bool:
    if resource.schedule is None:
        return True
    return any(o[0] <= asked[0] and asked[1] <= o[1] for o in schedule_openings(resource.schedule, asked))
