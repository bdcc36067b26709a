"""Writing of capsules: rules, questions and answers as plain JSON values (CAPSULE.md)."""

from typing import Any

from cally.model.fields import clock_text, instant_text, without_defaults
from cally.model.rules import (
    Answer,
    Cap,
    Claim,
    EventTypeRules,
    HoldClaim,
    Horizon,
    HostRules,
    Interval,
    Question,
    Refusal,
    ResourceRules,
    ScheduleRules,
    Window,
)


def question_to_json(question: Question) -> dict[str, Any]:
    """The capsule that asks this question."""
    ask = [instant_text(start) for start in question.ask]
    return {
        "capsule": 1,
        "now": instant_text(question.now),
        "window": _interval(question.window),
        "guest_tz": question.guest_tz,
        "event_type": event_type_to_json(question.event_type),
        "hosts": [_host(host) for host in question.hosts],
        **without_defaults(
            (
                ("resources", [_resource(resource) for resource in question.resources], []),
                ("ask", ask, []),
                ("want", list(question.want), []),
            )
        ),
    }


def answer_to_json(answer: Answer) -> dict[str, Any]:
    """An answer as `cally replay` prints it; `refusals` and `openings` stand there when they were asked for."""
    written: dict[str, Any] = {"slots": [instant_text(start) for start in answer.slots]}
    if answer.refusals:
        written["refusals"] = {instant_text(start): refusal_to_json(no) for start, no in answer.refusals.items()}
    if answer.openings is not None:
        written["openings"] = {host: [_interval(found) for found in opened] for host, opened in answer.openings.items()}
    return written


def refusal_to_json(refusal: Refusal | None) -> dict[str, Any] | None:
    """A refusal with those of its facts that it has; None stays None."""
    if refusal is None:
        return None
    until = None if refusal.until is None else instant_text(refusal.until)
    cap = None if refusal.cap is None else cap_to_json(refusal.cap)
    facts = (("host", refusal.host, None), ("until", until, None), ("cap", cap, None), ("rule", refusal.rule, None))
    return {"code": refusal.code, **without_defaults(facts)}


def schedule_to_json(rules: ScheduleRules) -> dict[str, Any]:
    """A schedule's rules with all their fields."""
    return {
        "tz": rules.tz,
        "weekly": [{"days": list(weekly.days), **_from_to(weekly.hours)} for weekly in rules.weekly],
        "patterns": [
            {"rrule": pattern.rrule, "anchored_on": pattern.anchored_on.isoformat(), **_from_to(pattern.hours)}
            for pattern in rules.patterns
        ],
        "overrides": [
            {"on": override.on.isoformat(), "hours": [_clocks(hours) for hours in override.hours]}
            for override in rules.overrides
        ],
        "holidays": [on.isoformat() for on in rules.holidays],
        "time_off": [[first.isoformat(), last.isoformat()] for first, last in rules.time_off],
        "travel": [
            {"from": travel.from_on.isoformat(), "to": travel.to_on.isoformat(), "tz": travel.tz}
            for travel in rules.travel
        ],
    }


def event_type_to_json(rules: EventTypeRules) -> dict[str, Any]:
    """An event type's rules; the step and the horizon are left out when there is none."""
    horizon = None if rules.horizon is None else _horizon(rules.horizon)
    return {
        "duration_minutes": rules.duration_minutes,
        **without_defaults((("step_minutes", rules.step_minutes, None),)),
        "offset_minutes": rules.offset_minutes,
        "grid": rules.grid,
        "buffer_before_minutes": rules.buffer_before_minutes,
        "buffer_after_minutes": rules.buffer_after_minutes,
        **without_defaults((("buffers_around_busy", rules.buffers_around_busy, True),)),
        "notice_minutes": rules.notice_minutes,
        "notice_days": rules.notice_days,
        **without_defaults((("horizon", horizon, None),)),
        "caps": [cap_to_json(cap) for cap in rules.caps],
        "assignment": rules.assignment,
        "seats": rules.seats,
    }


def cap_to_json(cap: Cap) -> dict[str, Any]:
    """A cap with the one of `bookings` and `minutes` that it has."""
    return {"per": cap.per, **without_defaults((("bookings", cap.bookings, None), ("minutes", cap.minutes, None)))}


def _host(host: HostRules) -> dict[str, Any]:
    if host.schedule is not None:
        hours: dict[str, Any] = {"schedule": schedule_to_json(host.schedule)}
    else:
        hours = {"open": [_interval(opened) for opened in host.open]}
    return {
        "id": host.id,
        "week_starts_on": host.week_starts_on,
        **hours,
        **_claims(host),
        "caps": [cap_to_json(cap) for cap in host.caps],
        "required": host.required,
        "group": host.group,
    }


def _resource(resource: ResourceRules) -> dict[str, Any]:
    hours = {} if resource.schedule is None else {"schedule": schedule_to_json(resource.schedule)}
    return {"id": resource.id, "group": resource.group, **hours, **_claims(resource)}


def _claims(owner: HostRules | ResourceRules) -> dict[str, Any]:
    return {
        "busy": [_interval(busy) for busy in owner.busy],
        "bookings": [{**_claim(booking), "status": booking.status} for booking in owner.bookings],
        "holds": [{**_claim(hold), "expires_at": instant_text(hold.expires_at)} for hold in owner.holds],
    }


def _claim(claim: Claim | HoldClaim) -> dict[str, Any]:
    return {
        "starts_at": instant_text(claim.starts_at),
        "ends_at": instant_text(claim.ends_at),
        "same_event_type": claim.same_event_type,
        "buffer_before_minutes": claim.buffer_before_minutes,
        "buffer_after_minutes": claim.buffer_after_minutes,
        "seats_taken": claim.seats_taken,
    }


def _horizon(horizon: Horizon) -> dict[str, Any]:
    if horizon.from_on is not None and horizon.to_on is not None:
        return {"kind": horizon.kind, "from": horizon.from_on.isoformat(), "to": horizon.to_on.isoformat()}
    return {"kind": horizon.kind, "days": horizon.days}


def _from_to(hours: Window) -> dict[str, str]:
    start, end = _clocks(hours)
    return {"from": start, "to": end}


def _clocks(hours: Window) -> list[str]:
    return [clock_text(hours.from_minute), clock_text(hours.to_minute)]


def _interval(interval: Interval) -> list[str]:
    return [instant_text(interval[0]), instant_text(interval[1])]
