"""The pages about this server, for admins; for everybody else they do not exist."""

from litestar import Router
from litestar.di import Provide

from cally.web.pages.admin import accounts, second_factors, settings, system
from cally.web.pages.host.desk import ON_ERROR, provide_admin, provide_desk

ROUTES = [
    Router(
        path="/",
        route_handlers=[*settings.ROUTES, *accounts.ROUTES, *second_factors.ROUTES, *system.ROUTES],
        dependencies={"desk": Provide(provide_desk), "admin": Provide(provide_admin)},
        exception_handlers=ON_ERROR,
    )
]
