"""Signing in with another provider: off to it, and back; what comes back counts only when our own page sends it."""

from litestar import get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from cally.accounts.elsewhere import Arrival, Connection, Return, arrive, depart
from cally.accounts.identities import enter_from_elsewhere, link_identity
from cally.accounts.providers import provider_by_slug
from cally.errors import CallyError
from cally.model.accounts import Actor, Session
from cally.model.identities import IdentityProvider
from cally.web import forms
from cally.web.addresses import client_address
from cally.web.doors import Doors
from cally.web.entering import entered, local_path, visitor
from cally.web.forms import Form
from cally.web.onward import onward
from cally.web.pages.host.desk import Asked, Page
from cally.web.rendering import render
from cally.web.signed_in import is_https

COOKIE = "cally-elsewhere"
COOKIE_SECONDS = 10 * 60
LONGEST = 4_096
APPS = "/app/security/apps"
STATUS = {"elsewhere_refused": 403, "conflict": 409, "outgoing_failed": 502, "outgoing_refused": 502, "invalid": 422}
SAID_NO = {
    "access_denied": "The sign-in was declined there.",
    "login_required": "You are not signed in there.",
    "temporarily_unavailable": "The provider cannot do it right now; please try again later.",
    "server_error": "The provider had a fault; please try again later.",
}


@post("/sign-in/with/{slug:str}", status_code=200)
async def leave(request: Asked, doors: NamedDependency[Doors], slug: FromPath[str]) -> Page:
    """Begin, and send the browser to the provider."""
    sent = await forms.read(request)
    provider = await provider_by_slug(doors.store.reader, slug)
    return await depart_to(request, doors, provider, wanted=local_path(sent.text("next")))


@get("/sign-in/back/{slug:str}")
async def back(request: Asked, doors: NamedDependency[Doors], slug: FromPath[str]) -> Page:
    """What the provider sent, in a form of our own; looking at it changes nothing."""
    provider = await provider_by_slug(doors.store.reader, slug)
    came = {name: _once(request, name) for name in ("code", "state", "iss")}
    if not came["code"] or not came["state"]:
        said = SAID_NO.get(_once(request, "error"), "The provider did not confirm the sign-in.")
        return _refused(request, CallyError("elsewhere_refused", said))
    return render(request, "pages/setup/back.html", provider=provider, form=Form.of(**came))


@post("/sign-in/back/{slug:str}", status_code=303)
async def finish(
    request: Asked, doors: NamedDependency[Doors], session: NamedDependency[Session | None], slug: FromPath[str]
) -> Page:
    """Take the provider's word: let somebody in, or link them to the account that wanted it."""
    sent = await forms.read(request)
    provider = await provider_by_slug(doors.store.reader, slug)
    doors.guests.change(client_address(request.scope, doors.trusted_proxies), doors.clock())
    came = Return(
        code=sent.text("code")[:LONGEST],
        state=sent.text("state")[:LONGEST],
        iss=sent.text("iss")[:LONGEST],
        browser=request.cookies.get(_cookie_name(doors), ""),
    )
    try:
        arrival = await arrive(
            doors.store, doors.vault, doors.providers, _connection(doors, provider), came, now=doors.clock()
        )
        if arrival.account_id is not None:
            response = await _linked(request, doors, session, provider, arrival)
        else:
            entry = await enter_from_elsewhere(
                doors.store, provider, arrival, visitor(request, doors), now=doors.clock()
            )
            response = await entered(request, doors, entry, arrival.wanted)
    except CallyError as error:
        if error.code not in STATUS:
            raise
        return _refused(request, error, session)
    response.set_cookie(_cookie(doors, "", 0))
    return response


ROUTES = [leave, back, finish]


async def depart_to(
    request: Asked, doors: Doors, provider: IdentityProvider, *, wanted: str, account_id: int | None = None
) -> Page:
    """The page that leads to a provider, to sign in there or, for an account, to be linked with it."""
    doors.guests.change(client_address(request.scope, doors.trusted_proxies), doors.clock())
    try:
        leaving = await depart(
            doors.store,
            doors.providers,
            _connection(doors, provider),
            wanted=wanted,
            now=doors.clock(),
            account_id=account_id,
        )
    except CallyError as error:
        if error.code not in STATUS:
            raise
        return _refused(request, error)
    response = onward(request, leaving.address, provider.name)
    response.set_cookie(_cookie(doors, leaving.browser, COOKIE_SECONDS))
    return response


async def _linked(
    request: Asked, doors: Doors, session: Session | None, provider: IdentityProvider, arrival: Arrival
) -> Page:
    if session is None or session.account.id != arrival.account_id:
        raise CallyError("elsewhere_refused", "You are no longer signed in to the account that was to be linked.")
    address = client_address(request.scope, doors.trusted_proxies)
    actor = Actor(kind="host", account_id=session.account.id, address=address)
    await link_identity(doors.store, session.account, provider, arrival, now=doors.clock(), actor=actor)
    return Redirect(f"{APPS}#elsewhere", status_code=303)


def redirect_uri(doors: Doors, slug: str) -> str:
    """Our own address at a provider, to be registered there."""
    return f"{doors.public_url()}/sign-in/back/{slug}"


def _connection(doors: Doors, provider: IdentityProvider) -> Connection:
    return Connection(
        provider=provider, redirect_uri=redirect_uri(doors, provider.slug), allowed=doors.allowed_networks
    )


def _once(request: Asked, name: str) -> str:
    """A parameter of the address; one that is given twice, or is absurdly long, is not there."""
    found = request.query_params.getall(name, [])
    return found[0] if len(found) == 1 and len(found[0]) <= LONGEST else ""


def _refused(request: Asked, error: CallyError, session: Session | None = None) -> Page:
    back_to = f"{APPS}#elsewhere" if session is not None else "/sign-in"
    return render(
        request,
        "pages/setup/elsewhere_refused.html",
        status=STATUS.get(error.code, 403),
        sentence=error.sentence,
        back=back_to,
    )


def _cookie_name(doors: Doors) -> str:
    return f"__Host-{COOKIE}" if is_https(doors) else COOKIE


def _cookie(doors: Doors, value: str, max_age: int) -> Cookie:
    """Lax, for the browser comes back from another site."""
    return Cookie(
        key=_cookie_name(doors),
        value=value,
        max_age=max_age,
        path="/",
        secure=is_https(doors),
        httponly=True,
        samesite="lax",
    )
