"""Guests' data, for an admin: what guests agree to, when they are forgotten, and requests that came another way."""

from litestar import get, post
from litestar.di import NamedDependency

from cally.bookings import consents, retention
from cally.bookings.erasing import Erasure, erase_guest
from cally.bookings.guest_data import data_of_address
from cally.errors import CallyError
from cally.model.guest_data import GuestData
from cally.store import audit, erased_file, guest_requests, recurring_jobs
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.public.privacy import download

PATH = "/admin/privacy"


@get(PATH)
async def show(admin: NamedDependency[Desk]) -> Page:
    """What counts now, and how the last run of forgetting went."""
    return await _page(admin)


@post(f"{PATH}/consent", status_code=303)
async def consent(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Keep another text; bookings keep the one that their guests agreed to."""
    form = await forms.read(request)
    text, url = form.text("consent_text"), form.text("privacy_url")
    try:
        await consents.change_consent(admin.store, text=text, url=url, now=admin.now, actor=admin.admin)
    except CallyError as error:
        form.note(error)
        return await _page(admin, form, status=422)
    said = "Guests agree to this text from now on." if text.strip() else "Guests are asked for nothing."
    return admin.back_to(PATH, said)


@post(f"{PATH}/retention", status_code=303)
async def change_retention(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Forget guests so many days after they were here, or never."""
    admin.require_recent(PATH)
    form = await forms.read(request)
    days = form.number_or_none("days", least=retention.FEWEST_DAYS, most=retention.MOST_DAYS)
    if form.faults:
        return await _page(admin, form, status=422)
    await retention.change_retention(admin.store, days, now=admin.now, actor=admin.admin)
    admin.doors.wake()
    said = "Nobody is forgotten by itself." if days is None else f"Guests are forgotten {days} days afterwards."
    return admin.back_to(PATH, said)


@post(f"{PATH}/search", status_code=200)
async def search(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """What is kept under an address; sent as a form, so that the address stands in no log of a proxy."""
    admin.require_recent(PATH)
    form = await forms.read(request)
    address = form.email("email")
    if form.faults:
        return await _page(admin, form, status=422)
    return await _page(admin, form, found=await data_of_address(admin.db, address, now=admin.now))


@post(f"{PATH}/export", status_code=200)
async def export(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """All of it as a file, to hand over."""
    admin.require_recent(PATH)
    form = await forms.read(request)
    address = form.email("email")
    if form.faults:
        return await _page(admin, form, status=422)
    found = await data_of_address(admin.db, address, now=admin.now)
    async with admin.store.write() as tx:
        await audit.insert(
            tx,
            now=admin.now,
            actor=admin.admin,
            tag="admin:guest:export",
            subject="guests",
            bookings=len(found.bookings),
            entries=len(found.waitlist),
        )
    return download(found, "guest-data.json")


@post(f"{PATH}/erasure", status_code=303)
async def erase(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Erase all of it; what is ahead is cancelled first."""
    admin.require_recent(PATH)
    form = await forms.read(request)
    address = form.email("email")
    if form.faults:
        return await _page(admin, form, status=422)
    if not form.flag("sure"):
        form.fault("sure", "Please tick that you mean it.")
        return await _page(admin, form, found=await data_of_address(admin.db, address, now=admin.now), status=422)
    done = await erase_guest(
        admin.store,
        admin.vault,
        erased_file.beside(admin.store),
        address,
        mail=admin.doors.mail() is not None,
        now=admin.now,
        actor=admin.admin,
    )
    admin.doors.wake()
    return admin.back_to(PATH, _said(done))


ROUTES = [show, consent, change_retention, search, export, erase]


def _said(done: Erasure) -> str:
    if done.waits:
        return f"{done.cancelled} ahead cancelled. As soon as everybody has been told, the guest is erased."
    rows = done.bookings + done.brought
    return f"Erased: {rows} bookings, {done.entries} places in waitlists, {done.messages} messages."


async def _page(admin: Desk, form: Form | None = None, *, found: GuestData | None = None, status: int = 200) -> Page:
    days = await retention.retention_days(admin.db)
    job = await recurring_jobs.by_name(admin.db, retention.JOB)
    text = await consents.consent_text_of_all(admin.db)
    shown = form or Form.of(consent_text=text, privacy_url=await consents.privacy_url(admin.db), days=days)
    return await admin.page(
        "pages/admin/privacy.html",
        here="privacy",
        status=status,
        form=shown,
        consent_text=shown.text("consent_text") if shown.has("consent_text") else text,
        privacy=shown.text("privacy_url") if shown.has("privacy_url") else await consents.privacy_url(admin.db),
        days=shown.text("days") if shown.has("days") else days,
        counts=days,
        run=await retention.last_run(admin.db),
        job_error=job.last_error if job else "",
        waiting_to_erase=await guest_requests.count(admin.db, "erasure"),
        found=found,
        email=shown.text("email"),
    )
