"""The page of wordings: what is sent is seen there, written anew, tried, and taken back; a frame shows how it reads."""

import re
from collections.abc import Callable
from typing import Any, get_args

import httpx2
import pytest

from cally.hosts.teams import TeamDraft, create_team
from cally.model.accounts import Actor
from cally.model.hosts import Host
from cally.model.letters import LetterKind
from cally.model.messages import KINDS
from cally.model.teams import TeamMember
from cally.model.wordings import Whose, Wording, readers_of
from cally.notify.wordings import list_wordings
from cally.store import Store, audit, event_types, letters, teams
from tests.cast import NOW, ada, host
from tests.hostile import TEXTS, faults, tamed
from tests.web.desks import FORM, SignedIn

FRAME = re.compile(r"<iframe class=.frame. [^>]*></iframe>")
PAGE = "/app/messages/wording"
CONFIRMED = f"{PAGE}/confirmed/guest"
WORDS = {"of": "", "locale": "", "subject": "See you {when_short}", "body": "Hello {name}", "chat": "", "act": "save"}


@pytest.fixture
async def owner(store: Store) -> Host:
    return await ada(store)


@pytest.fixture
async def desk(client: httpx2.AsyncClient, owner: Host, signed_in: SignedIn) -> httpx2.AsyncClient:
    client.headers.update({**FORM, **await signed_in(owner)})
    return client


async def kept(store: Store, owner: Host) -> list[Wording]:
    return await list_wordings(store.reader, Whose(owner="host", id=owner.id))


async def test_words_are_kept_shown_and_taken_back(desk: httpx2.AsyncClient, store: Store, owner: Host) -> None:
    """Saved, marked in the list, in the form again; reset, they are gone. Both are noted, without the words."""
    answer = await desk.post(CONFIRMED, data=WORDS)
    assert answer.status_code == 303
    [wording] = await kept(store, owner)
    assert (wording.kind, wording.recipient, wording.subject) == ("confirmed", "guest", "See you {when_short}")
    assert "your words" in (await desk.get(PAGE)).text
    assert "See you {when_short}" in (await desk.get(CONFIRMED)).text
    await desk.post(CONFIRMED, data={**WORDS, "act": "reset"})
    assert await kept(store, owner) == []
    entries = [one for one in await audit.list_latest(store.reader, limit=50) if ":wording:" in one.tag]
    assert [one.tag for one in entries] == ["host:wording:reset", "host:wording:update"]
    assert "See you" not in str(entries)


async def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_kept(
    desk: httpx2.AsyncClient, store: Store, owner: Host
) -> None:
    """With what was typed still there; the preview says the same in its frame."""
    wrong = {**WORDS, "body": "Hello {gast}"}
    answer = await desk.post(CONFIRMED, data=wrong)
    assert answer.status_code == 422
    assert "There is no {gast} here." in answer.text
    assert "Hello {gast}" in answer.text
    assert "There is no {gast} here." in (await desk.post(f"{CONFIRMED}/preview", data=wrong)).text
    assert await kept(store, owner) == []


async def test_a_frame_shows_what_stands_in_the_form_and_reaches_nothing(desk: httpx2.AsyncClient) -> None:
    """For the frame alone: a policy that runs, loads and sends nothing, in an origin of its own."""
    page = await desk.get(CONFIRMED)
    assert "frame-src 'self'" in page.headers["content-security-policy"]
    assert '<iframe class="frame" name="preview" sandbox ' in page.text
    assert "frame-src" not in (await desk.get(PAGE)).headers["content-security-policy"]
    shown = await desk.post(f"{CONFIRMED}/preview", data={**WORDS, "view": "html", "tz": "Asia/Tokyo"})
    policy = shown.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "sandbox", "frame-ancestors 'self'", "form-action 'none'"} <= set(policy)
    assert "script-src" not in str(policy)
    assert shown.headers["x-frame-options"] == "SAMEORIGIN"
    assert "Hello Sam Rivera" in shown.text
    assert "(Tokyo)" in shown.text
    text = await desk.post(f"{CONFIRMED}/preview", data={**WORDS, "view": "text"})
    assert "Hello Sam Rivera\n\nIntro" in text.text


async def test_a_test_goes_to_oneself_by_the_way_of_all_mail(
    desk: httpx2.AsyncClient, store: Store, owner: Host
) -> None:
    """A letter in the outbox, in the words of the form, which are not kept; many within an hour are refused."""
    answer = await desk.post(CONFIRMED, data={**WORDS, "act": "test"})
    assert answer.status_code == 200
    assert "On its way to ada@example.com" in answer.text
    [letter] = await letters.list_of(store.reader, owner.id)
    assert (letter.kind, letter.address, letter.state) == ("sample", "ada@example.com", "waiting")
    assert letter.facts["subject"].startswith("See you ")
    assert letter.facts["text"].startswith("Hello Sam Rivera")
    assert await kept(store, owner) == []
    for _ in range(29):
        await desk.post(CONFIRMED, data={**WORDS, "act": "test"})
    assert "please wait" in (await desk.post(CONFIRMED, data={**WORDS, "act": "test"})).text
    assert len(await letters.list_of(store.reader, owner.id)) == 30


async def test_words_of_a_language_and_of_one_event_type_stand_for_themselves(
    desk: httpx2.AsyncClient, store: Store, owner: Host
) -> None:
    """Each is written and reset by itself."""
    intro = await event_types.by_slug(store.reader, owner.id, "intro")
    assert intro is not None
    await desk.post(CONFIRMED, data=WORDS)
    await desk.post(CONFIRMED, data={**WORDS, "locale": "de", "body": "Hallo {name}"})
    await desk.post(CONFIRMED, data={**WORDS, "of": f"type-{intro.id}", "body": "Intro!"})
    assert [one.locale for one in await kept(store, owner)] == ["", "de"]
    assert "Hallo {name}" in (await desk.get(f"{CONFIRMED}?locale=de")).text
    assert "Intro!" in (await desk.get(f"{CONFIRMED}?of=type-{intro.id}")).text
    await desk.post(CONFIRMED, data={**WORDS, "locale": "de", "act": "reset"})
    assert [one.locale for one in await kept(store, owner)] == [""]


async def test_a_team_s_words_are_its_managers_to_write(
    desk: httpx2.AsyncClient, store: Store, owner: Host, signed_in: SignedIn
) -> None:
    """Ada manages; Ben is in it; Mallory is not. For the two the page is not there, nor is another's event type."""
    ben, mallory = await host(store, "Ben Okri"), await host(store, "Mallory Moss")
    acting = Actor(kind="host", account_id=owner.id)
    made = await create_team(store, owner.id, TeamDraft(name="Support"), now=NOW, actor=acting)
    async with store.write() as tx:
        await teams.insert_member(tx, TeamMember(team_id=made.id, host_id=ben.id, manages=False), now=NOW)
    intro = await event_types.by_slug(store.reader, owner.id, "intro")
    assert intro is not None
    of = f"team-{made.id}"
    assert (await desk.post(CONFIRMED, data={**WORDS, "of": of})).status_code == 303
    [wording] = await list_wordings(store.reader, Whose(owner="team", id=made.id))
    assert wording.body == "Hello {name}"
    for somebody in (ben, mallory):
        desk.headers.update(await signed_in(somebody))
        for wrong in (of, f"type-{intro.id}", "team-1", "type-x", "elsewhere"):
            for act in ("save", "reset", "test"):
                answer = await desk.post(CONFIRMED, data={**WORDS, "of": wrong, "act": act})
                assert answer.status_code == 404, wrong
            assert (await desk.get(f"{CONFIRMED}?of={wrong}")).status_code == 404
            assert (await desk.post(f"{CONFIRMED}/preview", data={**WORDS, "of": wrong})).status_code == 404
    assert len(await list_wordings(store.reader, Whose(owner="team", id=made.id))) == 1


async def test_every_message_and_letter_is_listed_and_can_be_seen(desk: httpx2.AsyncClient) -> None:
    """Each link of the list opens, and each has a frame that shows it; a sample of samples there is not."""
    listed = re.findall(r'href="(/app/messages/[^"]+/[^"]+)"', (await desk.get(PAGE)).text)
    wanted = {f"{PAGE}/{kind}/{who}" for kind in KINDS for who in readers_of(kind)}
    wanted |= {f"/app/messages/letters/{kind}" for kind in get_args(LetterKind) if kind != "sample"}
    assert set(listed) == wanted
    for path in sorted(wanted):
        assert (await desk.get(path)).status_code == 200, path
        shown = await desk.get(f"{path}/preview")
        assert shown.status_code == 200, path
        assert faults(shown.text, mail=True) == [], path
    for path in (f"{PAGE}/follow_up/host", f"{PAGE}/nothing/guest", "/app/messages/letters/sample"):
        assert (await desk.get(path)).status_code == 404


async def test_hostile_words_do_no_harm_on_the_page_nor_in_its_frame(desk: httpx2.AsyncClient) -> None:
    """Kept or refused, shown again as text; the page has one frame, which is ours."""
    for name, text in TEXTS.items():
        typed = text.encode("utf-8", "replace").decode()
        sent = {**WORDS, "subject": tamed(typed), "body": typed, "chat": typed}
        answer = await desk.post(CONFIRMED, data=sent)
        assert answer.status_code in {303, 422}, name
        pages = [answer.text] if answer.status_code == 422 else []
        pages += [(await desk.get(CONFIRMED)).text]
        for page in pages:
            assert faults(FRAME.sub("", page)) == [], name
            assert len(FRAME.findall(page)) == 1
        for view in ("html", "text", "chat"):
            shown = await desk.post(f"{CONFIRMED}/preview", data={**sent, "view": view})
            assert faults(shown.text, mail=True) == [], (name, view)


async def test_programs_word_messages_by_the_api(
    client: httpx2.AsyncClient, store: Store, owner: Host, bearer: Callable[..., Any]
) -> None:
    """What is sent is changed, the rest stays; an unknown variable names its field; reset, it is Cally's again."""
    headers = await bearer(owner)
    path = "/api/v1/message-wordings/reminder/guest"
    changed = await client.patch(path, json={"body": "Soon, {name}", "locale": "de"}, headers=headers)
    assert changed.status_code == 200
    changed = await client.patch(path, json={"subject": "{when_short}", "locale": "de"}, headers=headers)
    assert (changed.json()["subject"], changed.json()["body"]) == ("{when_short}", "Soon, {name}")
    assert "manage_link" in changed.json()["variables"]
    refused = await client.patch(path, json={"chat": "{nothing}"}, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert "{guest_name}" in refused.text
    listed = (await client.get("/api/v1/message-wordings", headers=headers)).json()["wordings"]
    assert [(one["message"], one["recipient"], one["locale"]) for one in listed] == [("reminder", "guest", "de")]
    assert (await client.delete(f"{path}?locale=de", headers=headers)).status_code == 204
    assert (await client.get(f"{path}?locale=de", headers=headers)).json()["body"] == ""
    assert (await client.get("/api/v1/message-wordings/reminder/nobody", headers=headers)).status_code == 404
