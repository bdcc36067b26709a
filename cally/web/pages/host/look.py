"""How public pages look: a host's picture and style, and for admins the logo and the style of all pages."""

from typing import Any

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency

from cally.errors import CallyError, invalid
from cally.hosts import picture_path, remove_picture, set_picture, set_style
from cally.store import styles
from cally.web import forms
from cally.web.custom_css import MOST_BYTES, Refused, checked
from cally.web.forms import Form
from cally.web.limits import UPLOAD_BYTES
from cally.web.pages.host.desk import Asked, Desk, Page

MULTIPART = "multipart/form-data"


@get("/app/look")
async def show(desk: NamedDependency[Desk]) -> Page:
    """Picture and style of one's own pages."""
    return await _page(desk, desk.host.id)


@post("/app/look/picture", status_code=303, request_max_body_size=UPLOAD_BYTES)
async def picture(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Take another picture, or none."""
    return await _picture(request, desk, desk.host.id)


@post("/app/look/style", status_code=303)
async def style(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Keep another style, and name what is left out of it."""
    return await _style(request, desk, desk.host.id)


@get("/admin/look")
async def show_all(admin: NamedDependency[Desk]) -> Page:
    """Logo and style of all public pages."""
    return await _page(admin, None)


@post("/admin/look/picture", status_code=303, request_max_body_size=UPLOAD_BYTES)
async def logo(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Take another logo, or none."""
    return await _picture(request, admin, None)


@post("/admin/look/style", status_code=303)
async def style_of_all(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Keep another style for all public pages."""
    return await _style(request, admin, None)


ROUTES = [show, picture, style]
ADMIN_ROUTES = [show_all, logo, style_of_all]


async def _picture(request: Asked, desk: Desk, host_id: int | None) -> Page:
    form, actor = Form(), desk.actor if host_id is not None else desk.admin
    try:
        data, removed = await _sent(request)
        if removed:
            await remove_picture(desk.store, host_id, now=desk.now, actor=actor)
            return desk.back_to(_path(host_id), "The picture is taken away.")
        await set_picture(desk.store, host_id, data, clamav=desk.doors.clamav, now=desk.now, actor=actor)
    except CallyError as error:
        if error.code != "invalid":
            raise
        form.fault("picture", error.sentence)
        return await _page(desk, host_id, picture=form, status=422)
    return desk.back_to(_path(host_id), "The picture is saved.")


async def _sent(request: Asked) -> tuple[bytes, bool]:
    """The file of a form, and whether the picture is to go instead."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MULTIPART:
        raise invalid("picture", "This page takes a form with a file, as browsers send it.")
    sent: Any = await request.form()
    if sent.get("act") == "none":
        return b"", True
    file = sent.get("picture")
    return (await file.read() if isinstance(file, UploadFile) else b""), False


async def _style(request: Asked, desk: Desk, host_id: int | None) -> Page:
    form = await forms.read(request)
    source = form.text("style").replace("\r\n", "\n").strip()
    answer = checked(source)
    if len(source.encode()) > MOST_BYTES:
        form.fault("style", f"A style has at most {MOST_BYTES // 1024} kB.")
        return await _page(desk, host_id, style=form, status=422)
    actor = desk.actor if host_id is not None else desk.admin
    await set_style(desk.store, host_id, source=source, css=answer.css, now=desk.now, actor=actor)
    if answer.refused:
        return await _page(desk, host_id, style=form, refused=answer.refused)
    return desk.back_to(f"{_path(host_id)}#style", "The style is saved.")


async def _page(
    desk: Desk,
    host_id: int | None,
    *,
    picture: Form | None = None,
    style: Form | None = None,
    refused: tuple[Refused, ...] = (),
    status: int = 200,
) -> Page:
    source = await styles.source(desk.db, host_id)
    return await desk.page(
        "pages/host/look.html",
        here="profile" if host_id is not None else "look",
        status=status,
        action=_path(host_id),
        is_own=host_id is not None,
        shown=await picture_path(desk.db, host_id, size=256),
        picture=picture or Form(),
        style=style or Form.of(style=source or None),
        refused=refused,
    )


def _path(host_id: int | None) -> str:
    return "/app/look" if host_id is not None else "/admin/look"
