"""An explanation in sentences, as the desk says it: the verdict, then for each host and resource the facts behind."""

from collections.abc import Iterable, Iterator

import msgspec

from cally.bookings import Claimed, Explanation, Party
from cally.model.facts import CapUse, DayRule, Facts, Obstacle
from cally.model.options import Stay
from cally.model.rules import DAYS, EventTypeRules, Refusal
from cally.model.teams import DecidedBy
from cally.web.dates import city
from cally.web.pages.host.wording import NAMES, Words, counted, length, until

BECAUSE = {
    "past": "it is over",
    "too_soon": "it is too soon",
    "too_far": "it is too far ahead",
    "closed": "it lies outside the hours",
    "off_grid": "no time begins then",
    "busy": "a calendar is busy then",
    "booked": "something else is booked then",
    "buffer": "it is too close to something else",
    "held": "a guest is just now booking it",
    "cap_reached": "the most that is taken in that period is reached",
    "outside_window": "it lies outside the days that can be chosen",
}
STALE = "a calendar could not be read for hours, so it is not known who is free"
CHOSEN: dict[DecidedBy, str] = {
    "only_one_free": "the only one who is free",
    "least_booked": "had the fewest bookings so far, by weight",
    "longest_since": "has waited longest",
    "first_in_order": "first in order",
    "joined": "has guests at this very time",
    "kept": "has the booking already",
    "by_hand": "chosen by hand",
}
PERIODS = {"day": "a day", "week": "a week", "month": "a month", "year": "a year"}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A sentence, and where it leads."""

    text: str
    href: str = ""


def verdict(told: Explanation, words: Words) -> str:
    """Whether it is offered, and the reason, in one sentence."""
    when = words.when(told.starts_at, told.ends_at)
    if told.refusal is None:
        return f"{when} is offered."
    because = STALE if told.refusal.rule == "calendar_stale" else BECAUSE[told.refusal.code]
    if len(told.parties) == 1 or told.decisive is None:
        return f"{when} is not offered: {because}."
    if _can_stand_in(told):
        return f"{when} is not offered: nobody who could take it is free."
    return f"{when} is not offered: with {told.decisive.name}, {because}."


def lines(told: Explanation, party: Party, words: Words) -> list[Line]:
    """How one host or resource stands, in sentences."""
    refusal = party.refusal
    if not party.takes_part:
        return [Line(text="Does not have to take part, and is not asked.")]
    if refusal is None:
        return [Line(text=_free(told, party))]
    if refusal.rule == "calendar_stale":
        return list(_stale(party, words))
    rules = told.offer.rules(told.duration_minutes)
    if refusal.code == "past":
        return [Line(text=f"It began {until(told.starts_at, words.now)}.")]
    if refusal.code in {"busy", "booked", "buffer", "held"}:
        return list(_claimed(told, party, refusal, words))
    said: dict[str, Iterable[str]] = {
        "too_soon": _too_soon(rules, party.facts, refusal, words),
        "too_far": _too_far(rules, party.facts, words),
        "closed": _closed(told, party, refusal, words),
        "off_grid": _off_grid(rules, told.offer.event_type.options.stay, party.facts, refusal, words),
        "cap_reached": _cap(party.facts.cap_use, refusal, words),
    }
    return [Line(text=text) for text in said.get(refusal.code, (f"{_capital(BECAUSE[refusal.code])}.",))]


def claim_line(claim: Claimed, words: Words) -> Line:
    """What takes a stretch of time, by name where it may be named."""
    span = words.span(claim.starts_at, claim.ends_at)
    if claim.kind == "booking":
        named = f"{span} booked: {claim.title}, {claim.guest}" if claim.uid else f"{span} booked"
        return Line(text=named, href=f"/app/bookings/{claim.uid}" if claim.uid else "")
    if claim.kind == "hold":
        return Line(text=f"{span} kept for a guest until {words.clock(claim.expires_at or claim.ends_at)}")
    if claim.kind == "block":
        return Line(text=f"{span} blocked")
    return Line(text=f"{span} busy: “{claim.calendar}”" if claim.calendar else f"{span} busy")


def _can_stand_in(told: Explanation) -> bool:
    """Whether the host who says no could have been stood in for by another one."""
    party, rules = told.decisive, told.offer.event_type.rules
    return party is not None and party.kind == "host" and rules.assignment == "round_robin" and not party.required


def _free(told: Explanation, party: Party) -> str:
    if party.id not in told.assigned or len(told.parties) == 1:
        return "Free."
    slugs = {one.host.id: one.host.slug for one in told.offer.participants}
    reasons = [CHOSEN[one.decided_by] for one in told.decisions if slugs.get(one.host_id) == party.id]
    return f"Free, and would be booked: {reasons[0]}." if reasons else "Free, and would be booked."


def _stale(party: Party, words: Words) -> Iterator[Line]:
    if not party.stale:
        yield Line(text="A calendar could not be read for hours, so nothing is offered until it is.")
    for calendar in party.stale:
        since = words.moment(calendar.last_read_at or calendar.created_at)
        text = f"“{calendar.name}” was last read {since}; nothing is offered until it can be read again."
        yield Line(text=text, href="/app/calendars")


def _too_soon(rules: EventTypeRules, facts: Facts, refusal: Refusal, words: Words) -> Iterator[str]:
    last = facts.bookable_until
    if refusal.rule == "notice_minutes" and last is not None:
        yield f"It needs {length(rules.notice_minutes)} notice: this time could be booked until {words.moment(last)}."
    elif refusal.rule == "notice_days" and last is not None:
        ahead = counted(rules.notice_days, "calendar day")
        yield f"It needs {ahead} notice: this time could be booked until the end of {words.day(words.on(last - 1))}."
    elif facts.first_on is not None:
        yield f"It can be booked for {words.long_day(facts.first_on)} and later."
    if refusal.until is not None:
        yield f"The earliest start now is {words.moment(refusal.until)}, as far as that is open."


def _too_far(rules: EventTypeRules, facts: Facts, words: Words) -> Iterator[str]:
    horizon, last = rules.horizon, facts.last_on
    if horizon is None or last is None:
        yield "It cannot be booked so far ahead yet."
    elif horizon.kind == "range":
        yield f"It can be booked up to {words.day(last)}."
    else:
        noun = "open day" if horizon.kind == "open_days" else "day"
        yield f"It can be booked {counted(horizon.days or 0, noun)} ahead; the last one now is {words.day(last)}."
    if facts.bookable_from is not None:
        yield f"This time can be booked from {words.day(facts.bookable_from)} on."


def _closed(told: Explanation, party: Party, refusal: Refusal, words: Words) -> Iterator[str]:
    rule, opening = party.facts.day_rule, party.facts.opening
    if party.is_barred:
        yield "The account is disabled."
        return
    if opening is not None:
        yield f"It would last until {words.clock(told.ends_at)}; the hours end at {words.clock(opening[1])}."
    if rule is not None:
        yield _day(rule, party.holiday, words)
        if rule.is_travel:
            yield f"That day is spent away: its hours are meant by the clocks of {city(rule.tz)}."
    if refusal.until is not None:
        yield f"The next hours begin {words.moment(refusal.until)}."


def _day(rule: DayRule, holiday: str, words: Words) -> str:
    """What decides the hours of a date."""
    hours = ", ".join(words.window(window) for window in rule.hours)
    there = "" if rule.tz == words.tz else f" ({city(rule.tz)} time)"
    weekday = NAMES[DAYS[rule.on.weekday()]]
    if rule.kind == "time_off" and rule.first_on is not None and rule.last_on is not None:
        last = "" if rule.first_on == rule.last_on else f" – {words.day(rule.last_on)}"
        return f"Time off: {words.day(rule.first_on)}{last}."
    if rule.kind == "override":
        on = words.day(rule.on)
        return f"{on} has hours of its own: {hours}{there}." if hours else f"{on} is closed, by hours of its own."
    if rule.kind == "holiday":
        return f"{words.day(rule.on)} is a public holiday{f': {holiday}' if holiday else ''}."
    if rule.kind == "weekly":
        return f"The hours on a {weekday} are {hours}{there}."
    if rule.kind == "pattern":
        return f"The hours on {words.day(rule.on)} are {hours}{there}; a repeating rule is among them."
    return f"There are no hours on a {weekday}{there}." if rule.kind == "none" else "There are no hours."


def _off_grid(rules: EventTypeRules, stay: Stay | None, facts: Facts, refusal: Refusal, words: Words) -> Iterator[str]:
    if stay is not None:
        yield _stay(stay, refusal, words)
        return
    step = length(rules.step_minutes or rules.duration_minutes)
    if rules.grid == "optimised":
        yield f"Times begin every {step}, counted anew behind whatever is booked."
    elif facts.opening is not None:
        first = words.moment(facts.opening[0] + rules.offset_minutes * 60)
        yield f"Times begin every {step}, counted from {first}."
    around = [words.clock(at) for at in (facts.before, facts.after) if at is not None]
    if around:
        yield f"The nearest are {around[0]} and {around[1]}." if len(around) > 1 else f"The nearest is {around[0]}."


def _stay(stay: Stay, refusal: Refusal, words: Words) -> str:
    if refusal.rule == "check_in":
        return f"A stay begins at {words.minute(stay.check_in_minute)}{_on_days(stay.check_in_days)}."
    if refusal.rule == "check_out":
        return f"A stay ends at {words.minute(stay.check_out_minute)}{_on_days(stay.check_out_days)}."
    return f"A stay lasts {stay.nights_from} to {stay.nights_to} nights."


def _on_days(days: Iterable[str]) -> str:
    named = [NAMES[day] for day in DAYS if day in days]
    return "" if len(named) == len(DAYS) else f" on a {' or '.join(named)}"


def _claimed(told: Explanation, party: Party, refusal: Refusal, words: Words) -> Iterator[Line]:
    if party.facts.seats_taken is not None and refusal.code == "booked":
        yield Line(text=f"All {told.offer.event_type.rules.seats} seats of this time are taken.")
    for claim in party.obstacles:
        said = claim_line(claim, words)
        gap = _gap(claim, party.facts.obstacles, told.starts_at)
        yield Line(text=f"{_capital(said.text)}{gap}.", href=said.href)
    if refusal.code == "held":
        yield Line(text="It is free again then, unless the guest finishes.")
    elif refusal.until is not None and refusal.code == "buffer":
        yield Line(text=f"From {words.moment(refusal.until)} on it is far enough away.")


def _gap(claim: Claimed, obstacles: tuple[Obstacle, ...], start: int) -> str:
    """How much is kept free beside a claim, and on which side of it."""
    gaps = [one.gap_minutes for one in obstacles if one.starts_at <= claim.starts_at and claim.ends_at <= one.ends_at]
    gap = max(gaps, default=0)
    if not gap:
        return ""
    return f"; {length(gap)} are kept free {'after it' if claim.ends_at <= start else 'before it'}"


def _cap(use: CapUse | None, refusal: Refusal, words: Words) -> Iterator[str]:
    if use is None:
        return
    cap = use.cap
    most = counted(cap.bookings, "booking") if cap.bookings is not None else length(cap.minutes or 0)
    used = str(use.used) if cap.bookings is not None else length(use.used)
    counts = "this event type" if use.scope == "event_type" else "all event types together"
    first, last = words.day(use.from_on), words.day(use.to_on)
    when = f"on {first}" if use.from_on == use.to_on else f"from {first} to {last}"
    yield f"At most {most} {PERIODS[cap.per]} for {counts}: {used} taken {when}."
    if refusal.until is not None:
        yield f"There is room again from {words.day(words.on(refusal.until))}, or when one of them is cancelled."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
