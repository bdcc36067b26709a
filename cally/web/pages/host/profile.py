"""A host's profile: who they are to guests, their password, and the tokens their programs sign in with."""

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.accounts import change_password, create_token, list_tokens, revoke_token
from cally.accounts.password_rules import SHORTEST
from cally.errors import CallyError
from cally.hosts import list_schedules, update_host
from cally.model.accounts import SCOPES, ApiToken
from cally.model.rules import DAYS
from cally.model.zones import is_zone
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.moves import Move, moves
from cally.web.pages.host.wording import NAMES, until
from cally.web.signed_in import session_token
from cally.web.zone_names import zone_names

LONGEST_DAYS = 3_650


@get("/app/profile")
async def show(desk: NamedDependency[Desk]) -> Page:
    """Everything about oneself on one page."""
    return await _page(desk)


@post("/app/profile", status_code=303)
async def change(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Save the profile; links with an old slug stop working."""
    form = await forms.read(request)
    moved = await _moved(desk, form)
    if moved:
        return await _page(desk, form, moved=moved)
    try:
        await update_host(
            desk.store,
            desk.host.id,
            slug=form.text("slug"),
            name=form.text("name"),
            tz=form.text("tz"),
            locale=form.text("locale"),
            week_starts_on=form.text("week_starts_on"),
            about=form.text("about"),
            dynamic_links=form.flag("dynamic_links") if form.has("links") else None,
            now=desk.now,
            actor=desk.actor,
        )
    except CallyError as error:
        form.note(error)
        return await _page(desk, form, status=422)
    return desk.back_to("/app/profile", "Your profile is saved.")


@post("/app/profile/password", status_code=303)
async def password(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Take another password; every other device is signed out."""
    form = await forms.read(request)
    try:
        await change_password(
            desk.store,
            desk.signed_in.id,
            current=form.text("current_password"),
            password=form.text("password"),
            now=desk.now,
            actor=desk.actor,
            keep_session=session_token(request, desk.doors) or "",
        )
    except CallyError as error:
        form.note(error)
        return await _page(desk, password=Form(faults=form.faults), status=422)
    return desk.back_to("/app/profile#password", "Your password is changed; other devices are signed out.")


@post("/app/profile/tokens")
async def add_token(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """A new token; its secret is on this one page and never again."""
    desk.require_recent("/app/profile#tokens")
    form = await forms.read(request)
    days = form.number_or_none("days", least=1, most=LONGEST_DAYS)
    if form.faults:
        return await _page(desk, token=form, status=422)
    try:
        made, secret = await create_token(
            desk.store,
            account_id=desk.signed_in.id,
            name=form.text("token_name"),
            scopes=form.all("scopes"),
            days=days,
            now=desk.now,
            actor=desk.actor,
        )
    except CallyError as error:
        form.note(error, {"name": "token_name"})
        return await _page(desk, token=form, status=422)
    return await _page(desk, made=made, secret=secret, status=201)


@post("/app/profile/tokens/{id:int}/removal", status_code=303)
async def remove_token(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Make a token worthless."""
    await revoke_token(desk.store, account_id=desk.signed_in.id, token_id=id, now=desk.now, actor=desk.actor)
    return desk.back_to("/app/profile#tokens", "The token is revoked; programs that use it are shut out.")


ROUTES = [show, change, password, add_token, remove_token]


async def _moved(desk: Desk, form: Form) -> list[tuple[str, list[Move]]]:
    """What a move does to the schedules that follow the host, by name; nothing once it was shown (rule 13)."""
    tz = form.text("tz")
    if tz == desk.host.tz or not is_zone(tz) or form.text("anyway") == tz:
        return []
    words = msgspec.structs.replace(desk.words, tz=tz)
    following = [schedule for schedule in await list_schedules(desk.db, desk.host.id) if schedule.follows_host]
    found = [
        (schedule.name, moves(schedule, msgspec.structs.replace(schedule.hours, tz=tz), words))
        for schedule in following
    ]
    return [(name, days) for name, days in found if days]


async def _page(
    desk: Desk,
    form: Form | None = None,
    *,
    moved: list[tuple[str, list[Move]]] | None = None,
    password: Form | None = None,
    token: Form | None = None,
    made: ApiToken | None = None,
    secret: str = "",
    status: int = 200,
) -> Page:
    host = desk.host
    filled = Form.of(
        name=host.name,
        slug=host.slug,
        tz=host.tz,
        locale=host.locale,
        week_starts_on=host.week_starts_on,
        about=host.about,
        dynamic_links=host.dynamic_links,
    )
    return await desk.page(
        "pages/host/profile.html",
        here="profile",
        status=status,
        form=form or filled,
        moved=moved or [],
        password=password or Form(),
        token=token or Form.of(days=365),
        made=made,
        secret=secret,
        email=desk.account.email,
        zones=zone_names(),
        days=[(day, NAMES[day]) for day in DAYS],
        tokens=[_shown(item, desk) for item in await list_tokens(desk.db, desk.signed_in.id)],
        scopes=[scope for scope in SCOPES if desk.account.role == "admin" or not scope.startswith("admin:")],
        shortest=SHORTEST,
    )


def _shown(item: ApiToken, desk: Desk) -> dict[str, object]:
    """One token in words."""
    return {
        "item": item,
        "scopes": ", ".join(item.scopes),
        "used": f"last used {until(item.last_used_at, desk.now)}" if item.last_used_at else "never used",
        "ends": f"ends {until(item.expires_at, desk.now)}" if item.expires_at else "does not end",
    }
