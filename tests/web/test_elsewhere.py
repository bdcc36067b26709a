"""Signing in from elsewhere: only the right provider's true word, in the browser that asked, once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx2
import msgspec
import pytest

from cally.accounts import list_accounts
from cally.accounts.identities import bind_identity, list_identities
from cally.model.accounts import Actor
from cally.store import Store, accounts, identity_providers
from cally.vault import Vault
from cally.web import build
from cally.web.doors import Doors
from tests.cast import NOW, ada, host
from tests.site import LOCAL
from tests.web.conftest import Watch, asking
from tests.web.desks import desk, words
from tests.web.openid import (
    CLIENT,
    NEXT_KEY,
    OTHER_KEY,
    Liar,
    come_back,
    leave,
    liar,
    trusted,
)

ADMIN = Actor(kind="admin", account_id=1)


@pytest.fixture
async def there() -> AsyncIterator[Liar]:
    async with liar() as made:
        yield made


@pytest.fixture
def app(doors: Doors) -> Any:
    return build(replace(doors, allowed_networks=LOCAL))


@pytest.fixture
async def company(store: Store, vault: Vault, there: Liar) -> Any:
    """Ada is `subject-1` at the provider."""
    await ada(store)
    made = await trusted(store, vault, there.issuer)
    await bind_identity(store, made, email="ada@example.com", subject="subject-1", now=NOW, actor=ADMIN)
    return made


async def signing_in(client: httpx2.AsyncClient, there: Liar, **sent: str) -> httpx2.Response:
    """The whole way, with the provider's present lie."""
    asked = await leave(client)
    there.nonce = asked["nonce"]
    return await come_back(client, code="a-code", state=asked["state"], **sent)


async def test_who_is_known_there_gets_in(client: httpx2.AsyncClient, company: Any, there: Liar, store: Store) -> None:
    """By the true word, to the page that was wanted; the secret goes to the token endpoint alone."""
    answer = await signing_in(client, there, iss=there.issuer)
    assert (answer.status_code, answer.headers["location"]) == (303, "/app/bookings")
    assert (await client.get("/app/bookings")).status_code == 200
    (token,) = [asked for asked in there.asked if asked[0] == "/token"]
    assert token[1]["code"] == ["a-code"]
    assert "authorization: basic" in token[2].lower()
    (known,) = await list_identities(store.reader, (await list_accounts(store.reader))[0].id)
    assert known.last_used_at == NOW


async def test_the_challenge_is_kept(client: httpx2.AsyncClient, company: Any, there: Liar) -> None:
    """PKCE with S256; the verifier that is shown fits the challenge, and is nowhere in what the provider saw before."""
    from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415 - heavy

    asked = await leave(client)
    there.nonce = asked["nonce"]
    await come_back(client, code="a-code", state=asked["state"])
    (token,) = [one for one in there.asked if one[0] == "/token"]
    assert asked["code_challenge_method"] == "S256"
    assert create_s256_code_challenge(token[1]["code_verifier"][0]) == asked["code_challenge"]


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"azp": "another"},
        {"exp": NOW - 61},
        {"exp": None},
        {"iat": NOW + 3_600},
        {"iss": "https://other.example"},
        {"iss": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 1},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"sub": "subject-2"},
    ],
)
async def test_no_untrue_word_lets_anybody_in(
    client: httpx2.AsyncClient, company: Any, there: Liar, lie: dict[str, Any]
) -> None:
    """Wrong in one claim is wrong."""
    there.claims = lie
    answer = await signing_in(client, there)
    assert answer.status_code == 403, answer.text
    assert (await client.get("/app")).status_code == 303


async def test_an_unsigned_word_counts_nothing(client: httpx2.AsyncClient, company: Any, there: Liar) -> None:
    """The algorithm `none`."""
    there.alg = "none"
    assert (await signing_in(client, there)).status_code == 403


async def test_the_public_key_is_no_shared_secret(client: httpx2.AsyncClient, company: Any, there: Liar) -> None:
    """HS256 made with what everybody can see."""
    there.alg = "HS256"
    assert (await signing_in(client, there)).status_code == 403


async def test_another_key_of_the_same_name_counts_nothing(
    client: httpx2.AsyncClient, company: Any, there: Liar
) -> None:
    """Another issuer's key."""
    there.signing = OTHER_KEY
    assert (await signing_in(client, there)).status_code == 403


async def test_new_keys_are_asked_for_once(client: httpx2.AsyncClient, company: Any, there: Liar) -> None:
    """After a rotation the next sign-in works; a key that is shown nowhere costs one more question and no entry."""
    await signing_in(client, there)
    there.shown, there.signing, there.alg, there.kid = [NEXT_KEY], NEXT_KEY, "ES256", "next"
    assert (await signing_in(client, there)).status_code == 303
    before = len(there.asked)
    there.shown = [OTHER_KEY]
    there.kid = "unknown"
    assert (await signing_in(client, there)).status_code == 403
    assert [path for path, *_ in there.asked[before:]].count("/keys") == 1


async def test_what_came_back_counts_once(client: httpx2.AsyncClient, company: Any, there: Liar) -> None:
    """A state that was used is none."""
    asked = await leave(client)
    there.nonce = asked["nonce"]
    assert (await come_back(client, code="a-code", state=asked["state"])).status_code == 303
    client.cookies.set("cally-elsewhere", "x")
    assert (await come_back(client, code="a-code", state=asked["state"])).status_code == 403


async def test_it_counts_in_the_browser_that_began(
    client: httpx2.AsyncClient, company: Any, there: Liar, app: Any
) -> None:
    """In Mallory's browser Ada's answer is nothing, and hers in Ada's; Ada can still finish."""
    asked = await leave(client)
    there.nonce = asked["nonce"]
    async with asking(app) as mallory:
        assert (await come_back(mallory, code="a-code", state=asked["state"])).status_code == 403
        await leave(mallory)
        assert (await come_back(mallory, code="a-code", state=asked["state"])).status_code == 403
    assert (await come_back(client, code="a-code", state=asked["state"])).status_code == 303


async def test_it_counts_for_ten_minutes(client: httpx2.AsyncClient, company: Any, there: Liar, watch: Watch) -> None:
    """Then it has to be begun anew."""
    asked = await leave(client)
    there.nonce, there.now = asked["nonce"], NOW + 600
    watch.now += 600
    assert (await come_back(client, code="a-code", state=asked["state"])).status_code == 403


async def test_an_answer_for_one_provider_is_none_of_another(
    client: httpx2.AsyncClient, company: Any, there: Liar, store: Store, vault: Vault
) -> None:
    """Mix-up: neither the address nor the issuer of another provider."""
    async with liar() as other:
        await trusted(store, vault, other.issuer, slug="other", name="Other")
        asked = await leave(client)
        there.nonce = other.nonce = asked["nonce"]
        refused = await come_back(client, "other", code="a-code", state=asked["state"])
        assert refused.status_code == 403
        assert other.asked == []
        named = await come_back(client, code="a-code", state=asked["state"], iss=other.issuer)
        assert named.status_code == 403
        assert [path for path, *_ in there.asked].count("/token") == 0


async def test_an_issuer_that_says_who_answers_has_to(client: httpx2.AsyncClient, company: Any, there: Liar) -> None:
    """RFC 9207: left out is wrong where it was promised."""
    there.metadata = {"authorization_response_iss_parameter_supported": True}
    assert (await signing_in(client, there)).status_code == 403
    assert (await signing_in(client, there, iss=there.issuer)).status_code == 303


async def test_a_disabled_account_stays_out(
    client: httpx2.AsyncClient, company: Any, there: Liar, store: Store
) -> None:
    """Whatever the provider says."""
    (account,) = await list_accounts(store.reader)
    async with store.write() as tx:
        await accounts.update_disabled(tx, account.id, NOW)
    assert (await signing_in(client, there)).status_code == 403


async def test_a_provider_that_is_off_is_not_there(client: httpx2.AsyncClient, company: Any, store: Store) -> None:
    """Neither its button nor its addresses."""
    async with store.write() as tx:
        row = await identity_providers.by_slug(tx, "company")
        assert row is not None
        await identity_providers.update(tx, msgspec.structs.replace(row, enabled=False))
    assert "Company" not in (await client.get("/sign-in")).text
    assert (await come_back(client, code="x", state="y")).status_code == 404


@pytest.mark.parametrize("verified", [True, False])
async def test_a_mail_address_binds_nobody(
    client: httpx2.AsyncClient, there: Liar, store: Store, vault: Vault, verified: bool
) -> None:
    """Mallory calls herself by the admin's address at a provider that takes unknown people: she gets nothing."""
    await host(store, "Root", role="admin")
    await trusted(store, vault, there.issuer, takes_unknown=True)
    there.claims = {"sub": "mallory", "email": "root@example.com", "email_verified": verified}
    answer = await signing_in(client, there)
    assert answer.status_code == 403
    assert ("link" in words(answer)) == verified
    assert len(await list_accounts(store.reader)) == 1


@pytest.mark.parametrize(
    ("changed", "said", "gets_in"),
    [
        ({"takes_unknown": True}, {"email": "dora@example.net", "email_verified": True}, True),
        ({"takes_unknown": False}, {"email": "dora@example.net", "email_verified": True}, False),
        ({"takes_unknown": True}, {"email": "dora@example.net", "email_verified": False}, False),
        ({"takes_unknown": True}, {"email": "dora@example.net", "email_verified": "true"}, False),
        ({"takes_unknown": True}, {}, False),
        (
            {"takes_unknown": True, "domains": ("example.net",)},
            {"email": "d@example.net", "email_verified": True},
            True,
        ),
        ({"takes_unknown": True, "domains": ("example.net",)}, {"email": "d@evil.net", "email_verified": True}, False),
        (
            {"takes_unknown": True, "domains": ("example.net",)},
            {"email": "d@sub.example.net", "email_verified": True},
            False,
        ),
    ],
)
async def test_unknown_people_get_an_account_only_where_that_is_allowed(
    client: httpx2.AsyncClient,
    there: Liar,
    store: Store,
    vault: Vault,
    changed: dict[str, Any],
    said: dict[str, Any],
    gets_in: bool,
) -> None:
    """With a confirmed address of an allowed domain; then they are a host, and come back to the same account."""
    await trusted(store, vault, there.issuer, **changed)
    there.user = said
    answer = await signing_in(client, there)
    found = await list_accounts(store.reader)
    assert (answer.status_code == 303, len(found)) == (gets_in, int(gets_in)), answer.text
    if gets_in:
        assert found[0].role == "host"
        await signing_in(client, there)
        assert len(await list_accounts(store.reader)) == 1


async def test_a_host_links_and_unlinks(
    app: Any, company: Any, there: Liar, store: Store, signed_in: Any, watch: Watch
) -> None:
    """Ben links who he is there, with a recent proof; from then on that lets him in, until he unlinks it."""
    ben = await host(store, "Ben")
    there.claims = {"sub": "ben-there"}
    async with desk(app, signed_in, ben) as at_desk:
        asked = await leave(at_desk, path="/app/security/apps/elsewhere/")
        there.nonce = asked["nonce"]
        answer = await come_back(at_desk, code="c", state=asked["state"])
        assert answer.headers["location"] == "/app/security/apps#elsewhere"
        (identity,) = await list_identities(store.reader, ben.id)
        assert "Company" in (await at_desk.get("/app/security/apps")).text
        removal = f"/app/security/apps/identities/{identity.id}/removal"
        assert (await at_desk.post(removal)).status_code == 303
        assert len(await list_identities(store.reader, ben.id)) == 1  # Ben has no password: his only way in stays
        watch.now += 600
        late = await at_desk.post("/app/security/apps/elsewhere/company")
        assert late.headers["location"].startswith("/sign-in/again")
    there.now = watch.now
    async with asking(app) as client:
        assert (await signing_in(client, there)).status_code == 303


async def test_who_is_somebody_elses_cannot_be_linked(
    app: Any, company: Any, there: Liar, store: Store, signed_in: Any
) -> None:
    """Subject-1 is Ada; Mallory cannot become her, nor she Mallory."""
    mallory = await host(store, "Mallory")
    async with desk(app, signed_in, mallory) as at_desk:
        asked = await leave(at_desk, path="/app/security/apps/elsewhere/")
        there.nonce = asked["nonce"]
        assert (await come_back(at_desk, code="c", state=asked["state"])).status_code == 409
    assert await list_identities(store.reader, mallory.id) == []


async def test_a_link_begun_at_one_account_is_not_finished_at_another(
    app: Any, company: Any, there: Liar, store: Store, signed_in: Any
) -> None:
    """Who signs out meanwhile, or is another one, links nothing."""
    ben = await host(store, "Ben")
    there.claims = {"sub": "ben-there"}
    async with desk(app, signed_in, ben) as at_desk:
        asked = await leave(at_desk, path="/app/security/apps/elsewhere/")
        there.nonce = asked["nonce"]
        at_desk.cookies.delete("cally")
        assert (await come_back(at_desk, code="c", state=asked["state"])).status_code == 403
    assert await list_identities(store.reader, ben.id) == []


async def test_looking_at_what_came_back_changes_nothing(
    client: httpx2.AsyncClient, company: Any, there: Liar, store: Any
) -> None:
    """The page shows a form that sends it; only that counts, and no other site's page may send it."""
    asked = await leave(client)
    there.nonce = asked["nonce"]
    before = store._writing.total_changes()
    page = await client.get("/sign-in/back/company", params={"code": "c", "state": asked["state"]})
    assert 'name="state" value="' + asked["state"] in page.text
    assert store._writing.total_changes() == before
    foreign = {"code": "c", "state": asked["state"]}
    answer = await client.post("/sign-in/back/company", data=foreign, headers={"origin": "https://evil.example"})
    assert answer.status_code == 403
    assert (await come_back(client, code="c", state=asked["state"])).status_code == 303


async def test_a_refusal_there_is_said_in_our_words(client: httpx2.AsyncClient, company: Any) -> None:
    """Nothing of what the address says is shown."""
    bad = {"error": "access_denied", "error_description": "<b>call 555</b>", "state": "x"}
    page = await client.get("/sign-in/back/company", params=bad)
    assert page.status_code == 403
    assert "declined there" in words(page)
    assert "555" not in page.text


async def test_a_private_address_is_not_asked(doors: Doors, company: Any, there: Liar) -> None:
    """Unless CALLY_ALLOWED_NETWORKS has it."""
    async with asking(build(doors)) as client:
        answer = await client.post("/sign-in/with/company", headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 502
    assert "private network" in words(answer)
    assert there.asked == []


@pytest.mark.parametrize(
    ("metadata", "said"),
    [
        ({"issuer": "http://127.0.0.1:1"}, "calls itself"),
        ({"token_endpoint": "http://example.org/token"}, "not https"),
        ({"jwks_uri": None}, "lacks what is needed"),
        ({"code_challenge_methods_supported": ["plain"]}, "PKCE"),
    ],
)
async def test_the_check_says_what_is_wrong(
    app: Any, store: Store, vault: Vault, there: Liar, signed_in: Any, metadata: dict[str, Any], said: str
) -> None:
    """An admin reads it in words; the issuer counts to the letter; the secret is shown nowhere."""
    provider = await trusted(store, vault, there.issuer)
    root = await host(store, "Root", role="admin")
    async with desk(app, signed_in, root) as at_desk:
        good = await at_desk.post(f"/admin/providers/{provider.id}/check")
        assert "answers as it should" in words(good)
        there.metadata = metadata
        bad = await at_desk.post(f"/admin/providers/{provider.id}/check")
        assert said in words(bad)
        assert "hush" not in good.text + bad.text


async def test_a_slash_at_the_end_is_another_issuer(
    app: Any, store: Store, vault: Vault, there: Liar, signed_in: Any, client: httpx2.AsyncClient
) -> None:
    """Said by the check, and refused at the door."""
    provider = await trusted(store, vault, f"{there.issuer}/")
    async with desk(app, signed_in, await host(store, "Root", role="admin")) as at_desk:
        assert "exactly that way" in words(await at_desk.post(f"/admin/providers/{provider.id}/check"))
    answer = await client.post("/sign-in/with/company", headers={"sec-fetch-site": "same-origin"})
    assert answer.status_code == 403


async def test_an_admin_keeps_and_removes_providers(app: Any, store: Store, there: Liar, signed_in: Any) -> None:
    """By the form; a changed issuer never gets the old one's secret; hosts see nothing of it."""
    sent = {
        "slug": "company",
        "name": "Company",
        "issuer": there.issuer,
        "client_id": CLIENT,
        "secret": "hush",
        "scopes": "openid",
        "domains": "@Example.org, example.net",
        "enabled": "1",
    }
    async with desk(app, signed_in, await host(store, "Root", role="admin")) as at_desk:
        assert (
            await at_desk.post("/admin/providers", data={**sent, "issuer": "http://evil.example"})
        ).status_code == 422
        assert (await at_desk.post("/admin/providers", data={**sent, "scopes": "email"})).status_code == 422
        made = await at_desk.post("/admin/providers", data=sent)
        address = made.headers["location"]
        (provider,) = await identity_providers.list_all(store.reader)
        assert provider.domains == ("example.org", "example.net")
        assert b"hush" not in (provider.secret_sealed or b"")
        await at_desk.post(address, data={**sent, "secret": ""})
        (same,) = await identity_providers.list_all(store.reader)
        assert same.secret_sealed == provider.secret_sealed
        await at_desk.post(address, data={**sent, "secret": "", "issuer": "https://id.example.org"})
        (moved,) = await identity_providers.list_all(store.reader)
        assert moved.secret_sealed is None
        await at_desk.post(f"{address}/removal")
        assert await identity_providers.list_all(store.reader) == []
    async with desk(app, signed_in, await host(store, "Mallory")) as at_desk:
        assert (await at_desk.get("/admin/providers")).status_code == 404
