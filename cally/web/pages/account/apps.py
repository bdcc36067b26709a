"""Apps and tokens: what acts for somebody beside themselves, and where else they can sign in."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.accounts import create_token, list_tokens, revoke_token
from cally.accounts.identities import list_identities, unlink_identity
from cally.accounts.oauth_clients import list_clients, register_client, remove_client
from cally.accounts.oauth_grants import list_grants, revoke_grant
from cally.accounts.providers import list_providers, provider_by_slug
from cally.errors import CallyError
from cally.model.accounts import ADMIN_SCOPES, SCOPES, ApiToken
from cally.model.oauth import OAuthClient, OAuthGrant
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.host.wording import until
from cally.web.pages.setup.elsewhere import APPS, depart_to
from cally.web.scopes import WORDS

LONGEST_DAYS = 3_650


@get(APPS)
async def show(desk: NamedDependency[Desk]) -> Page:
    """Tokens, apps, own programs and linked sign-ins on one page."""
    return await _page(desk)


@post(f"{APPS}/tokens")
async def add_token(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """A new token; its secret is on this one page and never again."""
    desk.require_recent(APPS)
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


@post(f"{APPS}/tokens/{{id:int}}/removal", status_code=303)
async def remove_token(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Make a token worthless."""
    await revoke_token(desk.store, account_id=desk.signed_in.id, token_id=id, now=desk.now, actor=desk.actor)
    return desk.back_to(f"{APPS}#tokens", "The token is revoked; programs that use it are shut out.")


@post(f"{APPS}/grants/{{id:int}}/removal", status_code=303)
async def remove_grant(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Shut an app out."""
    await revoke_grant(desk.store, account_id=desk.signed_in.id, grant_id=id, now=desk.now, actor=desk.actor)
    return desk.back_to(f"{APPS}#apps", "The app is shut out; what it was given is worthless.")


@post(f"{APPS}/programs")
async def add_program(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """Register a program that may ask people; its secret is on this one page and never again."""
    desk.require_recent(APPS)
    form = await forms.read(request)
    try:
        client, secret = await register_client(
            desk.store,
            account_id=desk.signed_in.id,
            name=form.text("program_name"),
            redirect_uris=form.text("redirect_uris").splitlines(),
            scopes=form.all("program_scopes"),
            keeps_secret=form.text("kind") == "confidential",
            now=desk.now,
            actor=desk.actor,
        )
    except CallyError as error:
        form.note(error, {"name": "program_name", "scopes": "program_scopes"})
        return await _page(desk, program=form, status=422)
    return await _page(desk, client=client, secret=secret, status=201)


@post(f"{APPS}/programs/{{id:int}}/removal", status_code=303)
async def remove_program(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Take a program out of the register; everybody's leave for it ends."""
    desk.require_recent(APPS)
    await remove_client(desk.store, account_id=desk.signed_in.id, client_id=id, now=desk.now, actor=desk.actor)
    return desk.back_to(f"{APPS}#programs", "The program is removed; nobody's leave for it counts any more.")


@post(f"{APPS}/elsewhere/{{slug:str}}", status_code=200)
async def link(request: Asked, desk: NamedDependency[Desk], slug: FromPath[str]) -> Page:
    """Go to a provider to link who one is there."""
    desk.require_recent(APPS)
    provider = await provider_by_slug(desk.db, slug)
    return await depart_to(request, desk.doors, provider, wanted=APPS, account_id=desk.signed_in.id)


@post(f"{APPS}/identities/{{id:int}}/removal", status_code=303)
async def unlink(desk: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Sign in from there no more."""
    desk.require_recent(APPS)
    try:
        await unlink_identity(desk.store, desk.signed_in.id, id, now=desk.now, actor=desk.actor)
    except CallyError as error:
        if error.code != "conflict":
            raise
        return desk.back_to(f"{APPS}#elsewhere", error.sentence, kind="error")
    return desk.back_to(f"{APPS}#elsewhere", "That sign-in no longer leads to your account.")


ROUTES = [show, add_token, remove_token, remove_grant, add_program, remove_program, link, unlink]


async def _page(
    desk: Desk,
    *,
    token: Form | None = None,
    program: Form | None = None,
    made: ApiToken | None = None,
    client: OAuthClient | None = None,
    secret: str = "",
    status: int = 200,
) -> Page:
    account = desk.signed_in
    providers = await list_providers(desk.db, enabled_only=True)
    identities = await list_identities(desk.db, account.id)
    names = {one.issuer: one.name for one in await list_providers(desk.db)}
    return await desk.page(
        "pages/account/apps.html",
        here="security",
        status=status,
        token=token or Form.of(days=365),
        program=program or Form.of(kind="confidential"),
        made=made,
        client=client,
        secret=secret,
        tokens=[_token(item, desk) for item in await list_tokens(desk.db, account.id)],
        grants=[_grant(item, desk) for item in await list_grants(desk.db, account.id)],
        clients=await list_clients(desk.db, account.id),
        identities=[(item, names.get(item.issuer, item.issuer), _used(item.last_used_at, desk)) for item in identities],
        providers=providers,
        scopes=[] if account.role == "assistant" else _scopes(is_admin=account.role == "admin"),
    )


def _scopes(*, is_admin: bool) -> list[str]:
    return [scope for scope in SCOPES if is_admin or scope not in ADMIN_SCOPES]


def _token(item: ApiToken, desk: Desk) -> dict[str, object]:
    """One token in words."""
    return {
        "item": item,
        "scopes": ", ".join(item.scopes),
        "used": _used(item.last_used_at, desk),
        "ends": f"ends {until(item.expires_at, desk.now)}" if item.expires_at else "does not end",
    }


def _grant(item: OAuthGrant, desk: Desk) -> dict[str, object]:
    """What an app may do, in words."""
    return {
        "item": item,
        "may": [WORDS[scope] for scope in item.scopes if scope in WORDS],
        "used": _used(item.last_used_at, desk),
        "since": until(item.created_at, desk.now),
    }


def _used(at: int | None, desk: Desk) -> str:
    return f"last used {until(at, desk.now)}" if at else "never used"
