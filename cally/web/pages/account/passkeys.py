"""One's passkeys: made by the page's script, called something, taken away."""

from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.accounts.ceremonies import creation_options
from cally.accounts.passkeys import add_passkey, rename_passkey, revoke_passkey
from cally.accounts.second_factors import factors_of
from cally.errors import CallyError
from cally.web import ceremonies, forms
from cally.web.pages.account.security import HERE, security_page
from cally.web.pages.host.desk import Asked, Desk, Page


@post("/app/security/passkeys/challenge", status_code=200)
async def challenge(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """What the browser needs to make one."""
    desk.require_recent(HERE)
    await ceremonies.read_wish(request)
    known = (await factors_of(desk.db, desk.signed_in.id)).passkeys
    site = ceremonies.site_of(request, desk.doors)
    return ceremonies.options(creation_options(desk.vault, site, desk.signed_in, known, desk.now))


@post("/app/security/passkeys", status_code=200)
async def add(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Keep the one that the browser has made."""
    desk.require_recent(HERE)
    answer = await ceremonies.read_answer(request)
    try:
        made = await add_passkey(
            desk.store,
            desk.vault,
            ceremonies.site_of(request, desk.doors),
            desk.signed_in,
            answer.credential,
            name=answer.name,
            now=desk.now,
            actor=desk.actor,
        )
    except CallyError as error:
        return ceremonies.refused(error)
    desk.doors.wake()
    return ceremonies.go_on(desk.back_to(HERE, f"The passkey “{made.name}” signs you in from now on."))


@post("/app/security/passkeys/{id:int}/name", status_code=303)
async def rename(request: Asked, desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Call it something else."""
    form = await forms.read(request)
    try:
        await rename_passkey(desk.store, desk.signed_in.id, id, form.text("name"), now=desk.now, actor=desk.actor)
    except CallyError as error:
        form.note(error)
        return await security_page(desk, form, status=422)
    return desk.back_to(HERE, "The passkey has another name.")


@post("/app/security/passkeys/{id:int}/removal", status_code=303)
async def revoke(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """It opens nothing any more."""
    desk.require_recent(HERE)
    await revoke_passkey(desk.store, desk.signed_in, id, now=desk.now, actor=desk.actor)
    desk.doors.wake()
    return desk.back_to(HERE, "The passkey is revoked; it opens nothing any more.")


ROUTES = [challenge, add, rename, revoke]
