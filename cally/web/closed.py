"""While maintenance is on: nothing is changed through the web's door, whoever asks; looking goes on.

One gate for every route. Programs get 503 `maintenance`, people a page that keeps what they typed; both are told when
to come back. Signing in stays possible, for admins must be able to end it, and so do the few that change nothing here.
"""

from collections.abc import Callable
from typing import Any

from litestar import Request, Response

from cally.errors import CallyError
from cally.ops import maintenance
from cally.ops.maintenance import Maintenance
from cally.web import forms
from cally.web.doors import Doors
from cally.web.errors import STATUS, is_api, retry_headers
from cally.web.forms import Form
from cally.web.rendering import AnyRequest, render

Application = Callable[[Any, Any, Any], Any]
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SIGN_IN = "/sign-in"
OPEN = frozenset({"/sign-out", "/app/theme", "/{host}/{slug}/password", "/team/{team}/{slug}/password"})
SWITCH = "/admin/maintenance"
ADMIN = "/admin/"
SECRET_PARTS = ("password", "secret", "token", "code", "smtp_url")


def closed_meanwhile(app: Application) -> Application:
    """Litestar's middleware around every route: what would change something waits until maintenance is over."""

    async def gated(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE:
            await app(scope, receive, send)
            return
        doors: Doors = scope["litestar_app"].state.doors
        found = maintenance.current(doors.store.path.parent)
        if found is None or _goes_on(scope, found):
            await app(scope, receive, send)
            return
        refusal = found.refusal(doors.clock())
        if is_api(scope["path"]):
            raise refusal
        request = Request[Any, Any, Any](scope, receive, send)
        response = await _page(request, refusal)
        await response.to_asgi_response(None, request)(scope, receive, send)

    return gated


def _goes_on(scope: Any, found: Maintenance) -> bool:
    """Sign-in, the switch, and an admin's settings unless a program is at work on the database itself."""
    path = scope["path"]
    if path in {SIGN_IN, SWITCH} or path.startswith(f"{SIGN_IN}/"):
        return True
    return scope.get("path_template") in OPEN or (path.startswith(ADMIN) and not found.held)


def kept_fields(form: Form) -> list[tuple[str, str]]:
    """What of a form may be written into a page, to be sent again: all but what is secret."""
    return [(name, value) for name, value in form.pairs if not any(part in name.lower() for part in SECRET_PARTS)]


def target(request: AnyRequest) -> str:
    """The address that was asked for, to be asked again."""
    query = request.scope["query_string"].decode("ascii", "replace")
    path = str(request.scope["path"])
    return f"{path}?{query}" if query else path


async def _page(request: AnyRequest, refusal: CallyError) -> Response[bytes]:
    return render(
        request,
        "pages/closed.html",
        STATUS[refusal.code],
        headers=retry_headers(refusal),
        sends=True,
        kept=kept_fields(forms.parsed_or_empty(request.headers.get("content-type", ""), await request.body())),
        action=target(request),
    )
