"""Proving a mail address: the link shows what it would do, and a button does it."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.accounts import confirm_email, proof
from cally.errors import CallyError
from cally.web.doors import Doors
from cally.web.entering import visitor
from cally.web.pages.host.desk import Asked, Page
from cally.web.rendering import render


@get("/verify/{token:str}")
async def show(request: Asked, doors: NamedDependency[Doors], token: FromPath[str]) -> Page:
    """What confirming would do; programs that only look at links in mails change nothing."""
    found = await proof(doors.store.reader, token, doors.clock())
    if found is None:
        return _ended(request)
    return render(request, "pages/setup/verify.html", proof=found, done=False)


@post("/verify/{token:str}", status_code=200)
async def confirm(request: Asked, doors: NamedDependency[Doors], token: FromPath[str]) -> Page:
    """The address is theirs; nobody is signed in by this."""
    address = visitor(request, doors).address
    try:
        found = await confirm_email(doors.store, token, now=doors.clock(), address=address)
    except CallyError as error:
        if error.code not in {"not_found", "conflict"}:
            raise
        return _ended(request)
    doors.wake()
    return render(request, "pages/setup/verify.html", proof=found, done=True)


ROUTES = [show, confirm]


def _ended(request: Asked) -> Page:
    return render(request, "pages/setup/link_ended.html", status=404, again="")
