"""Moving in, for admins: a file is uploaded and read, its plan looked at, and then it comes over."""

from pathlib import Path
from typing import Any, NamedTuple

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from cally.amounts import amount
from cally.errors import CallyError, invalid
from cally.model.imports import ImportChoices, ImportRun
from cally.model.zones import is_zone
from cally.ops.exports import configuration
from cally.ops.imports import keeping
from cally.ops.imports.apart import Wish, read_apart
from cally.web import forms
from cally.web.forms import Form
from cally.web.limits import UPLOAD_BYTES
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.look import MULTIPART
from cally.web.zone_names import zone_names

PATH = "/admin/import"
FOLDER = "imports"
MOST_FILES = 50
CHOICES = ("history", "verified", "invite", "tell_guests")


class Waiting(NamedTuple):
    """A file in the folder of the state directory, and its size in words."""

    name: str
    size: str


@get(PATH)
async def show(admin: NamedDependency[Desk]) -> Page:
    """What can be handed over, and what came before."""
    return await _page(admin)


@post(PATH, status_code=303, request_max_body_size=UPLOAD_BYTES)
async def read(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Read a file, keep what is in it, and show what would come over."""
    admin.require_recent(PATH)
    form = Form()
    try:
        form, data, name = await _sent(request)
        tz = form.text("tz") if is_zone(form.text("tz")) else admin.host.tz
        wish = Wish(name=name, tz=tz, host=form.text("host").strip())
        path = _waiting_path(admin, name) if not data else None
        bundle = await read_apart(wish, data, path=path)
        run_id = await keeping.keep_read(
            admin.store, admin.vault, bundle, name, ImportChoices(), now=admin.now, actor=admin.admin
        )
    except CallyError as error:
        if error.code != "invalid":
            raise
        form.fault("file", error.sentence)
        return await _page(admin, form, status=422)
    return admin.back_to(f"{PATH}/{run_id}")


@get(PATH + "/configuration")
async def take_along(admin: NamedDependency[Desk]) -> ASGIResponse:
    """What hosts and teams have set up, as a file that an import reads back."""
    body = configuration.as_json(await configuration.configuration(admin.db))
    headers = {
        "content-disposition": f'attachment; filename="{configuration.file_name(admin.now)}"',
        "cache-control": "no-store",
    }
    return ASGIResponse(body=body, status_code=200, media_type="application/json", headers=headers)


@get(PATH + "/{id:int}")
async def one(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """What would come over; then how far it is; then what came."""
    return await _run_page(admin, await keeping.run_by_id(admin.db, id))


@post(PATH + "/{id:int}/choices", status_code=303)
async def choose(request: Asked, admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Want something else of it, and look again."""
    admin.require_recent(f"{PATH}/{id}")
    form = await forms.read(request)
    try:
        await keeping.change_choices(admin.store, admin.vault, id, _choices(form), now=admin.now, actor=admin.admin)
    except CallyError as error:
        if error.code != "invalid":
            raise
        form.fault("hosts", error.sentence)
        return await _run_page(admin, await keeping.run_by_id(admin.db, id), form, status=422)
    return admin.back_to(f"{PATH}/{id}")


@post(PATH + "/{id:int}/application", status_code=303)
async def bring_over(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Bring it over, by a job; the page shows how far it is."""
    admin.require_recent(f"{PATH}/{id}")
    await keeping.ask(admin.store, admin.vault, id, now=admin.now, actor=admin.admin)
    admin.doors.wake()
    return admin.back_to(f"{PATH}/{id}")


@post(PATH + "/{id:int}/removal", status_code=303)
async def remove(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Forget what was read; what came over stays."""
    await keeping.forget_run(admin.store, id, now=admin.now, actor=admin.admin)
    return admin.back_to(PATH, "The import is removed. What came over stays.")


ROUTES = [show, read, take_along, one, choose, bring_over, remove]


async def _sent(request: Asked) -> tuple[Form, bytes, str]:
    """The fields, the file's content and its name; of a file that lies here already the name alone."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != MULTIPART:
        raise invalid("file", "This page takes a form with a file, as browsers send it.")
    sent: Any = await request.form()
    form = Form(tuple((name, value) for name, value in sent.items() if isinstance(value, str)))
    file = sent.get("file")
    data = await file.read() if isinstance(file, UploadFile) else b""
    if data:
        return form, data, _plain_name(file.filename)
    if form.text("waiting"):
        return form, b"", form.text("waiting")
    raise invalid("file", "Please choose a file first.")


def _plain_name(name: str) -> str:
    kept = "".join(character for character in name if character.isprintable())
    return kept.rpartition("/")[2][:120] or "file"


def _waiting_path(admin: Desk, name: str) -> Path:
    """The file of that name in the folder; no other path can be had."""
    if name not in {one.name for one in _waiting(admin)}:
        raise invalid("file", "There is no such file in the folder any more.")
    return admin.store.path.parent / FOLDER / name


def _waiting(admin: Desk) -> list[Waiting]:
    folder = admin.store.path.parent / FOLDER
    if not folder.is_dir():
        return []
    found = sorted(one for one in folder.iterdir() if one.is_file() and not one.is_symlink())
    return [Waiting(one.name, amount(one.stat().st_size)) for one in found[:MOST_FILES]]


def _choices(form: Form) -> ImportChoices:
    named = form.line("hosts", required=False, longest=2_000)
    return ImportChoices(
        hosts=tuple(name for name in named.replace(",", " ").split() if name),
        **{name: form.flag(name) for name in CHOICES},
    )


async def _page(admin: Desk, form: Form | None = None, *, status: int = 200) -> Page:
    return await admin.page(
        "pages/admin/imports.html",
        here="import",
        status=status,
        form=form or Form.of(tz=admin.host.tz),
        zones=zone_names(),
        waiting_files=_waiting(admin),
        folder=str(admin.store.path.parent / FOLDER),
        runs=await keeping.list_runs(admin.db),
        tz=admin.host.tz,
    )


async def _run_page(admin: Desk, run: ImportRun, form: Form | None = None, *, status: int = 200) -> Page:
    chosen = run.choices
    shown = {name: getattr(chosen, name) for name in CHOICES}
    return await admin.page(
        "pages/admin/import.html",
        here="import",
        status=status,
        run=run,
        report=run.report,
        form=form or Form.of(hosts=" ".join(chosen.hosts), **shown),
        tz=admin.host.tz,
    )
