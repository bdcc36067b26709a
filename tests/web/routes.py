"""Every route of the application, and how to fill its path; made from the route table, so none is forgotten."""

import re
from collections.abc import Iterator

from litestar.routes import HTTPRoute

from cally import web
from cally.web.doors import Doors

SAFE = {"GET", "HEAD", "OPTIONS"}
SAMPLES = {"host": "ada", "slug": "intro", "message": "confirmed", "recipient": "guest", "letter": "alert"}


def all_routes(doors: Doors) -> Iterator[tuple[str, str]]:
    """`(method, path)` of every HTTP route."""
    for route in web.routes(doors).routes:
        if isinstance(route, HTTPRoute):
            for method in sorted(route.methods - {"OPTIONS"}):
                yield method, route.path_format


def changing_routes(doors: Doors) -> list[tuple[str, str]]:
    """The routes that may change something."""
    found = [(method, path) for method, path in all_routes(doors) if method not in SAFE]
    assert found
    return found


def reading_routes(doors: Doors) -> list[str]:
    """The paths of the routes that may only look."""
    found = [path for method, path in all_routes(doors) if method == "GET"]
    assert found
    return found


def filled(path: str, **values: str) -> str:
    """The path with its parameters filled in; what is not named gets a sample."""
    return re.sub(r"\{(\w+)(?::\w+)?\}", lambda match: (SAMPLES | values).get(match[1], "1"), path)
