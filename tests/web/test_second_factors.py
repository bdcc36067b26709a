"""Second factors at the desk and at the door: no session before the second step, no code twice, no way around."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pyotp
import pytest

from cally import accounts
from cally.accounts.factor_rules import require_second_factor_of
from cally.accounts.second_factors import factors_of, reset_second_factors
from cally.brakes.limits import CHANGES, NOTED
from cally.model.accounts import Actor
from cally.model.hosts import Host
from cally.store import Store, audit, letters
from cally.store import accounts as kept
from cally.web.doors import Doors
from tests.authenticators import Device
from tests.cast import NOW, ada, host
from tests.web.conftest import BASE, Watch, asking
from tests.web.desks import FORM, words

PASSWORD = "seven quiet otters knitting"
ADA = {"email": "ada@example.com", "password": PASSWORD}
STEP = 30
CODE = re.compile(r"<code>([0-9a-z-]{19})</code>")
CLI = Actor(kind="cli")


@pytest.fixture
async def owner(store: Store) -> Host:
    made = await ada(store, role="admin")
    await accounts.set_password(store, made.id, PASSWORD, now=NOW, actor=CLI)
    return made


@pytest.fixture
async def browser(app: Any, owner: Host) -> AsyncIterator[httpx2.AsyncClient]:
    async with asking(app) as client:
        client.headers.update(FORM)
        yield client


async def test_an_app_is_asked_for_from_its_first_code_on(browser: httpx2.AsyncClient, watch: Watch):
    """Its key is shown as a picture and as text; a wrong first code turns nothing on."""
    await browser.post("/sign-in", data=ADA)
    page = await browser.post("/app/security/totp", follow_redirects=True)
    assert "<svg" in page.text
    app = pyotp.TOTP(_key(page))
    wrong = await browser.post("/app/security/totp/confirmation", data={"code": _other(app.at(NOW))})
    assert wrong.status_code == 422
    assert app.secret in page.text.replace(" ", "")
    codes = CODE.findall((await browser.post("/app/security/totp/confirmation", data={"code": app.at(NOW)})).text)
    assert len(set(codes)) == 10
    await _signs_out(browser)
    half = await browser.post("/sign-in", data=ADA | {"next": "/app/bookings"})
    assert half.headers["location"] == "/sign-in/second?next=/app/bookings"
    assert (await browser.get("/app")).status_code == 303
    watch.now += STEP
    entered = await browser.post("/sign-in/second", data={"code": app.at(watch.now), "next": "/app/bookings"})
    assert entered.headers["location"] == "/app/bookings"
    assert (await browser.get("/app/bookings")).status_code == 200


async def test_the_same_code_works_once(browser: httpx2.AsyncClient, watch: Watch):
    """Not for the sign-in after the one that used it, nor for an earlier step than that."""
    app, _ = await _with_app(browser)
    watch.now += 2 * STEP
    early, code = app.at(watch.now - STEP), app.at(watch.now)
    assert (await _enters(browser, code=code)).headers["location"] == "/app"
    await _signs_out(browser)
    again = await _enters(browser, code=code)
    assert again.status_code == 401
    assert "was used before" in words(again)
    assert (await browser.post("/sign-in/second", data={"code": early})).status_code == 401


async def test_a_clock_may_be_off_by_one_step(browser: httpx2.AsyncClient, watch: Watch):
    """And by no more."""
    app, _ = await _with_app(browser)
    watch.now += 10 * STEP
    assert (await _enters(browser, code=app.at(watch.now + 2 * STEP))).status_code == 401
    assert (await _enters(browser, code=app.at(watch.now - 2 * STEP))).status_code == 401
    assert (await _enters(browser, code=app.at(watch.now + STEP))).status_code == 303


async def test_five_wrong_codes_end_the_half_way(browser: httpx2.AsyncClient, watch: Watch, app: Any):
    """Then the right one does not help: it all begins anew, and the address waits."""
    phone, _ = await _with_app(browser)
    watch.now += 10 * STEP
    await browser.post("/sign-in", data=ADA)
    for _ in range(4):
        assert (await browser.post("/sign-in/second", data={"code": "000000"})).status_code == 401
    last = await browser.post("/sign-in/second", data={"code": "000000"})
    assert last.headers["location"].startswith("/sign-in?")
    over = await browser.post("/sign-in/second", data={"code": phone.at(watch.now)})
    assert over.headers["location"].startswith("/sign-in?")
    waits = await _enters(browser, code=phone.at(watch.now))
    assert waits.status_code == 429
    assert int(waits.headers["retry-after"]) > 0
    async with asking(app, address="198.51.100.7") as elsewhere:
        elsewhere.headers.update(FORM)
        assert (await _enters(elsewhere, code=phone.at(watch.now))).status_code == 303


async def test_codes_cannot_be_guessed_from_many_addresses(app: Any, browser: httpx2.AsyncClient, watch: Watch):
    """Whoever has the password and a botnet still waits; recovery codes go on working."""
    phone, codes = await _with_app(browser)
    watch.now += 10 * STEP
    for number in range(4):
        async with asking(app, address=f"198.51.100.{number + 1}") as bot:
            bot.headers.update(FORM)
            await bot.post("/sign-in", data=ADA)
            for _ in range(5):
                await bot.post("/sign-in/second", data={"code": "000000"})
    async with asking(app, address="203.0.113.7") as fresh:
        fresh.headers.update(FORM)
        assert (await _enters(fresh, code=phone.at(watch.now))).status_code == 429
        assert (await fresh.post("/sign-in/second", data={"recovery_code": codes[0]})).status_code == 303


async def test_half_way_is_short_and_used_up(browser: httpx2.AsyncClient, watch: Watch):
    """Ten minutes, once; and its secret is no session."""
    app, _ = await _with_app(browser)
    watch.now += 10 * STEP
    await browser.post("/sign-in", data=ADA)
    secret = browser.cookies["cally-step"]
    browser.cookies.set("cally", secret)
    assert (await browser.get("/app")).status_code == 303
    browser.cookies.clear()
    browser.cookies.set("cally-step", secret)
    watch.now += 601
    late = await browser.post("/sign-in/second", data={"code": app.at(watch.now)})
    assert late.headers["location"].startswith("/sign-in?")
    assert (await _enters(browser, code=app.at(watch.now))).status_code == 303
    used = browser.cookies
    await _signs_out(browser)
    browser.cookies.clear()
    browser.cookies.set("cally-step", secret)
    watch.now += STEP
    used = await browser.post("/sign-in/second", data={"code": app.at(watch.now)})
    assert used.headers["location"].startswith("/sign-in?")


async def test_another_password_ends_half_way_sign_ins(
    browser: httpx2.AsyncClient, watch: Watch, store: Store, owner: Host
):
    """Whoever had the old one may not go on, nor may one who was locked out meanwhile."""
    app, _ = await _with_app(browser)
    watch.now += 10 * STEP
    await browser.post("/sign-in", data=ADA)
    await accounts.set_password(store, owner.id, "eight loud badgers sewing", now=watch.now, actor=CLI)
    late = await browser.post("/sign-in/second", data={"code": app.at(watch.now)})
    assert late.headers["location"].startswith("/sign-in?")


async def test_a_recovery_code_lets_in_once(browser: httpx2.AsyncClient, store: Store, owner: Host):
    """However it is typed; what is left is shown, and the owner is told by a letter."""
    _, codes = await _with_app(browser)
    typed = codes[3].upper().replace("-", " ").replace("0", "O")
    await browser.post("/sign-in", data=ADA)
    assert (await browser.post("/sign-in/second", data={"recovery_code": typed})).status_code == 303
    assert "9 of 10 left" in words(await browser.get("/app/security"))
    await _signs_out(browser)
    await browser.post("/sign-in", data=ADA)
    assert (await browser.post("/sign-in/second", data={"recovery_code": codes[3]})).status_code == 401
    told = [letter.facts.get("what", "") for letter in await _letters(store, owner)]
    assert any("recovery code" in what for what in told)
    assert not any(code in what for what in told for code in codes)


async def test_new_codes_make_the_old_ones_worthless(browser: httpx2.AsyncClient):
    """All of them at once."""
    _, codes = await _with_app(browser, stays=True)
    fresh = CODE.findall((await browser.post("/app/security/codes")).text)
    assert len(fresh) == 10
    assert not set(fresh) & set(codes)
    await _signs_out(browser)
    await browser.post("/sign-in", data=ADA)
    assert (await browser.post("/sign-in/second", data={"recovery_code": codes[0]})).status_code == 401
    assert (await browser.post("/sign-in/second", data={"recovery_code": fresh[0]})).status_code == 303


async def test_an_app_that_was_never_confirmed_opens_nothing(browser: httpx2.AsyncClient, watch: Watch):
    """A secret that Mallory has started, beside a passkey, is no second factor."""
    await browser.post("/sign-in", data=ADA)
    await _adds_passkey(browser, Device())
    page = await browser.post("/app/security/totp", follow_redirects=True)
    await _signs_out(browser)
    assert (await _enters(browser, code=pyotp.TOTP(_key(page)).at(watch.now))).status_code == 401


async def test_a_passkey_signs_in_without_password(browser: httpx2.AsyncClient, watch: Watch):
    """Named, listed with its last use, and worth nothing once it is revoked."""
    await browser.post("/sign-in", data=ADA)
    device = Device()
    await _adds_passkey(browser, device)
    assert "Ada&#39;s phone" in (await browser.get("/app/security")).text
    await _signs_out(browser)
    assert (await _shows_passkey(browser, device)).json() == {"go_to": "/app/bookings"}
    page = await browser.get("/app/security")
    assert "last used" in words(page)
    number = re.search(r"/app/security/passkeys/(\d+)/removal", page.text)
    assert number is not None
    await browser.post(f"/app/security/passkeys/{number[1]}/name", data={"name": "Key ring"})
    assert "Key ring" in words(await browser.get("/app/security"))
    await browser.post(f"/app/security/passkeys/{number[1]}/removal")
    await _signs_out(browser)
    refused = await _shows_passkey(browser, device)
    assert refused.status_code == 401
    assert "not accepted" in refused.json()["error"]


async def test_a_passkey_is_the_second_step_after_a_password(browser: httpx2.AsyncClient):
    """Its challenge is for this account alone; a password alone opens nothing any more."""
    await browser.post("/sign-in", data=ADA)
    device = Device()
    await _adds_passkey(browser, device)
    await _signs_out(browser)
    assert (await browser.post("/sign-in", data=ADA)).headers["location"].startswith("/sign-in/second")
    options = (await browser.post("/sign-in/second/passkey/challenge", json={})).json()
    answer = {"credential": device.get(options, origin=BASE), "next": "/app"}
    assert (await browser.post("/sign-in/second/passkey", json=answer)).json() == {"go_to": "/app"}
    assert (await browser.get("/app")).status_code == 200


@pytest.mark.parametrize("wrong", ["origin", "site", "unverified", "replayed", "count", "old", "purpose", "stranger"])
async def test_a_passkey_that_is_not_quite_right_opens_nothing(browser: httpx2.AsyncClient, watch: Watch, wrong: str):
    """Another origin or site, nobody verified, an answer used before, a copied key, a late or foreign challenge."""
    await browser.post("/sign-in", data=ADA)
    device = Device()
    await _adds_passkey(browser, device)
    again = (await browser.post("/sign-in/again/passkey/challenge", json={})).json()
    await _signs_out(browser)
    assert (await _shows_passkey(browser, device)).status_code == 200
    await _signs_out(browser)
    options = (await browser.post("/sign-in/passkey/challenge", json={})).json()
    if wrong == "purpose":
        options = again
    if wrong == "unverified":
        device.flags = 0x01
    if wrong == "count":
        device.step = 0
    if wrong == "stranger":
        device.key = Device().key
    origin = "https://evil.example" if wrong == "origin" else BASE
    answer = {"credential": device.get(options, origin=origin, site="evil.example" if wrong == "site" else None)}
    if wrong == "old":
        watch.now += 301
    if wrong == "replayed":
        assert (await browser.post("/sign-in/passkey", json=answer)).status_code == 200
        await _signs_out(browser)
    refused = await browser.post("/sign-in/passkey", json=answer)
    assert refused.status_code == 401, wrong
    assert "cally=" not in refused.headers.get("set-cookie", "")


async def test_a_device_without_counter_cannot_replay(browser: httpx2.AsyncClient):
    """Where the count stays 0 the challenge alone is used up."""
    await browser.post("/sign-in", data=ADA)
    device = Device(step=0)
    await _adds_passkey(browser, device)
    await _signs_out(browser)
    options = (await browser.post("/sign-in/passkey/challenge", json={})).json()
    answer = {"credential": device.get(options, origin=BASE)}
    assert (await browser.post("/sign-in/passkey", json=answer)).status_code == 200
    assert (await browser.post("/sign-in/passkey", json=answer)).status_code == 401
    assert (await _shows_passkey(browser, device)).status_code == 200


async def test_somebody_elses_passkey_is_no_second_step(app: Any, browser: httpx2.AsyncClient, store: Store):
    """Mallory knows Ada's password and has a passkey of her own."""
    mallory = await host(store, "Mallory Mole")
    await accounts.set_password(store, mallory.id, PASSWORD, now=NOW, actor=CLI)
    await browser.post("/sign-in", data=ADA)
    await _adds_passkey(browser, Device())
    hers = Device()
    async with asking(app, address="198.51.100.9") as bad:
        bad.headers.update(FORM)
        await bad.post("/sign-in", data=ADA | {"email": "mallory@example.com"})
        await _adds_passkey(bad, hers)
        await _signs_out(bad)
        await bad.post("/sign-in", data=ADA)
        options = (await bad.post("/sign-in/second/passkey/challenge", json={})).json()
        answer = {"credential": hers.get(options, origin=BASE)}
        assert (await bad.post("/sign-in/second/passkey", json=answer)).status_code == 401


@pytest.mark.parametrize(
    "path", ["/sign-in/passkey", "/sign-in/second/passkey", "/sign-in/again/passkey", "/app/security/passkeys"]
)
async def test_ceremonies_take_json_and_nothing_else(browser: httpx2.AsyncClient, path: str):
    """Neither a form nor JSON that calls itself text, and no nonsense is an error of ours."""
    await browser.post("/sign-in", data=ADA)
    for way in (path, f"{path}/challenge"):
        text = await browser.post(way, content=b"{}", headers={"content-type": "text/plain"})
        form = await browser.post(way, data={"credential": "{}"})
        assert (text.status_code, form.status_code) == (415, 415)
    for credential in ({}, {"rawId": 1, "response": 2}, {"response": {"clientDataJSON": "e30"}}, {"response": {}}):
        odd = await browser.post(path, json={"credential": credential})
        assert odd.status_code in {401, 422}, (path, credential)


async def test_no_stranger_floods_the_log_with_passkeys(browser: httpx2.AsyncClient, store: Store, doors: Doors):
    """Nonsense is noted, thirty times an hour and network, and not for ever taken."""
    statuses = [(await browser.post("/sign-in/passkey", json={"credential": {}})).status_code for _ in range(40)]
    assert set(statuses) == {401}
    refused = [entry.tag for entry in await audit.list_for(store.reader, "account:unknown")]
    assert refused == ["guest:session:refuse"] * NOTED.quota
    doors.guests.change("192.0.2.9", NOW, times=CHANGES.quota - 40)
    assert (await browser.post("/sign-in/passkey", json={"credential": {}})).status_code == 429


async def test_an_old_session_proves_itself_again(browser: httpx2.AsyncClient, watch: Watch, owner: Host, store: Store):
    """By password; the session goes on under another token, and the former one is worth nothing."""
    await browser.post("/sign-in", data=ADA)
    former = browser.cookies["cally"]
    watch.now += 301
    asked = await browser.post("/app/security/totp")
    assert asked.headers["location"] == "/sign-in/again?next=/app/security"
    wrong = await browser.post("/sign-in/again", data={"password": "not this one at all", "next": "/app/security"})
    assert wrong.status_code == 401
    right = await browser.post("/sign-in/again", data={"password": PASSWORD, "next": "/app/security"})
    assert right.headers["location"] == "/app/security"
    assert (await browser.post("/app/security/totp")).headers["location"] == "/app/security/totp"
    assert browser.cookies["cally"] != former
    browser.cookies.clear()
    browser.cookies.set("cally", former)
    assert (await browser.get("/app")).status_code == 303
    tags = [entry.tag for entry in await audit.list_for(store.reader, f"account:{owner.id}")]
    assert tags.count("admin:session:prove") == 1


async def test_a_code_or_a_passkey_proves_as_well(browser: httpx2.AsyncClient, watch: Watch):
    """Whichever is at hand; a wrong one does not."""
    app, _ = await _with_app(browser, stays=True)
    device = Device()
    await _adds_passkey(browser, device)
    watch.now += 301
    assert (await browser.post("/sign-in/again", data={"code": "000000"})).status_code == 401
    assert (await browser.post("/sign-in/again", data={"code": app.at(watch.now)})).status_code == 303
    assert (await browser.post("/app/security/codes")).status_code == 200
    watch.now += 301
    assert (await browser.post("/app/security/codes")).status_code == 303
    options = (await browser.post("/sign-in/again/passkey/challenge", json={})).json()
    answer = {"credential": device.get(options, origin=BASE), "next": "/app/security"}
    assert (await browser.post("/sign-in/again/passkey", json=answer)).json() == {"go_to": "/app/security"}
    assert (await browser.post("/app/security/codes")).status_code == 200


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("/app/security/totp", {}),
        ("/app/security/totp/confirmation", {"code": "123456"}),
        ("/app/security/totp/removal", {}),
        ("/app/security/codes", {}),
        ("/app/security/passkeys/1/removal", {}),
        ("/admin/settings/public-url", {"public_url": "https://evil.example"}),
        ("/admin/settings/mail", {"smtp_url": "smtp://evil.example"}),
        ("/admin/accounts/{ben}/disabling", {}),
        ("/admin/accounts/{ben}/second-factor-reset", {}),
        ("/admin/sign-in/second-factor", {"roles": "host"}),
    ],
)
async def test_dangerous_acts_ask_an_old_session(
    browser: httpx2.AsyncClient, watch: Watch, store: Store, path: str, sent: dict[str, str]
):
    """Nothing is done before the proof."""
    ben = await host(store, "Ben Bell")
    await browser.post("/sign-in", data=ADA)
    watch.now += 301
    answer = await browser.post(path.format(ben=ben.id), data=sent)
    assert answer.status_code == 303, path
    assert answer.headers["location"].startswith("/sign-in/again?next="), path
    account = await kept.by_id(store.reader, ben.id)
    assert account is not None
    assert account.disabled_at is None


async def test_a_required_second_factor_comes_before_everything(
    browser: httpx2.AsyncClient, store: Store, owner: Host, bearer: Any
):
    """Pages lead to its set-up, tokens are refused with a reason; a passkey later all is open."""
    headers = await bearer(owner)
    await browser.post("/sign-in", data=ADA)
    saved = await browser.post("/admin/sign-in/second-factor", data={"roles": ["admin"]})
    assert saved.status_code == 303
    for path in ("/app", "/app/bookings", "/admin/accounts", "/admin/settings", "/app/security/apps", "/setup/hours"):
        assert (await browser.get(path)).headers["location"] == "/app/security", path
    assert (await browser.post("/admin/settings/mail", data={"smtp_url": ""})).headers["location"] == "/app/security"
    assert "Your role needs a second step" in words(await browser.get("/app/security"))
    refused = await browser.get("/api/v1/bookings", headers=headers)
    assert refused.status_code == 403
    assert "second factor" in refused.json()["detail"]
    await _adds_passkey(browser, Device())
    assert (await browser.get("/admin/accounts")).status_code == 200
    assert (await browser.get("/api/v1/bookings", headers=headers)).status_code == 200


async def test_other_roles_need_none(browser: httpx2.AsyncClient, store: Store, owner: Host):
    """What is required of hosts is not asked of an admin."""
    await require_second_factor_of(store, ["host"], now=NOW, actor=CLI)
    await browser.post("/sign-in", data=ADA)
    assert (await browser.get("/app")).status_code == 200


async def test_an_admin_resets_what_somebody_has_lost(app: Any, browser: httpx2.AsyncClient, store: Store, owner: Host):
    """Everything goes, sessions too; it is noted, and the owner is told."""
    ben = await host(store, "Ben Bell")
    await accounts.set_password(store, ben.id, PASSWORD, now=NOW, actor=CLI)
    bens = ADA | {"email": "ben@example.com"}
    async with asking(app, address="198.51.100.9") as his:
        his.headers.update(FORM)
        await his.post("/sign-in", data=bens)
        await _adds_passkey(his, Device())
        await browser.post("/sign-in", data=ADA)
        done = await browser.post(f"/admin/accounts/{ben.id}/second-factor-reset")
        assert done.status_code == 303
        assert (await his.get("/app")).status_code == 303
        assert (await his.post("/sign-in", data=bens)).headers["location"] == "/app"
    assert not (await factors_of(store.reader, ben.id)).any
    tags = [entry.tag for entry in await audit.list_for(store.reader, f"account:{ben.id}")]
    assert "admin:second_factor:reset" in tags
    assert [letter.kind for letter in await _letters(store, ben)].count("second_factor_removed") == 1


async def test_a_reset_of_nothing_says_so(store: Store, owner: Host):
    """And writes no letter about it."""
    removed = await reset_second_factors(store, owner.id, now=NOW, actor=CLI)
    assert (removed.totp, removed.passkeys, removed.recovery_codes) == (False, 0, 0)
    assert not [letter for letter in await _letters(store, owner) if letter.kind == "second_factor_removed"]


async def _with_app(browser: httpx2.AsyncClient, *, stays: bool = False) -> tuple[pyotp.TOTP, list[str]]:
    """Ada sets an app up, and signs out unless she stays; the app and her recovery codes."""
    await browser.post("/sign-in", data=ADA)
    page = await browser.post("/app/security/totp", follow_redirects=True)
    app = pyotp.TOTP(_key(page))
    shown = await browser.post("/app/security/totp/confirmation", data={"code": app.at(NOW)})
    assert shown.status_code == 303 or CODE.search(shown.text)
    if not stays:
        await _signs_out(browser)
    return app, CODE.findall(shown.text)


async def _enters(browser: httpx2.AsyncClient, *, code: str) -> httpx2.Response:
    await browser.post("/sign-in", data=ADA)
    return await browser.post("/sign-in/second", data={"code": code})


async def _signs_out(browser: httpx2.AsyncClient) -> None:
    await browser.post("/sign-out")


async def _adds_passkey(browser: httpx2.AsyncClient, device: Device) -> None:
    options = (await browser.post("/app/security/passkeys/challenge", json={})).json()
    answer = {"credential": device.create(options, origin=BASE), "name": "Ada's phone"}
    made = await browser.post("/app/security/passkeys", json=answer)
    assert made.json() == {"go_to": "/app/security"}, made.text


async def _shows_passkey(browser: httpx2.AsyncClient, device: Device) -> httpx2.Response:
    options = (await browser.post("/sign-in/passkey/challenge", json={})).json()
    answer = {"credential": device.get(options, origin=BASE), "next": "/app/bookings"}
    return await browser.post("/sign-in/passkey", json=answer)


async def _letters(store: Store, owner: Host) -> list[Any]:
    return await letters.list_of(store.reader, owner.id)


def _key(page: httpx2.Response) -> str:
    found = re.search(r'readonly value="([A-Z2-7 ]{39})"', page.text)
    assert found is not None
    return found[1].replace(" ", "")


def _other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"
