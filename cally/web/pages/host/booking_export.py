"""A host's bookings as a file: what is chosen by dates and status, or what the list shows."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Stream

from cally.errors import invalid
from cally.model.texts import line
from cally.ops.exports.bookings import EVER, KINDS, MEDIA, ExportWanted, Kind, export, file_name
from cally.web.pages.host.desk import Asked, Desk
from cally.web.pages.host.shown import STATUS_WORDS


@get("/app/bookings/export")
async def take_along(request: Asked, desk: NamedDependency[Desk]) -> Stream:
    """The bookings of these dates (on the host's clock, both included), as a file."""
    asked = request.query_params
    kind: Kind = next((one for one in KINDS if one == asked.get("format", "")), "csv")
    wanted = ExportWanted(
        host_id=desk.host.id,
        from_at=_at(asked.get("from", ""), "from", desk) or 0,
        to_at=_at(asked.get("to", ""), "to", desk, days=1) or EVER,
        status=next((one for one in STATUS_WORDS if one == asked.get("status", "")), None),
        q=line(asked.get("q", "").replace("\n", " ")[:100], "q", required=False) or None,
    )
    return Stream(
        export(desk.db, kind, wanted, bom=True),
        media_type=MEDIA[kind],
        headers={
            "content-disposition": f'attachment; filename="{file_name(kind, desk.now)}"',
            "cache-control": "no-store",
        },
    )


ROUTES = [take_along]


def _at(text: str, field: str, desk: Desk, *, days: int = 0) -> int | None:
    """The midnight of a date on the host's clock; None for none."""
    if not text:
        return None
    try:
        on = date.fromisoformat(text[:10]) + timedelta(days=days)
    except (ValueError, OverflowError) as error:
        raise invalid(field, "This should be a date like 2026-12-24.") from error
    return int(datetime.combine(on, time.min, ZoneInfo(desk.host.tz)).timestamp())
