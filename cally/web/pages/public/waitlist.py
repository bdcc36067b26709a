"""Joining a waitlist: the question whether to wait for a time that is full, and the form that does."""

from typing import Any

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Redirect

from cally.bookings import TEAM, Offer, join, offer
from cally.errors import CallyError
from cally.model.bookings import Guest
from cally.model.private_pages import Keys
from cally.notify.links import waitlist_token
from cally.web import forms, rendering
from cally.web.admission import guard, is_trapped, mailed, require_welcome, require_work, trapped
from cally.web.doors import Doors
from cally.web.errors import retry_headers
from cally.web.forms import Form
from cally.web.keys import known_keys
from cally.web.pages.public import clocks
from cally.web.pages.public.actors import guest
from cally.web.pages.public.chosen import Asked, Chosen, Links, asked, chosen, iso, kept
from cally.web.pages.public.consent import consent_asked
from cally.web.pages.public.details import note, slot_of
from cally.web.pages.public.whom import whom

PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex, nofollow"}


@get("/{host:str}/{slug:str}/waitlist", include_in_schema=False)
async def wait(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], host: FromPath[str], slug: FromPath[str]
) -> Response[Any]:
    """Whether to wait for the time in the address; looking changes nothing."""
    return await looked_at(request, doors, host, slug)


@get("/team/{team:str}/{slug:str}/waitlist", include_in_schema=False)
async def wait_for_team(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], team: FromPath[str], slug: FromPath[str]
) -> Response[Any]:
    """The same of what a team offers."""
    return await looked_at(request, doors, f"{TEAM}{team}", slug)


@post("/{host:str}/{slug:str}/waitlist", status_code=200, include_in_schema=False)
async def join_line(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], host: FromPath[str], slug: FromPath[str]
) -> Response[Any]:
    """Join the line: 303 to one's place in it, 422 with each fault beside its field, 409 when it makes no sense."""
    return await joined(request, doors, host, slug)


@post("/team/{team:str}/{slug:str}/waitlist", status_code=200, include_in_schema=False)
async def join_line_of_team(
    request: Request[Any, Any, Any], doors: NamedDependency[Doors], team: FromPath[str], slug: FromPath[str]
) -> Response[Any]:
    """The same with a team."""
    return await joined(request, doors, f"{TEAM}{team}", slug)


async def looked_at(
    request: Request[Any, Any, Any], doors: Doors, owner: str, slug: str, shown: Keys | None = None
) -> Response[Any]:
    """The question at an owner's address, for whoever has shown these keys."""
    found = await offer(doors.store.reader, owner, slug, shown or known_keys(request, doors))
    words = asked(request)
    picked = _chosen(found, words)
    if picked.slot is None or not found.event_type.options.waitlist:
        return Redirect(found.path, status_code=303)
    if await _is_free(doors, found, picked, picked.slot):
        return Redirect(_links(found, words, picked).to(slot=iso(picked.slot)), status_code=303)
    return await _page(request, doors, found, words, _fresh(found))


async def joined(
    request: Request[Any, Any, Any], doors: Doors, owner: str, slug: str, shown: Keys | None = None
) -> Response[Any]:
    """Join the line at an owner's address, with the keys that were shown."""
    form, shown = await forms.read(request), shown or known_keys(request, doors)
    found = await offer(doors.store.reader, owner, slug, shown)
    starts_at = slot_of(form)
    if starts_at is None:
        return Redirect(found.path, status_code=303)
    words = Asked(tz=form.text("tz")[:64], slot=iso(starts_at), duration=form.text("duration")[:8])
    picked = _chosen(found, words)
    form.line("name")
    form.email("email")
    if form.faults:
        return await _page(request, doors, found, words, form, status=422)
    if is_trapped(form):
        return await trapped(request, doors, found.path, "/w/")
    actor = guest(request, doors)
    try:
        require_work(request, doors, form, found.path)
        await require_welcome(request, doors, (form.text("email"),), found.path)
        doors.guests.change(actor.address, doors.clock())
        entry = await join(
            doors.store,
            host=found.owner,
            event_type=found.event_type.slug,
            starts_at=starts_at,
            guest=Guest(
                name=form.text("name"),
                email=form.text("email"),
                tz=picked.tz,
                locale=rendering.reader(request).tag,
            ),
            now=doors.clock(),
            actor=actor,
            duration_minutes=picked.minutes,
            consent=form.text("consent"),
            shown=shown,
        )
    except CallyError as error:
        return await _again(request, doors, found, words, form, error)
    doors.wake()
    mailed(doors, (form.text("email"),))
    return Redirect(f"/w/{waitlist_token(doors.vault, entry.uid)}?new=1", status_code=303)


def _fresh(found: Offer) -> Form:
    """An empty form, but for what a private link fills in."""
    if found.link is None:
        return Form()
    return Form.of(name=found.link.guest_name or None, email=found.link.guest_email or None)


async def _again(
    request: Request[Any, Any, Any], doors: Doors, found: Offer, words: Asked, form: Form, error: CallyError
) -> Response[Any]:
    status = {"conflict": 409, "rate_limited": 429, "forbidden": 403}.get(error.code, 422)
    if status == 422:
        note(form, error)
        return await _page(request, doors, found, words, form, status=status)
    return await _page(
        request, doors, found, words, form, status=status, notice=error.sentence, headers=retry_headers(error)
    )


async def _page(
    request: Request[Any, Any, Any],
    doors: Doors,
    found: Offer,
    words: Asked,
    form: Form,
    *,
    status: int = 200,
    notice: str = "",
    headers: dict[str, str] | None = None,
) -> Response[bytes]:
    guard(request, doors, form, found.path)
    reading, picked, met = rendering.reader(request), _chosen(found, words), whom(found)
    slot = picked.slot or 0
    return rendering.render(
        request,
        "pages/public/wait.html",
        status,
        headers=PRIVATE | (headers or {}),
        whom=met,
        first=met.first,
        title=found.event_type.title,
        when=clocks.when(reading, slot, slot + picked.minutes * 60, tz=picked.tz, home=met.home),
        slot=iso(slot),
        tz=picked.tz,
        minutes=picked.minutes,
        path=f"{found.path}/waitlist",
        back=_links(found, words, picked).to(at=iso(slot)),
        form=form,
        notice=notice,
        consent=await consent_asked(doors.store.reader, found),
        mail=doors.mail() is not None,
    )


async def _is_free(doors: Doors, found: Offer, picked: Chosen, slot: int) -> bool:
    day = slot - slot % 86_400
    free = await doors.availability.slots(
        found, now=doors.clock(), from_at=day - 86_400, to_at=day + 3 * 86_400, duration_minutes=picked.minutes
    )
    return any(one.starts_at == slot for one in free)


def _chosen(found: Offer, words: Asked) -> Chosen:
    return chosen(words, home_tz=found.host.tz, durations=found.event_type.durations_minutes)


def _links(found: Offer, words: Asked, picked: Chosen) -> Links:
    return Links(found.path, kept(words, found.event_type.durations_minutes[0], picked.minutes))
