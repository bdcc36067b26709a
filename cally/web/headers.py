"""The security headers of every answer, errors and static files included; and HEAD, answered as GET without a body."""

from collections.abc import Callable
from typing import Any

Scope = Any
Message = Any
Receive = Any
Send = Any
Application = Callable[[Scope, Receive, Send], Any]
Headers = list[tuple[bytes, bytes]]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'; "
    "require-trusted-types-for 'script'"
)
ALWAYS: dict[bytes, bytes] = {
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    # not no-referrer: with that, browsers send `Origin: null` with our own forms
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": (
        b"accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), "
        b"microphone=(), midi=(), payment=(), usb=()"
    ),
    b"cache-control": b"no-store",
}
STRICT_TRANSPORT: dict[bytes, bytes] = {b"strict-transport-security": b"max-age=63072000"}


def with_headers(application: Application, *, public_url: Callable[[], str]) -> Application:
    """The application, each of whose answers carries the headers it does not set itself.

    HSTS is sent only while the public address is https; cookies are then for https alone. HEAD reaches the application
    as GET; the body is dropped.
    """
    plain = list(ALWAYS.items())
    secure = [*plain, *STRICT_TRANSPORT.items()]

    async def answered(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        is_https = public_url().startswith("https://")
        wanted = secure if is_https else plain
        bodiless = scope["method"] == "HEAD"

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = _completed(message["headers"], wanted, is_https=is_https)
            elif bodiless and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await application({**scope, "method": "GET"} if bodiless else scope, receive, sending)

    return answered


def _completed(given: Any, wanted: Headers, *, is_https: bool) -> Headers:
    own = [_fitting(name.lower(), value, is_https=is_https) for name, value in given]
    names = {name for name, _ in own}
    return own + [header for header in wanted if header[0] not in names]


def _fitting(name: bytes, value: bytes, *, is_https: bool) -> tuple[bytes, bytes]:
    """A header as it is; a cookie that does not say so is for this site's own pages, and over https for https alone."""
    if name != b"set-cookie":
        return name, value
    said = value.lower()
    if b"samesite=" not in said:
        value += b"; SameSite=lax"
    if is_https and b"; secure" not in said:
        value += b"; Secure"
    return name, value
