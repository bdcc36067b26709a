"""A host's public address never stands where Cally itself answers."""

from cally.model.slugs import RESERVED, SLUG
from cally.web import routes
from cally.web.doors import Doors


def test_no_host_can_take_an_address_that_cally_answers(doors: Doors):
    """The first part of every fixed route is reserved, or is no slug at all."""
    firsts = {route.path.split("/")[1] for route in routes(doors).routes}
    taken = {first for first in firsts if SLUG.fullmatch(first)}
    assert {"app", "api", "setup", "sign-in"} <= taken
    assert taken <= RESERVED
