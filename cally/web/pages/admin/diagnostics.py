"""Diagnostics to take along: one file that can be handed to whoever helps."""

from datetime import UTC, datetime

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from cally.ops.monitor.diagnostics import diagnostics
from cally.web.pages.host.desk import Desk, Page


@get("/admin/system/diagnostics")
async def take(admin: NamedDependency[Desk]) -> Page:
    """The file; its name says when it was made."""
    doors = admin.doors
    found = await diagnostics(
        admin.db,
        doors.monitor,
        report=await doors.health(),
        findings=await doors.examine(),
        settings=doors.settings,
        now=admin.now,
    )
    name = f"cally-diagnostics-{datetime.fromtimestamp(admin.now, UTC):%Y%m%d-%H%M%S}.json"
    return Response(
        content=msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n",
        media_type="application/json",
        headers={"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"},
    )


ROUTES = [take]
