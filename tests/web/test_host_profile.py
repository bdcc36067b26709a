"""A host's profile, password and tokens."""

from typing import Any

import pytest

from cally import accounts
from cally.model.accounts import Actor
from cally.store import Store, hosts
from tests.cast import NOW, ada, host
from tests.web.conftest import asking
from tests.web.desks import FORM, SignedIn, desk, words

GOOD = "seven quiet otters knitting"
BETTER = "purple kettle under the moon"


async def test_the_profile_is_saved(app: Any, store: Store, signed_in: SignedIn):
    """Name, address, zone, week and words."""
    owner = await ada(store)
    sent = {
        "name": "Ada L.",
        "slug": "ada-l",
        "tz": "Asia/Tokyo",
        "locale": "ja",
        "week_starts_on": "sun",
        "about": "Hi.",
    }
    async with desk(app, signed_in, owner) as client:
        assert (await client.post("/app/profile", data=sent)).status_code == 303
    kept = await hosts.by_id(store.reader, owner.id)
    assert kept is not None
    assert (kept.name, kept.slug, kept.tz, kept.week_starts_on, kept.about) == (
        "Ada L.",
        "ada-l",
        "Asia/Tokyo",
        "sun",
        "Hi.",
    )


async def test_an_address_of_somebody_else_is_refused(app: Any, store: Store, signed_in: SignedIn):
    """And what was typed stays in the form."""
    owner = await ada(store)
    await host(store, "Ben Bell")
    sent = {"name": "Ada", "slug": "ben", "tz": "UTC", "locale": "en", "week_starts_on": "mon", "about": "Kept words"}
    async with desk(app, signed_in, owner) as client:
        answer = await client.post("/app/profile", data=sent)
    assert answer.status_code == 422
    assert "The address “ben” is taken" in words(answer)
    assert "Kept words" in answer.text


async def test_a_new_password_needs_the_present_one(app: Any, store: Store, signed_in: SignedIn):
    """And signs every other device out, but not this one."""
    owner = await ada(store)
    await accounts.set_password(store, owner.id, GOOD, now=NOW, actor=Actor(kind="cli"))
    async with desk(app, signed_in, owner) as other, desk(app, signed_in, owner) as client:
        wrong = await client.post("/app/security/password", data={"current_password": "no", "password": BETTER})
        assert "This is not your present password" in words(wrong)
        weak = await client.post("/app/security/password", data={"current_password": GOOD, "password": "short"})
        assert "A password needs at least" in words(weak)
        assert GOOD not in weak.text
        right = await client.post("/app/security/password", data={"current_password": GOOD, "password": BETTER})
        assert right.status_code == 303
        assert (await client.get("/app/profile")).status_code == 200
        assert (await other.get("/app/profile")).status_code == 303


async def test_nobody_guesses_the_present_password_from_an_open_browser(app: Any, store: Store, signed_in: SignedIn):
    """Five tries, then they wait; it counts together with the page that asks for a proof."""
    owner = await ada(store)
    await accounts.set_password(store, owner.id, GOOD, now=NOW, actor=Actor(kind="cli"))
    async with desk(app, signed_in, owner) as client:
        for guess in range(5):
            wrong = await client.post("/app/security/password", data={"current_password": f"{guess}", "password": GOOD})
            assert wrong.status_code == 422
        late = await client.post("/app/security/password", data={"current_password": GOOD, "password": BETTER})
        assert late.status_code == 429
        assert "Too many attempts" in words(late)
        assert (await client.post("/sign-in/again", data={"password": GOOD})).status_code == 429


async def test_a_tokens_secret_is_shown_once(app: Any, store: Store, signed_in: SignedIn):
    """It works, is on the page that made it, and on no other; revoked, it works no more."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        sent = {"token_name": "Script", "days": "30", "scopes": ["bookings:read"]}
        page = await client.post("/app/security/apps/tokens", data=sent)
        secret = "cally_" + page.text.split('value="cally_', 1)[1].split('"', 1)[0]
        assert secret not in (await client.get("/app/security/apps")).text
        assert await _works(app, secret) == 200
        (kept,) = await accounts.list_tokens(store.reader, owner.id)
        await client.post(f"/app/security/apps/tokens/{kept.id}/removal")
    assert await _works(app, secret) == 401


@pytest.mark.parametrize("scope", ["admin:read", "everything"])
async def test_a_host_cannot_make_a_token_beyond_their_role(app: Any, store: Store, signed_in: SignedIn, scope: str):
    """No token is made."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        answer = await client.post("/app/security/apps/tokens", data={"token_name": "x", "scopes": scope})
    assert answer.status_code == 422
    assert await accounts.list_tokens(store.reader, owner.id) == []


async def test_mallory_cannot_revoke_adas_token(app: Any, store: Store, signed_in: SignedIn):
    """Another account's token does not exist."""
    owner, mallory = await ada(store), await host(store, "Mallory Malone")
    kept, _ = await accounts.create_token(
        store, account_id=owner.id, name="x", scopes=["bookings:read"], days=1, now=NOW, actor=Actor(kind="cli")
    )
    async with desk(app, signed_in, mallory) as client:
        assert (await client.post(f"/app/security/apps/tokens/{kept.id}/removal")).status_code == 404
    assert await accounts.list_tokens(store.reader, owner.id) == [kept]


async def test_light_or_dark_is_kept_without_scripts(app: Any, store: Store, signed_in: SignedIn):
    """The button sets the cookie and comes back; the next page is rendered so."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        sent = {"headers": FORM | {"referer": "http://cally.test/app/profile"}}
        answer = await client.post("/app/theme", data={"theme": "dark"}, **sent)
        assert answer.headers["location"] == "/app/profile"
        assert 'data-theme="dark"' in (await client.get("/app/profile")).text


async def _works(app: Any, secret: str) -> int:
    async with asking(app) as program:
        answer = await program.get("/api/v1/bookings", headers={"authorization": f"Bearer {secret}"})
    return answer.status_code
