"""What is kept about a guest: said in plain words, shown to whom it is about, to take along or to have erased."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from cally.bookings import consents, guest_links, retention
from cally.bookings.guest_data import as_json, data_of_booking
from cally.errors import CallyError
from cally.model.fields import instant_text
from cally.model.guest_data import GuestData
from cally.store import erased_file, settings
from cally.web import forms, rendering
from cally.web.doors import Doors
from cally.web.forms import Form
from cally.web.pages.public.actors import guest
from cally.web.pages.public.ticket import PRIVATE, managed
from cally.web.signed_in import is_https

FILE_NAME = "my-data.json"
ADDRESSES_AT_ONCE = 10
Asked = Request[Any, Any, Any]


@get("/privacy", include_in_schema=False)
async def facts(request: Asked, doors: NamedDependency[Doors]) -> Response[Any]:
    """What this server keeps about guests and for how long, and the form that asks for a link."""
    return await _facts(request, doors, Form())


@post("/privacy", status_code=200, include_in_schema=False)
async def ask(request: Asked, doors: NamedDependency[Doors]) -> Response[Any]:
    """Have a link sent; the answer is the same whether anything is kept or not."""
    form = await forms.read(request)
    address = form.email("email")
    if form.faults:
        return await _facts(request, doors, form, status=422)
    try:
        doors.guests.change(guest(request, doors).address, doors.clock(), times=ADDRESSES_AT_ONCE)
        await guest_links.ask_for_link(doors.store, doors.vault, address, now=doors.clock())
    except CallyError as error:
        if error.code != "rate_limited":
            raise
        form.fault("", error.sentence)
        return await _facts(request, doors, form, status=429, wait=str(error.facts.get("retry_after", 60)))
    doors.wake()
    return await _facts(request, doors, form, asked=True)


@get("/privacy/link/{token:str}", include_in_schema=False)
async def show_link(request: Asked, doors: NamedDependency[Doors], token: FromPath[str]) -> Response[Any]:
    """The button that opens one's data; looking uses nothing up (rule 52)."""
    is_good = await guest_links.is_link(doors.store.reader, token, now=doors.clock())
    return _page(request, "privacy_link", 200 if is_good else 404, is_good=is_good, path=f"/privacy/link/{token}")


@post("/privacy/link/{token:str}", status_code=303, include_in_schema=False)
async def open_link(request: Asked, doors: NamedDependency[Doors], token: FromPath[str]) -> Response[Any]:
    """Use the link up; this browser may see the data for half an hour."""
    doors.guests.change(guest(request, doors).address, doors.clock())
    secret = await guest_links.open_link(doors.store, doors.vault, token, now=doors.clock())
    if secret is None:
        return _page(request, "privacy_link", 404, is_good=False, path="")
    response = Redirect("/privacy/data", status_code=303)
    response.set_cookie(_cookie(doors, secret, guest_links.LINK_SECONDS))
    return response


@get("/privacy/data", include_in_schema=False)
async def show(request: Asked, doors: NamedDependency[Doors]) -> Response[Any]:
    """Everything that is kept about whoever opened their link."""
    found = await _opened(request, doors)
    if found is None:
        return Redirect("/privacy", status_code=303)
    ahead = _ahead(found, doors.clock())
    return _page(request, "privacy_data", 200, data=found, ahead=ahead, done=None, mail=doors.mail() is not None)


@get("/privacy/data.json", include_in_schema=False)
async def take_along(request: Asked, doors: NamedDependency[Doors]) -> Response[Any]:
    """The same as a file."""
    found = await _opened(request, doors)
    return Redirect("/privacy", status_code=303) if found is None else download(found)


@post("/privacy/data/erasure", status_code=200, include_in_schema=False)
async def erase(request: Asked, doors: NamedDependency[Doors]) -> Response[Any]:
    """Erase it all, once it was confirmed that this is meant; what is ahead is cancelled first."""
    form, actor, now = await forms.read(request), guest(request, doors), doors.clock()
    doors.guests.change(actor.address, now)
    found, secret = await _opened(request, doors), _secret(request, doors)
    if found is None:
        return Redirect("/privacy", status_code=303)
    if not form.flag("sure"):
        form.fault("sure", "Please tick that you mean it.")
        ahead = _ahead(found, now)
        return _page(
            request, "privacy_data", 422, data=found, ahead=ahead, done=None, mail=doors.mail() is not None, form=form
        )
    remembered, mail = erased_file.beside(doors.store), doors.mail() is not None
    done = await guest_links.erase_opened(doors.store, doors.vault, remembered, secret, mail=mail, now=now, actor=actor)
    doors.wake()
    response = _page(request, "privacy_data", 200, data=found, ahead=0, done=done, mail=mail)
    response.set_cookie(_cookie(doors, "", 0))
    return response


@get("/b/{token:str}/data", include_in_schema=False)
async def of_booking(request: Asked, doors: NamedDependency[Doors], token: FromPath[str]) -> Response[Any]:
    """What is kept about a booking's guest, and what they can do about it."""
    found = await managed(doors, token)
    data = await data_of_booking(doors.store.reader, found.booking, now=doors.clock())
    return _page(request, "privacy_booking", 200, data=data, path=found.path, mail=doors.mail() is not None)


@get("/b/{token:str}/data.json", include_in_schema=False)
async def of_booking_to_take_along(doors: NamedDependency[Doors], token: FromPath[str]) -> Response[bytes]:
    """The same as a file."""
    found = await managed(doors, token)
    return download(await data_of_booking(doors.store.reader, found.booking, now=doors.clock()))


ROUTES = [facts, ask, show_link, open_link, show, take_along, erase, of_booking, of_booking_to_take_along]


def download(data: GuestData, name: str = FILE_NAME) -> Response[bytes]:
    """The data as a file to keep."""
    headers = {**PRIVATE, "content-disposition": f'attachment; filename="{name}"'}
    return Response(as_json(data), media_type="application/json", headers=headers)


async def _facts(
    request: Asked, doors: Doors, form: Form, *, status: int = 200, asked: bool = False, wait: str = ""
) -> Response[Any]:
    db = doors.store.reader
    return rendering.render(
        request,
        "pages/public/privacy.html",
        status,
        headers={"retry-after": wait} if wait else None,
        days=await retention.retention_days(db),
        log_days=await settings.value(db, "audit_days") or "400",
        consent=await consents.consent_text_of_all(db),
        policy=await consents.privacy_url(db),
        mail=doors.mail() is not None,
        form=form,
        asked=asked,
    )


def _page(request: Asked, template: str, status: int, **values: Any) -> Response[Any]:
    return rendering.render(
        request, f"pages/public/{template}.html", status, headers=PRIVATE, **({"form": Form()} | values)
    )


async def _opened(request: Asked, doors: Doors) -> GuestData | None:
    secret = _secret(request, doors)
    return await guest_links.opened_data(doors.store.reader, doors.vault, secret, now=doors.clock()) if secret else None


def _ahead(data: GuestData, now: int) -> int:
    """How many meetings erasing would call off."""
    today = instant_text(now)
    return sum(
        one.as_ == "guest" and one.status in {"pending", "confirmed"} and one.starts_at > today for one in data.bookings
    )


def _secret(request: Asked, doors: Doors) -> str:
    return request.cookies.get(_cookie_name(doors), "")


def _cookie_name(doors: Doors) -> str:
    return "__Host-cally-data" if is_https(doors) else "cally-data"


def _cookie(doors: Doors, value: str, seconds: int) -> Cookie:
    return Cookie(
        key=_cookie_name(doors),
        value=value,
        max_age=seconds,
        path="/",
        secure=is_https(doors),
        httponly=True,
        samesite="strict",
    )
