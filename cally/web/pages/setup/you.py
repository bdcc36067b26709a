"""The first run, first screen: who you are; it makes the first admin and keeps the address by which they came."""

from urllib.parse import urlsplit

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.accounts import set_up, setup_is_open
from cally.accounts.password_rules import SHORTEST
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.ops.live import PUBLIC_URL, change_public_url
from cally.store import settings
from cally.web import forms
from cally.web.addresses import asked_scheme
from cally.web.doors import Doors
from cally.web.entering import around, entered, visitor
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Page
from cally.web.pages.setup.guesses import guessed_locale, guessed_zone
from cally.web.rendering import render
from cally.web.zone_names import zone_names


@get("/setup/{token:str}")
async def you(request: Asked, doors: NamedDependency[Doors], token: FromPath[str]) -> Page:
    """The screen, for as long as nobody has set Cally up."""
    if not await setup_is_open(doors.store.reader, token, doors.clock()):
        return render(request, "pages/setup/closed.html", status=404)
    accepted = request.headers.get("accept-language", "")
    return _page(request, Form.of(tz=guessed_zone(accepted), locale=guessed_locale(accepted)))


@post("/setup/{token:str}", status_code=303)
async def make_admin(request: Asked, doors: NamedDependency[Doors], token: FromPath[str]) -> Page:
    """Make the first admin and sign them in."""
    form = await forms.read(request)
    who = visitor(request, doors)
    try:
        entry = await set_up(
            doors.store,
            token=token,
            email=form.text("email"),
            name=form.text("name"),
            password=form.text("password"),
            slug=None,
            tz=form.text("tz"),
            locale=form.text("locale") or guessed_locale(request.headers.get("accept-language", "")),
            now=doors.clock(),
            visitor=who,
            around=around(doors),
        )
    except CallyError as error:
        if error.code == "not_found":
            return render(request, "pages/setup/closed.html", status=404)
        form.note(error)
        return _page(request, form, status=422)
    await _keep_public_url(request, doors, Actor(kind="admin", account_id=entry.account.id, address=who.address))
    return await entered(request, doors, entry, "/setup/hours")


ROUTES = [you, make_admin]


async def _keep_public_url(request: Asked, doors: Doors, actor: Actor) -> None:
    """Without a word from the operator, links are made of the address by which the first admin came."""
    if PUBLIC_URL in doors.fixed or await settings.value(doors.store.reader, PUBLIC_URL):
        return
    await change_public_url(doors.store, _origin(request, doors), now=doors.clock(), actor=actor)
    await doors.reload()


def _origin(request: Asked, doors: Doors) -> str:
    """The origin that the browser names, else the one that it asked by."""
    parts = urlsplit(request.headers.get("origin", ""))
    if parts.scheme in {"http", "https"} and parts.netloc:
        return f"{parts.scheme}://{parts.netloc}"
    return f"{asked_scheme(request.scope, doors.trusted_proxies)}://{request.headers.get('host', '')}"


def _page(request: Asked, form: Form, *, status: int = 200) -> Page:
    return render(
        request, "pages/setup/you.html", status=status, form=form, zones=zone_names(), shortest=SHORTEST, step=1
    )
