"""Bookings as a file: what lists show page by page, at one go, for people and programs elsewhere."""

from typing import Annotated, Literal

import msgspec
from litestar.response.streaming import ASGIStreamingResponse

from cally import hosts
from cally.errors import CallyError, invalid, not_found
from cally.model.zones import zone
from cally.ops.exports.bookings import EVER, MEDIA, ExportWanted, Kind, export, file_name
from cally.web.api.endpoints import Answer, Call, File, Noun
from cally.web.api.v1.spans import span

noun = Noun("Export")


class ExportAsked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`from` and `to` are dates in `tz`, both included, or instants; `q` is looked for in guest and title.

    Without `host` they are the token's own. `bom` marks CSV as UTF-8 for spreadsheets that need it.
    """

    format: Kind = "csv"
    from_: str | None = msgspec.field(name="from", default=None)
    to: str | None = None
    tz: str | None = None
    status: Literal["pending", "confirmed", "declined", "cancelled"] | None = None
    q: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    host: (
        Annotated[str, msgspec.Meta(description="A host's slug; another's than the token's needs admin:read.")] | None
    ) = None
    all: Annotated[bool, msgspec.Meta(description="Of all hosts; needs admin:read.")] = False
    bom: bool = False


@noun.does(
    "GET",
    "/bookings/export",
    scope="bookings:read",
    query=ExportAsked,
    answers={200: File(tuple(MEDIA.values()))},
    refuses=("not_found", "forbidden"),
)
async def export_bookings(call: Call) -> Answer:
    """Give bookings as CSV, iCalendar or JSON, written piece by piece."""
    asked: ExportAsked = call.query
    host_id, tz = await _whose(call, asked)
    from_at, to_at = span(asked.from_, asked.to, tz)
    wanted = ExportWanted(
        host_id=host_id,
        from_at=0 if from_at is None else from_at,
        to_at=EVER if to_at is None else to_at,
        status=asked.status,
        q=asked.q or None,
    )
    return ASGIStreamingResponse(
        iterator=export(call.doors.store.reader, asked.format, wanted, bom=asked.bom),
        status_code=200,
        media_type=MEDIA[asked.format],
        headers={
            "content-disposition": f'attachment; filename="{file_name(asked.format, call.now)}"',
            "cache-control": "no-store",
        },
    )


async def _whose(call: Call, asked: ExportAsked) -> tuple[int | None, str]:
    """The host whose bookings they are (None for everybody's), and the zone that dates are in."""
    caller, db = call.token_holder, call.doors.store.reader
    own = await hosts.host_by_id(db, caller.account.id)
    if asked.all:
        if asked.host is not None:
            raise invalid("all", "Please name one host, or ask for all.")
        if not caller.has("admin:read"):
            raise CallyError("forbidden", "This token may not see everybody's bookings.", scope="admin:read")
        return None, zone(asked.tz) if asked.tz is not None else own.tz if own is not None else "UTC"
    host = own
    if asked.host is not None and (own is None or asked.host != own.slug):
        host = await hosts.host_by_slug(db, asked.host) if caller.has("admin:read") else None
    if host is None:
        raise not_found("host")
    return host.id, zone(asked.tz) if asked.tz is not None else host.tz
