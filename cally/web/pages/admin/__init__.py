"""The pages about this server, for admins; for everybody else they do not exist."""

from litestar import Router
from litestar.di import Provide

from cally.web.pages.admin import (
    account,
    accounts,
    alerts,
    audit,
    backups,
    diagnostics,
    errors,
    imports,
    jobs,
    look,
    privacy,
    protection,
    providers,
    second_factors,
    settings,
    sign_in_rules,
    system,
    updates,
)
from cally.web.pages.host.desk import ON_ERROR, provide_admin, provide_desk

PAGES = (
    settings,
    sign_in_rules,
    look,
    protection,
    providers,
    accounts,
    account,
    second_factors,
    system,
    diagnostics,
    backups,
    alerts,
    jobs,
    errors,
    updates,
    audit,
    privacy,
    imports,
)

ROUTES = [
    Router(
        path="/",
        route_handlers=[handler for page in PAGES for handler in page.ROUTES],
        dependencies={"desk": Provide(provide_desk), "admin": Provide(provide_admin)},
        exception_handlers=ON_ERROR,
    )
]
