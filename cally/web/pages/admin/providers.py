"""Where people may sign in from elsewhere: the OpenID providers that this server trusts."""

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from cally.accounts import account_by_id
from cally.accounts.identities import bind_identity, unlink_identity
from cally.accounts.providers import (
    ProviderFields,
    check_provider,
    list_providers,
    provider_by_id,
    remove_provider,
    save_provider,
)
from cally.errors import CallyError
from cally.model.identities import IdentityProvider
from cally.store import identities
from cally.web import forms
from cally.web.forms import Form
from cally.web.pages.host.desk import Asked, Desk, Page
from cally.web.pages.setup.elsewhere import redirect_uri

HERE = "/admin/providers"
EXAMPLE = "company"


@get(HERE)
async def show(admin: NamedDependency[Desk]) -> Page:
    """Every provider, and the form of a new one."""
    return await _list(admin)


@post(HERE)
async def add(request: Asked, admin: NamedDependency[Desk]) -> Page:
    """Trust another provider."""
    admin.require_recent(HERE)
    form = await forms.read(request)
    try:
        made = await save_provider(
            admin.store, admin.vault, _fields(form), provider_id=None, now=admin.now, actor=admin.admin
        )
    except CallyError as error:
        form.note(error)
        return await _list(admin, form, status=422)
    return admin.back_to(f"{HERE}/{made.id}", "The provider is kept. Check now whether it answers.")


@get(f"{HERE}/{{id:int}}")
async def edit(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """One provider and who is who there."""
    return await _one(admin, await provider_by_id(admin.db, id))


@post(f"{HERE}/{{id:int}}", status_code=303)
async def change(request: Asked, admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Keep another state of a provider."""
    admin.require_recent(f"{HERE}/{id}")
    form = await forms.read(request)
    before = await provider_by_id(admin.db, id)
    try:
        await save_provider(admin.store, admin.vault, _fields(form), provider_id=id, now=admin.now, actor=admin.admin)
    except CallyError as error:
        form.note(error)
        return await _one(admin, before, form, status=422)
    admin.doors.providers.forget(before.issuer)
    return admin.back_to(f"{HERE}/{id}", "The provider is saved.")


@post(f"{HERE}/{{id:int}}/check", status_code=200)
async def check(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Ask the provider now, and say what is wrong."""
    provider = await provider_by_id(admin.db, id)
    doors = admin.doors
    fault = await check_provider(doors.providers, provider, allowed=doors.allowed_networks, now=admin.now)
    return await _one(admin, provider, checked=fault or "ok")


@post(f"{HERE}/{{id:int}}/removal", status_code=303)
async def remove(admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Trust a provider no more."""
    admin.require_recent(f"{HERE}/{id}")
    await remove_provider(admin.store, id, now=admin.now, actor=admin.admin)
    return admin.back_to(HERE, "The provider is removed; nobody signs in by it.")


@post(f"{HERE}/{{id:int}}/people", status_code=303)
async def bind(request: Asked, admin: NamedDependency[Desk], id: FromPath[int]) -> Page:
    """Say who somebody at the provider is here."""
    admin.require_recent(f"{HERE}/{id}")
    form = await forms.read(request)
    provider = await provider_by_id(admin.db, id)
    try:
        await bind_identity(
            admin.store,
            provider,
            email=form.text("email"),
            subject=form.text("subject"),
            now=admin.now,
            actor=admin.admin,
        )
    except CallyError as error:
        form.note(error)
        return await _one(admin, provider, person=form, status=422)
    return admin.back_to(f"{HERE}/{id}#people", "They can sign in with it from now on.")


@post(f"{HERE}/{{id:int}}/people/{{person:int}}/removal", status_code=303)
async def unbind(admin: NamedDependency[Desk], id: FromPath[int], person: FromPath[int]) -> Page:
    """Somebody at the provider is nobody here any more."""
    admin.require_recent(f"{HERE}/{id}")
    provider = await provider_by_id(admin.db, id)
    bound = [one for one in await identities.list_at(admin.db, provider.issuer) if one.id == person]
    for one in bound:
        try:
            await unlink_identity(admin.store, one.account_id, one.id, now=admin.now, actor=admin.admin)
        except CallyError as error:
            if error.code != "conflict":
                raise
            return admin.back_to(f"{HERE}/{id}#people", error.sentence, kind="error")
    return admin.back_to(f"{HERE}/{id}#people", "They no longer sign in with it.")


ROUTES = [show, add, edit, change, check, remove, bind, unbind]


def _fields(form: Form) -> ProviderFields:
    return ProviderFields(
        slug=form.text("slug"),
        name=form.text("name"),
        issuer=form.text("issuer"),
        client_id=form.text("client_id"),
        secret=form.text("secret"),
        scopes=form.text("scopes"),
        domains=form.text("domains").replace(",", " ").split(),
        takes_unknown=form.flag("takes_unknown"),
        enabled=form.flag("enabled"),
    )


async def _list(admin: Desk, form: Form | None = None, status: int = 200) -> Page:
    return await admin.page(
        "pages/admin/providers.html",
        here="providers",
        status=status,
        providers=await list_providers(admin.db),
        form=form or Form.of(scopes="openid email profile", enabled=True),
        redirect_uri=redirect_uri(admin.doors, EXAMPLE),
    )


async def _one(
    admin: Desk,
    provider: IdentityProvider,
    form: Form | None = None,
    *,
    person: Form | None = None,
    checked: str = "",
    status: int = 200,
) -> Page:
    filled = Form.of(
        slug=provider.slug,
        name=provider.name,
        issuer=provider.issuer,
        client_id=provider.client_id,
        scopes=provider.scopes,
        domains=" ".join(provider.domains),
        takes_unknown=provider.takes_unknown,
        enabled=provider.enabled,
    )
    bound = await identities.list_at(admin.db, provider.issuer)
    return await admin.page(
        "pages/admin/provider.html",
        here="providers",
        status=status,
        provider=provider,
        form=form or filled,
        person=person or Form(),
        checked=checked,
        people=[(one, await account_by_id(admin.db, one.account_id)) for one in bound],
        redirect_uri=redirect_uri(admin.doors, provider.slug),
    )
