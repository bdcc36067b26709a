"""A series on the booking form: how often, how many, and of every date whether it is free, before anything is booked.

Showing the dates sends the form and changes nothing; no date is left out that the guest was not shown as such.
"""

from collections.abc import Sequence

import msgspec

from cally.bookings import Offer, preview_series
from cally.engine.series import nth_weekday
from cally.errors import CallyError
from cally.model.options import Rhythm, Series
from cally.model.rules import Refusal
from cally.model.series import Clash, SeriesPreview, SeriesRequest
from cally.web.dates import Words, local
from cally.web.doors import Doors
from cally.web.forms import Form
from cally.web.pages.public import clocks
from cally.web.rendering import translated as _

MONTHLY = (
    "Every month on the first {day}",
    "Every month on the second {day}",
    "Every month on the third {day}",
    "Every month on the fourth {day}",
    "Every month on the fifth {day}, where there is one",
)
USUAL = 4


class ShownDate(msgspec.Struct, frozen=True, kw_only=True):
    """A date of the series in words; `why` is empty when it is free, `near` are the nearest free times instead."""

    day: str
    clock: str
    why: str = ""
    near: tuple[str, ...] = ()


class Repeating(msgspec.Struct, frozen=True, kw_only=True):
    """What the form shows of a series; `dates` once they were asked for, `seen` are the starts shown as not free."""

    rhythms: tuple[tuple[str, str], ...]
    rhythm: str
    count: str
    most: int
    clashes: str
    dates: tuple[ShownDate, ...] = ()
    missing: tuple[str, ...] = ()
    free: int = 0
    can_be_booked: bool = True
    seen: str = ""


def asked_series(form: Form, found: Offer) -> SeriesRequest | None:
    """What the form asks for beside the first date; None for just once. A fault is noted beside its field."""
    terms = found.event_type.options.series
    if terms is None or not form.text("rhythm"):
        return None
    rhythm: Rhythm = form.choice("rhythm", terms.rhythms)
    count = form.number("count", least=2, most=terms.most, default=USUAL)
    seen = tuple(int(at) for at in form.text("seen").split(",") if at.isascii() and at.isdigit() and len(at) < 12)
    return SeriesRequest(rhythm=rhythm, count=count, may_skip=seen)


async def repeating(
    doors: Doors,
    found: Offer,
    form: Form,
    reading: Words,
    *,
    slot: int | None,
    minutes: int,
    tz: str,
    clashes: Sequence[Clash] = (),
) -> Repeating | None:
    """The part of the form about a series, with every date once a rhythm was chosen; None where none is offered.

    `clashes` are the dates that stood in its way just now, with what is free near them.
    """
    terms = found.event_type.options.series
    if terms is None:
        return None
    plain = Repeating(
        rhythms=_rhythms(terms, reading, slot, tz),
        rhythm=form.text("rhythm"),
        count=form.text("count") or str(min(USUAL, terms.most)),
        most=terms.most,
        clashes=terms.clashes,
    )
    asked = asked_series(form, found)
    if asked is None or form.faults.get("rhythm") or form.faults.get("count") or slot is None:
        return plain
    try:
        seen = await preview_series(
            doors.store.reader,
            found,
            asked,
            slot,
            minutes=minutes,
            now=doors.clock(),
            hold=form.text("hold") or None,
        )
    except CallyError as error:
        form.fault("rhythm", error.sentence)
        return plain
    return _with_dates(plain, seen, reading, tz, minutes, {clash.starts_at: clash for clash in clashes})


def _with_dates(
    plain: Repeating, seen: SeriesPreview, reading: Words, tz: str, minutes: int, clashes: dict[int, Clash]
) -> Repeating:
    dates = tuple(
        ShownDate(
            day=_day(date.starts_at, seen, reading, tz),
            clock=reading.span(date.starts_at, date.starts_at + minutes * 60, tz),
            why=_why(date.refusal),
            near=_near(clashes.get(date.starts_at), date.refusal, reading, tz),
        )
        for date in seen.dates
    )
    return msgspec.structs.replace(
        plain,
        dates=dates,
        missing=seen.missing,
        free=len(seen.free),
        can_be_booked=seen.can_be_booked,
        seen=",".join(str(date.starts_at) for date in seen.dates if date.refusal is not None),
    )


def _rhythms(terms: Series, reading: Words, slot: int | None, tz: str) -> tuple[tuple[str, str], ...]:
    words = {
        "daily": _("Every day"),
        "weekly": _("Every week"),
        "fortnightly": _("Every two weeks"),
        "monthly": monthly(reading, [slot] if slot is not None else [], tz),
    }
    return (("", _("Just once")), *((rhythm, words[rhythm]) for rhythm in terms.rhythms))


def monthly(reading: Words, starts: Sequence[int], tz: str) -> str:
    """`Every month on the second Tuesday`, if that is what it is on this clock."""
    nth = nth_weekday(starts, tz) if starts else 0
    if not nth:
        return _("Every month")
    return _(MONTHLY[nth - 1], day=reading.weekday(local(starts[0], tz).date()))


def _day(at: int, seen: SeriesPreview, reading: Words, tz: str) -> str:
    on, first = local(at, tz).date(), local(seen.dates[0].starts_at, tz).date()
    return reading.short_day(on) if on.year == first.year else reading.skeleton("yMMMEd", on)


def _why(refusal: Refusal | None) -> str:
    """What a guest may know: that it lies too far ahead is no secret, all else is "not free" (rule 39)."""
    if refusal is None:
        return ""
    if refusal.code == "too_far":
        return _("too far ahead")
    return _("too soon") if refusal.code in {"past", "too_soon"} else _("not free")


def _near(clash: Clash | None, refusal: Refusal | None, reading: Words, tz: str) -> tuple[str, ...]:
    if clash is None or refusal is None:
        return ()
    return tuple(f"{day}, {clock}" for _start, day, clock in clocks.short(reading, clash.alternatives, tz))
