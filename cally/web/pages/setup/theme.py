"""Light or dark, chosen without scripts: a cookie, and back to the page one came from."""

from urllib.parse import urlsplit

from litestar import post
from litestar.datastructures import Cookie
from litestar.response import Redirect

from cally.web import forms
from cally.web.entering import local_path
from cally.web.pages.host.desk import Asked, Page

COOKIE = "cally-theme"
YEAR_SECONDS = 365 * 86_400


@post("/app/theme", status_code=303)
async def choose(request: Asked) -> Page:
    """Keep `light` or `dark`; anything else is what the system says."""
    chosen = (await forms.read(request)).text("theme")
    response = Redirect(local_path(urlsplit(request.headers.get("referer", "")).path), status_code=303)
    is_known = chosen in {"light", "dark"}
    response.set_cookie(
        Cookie(key=COOKIE, value=chosen if is_known else "", max_age=YEAR_SECONDS if is_known else 0, path="/")
    )
    return response


ROUTES = [choose]
