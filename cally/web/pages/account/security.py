"""How one signs in: the second factors that an account has, and what it still lacks."""

from litestar import get
from litestar.di import NamedDependency

from cally.accounts.factor_rules import lacks_second_factor
from cally.accounts.passkeys import NAME_LENGTH
from cally.accounts.recovery_codes import CODES
from cally.accounts.second_factors import factors_of
from cally.web import ceremonies
from cally.web.forms import Form
from cally.web.pages.host.desk import Desk, Page

HERE = "/app/security"


@get(HERE)
async def show(desk: NamedDependency[Desk]) -> Page:
    """The app, the recovery codes and the passkeys."""
    return await security_page(desk)


ROUTES = [show]


async def security_page(desk: Desk, form: Form | None = None, *, status: int = 200) -> Page:
    """The page, with what was wrong."""
    factors = await factors_of(desk.db, desk.signed_in.id)
    return await desk.page(
        "pages/account/security.html",
        here="security",
        status=status,
        form=form or Form.of(),
        factors=factors,
        is_lacking=await lacks_second_factor(desk.db, desk.signed_in),
        all_codes=CODES,
        site=ceremonies.site_of(desk.request, desk.doors).name,
        longest=NAME_LENGTH,
    )
