"""Uploaded pictures and custom styles at addresses that name their content: kept for ever, and nothing but data."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cally.errors import not_found
from cally.store import pictures, styles
from cally.web.doors import Doors

FOR_EVER = "public, max-age=31536000, immutable"
CLOSED = "default-src 'none'; sandbox"


@get("/media/{name:str}", include_in_schema=False)
async def media(doors: NamedDependency[Doors], name: FromPath[str]) -> ASGIResponse:
    """A picture (`.webp`) or a style (`.css`)."""
    stem, _, kind = name.partition(".")
    found: Any = None
    if kind == "webp":
        found, media_type = await pictures.body(doors.store.reader, stem), "image/webp"
    elif kind == "css":
        text = await styles.css(doors.store.reader, stem)
        found, media_type = text.encode() if text is not None else None, "text/css"
    if found is None:
        raise not_found("file")
    headers = {
        "cache-control": FOR_EVER,
        "content-disposition": f'inline; filename="{stem}.{kind}"',
        "content-security-policy": CLOSED,
    }
    return ASGIResponse(body=found, status_code=200, media_type=media_type, headers=headers)


ROUTES = [media]
