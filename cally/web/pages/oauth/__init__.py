"""Cally as OAuth 2 provider: what it says of itself, the page that asks for leave, where tokens are."""

from litestar import Router

from cally.web.pages.host.desk import ON_ERROR
from cally.web.pages.oauth import authorize, metadata, token

ROUTES = [
    *metadata.ROUTES,
    *token.ROUTES,
    Router(path="/", route_handlers=authorize.ROUTES, exception_handlers=ON_ERROR),
]
