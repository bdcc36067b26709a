"""A link to meet several hosts at once: choose colleagues, copy the address. Looking makes nothing (X27)."""

import re

from litestar import get
from litestar.di import NamedDependency

from cally.bookings import JOINT, MOST_TOGETHER, canonical_link
from cally.hosts import host_by_slug, list_colleagues, list_schedules
from cally.model.hosts import Host
from cally.web.pages.host.desk import Asked, Desk, Page

PATH = "/app/together"
APART = re.compile(r"[\s,;+]+")
LONGEST = 1_000


@get(PATH)
async def show(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Who can be named, and the link to those who are chosen."""
    colleagues = [host for host in await list_colleagues(desk.db, desk.host.id) if await _can_be_named(desk, host)]
    typed = str(request.query_params.get("others", ""))[:LONGEST]
    others = [part.lower() for part in APART.split(typed) if part]
    wanted = dict.fromkeys([*request.query_params.getall("with", []), *others])
    found = {slug: await _named(desk, slug) for slug in list(wanted)[:MOST_TOGETHER]}
    chosen = [host for host in found.values() if host is not None and host.id != desk.host.id]
    nobody = [slug for slug in others if slug in found and found[slug] is None]
    path = canonical_link(JOINT.join([desk.host.slug, *(host.slug for host in chosen)]))
    return await desk.page(
        "pages/host/together.html",
        here="event-types",
        colleagues=[(host.slug, host.name) for host in colleagues],
        chosen=[host.slug for host in chosen],
        others=typed,
        names=_joined([host.name for host in chosen]),
        path=f"/{path}" if path and not nobody else "",
        nobody=nobody,
        too_many=len(wanted) >= MOST_TOGETHER,
        most=MOST_TOGETHER,
        has_hours=bool(await list_schedules(desk.db, desk.host.id)),
    )


ROUTES = [show]


def _joined(names: list[str]) -> str:
    """`You and Ben`, `You, Ben and Cara`."""
    *others, last = ["You", *names]
    return f"{', '.join(others)} and {last}" if others else last


async def _named(desk: Desk, slug: str) -> Host | None:
    host = await host_by_slug(desk.db, slug)
    return host if host is not None and await _can_be_named(desk, host) else None


async def _can_be_named(desk: Desk, host: Host) -> bool:
    return host.dynamic_links and bool(await list_schedules(desk.db, host.id))
