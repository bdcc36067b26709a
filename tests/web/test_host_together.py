"""The link of several hosts at the desk: chosen, copied, and the switch by which one is not named."""

from typing import Any

from cally.hosts import update_host
from cally.model.accounts import Actor
from cally.model.rules import EventTypeRules
from cally.store import Store, hosts
from tests.cast import NOW, ada, host, schedule, team_event_type
from tests.web.desks import SignedIn, desk, words
from tests.web.forms_of import fields

CLI = Actor(kind="cli")


ROUND_ROBIN = EventTypeRules(duration_minutes=30, assignment="round_robin")


async def test_colleagues_are_chosen_and_the_link_is_there(app: Any, store: Store, signed_in: SignedIn):
    """Those of one's teams are listed; the link names all in one order and leads to a page."""
    owner, ben = await ada(store), await host(store, "Ben Okri")
    await team_event_type(store, (owner, ben), ROUND_ROBIN)
    async with desk(app, signed_in, owner) as client:
        before = await client.get("/app/together")
        assert "Ben Okri" in words(before)
        assert "ada+ben" not in before.text
        made = await client.get("/app/together?with=ben")
        assert 'value="http://cally.test/ada+ben"' in made.text
        assert (await client.get("/ada+ben")).status_code == 200


async def test_others_are_named_by_their_address(app: Any, store: Store, signed_in: SignedIn):
    """Whoever is in no team of one's own is not listed, and can be named by those who know their page."""
    owner, ben = await ada(store), await host(store, "Ben Okri")
    await schedule(store, ben)
    async with desk(app, signed_in, owner) as client:
        assert "Ben Okri" not in (await client.get("/app/together")).text
        assert 'value="http://cally.test/ada+ben"' in (await client.get("/app/together?others=Ben")).text


async def test_only_who_can_be_met_and_named_is_in_a_link(app: Any, store: Store, signed_in: SignedIn):
    """Without hours, opted out or unknown: the same answer, and no link."""
    owner, ben = await ada(store), await host(store, "Ben Okri")
    async with desk(app, signed_in, owner) as client:
        assert "Nobody can be named by this address: ben" in words(await client.get("/app/together?others=ben"))
        await team_event_type(store, (owner, ben), ROUND_ROBIN)
        await update_host(store, ben.id, dynamic_links=False, now=NOW, actor=CLI)
        page = await client.get("/app/together?others=ben,nobody")
        assert "Nobody can be named by this address: ben, nobody" in words(page)
        assert "Ben Okri" not in page.text
        assert "ada+ben" not in page.text


async def test_more_than_ten_are_too_many(app: Any, store: Store, signed_in: SignedIn):
    """The page says so instead of a link that would lead nowhere."""
    owner = await ada(store)
    asked = ",".join(f"h{number}" for number in range(10))
    async with desk(app, signed_in, owner) as client:
        assert "At most 10 can meet" in words(await client.get(f"/app/together?others={asked}"))


async def test_one_switch_keeps_one_out_of_links(app: Any, store: Store, signed_in: SignedIn):
    """In the profile's form; a form that does not know of it changes nothing."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        sent = fields((await client.get("/app/profile")).text, "/app/profile")
        assert sent.pop("dynamic_links") == ["1"]
        await client.post("/app/profile", data=sent)
        assert not (await _known(store, owner.id)).dynamic_links
        assert "You have chosen not to be named" in words(await client.get("/app/together"))
        await client.post("/app/profile", data=sent | {"dynamic_links": ["1"]})
        assert (await _known(store, owner.id)).dynamic_links
        sent.pop("links")
        await client.post("/app/profile", data=sent)
        assert (await _known(store, owner.id)).dynamic_links


async def _known(store: Store, host_id: int) -> Any:
    return await hosts.by_id(store.reader, host_id)
