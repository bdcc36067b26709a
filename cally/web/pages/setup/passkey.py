"""Signing in with a passkey alone: a challenge for the script of the sign-in page, and what the device said to it."""

from litestar import post
from litestar.di import NamedDependency

from cally.accounts.ceremonies import ANYBODY, request_options
from cally.accounts.passkey_sign_in import note_refused_passkey, sign_in_with_passkey
from cally.errors import CallyError
from cally.web import ceremonies
from cally.web.doors import Doors
from cally.web.entering import entered, visitor
from cally.web.pages.host.desk import Asked, Page


@post("/sign-in/passkey/challenge", status_code=200)
async def challenge(request: Asked, doors: NamedDependency[Doors]) -> Page:
    """A challenge for any passkey of this site; nothing is kept of it."""
    await ceremonies.read_wish(request)
    site = ceremonies.site_of(request, doors)
    return ceremonies.options(request_options(doors.vault, site, "sign-in", ANYBODY, (), doors.clock()))


@post("/sign-in/passkey", status_code=200)
async def enter(request: Asked, doors: NamedDependency[Doors]) -> Page:
    """In, by a passkey; one sentence for whatever was wrong."""
    answer = await ceremonies.read_answer(request)
    site, now, who = ceremonies.site_of(request, doors), doors.clock(), visitor(request, doors)
    try:
        doors.guests.change(who.address, now)
        entry = await sign_in_with_passkey(doors.store, doors.vault, site, answer.credential, now=now, visitor=who)
    except CallyError as error:
        if error.code == "sign_in_failed" and doors.guests.may_note(who.address, now):
            await note_refused_passkey(doors.store, who, now=now)
        return ceremonies.refused(error)
    return ceremonies.go_on(await entered(request, doors, entry, answer.next))


ROUTES = [challenge, enter]
