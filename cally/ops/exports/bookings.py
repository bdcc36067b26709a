"""Bookings as a file, piece by piece: CSV that no spreadsheet takes for formulas, iCalendar, or JSON."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Literal

import msgspec

from cally.model.bookings import Booking, Status
from cally.model.hosts import Host
from cally.model.messages import HostTold
from cally.notify import calendar_file
from cally.notify.places import where_line
from cally.ops.audit_export import cell
from cally.store import Reader, bookings, hosts

Kind = Literal["csv", "ics", "json"]
KINDS: tuple[Kind, ...] = ("csv", "ics", "json")
MEDIA = {"csv": "text/csv", "ics": "text/calendar", "json": "application/json"}
BOM = b"\xef\xbb\xbf"
PAGE = 200
EVER = 2**62
COLUMNS = (
    "uid",
    "status",
    "starts_at",
    "ends_at",
    "starts_local",
    "tz",
    "minutes",
    "title",
    "host",
    "co_hosts",
    "guest_name",
    "guest_email",
    "guest_tz",
    "companions",
    "place",
    "answers",
    "notes",
    "reason",
    "no_show",
    "created_at",
    "updated_at",
)


class ExportWanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which bookings: those that touch `[from_at, to_at)`, of one host (who takes part) or of all."""

    host_id: int | None = None
    from_at: int = 0
    to_at: int = EVER
    status: Status | None = None
    q: str | None = None


async def export(db: Reader, kind: Kind, wanted: ExportWanted, *, bom: bool = False) -> AsyncIterator[bytes]:
    """The bookings that are wanted, as pieces of a file; `bom` marks CSV as UTF-8 for spreadsheets that need it.

    Of one host by start, of all host by host. Never more than a page is in memory.
    """
    names = {host.id: host for host in await hosts.list_all(db)}
    yield _head(kind, bom)
    first = True
    async for page in _pages(db, wanted, names):
        yield b"".join(_piece(kind, booking, names, first=first and number == 0) for number, booking in enumerate(page))
        first = False
    yield {"csv": b"", "ics": calendar_file.FOOT_OF_MANY, "json": b"]}\n"}[kind]


def file_name(kind: Kind, now: int) -> str:
    """`bookings-2026-11-29.csv`."""
    return f"bookings-{datetime.fromtimestamp(now, UTC):%Y-%m-%d}.{kind}"


async def _pages(db: Reader, wanted: ExportWanted, names: dict[int, Host]) -> AsyncIterator[list[Booking]]:
    """Of all hosts each booking comes once, with the host who answers for it."""
    for host_id in [wanted.host_id] if wanted.host_id is not None else list(names):
        after = (-EVER, 0)
        while True:
            found = await bookings.list_by_start(
                db,
                host_id=host_id,
                from_at=wanted.from_at,
                to_at=wanted.to_at,
                status=wanted.status,
                q=wanted.q,
                after=after,
                limit=PAGE,
            )
            kept = [one for one in found if wanted.host_id is not None or one.host_id == host_id]
            if kept:
                yield kept
            if len(found) < PAGE:
                break
            after = (found[-1].starts_at, found[-1].id)


def _head(kind: Kind, bom: bool) -> bytes:
    if kind == "ics":
        return calendar_file.head_of_many()
    if kind == "json":
        return b'{"bookings":['
    return (BOM if bom else b"") + _line(COLUMNS)


def _piece(kind: Kind, booking: Booking, names: dict[int, Host], *, first: bool) -> bytes:
    if kind == "ics":
        told = [HostTold(name=names[id].name, email=names[id].email) for id in booking.hosts if id in names]  # noqa: A001
        return calendar_file.one_of_many(booking, told)
    said = _plain(booking, names)
    if kind == "json":
        return (b"" if first else b",") + msgspec.json.encode(said)
    return _line([_cell(said[column]) for column in COLUMNS])


def _plain(booking: Booking, names: dict[int, Host]) -> dict[str, object]:
    """A booking as programs read it; instants are RFC 3339."""
    host = names[booking.host_id]
    return {
        "uid": booking.uid,
        "status": booking.status,
        "starts_at": _instant(booking.starts_at),
        "ends_at": _instant(booking.ends_at),
        "starts_local": booking.starts_local,
        "tz": booking.tz,
        "minutes": (booking.ends_at - booking.starts_at) // 60,
        "title": booking.terms.title,
        "host": host.email,
        "co_hosts": [names[one].email for one in booking.co_hosts if one in names],
        "guest_name": booking.guest.name,
        "guest_email": booking.guest.email,
        "guest_tz": booking.guest.tz,
        "companions": [{"name": one.name, "email": one.email} for one in booking.companions],
        "place": where_line(booking.terms, host_name=host.name, guest_name=booking.guest.name),
        "answers": [{"label": one.label, "value": one.value} for one in booking.answers],
        "notes": booking.notes,
        "reason": booking.reason,
        "no_show": booking.no_show,
        "created_at": _instant(booking.created_at),
        "updated_at": _instant(booking.updated_at),
    }


def _cell(value: object) -> str:
    """Several values stand a line each."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return cell("\n".join(map(_said, value)))
    return cell(str(value))


def _said(value: object) -> str:
    if not isinstance(value, dict):
        return str(value)
    if "label" in value:
        return f"{value['label']}: {value['value']}"
    return f"{value['name']} <{value['email']}>" if value["name"] else str(value["email"])


def _instant(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _line(cells: tuple[str, ...] | list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue().encode()
