"""Before anybody is at their desk: the first run, and signing in and out."""

from litestar import Router
from litestar.di import Provide

from cally.web.pages.host.desk import ON_ERROR, provide_desk
from cally.web.pages.setup import (
    again,
    elsewhere,
    hours,
    invitation,
    link,
    passkey,
    reset,
    second,
    sign_in,
    theme,
    verify,
    you,
)

ROUTES = [
    *sign_in.ROUTES,
    *elsewhere.ROUTES,
    *passkey.ROUTES,
    *second.ROUTES,
    *again.ROUTES,
    *reset.ROUTES,
    *invitation.ROUTES,
    *verify.ROUTES,
    *theme.ROUTES,
    *you.ROUTES,
    Router(
        path="/",
        route_handlers=[*hours.ROUTES, *link.ROUTES],
        dependencies={"desk": Provide(provide_desk)},
        exception_handlers=ON_ERROR,
    ),
]
