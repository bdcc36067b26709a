"""What the page about a time is asked, as its address carries it: event type, date and time, how long."""

from datetime import UTC, date, datetime, timedelta
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from cally.bookings import Explanation, Offer, lasting
from cally.model.fields import clock_text
from cally.model.hosts import EventType
from cally.web.dates import offset
from cally.web.forms import CHECKED, Form
from cally.web.pages.host.desk import Asked
from cally.web.pages.host.wording import Words, counted, length

HOUR_SECONDS = 3_600
MOST_FIELDS = 40
FIRST_YEAR, LAST_YEAR = 2000, 2199


def form_of(request: Asked) -> Form:
    """The question as the address has it; an address that cannot be read asks nothing."""
    try:
        query = request.scope["query_string"].decode("ascii")
        return Form(parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        return Form()


def start_of(form: Form, tz: str) -> int | None:
    """The instant of a date and a time on the host's clock; None, with a fault, when there is none.

    Of two that the clock shows alike it is the first, unless `fold` asks for the second (rule 2).
    """
    local = _local(form)
    if local is None:
        form.fault("on", "Please give a date and a time, like 2026-12-24 and 14:30.")
        return None
    meant = local.replace(tzinfo=ZoneInfo(tz), fold=int(form.flag("fold")))
    if meant.astimezone(UTC).astimezone(ZoneInfo(tz)).replace(tzinfo=None) != local:
        form.fault("at", "That time does not exist on this day: the clocks go forward over it.")
        return None
    return int(meant.timestamp())


def minutes_of(found: Offer, form: Form, starts_at: int) -> int:
    """How long it would last; a length that is not on offer means the default one. Raises `invalid` for nights."""
    if found.event_type.options.stay is not None:
        return lasting(found, starts_at, None, number_of(form.text("length")))[0]
    return length_of(found, form)


def length_of(found: Offer, form: Form) -> int:
    """The length that is asked for, or the default one."""
    number = number_of(form.text("length"))
    return found.duration_minutes(number if number in found.event_type.durations_minutes else None)


def lengths_of(item: EventType) -> list[tuple[str, str]]:
    """The lengths on offer, or the nights: value and words."""
    stay = item.options.stay
    if stay is not None:
        return [(str(nights), counted(nights, "night")) for nights in range(stay.nights_from, stay.nights_to + 1)]
    return [(str(minutes), length(minutes)) for minutes in item.durations_minutes]


def filled_in(form: Form, item: EventType, words: Words) -> dict[str, str]:
    """What stands in the fields: what was asked, else the next whole hour, or the next check-in, for the default."""
    stay = item.options.stay
    next_hour = words.now - words.now % HOUR_SECONDS + HOUR_SECONDS
    local = datetime.fromtimestamp(next_hour, UTC).astimezone(ZoneInfo(words.tz))
    clock = local.strftime("%H:%M") if stay is None else clock_text(stay.check_in_minute)
    known = [value for value, _ in lengths_of(item)]
    asked = form.text("length")
    return {
        "on": form.text("on") or local.date().isoformat(),
        "at": form.text("at") or clock,
        "length": asked if asked in known else known[0],
    }


def address(told: Explanation, starts_at: int, tz: str) -> str:
    """The address of the same question about another start."""
    local = datetime.fromtimestamp(starts_at, UTC).astimezone(ZoneInfo(tz))
    stay = told.offer.event_type.options.stay
    ends = datetime.fromtimestamp(told.ends_at, UTC).astimezone(ZoneInfo(tz)).date()
    nights = (ends - datetime.fromtimestamp(told.starts_at, UTC).astimezone(ZoneInfo(tz)).date()).days
    values = {
        "event_type": str(told.offer.event_type.id),
        "on": local.date().isoformat(),
        "at": local.strftime("%H:%M"),
        "length": str(told.duration_minutes if stay is None else nights),
        **({"fold": CHECKED} if local.fold else {}),
    }
    return f"/app/why?{urlencode(values)}"


def alike(told: Explanation, tz: str) -> tuple[str, str] | None:
    """Address and zone offset of the other instant that the clock shows like this one; None when there is none."""
    here = datetime.fromtimestamp(told.starts_at, UTC).astimezone(ZoneInfo(tz))
    other = int(here.replace(fold=1 - here.fold).timestamp())
    if other == told.starts_at:
        return None
    return address(told, other, tz), offset(other, tz)


def capsule_address(told: Explanation) -> str:
    """The address of the capsule that replays this question: that day of the schedule, with this start asked about."""
    tz = ZoneInfo(told.offer.schedule.rules.tz)
    on = datetime.fromtimestamp(told.starts_at, UTC).astimezone(tz).date().isoformat()
    values = {"from": on, "to": on, "ask": str(told.starts_at), "length": str(told.duration_minutes)}
    return f"/app/event-types/{told.offer.event_type.id}/capsule.json?{urlencode(values)}"


def dates_of(form: Form, days: int, now: int, tz: str) -> tuple[int, int]:
    """From the first to the last date of an address, both included, in a zone; so many days from today if none is."""
    first = date_of(form.text("from")) or datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(tz)).date()
    last = date_of(form.text("to")) or first + timedelta(days=days - 1)
    return midnight(first, tz), midnight(last + timedelta(days=1), tz)


def number_of(text: str) -> int | None:
    """A whole number; None for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 13 else None


def date_of(text: str) -> date | None:
    """A date; None for what is none."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def midnight(on: date, tz: str) -> int:
    """The first instant of a local date (rule 8)."""
    return int(datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(tz)).timestamp())


def _local(form: Form) -> datetime | None:
    try:
        found = datetime.fromisoformat(f"{form.text('on').strip()}T{form.text('at').strip()}")
    except ValueError:
        return None
    return found if found.tzinfo is None and FIRST_YEAR <= found.year <= LAST_YEAR else None
