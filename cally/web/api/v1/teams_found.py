"""Teams as a token finds them: by their slug, if its account may see or change them."""

from cally import hosts
from cally.errors import not_found
from cally.model.teams import Team
from cally.web.api.endpoints import Call


async def team_in(call: Call, slug: str, *, to_change: bool = False) -> Team:
    """The team at that address, for its members; `to_change`: for who manages it. Raises `not_found`."""
    db, account = call.doors.store.reader, call.token_holder.account
    found = await hosts.team_by_slug(db, slug)
    if found is None or await hosts.team_for(db, found.id, account) is None:
        raise not_found("team")
    if to_change and not await hosts.manages(db, account, found.id):
        raise not_found("team")
    return found
