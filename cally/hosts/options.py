"""The further things an event type can do: bounds of stays and series, and what does not go together."""

from cally.errors import invalid
from cally.hosts.reminders import checked_follow_up, checked_reminders
from cally.hosts.rules import number_in_range
from cally.model.options import EventTypeOptions, Series, Stay
from cally.model.rules import DAYS, Day, EventTypeRules
from cally.model.texts import paragraph

ACTIVE_PER_GUEST = 1_000
CONSENT_LENGTH = 2_000
LAST_MINUTE = 1_439
NIGHTS = 366
SERIES_FROM = 2
SERIES_TO = 100


def checked_options(options: EventTypeOptions) -> EventTypeOptions:
    """The options, their lists in order; raises `invalid` with the field at fault (`stay.nights_to`, `series.most`)."""
    if options.active_per_guest is not None:
        number_in_range(options.active_per_guest, "active_per_guest", 1, ACTIVE_PER_GUEST, "bookings")
    if options.stay is not None and options.series is not None:
        raise invalid("series", "A stay over several days cannot be a series as well; please choose one of the two.")
    return EventTypeOptions(
        keeps=options.keeps,
        active_per_guest=options.active_per_guest,
        keep_host=options.keep_host,
        guests_meet=options.guests_meet,
        waitlist=options.waitlist,
        consent=paragraph(options.consent, "consent", longest=CONSENT_LENGTH),
        stay=_stay(options.stay) if options.stay else None,
        series=_series(options.series) if options.series else None,
        reminders=checked_reminders(options.reminders) if options.reminders else None,
        follow_up=checked_follow_up(options.follow_up) if options.follow_up else None,
    )


def require_stay_fits(stay: Stay | None, rules: EventTypeRules) -> None:
    """Raise `invalid` for rules that mean nothing for what is booked by the night."""
    if stay is None:
        return
    if rules.assignment == "round_robin":
        raise invalid("stay", "What is booked by the night is of one host, or of all together; not in turns.")
    if rules.seats > 1:
        raise invalid("seats", "What is booked by the night has one guest at a time; please set one seat.")
    if rules.horizon is not None and rules.horizon.kind == "open_days":
        raise invalid("horizon", "What is booked by the night cannot count open days; please count days from today.")


def _stay(stay: Stay) -> Stay:
    number_in_range(stay.check_in_minute, "stay.check_in_minute", 0, LAST_MINUTE, "minutes after midnight")
    number_in_range(stay.check_out_minute, "stay.check_out_minute", 0, LAST_MINUTE, "minutes after midnight")
    number_in_range(stay.nights_from, "stay.nights_from", 1, NIGHTS, "nights")
    number_in_range(stay.nights_to, "stay.nights_to", 1, NIGHTS, "nights")
    if stay.nights_to < stay.nights_from:
        raise invalid("stay.nights_to", f"At most {stay.nights_to} nights is fewer than at least {stay.nights_from}.")
    return Stay(
        check_in_minute=stay.check_in_minute,
        check_out_minute=stay.check_out_minute,
        nights_from=stay.nights_from,
        nights_to=stay.nights_to,
        check_in_days=_days(stay.check_in_days, "stay.check_in_days"),
        check_out_days=_days(stay.check_out_days, "stay.check_out_days"),
    )


def _series(series: Series) -> Series:
    if not series.rhythms:
        raise invalid("series.rhythms", "A series needs at least one rhythm, such as weekly.")
    number_in_range(series.most, "series.most", SERIES_FROM, SERIES_TO, "bookings")
    return Series(rhythms=tuple(dict.fromkeys(series.rhythms)), most=series.most, clashes=series.clashes)


def _days(days: tuple[Day, ...], field: str) -> tuple[Day, ...]:
    """The days, each once, in the order of the week."""
    if not days:
        raise invalid(field, "Please choose at least one day of the week.")
    return tuple(day for day in DAYS if day in days)
