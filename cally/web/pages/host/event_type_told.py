"""What the folded parts of an event type's form say while they are closed: in a few words, what is set in them."""

from cally.web.forms import Form
from cally.web.pages.host.reminder_form import own_reminders_from

PERIODS = ("day", "week", "month", "year")
RHYTHMS = {"daily": "daily", "weekly": "weekly", "fortnightly": "every two weeks", "monthly": "monthly"}
CLOCKS = {"wall_time": "keep the clock time", "instant": "keep the moment"}
BETWEEN = " · "


def told(form: Form) -> dict[str, str]:
    """For each part its summary, of the form as it stands, be it saved or not."""
    return {
        "around": _around(form),
        "limits": _limits(form),
        "seats": _seats(form),
        "consent": "asked" if form.text("consent").strip() else "nothing of your own",
        "series": _series(form),
        "nights": _nights(form),
        "reminders": _reminders(form),
        "clocks": CLOCKS.get(form.text("keeps"), "what fits the place"),
    }


def _around(form: Form) -> str:
    before, after = form.text("buffer_before"), form.text("buffer_after")
    parts = (
        f"{before} min free before" if before else "",
        f"{after} min free after" if after else "",
        f"a time every {form.text('step')} min" if form.text("step") else "",
        _not_soon(form.text("notice_days")),
        "close to what is booked" if form.text("grid") == "optimised" else "",
    )
    return _joined(parts, "no breaks")


def _not_soon(days: str) -> str:
    if days in {"", "0"}:
        return ""
    return "not today" if days == "1" else f"not in the first {days} days"


def _limits(form: Form) -> str:
    parts = [
        f"{form.text(f'cap_{per}{what}')}{unit} per {per}"
        for per in PERIODS
        for what, unit in (("", ""), ("_minutes", " min"))
        if form.text(f"cap_{per}{what}")
    ]
    each = form.text("active_per_guest")
    return _joined((*parts, f"{each} ahead per guest" if each else ""), "none")


def _seats(form: Form) -> str:
    seats = form.text("seats") or "1"
    parts = (
        "one guest at a time" if seats == "1" else f"{seats} seats",
        "waitlist" if form.flag("waitlist") else "",
        "guests see names" if form.flag("guests_meet") else "",
    )
    return _joined(parts, "")


def _series(form: Form) -> str:
    if not form.flag("repeats"):
        return "off"
    rhythms = ", ".join(RHYTHMS[rhythm] for rhythm in form.all("rhythms") if rhythm in RHYTHMS)
    return _joined((rhythms, f"up to {form.text('series_most')} dates"), "off")


def _reminders(form: Form) -> str:
    reminders = own_reminders_from(form)
    own = ""
    if reminders is not None:
        count = len(reminders.guest_minutes) + len(reminders.host_minutes)
        own = f"{count} reminder{'' if count == 1 else 's'} of its own" if count else "no reminders"
    return _joined((own or "as for all", "a word afterwards" if form.flag("follow_up") else ""), "")


def _nights(form: Form) -> str:
    if not form.flag("by_night"):
        return "off"
    return nights(form.text("nights_from"), form.text("nights_to"))


def nights(least: int | str, most: int | str) -> str:
    """`2–7 nights`, `1 night`."""
    if str(least) != str(most):
        return f"{least}–{most} nights"
    return f"{least} night{'' if str(least) == '1' else 's'}"


def _joined(parts: tuple[str, ...], otherwise: str) -> str:
    return BETWEEN.join(part for part in parts if part) or otherwise
