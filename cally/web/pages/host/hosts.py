"""For whom one works: an assistant chooses one of their hosts, an admin at another's desk ends it."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.response import Redirect

from cally.accounts import list_assisted, stop_acting, whose_desk, work_for
from cally.hosts import host_by_id
from cally.model.accounts import Session
from cally.web import forms
from cally.web.addresses import client_address
from cally.web.doors import Doors
from cally.web.pages.host.desk import Asked, Page, SignInNeededError
from cally.web.rendering import render

LARGEST_ID = 2**63 - 1


@get("/app/hosts")
async def listing(request: Asked, doors: NamedDependency[Doors], session: NamedDependency[Session | None]) -> Page:
    """Whom one works for now, and for whom else one could."""
    if session is None:
        raise SignInNeededError
    db = doors.store.reader
    ids = await list_assisted(db, session.account.id) if session.account.role == "assistant" else []
    found = [await host_by_id(db, host_id) for host_id in ids]
    return render(
        request,
        "pages/host/hosts.html",
        signed_in=session.account,
        hosts=[host for host in found if host is not None],
        current=await whose_desk(db, session, doors.clock()),
        acting=session.acting_for_id is not None,
    )


@post("/app/hosts", status_code=303)
async def choose(request: Asked, doors: NamedDependency[Doors], session: NamedDependency[Session | None]) -> Page:
    """Work for another host from now on."""
    if session is None:
        raise SignInNeededError
    host_id = (await forms.read(request)).number("host", least=0, most=LARGEST_ID, default=0)
    address = client_address(request.scope, doors.trusted_proxies)
    await work_for(doors.store, session, host_id, now=doors.clock(), address=address)
    return Redirect("/app", status_code=303)


@post("/app/hosts/ending", status_code=303)
async def end(request: Asked, doors: NamedDependency[Doors], session: NamedDependency[Session | None]) -> Page:
    """Back to one's own desk."""
    if session is None:
        raise SignInNeededError
    address = client_address(request.scope, doors.trusted_proxies)
    await stop_acting(doors.store, session, now=doors.clock(), address=address)
    wanted = "/admin/accounts" if session.account.role == "admin" else "/app/hosts"
    return Redirect(wanted, status_code=303)


ROUTES = [listing, choose, end]
