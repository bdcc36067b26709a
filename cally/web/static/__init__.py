"""The door to styles, scripts and pictures: finished answers from memory, kept for ever because their names change."""

from typing import Any

from litestar import Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cally.errors import not_found
from cally.web import assets

FOR_EVER = "public, max-age=31536000, immutable"
ROBOTS = "User-agent: *\nDisallow: /app\nDisallow: /admin\nDisallow: /api\nDisallow: /setup\nDisallow: /b/\n"
ROBOTS += "Disallow: /answer/\nDisallow: /reminders/\n"


@get("/static/{name:str}", include_in_schema=False)
async def static_file(request: Request[Any, Any, Any], name: FromPath[str]) -> ASGIResponse:
    """A style, script or picture by its hashed name."""
    found = assets.by_path(assets.PREFIX + name)
    if found is None:
        raise not_found("file")
    return _answer(request, found, FOR_EVER)


@get("/favicon.ico", include_in_schema=False)
async def favicon(request: Request[Any, Any, Any]) -> ASGIResponse:
    """The mark, for browsers that ask without being told."""
    return _answer(request, assets.load()["mark.svg"], "public, max-age=86400")


@get("/robots.txt", include_in_schema=False)
async def robots() -> ASGIResponse:
    """What search engines may read: the public pages only."""
    return ASGIResponse(body=ROBOTS.encode(), media_type="text/plain", status_code=200)


def _answer(request: Request[Any, Any, Any], found: assets.Asset, keep: str) -> ASGIResponse:
    packed = "gzip" in request.headers.get("accept-encoding", "")
    tag = f'"{found.path[-14:]}{"-gz" if packed else ""}"'
    headers = {"cache-control": keep, "etag": tag, "vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == tag:
        return ASGIResponse(status_code=304, headers=headers, media_type=found.media_type)
    if packed:
        headers["content-encoding"] = "gzip"
    return ASGIResponse(
        body=found.packed if packed else found.body,
        headers=headers,
        media_type=found.media_type,
        status_code=200,
    )


ROUTES = [static_file, favicon, robots]
