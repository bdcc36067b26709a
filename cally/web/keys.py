"""What a visitor shows to be let in to a private page: the cookie of a password once given, a header, a link's code."""

from typing import Any

import msgspec
from litestar import Request
from litestar.datastructures import Cookie

from cally.accounts import open_page
from cally.bookings import closed_event_type, link_hash
from cally.model.private_pages import Keys
from cally.store import page_access
from cally.web.addresses import client_address
from cally.web.doors import Doors
from cally.web.errors import is_api
from cally.web.signed_in import is_https

PAGE_PASSWORD = "X-Page-Password"  # noqa: S105 - the name of a header
PRIVATE_LINK = "X-Private-Link"
COOKIE = "cally-page-"
PURPOSE = "page password"
SECONDS = 12 * 3_600
MOST = 50  # cookies that are looked at

AnyRequest = Request[Any, Any, Any]


async def keys(request: AnyRequest, doors: Doors, owner: str, slug: str) -> Keys:
    """What opens the event type at this address, as far as the visitor has shown it.

    Raises `password_needed` for a wrong password in the header, `rate_limited` for whoever guesses.
    """
    found = known_keys(request, doors)
    password = request.headers.get(PAGE_PASSWORD) if is_api(request.scope["path"]) else None
    if not password:
        return found
    return msgspec.structs.replace(
        found, opened=found.opened | await _opened(request, doors, owner, slug, password, found)
    )


def known_keys(request: AnyRequest, doors: Doors, code: str = "") -> Keys:
    """The keys that need no looking up: cookies, and the code of a link."""
    code = code or (request.headers.get(PRIVATE_LINK, "") if is_api(request.scope["path"]) else "")
    now = doors.clock()
    prefix = _prefix(doors)
    shown = [value for name, value in request.cookies.items() if name.startswith(prefix)][:MOST]
    opened = (_proved(doors, value, now) for value in shown)
    hashed = link_hash(code)
    return Keys(
        opened=frozenset(one for one in opened if one is not None), code=code if hashed else "", link=hashed, now=now
    )


def cookie(doors: Doors, event_type_id: int, version: int) -> Cookie:
    """The proof that a page's password was given; it ends by itself, and with that password."""
    until = doors.clock() + SECONDS
    return Cookie(
        key=f"{_prefix(doors)}{event_type_id}",
        value=doors.vault.sign(PURPOSE, f"{event_type_id}-{version}-{until}"),
        max_age=SECONDS,
        path="/",
        secure=is_https(doors),
        httponly=True,
        samesite="lax",
    )


def _prefix(doors: Doors) -> str:
    return f"__Host-{COOKIE}" if is_https(doors) else COOKIE


def _proved(doors: Doors, value: str, now: int) -> tuple[int, int] | None:
    subject = doors.vault.verified(PURPOSE, value)
    if subject is None:
        return None
    event_type_id, version, until = (int(part) for part in subject.split("-"))
    return (event_type_id, version) if now < until else None


async def _opened(
    request: AnyRequest, doors: Doors, owner: str, slug: str, password: str, found: Keys
) -> frozenset[tuple[int, int]]:
    event_type = await closed_event_type(doors.store.reader, owner, slug)
    access = await page_access.of(doors.store.reader, event_type.id) if event_type is not None else None
    if access is None or not access.has_password or (access.event_type_id, access.password_version) in found.opened:
        return frozenset()
    version = await open_page(
        doors.store,
        doors.brake,
        event_type_id=access.event_type_id,
        password=password,
        address=client_address(request.scope, doors.trusted_proxies),
        now=doors.clock(),
    )
    return frozenset({(access.event_type_id, version)})
