"""What was done with an account: sign-ins, changes, and who acted for its owner."""

from litestar import get
from litestar.di import NamedDependency

from cally.accounts import list_accounts
from cally.store import audit
from cally.web.pages.host.audit_words import entry_shown
from cally.web.pages.host.desk import Asked, Desk, Page

PATH = "/app/security/history"
PAGE_SIZE = 50


@get(PATH)
async def listing(request: Asked, desk: NamedDependency[Desk]) -> Page:
    """The latest first; whose account it is, is who signed in."""
    before = request.query_params.get("before", "")
    found = await audit.list_about_account(
        desk.db,
        desk.signed_in.id,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
        limit=PAGE_SIZE + 1,
    )
    names = {account.id: account.name for account in await list_accounts(desk.db)}
    return await desk.page(
        "pages/host/history.html",
        here="security",
        items=[entry_shown(entry, desk.words, names) for entry in found[:PAGE_SIZE]],
        older=found[PAGE_SIZE - 1].id if len(found) > PAGE_SIZE else None,
    )


ROUTES = [listing]
