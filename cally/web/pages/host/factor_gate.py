"""What an account reaches that must have a second factor and has none yet: the pages where it gets one."""

from typing import Any

from litestar import Request, Response
from litestar.response import Redirect

from cally.accounts.factor_rules import lacks_second_factor
from cally.model.accounts import Account
from cally.web.doors import Doors

SET_UP = "/app/security"
OPEN = (SET_UP, f"{SET_UP}/totp", f"{SET_UP}/passkeys", f"{SET_UP}/codes")


class FactorNeededError(Exception):
    """An account without the second factor that its role must have asked for something else."""


async def require_factor(request: Request[Any, Any, Any], doors: Doors, account: Account) -> None:
    """Raise `FactorNeededError` unless the account has what its role needs, or this is where it gets it."""
    path = request.scope["path"].rstrip("/")
    is_open = path == SET_UP or any(path == one or path.startswith(f"{one}/") for one in OPEN[1:])
    if not is_open and await lacks_second_factor(doors.store.reader, account):
        raise FactorNeededError


def to_set_up(_: Request[Any, Any, Any], __: Exception) -> Response[Any]:
    """Set one up first."""
    return Redirect(SET_UP, status_code=303)
