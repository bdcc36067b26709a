"""What an alert says: in words that somebody can act on at three in the morning, with the page that helps."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from cally.amounts import duration
from cally.model.alerts import Alert, Telling

ALERTS_PAGE = "/admin/alerts"


class Known(NamedTuple):
    """A check in words: its name, what it means when it needs attention or does not work, what to do, and where."""

    name: str
    degraded: str
    failing: str
    advice: str
    page: str


CHECKS: dict[str, Known] = {
    "database": Known(
        "Database",
        "The database needs attention",
        "The database cannot be used",
        "Bookings are refused until this is mended. Look at the log and at the disk, then start Cally again.",
        "/admin/system",
    ),
    "disk": Known(
        "Disk",
        "The disk is nearly full",
        "The disk is all but full",
        "Make room where Cally keeps its files, old backups and logs first. When it is full, guests cannot book; "
        "with room again, Cally goes on by itself.",
        "/admin/system",
    ),
    "jobs": Known(
        "Work in the background",
        "Work in the background is late",
        "Work in the background stands still",
        "Mail and calendars wait for it. See what waits and why; if nothing moves, start Cally again.",
        "/admin/jobs",
    ),
    "mail": Known(
        "Mail",
        "Mail is not delivered",
        "Mail is not delivered",
        "Guests may not hear of their bookings. See what the mail server answered, and send a test.",
        "/admin/settings#mail",
    ),
    "calendars": Known(
        "Calendars",
        "Calendars are not read",
        "Calendars are not read",
        "Guests may be offered times that are taken. Each calendar says what is wrong with it.",
        "/app/calendars",
    ),
    "clock": Known(
        "Clock",
        "The clock of this machine is wrong",
        "The clock of this machine is wrong",
        "Let systemd-timesyncd or chrony keep it, and look at the time with `timedatectl`.",
        "/admin/system",
    ),
    "time_zones": Known(
        "Time zones",
        "Time zone rules have changed",
        "Time zone rules have changed",
        "Start Cally again when it suits, so that the new rules count.",
        "/admin/system",
    ),
    "backups": Known(
        "Backups",
        "Backups need attention",
        "Backups do not work",
        "Look at what the last one said, and make one by hand.",
        "/admin/backups",
    ),
    "memory": Known(
        "Memory",
        "Cally uses more and more memory",
        "Cally is running out of memory",
        "`cally doctor --memory` says what it is used for. Starting Cally again frees it; no booking is lost by that.",
        "/admin/system",
    ),
    "errors": Known(
        "Errors",
        "Something failed in a way it should not",
        "Something failed in a way it should not",
        "What was answered is safe. See what happened and how often; mark it as known or done.",
        "/admin/errors",
    ),
    "maintenance": Known(
        "Maintenance mode",
        "Maintenance mode is on",
        "Maintenance mode is on",
        "Guests cannot book until it is switched off. If nobody is at work on this machine, switch it off.",
        "/admin/updates#maintenance",
    ),
    "certificate": Known(
        "Certificate",
        "The certificate needs a look",
        "Browsers refuse the certificate, or will within days",
        "Look at the proxy that holds it, and at what renews it; `cally doctor` says more.",
        "/admin/system",
    ),
}


def known(check: str) -> Known:
    """The words of a check; one that has none yet is called by its name."""
    if check in CHECKS:
        return CHECKS[check]
    name = check.replace("_", " ").capitalize()
    return Known(name, f"{name}: needs attention", f"{name}: does not work", "See what it says.", "/admin/system")


def title(told: Sequence[tuple[Alert, Telling]], *, public_url: str) -> str:
    """The first line: which server, and what is the matter."""
    site = public_url.partition("://")[2] or public_url
    wrong = [(alert, telling) for alert, telling in told if telling != "over"]
    if not wrong:
        names = ", ".join(known(alert.check).name for alert, _ in told)
        longest = max(told, key=lambda one: lasted(one[0]))[0]
        after = f" (after {duration(lasted(longest))})" if len(told) == 1 else ""
        return f"{site}: fine again: {names}{after}"
    first, telling = wrong[0]
    said = headline(first)
    if telling == "reminder":
        said = f"still: {said[0].lower()}{said[1:]}"
    return f"{site}: {said}" + (f", and {len(wrong) - 1} more" if len(wrong) > 1 else "")


def body(told: Sequence[tuple[Alert, Telling]], others: Sequence[Alert], *, public_url: str, now: int) -> str:
    """What happened to each, what to do, where to look, and what else is wrong at the moment."""
    parts = [_over(alert) if telling == "over" else _wrong(alert, telling, public_url, now) for alert, telling in told]
    if others:
        rest = "; ".join(f"{headline(one)} ({_since(one, now)})" for one in others)
        parts.append(f"Also wrong, as you know: {rest}.")
    elif all(telling == "over" for _, telling in told):
        parts.append("Nothing else is wrong.")
    parts.append(f"All alerts, and a silence for some hours: {public_url}{ALERTS_PAGE}")
    return "\n\n".join(parts)


def headline(alert: Alert) -> str:
    """What is the matter, without a full stop."""
    words = known(alert.check)
    return words.failing if alert.status == "failing" else words.degraded


def lasted(alert: Alert) -> int:
    """Seconds from its beginning to its end."""
    return max(0, (alert.ended_at or alert.began_at) - alert.began_at)


def clock(instant: int) -> str:
    """An instant on a clock that is the same for every reader."""
    return datetime.fromtimestamp(instant, UTC).strftime("%H:%M UTC on %d %B")


def _wrong(alert: Alert, telling: Telling, public_url: str, now: int) -> str:
    words = known(alert.check)
    since = {"worse": "This is worse than before. ", "more": "There is more of it than before. "}.get(telling, "")
    lines = [
        f"{headline(alert)}. {alert.detail}".strip(),
        f"{since}It began at {clock(alert.began_at)}{_so_far(alert, now)}.",
        f"What to do: {words.advice}",
        f"{public_url}{words.page}",
    ]
    return "\n".join(lines)


def _over(alert: Alert) -> str:
    words = known(alert.check)
    until = alert.ended_at if alert.ended_at is not None else alert.began_at
    return (
        f"{words.name}: fine again. It was wrong for {duration(lasted(alert))}, "
        f"from {clock(alert.began_at)} to {clock(until)}."
    )


def _so_far(alert: Alert, now: int) -> str:
    return f", {duration(now - alert.began_at)} ago" if now - alert.began_at >= 90 else ""


def _since(alert: Alert, now: int) -> str:
    return f"for {duration(max(0, now - alert.began_at))}"
