"""One's own account, whomever one works for: how one signs in, and what proves it."""

from litestar import Router
from litestar.di import Provide

from cally.web.pages.account import apps, devices, passkeys, password, recovery_codes, security, totp
from cally.web.pages.host.desk import ON_ERROR, provide_own_desk

PAGES = (apps, security, password, devices, totp, recovery_codes, passkeys)

ROUTES = [
    Router(
        path="/",
        route_handlers=[handler for page in PAGES for handler in page.ROUTES],
        dependencies={"desk": Provide(provide_own_desk)},
        exception_handlers=ON_ERROR,
    )
]
