"""Who acts on a public page: a guest, known by nothing but the network address."""

from cally.model.accounts import Actor
from cally.web.addresses import client_address
from cally.web.doors import Doors
from cally.web.rendering import AnyRequest


def guest(request: AnyRequest, doors: Doors) -> Actor:
    """The guest behind a request, for the audit log."""
    return Actor(kind="guest", address=client_address(request.scope, doors.trusted_proxies))
