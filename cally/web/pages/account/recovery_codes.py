"""Recovery codes, shown once: to be printed or kept in a password manager."""

from litestar import post
from litestar.di import NamedDependency

from cally.accounts.recovery_codes import make_recovery_codes
from cally.errors import CallyError
from cally.web.pages.account.security import HERE
from cally.web.pages.host.desk import Desk, Page
from cally.web.pages.host.notices import of_error


@post("/app/security/codes", status_code=200)
async def renew(desk: NamedDependency[Desk]) -> Page:
    """New codes; those from before are worthless."""
    desk.require_recent(HERE)
    try:
        codes = await make_recovery_codes(desk.store, desk.signed_in.id, now=desk.now, actor=desk.actor)
    except CallyError as error:
        return desk.back_to(HERE, of_error(error).sentence, kind="error")
    return await codes_page(desk, codes)


ROUTES = [renew]


async def codes_page(desk: Desk, codes: tuple[str, ...], *, is_first: bool = False) -> Page:
    """The one page that ever shows them."""
    return await desk.page(
        "pages/account/recovery_codes.html",
        here="security",
        codes=codes,
        is_first=is_first,
        site=desk.doors.public_url(),
        email=desk.signed_in.email,
    )
