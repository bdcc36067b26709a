"""What an address takes, as `Allow` says it: Litestar answers OPTIONS by the first handler of an address alone."""

from collections.abc import Callable
from typing import Any

from litestar import Litestar
from litestar.routes import HTTPRoute

Application = Callable[[Any, Any, Any], Any]


def with_allow(application: Litestar) -> Application:
    """The application, whose answers to OPTIONS name every method of the address."""
    allowed = {
        route.path_format: ", ".join(sorted({*route.methods, "OPTIONS"})).encode()
        for route in application.routes
        if isinstance(route, HTTPRoute)
    }

    async def answered(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http" or scope["method"] != "OPTIONS":
            await application(scope, receive, send)
            return

        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                allow = allowed.get(scope.get("path_template", ""))
                if allow is not None:
                    kept = [(name, value) for name, value in message["headers"] if name.lower() != b"allow"]
                    message = {**message, "headers": [*kept, (b"allow", allow)]}
            await send(message)

        await application(scope, receive, sending)

    return answered
