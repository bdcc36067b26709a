"""A host answers a request from its message: links that need no sign-in, and change nothing by being opened."""

import email
import email.policy
import re
from email.message import EmailMessage
from typing import Any

import httpx2
import msgspec
import pytest

from cally.bookings import Availability, book, history, reschedule
from cally.model.accounts import Actor
from cally.model.bookings import Booking
from cally.model.hosts import Host
from cally.model.messages import Message
from cally.notify import links, messages_of
from cally.notify.around import surroundings
from cally.notify.compose import compose
from cally.store import Store, accounts, bookings
from cally.vault import Vault
from tests.cast import AS_CLEO, NOW, WORKING_WEEK, at, booked, event_type, host, request, schedule
from tests.notify.calendars import by_ical_js, by_icalendar, invitation
from tests.web.conftest import BASE, Watch
from tests.web.desks import FORM

TEN, ELEVEN = at("2026-09-22 08:00"), at("2026-09-22 09:00")
THREE = ("2026-09-23T08:00Z", "2026-09-23T09:00Z", "2026-09-24T08:00Z")


class Asked(msgspec.Struct, frozen=True):
    """Ada, what Cleo asks of her, and the address that her message has."""

    ada: Host
    booking: Booking
    path: str


@pytest.fixture
async def asked(store: Store, vault: Vault) -> Asked:
    """Ada has a confirmed meeting at ten; Cleo asks for eleven."""
    made = await host(store, "Ada Lovelace")
    hours = await schedule(store, made, WORKING_WEEK)
    await event_type(store, hours)
    await event_type(store, hours, "talk", approval=True)
    free = Availability(store)
    await book(store, free, request(TEN), now=NOW, actor=AS_CLEO)
    wish = booked(await book(store, free, request(ELEVEN, event_type="talk"), now=NOW, actor=AS_CLEO))
    return Asked(made, wish, f"/answer/{links.answer_token(vault, wish, made.id)}")


async def now_of(store: Store, asked: Asked) -> Booking:
    found = await bookings.by_uid(store.reader, asked.booking.uid)
    assert found is not None
    return found


async def told(store: Store, asked: Asked) -> list[tuple[str, str]]:
    return [(one.kind, one.recipient) for one in await messages_of(store.reader, asked.booking.id)]


async def mail_to_ada(store: Store, vault: Vault, asked: Asked) -> EmailMessage:
    """The mail as it would leave now."""
    message = next(one for one in await messages_of(store.reader, asked.booking.id) if one.recipient == "host")
    around = await surroundings(store.reader, vault, message, BASE)
    mail = compose(message, vault, sender="cally@example.net", public_url=BASE, invited=False, now=NOW, around=around)
    parsed = email.message_from_bytes(mail.content, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def said(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


async def test_the_mail_brings_the_day_and_three_links(asked: Asked, store: Store, vault: Vault) -> None:
    """In text: what else there is, the gap, the request marked, on Ada's clock; and where to answer."""
    text = said(await mail_to_ada(store, vault, asked), "plain")
    assert "- 10:00" in text
    assert "Intro call: Cleo Çelik" in text
    assert "30 min free" in text
    assert re.search(r"> 11:00.* this request", text)
    assert re.findall(rf"{BASE}(/answer/\S+)", text) == [
        asked.path,
        f"{asked.path}/declination",
        f"{asked.path}/proposal",
    ]


async def test_the_day_is_drawn_inside_the_mail(asked: Asked, store: Store, vault: Vault) -> None:
    """Beside the HTML that shows it, by its own address; nothing is fetched from anywhere."""
    mail = await mail_to_ada(store, vault, asked)
    html, picture = said(mail, "html"), next(part for part in mail.walk() if part.get_content_type() == "image/png")
    assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in html
    assert picture.get_content().startswith(b"\x89PNG")
    assert picture["Content-Disposition"].startswith("inline")
    assert "https:" not in "".join(re.findall(r'src="([^"]*)"', html))


async def test_guests_are_not_shown_the_day(asked: Asked, store: Store, vault: Vault) -> None:
    """What else Ada does is nobody's but hers."""
    message = next(one for one in await messages_of(store.reader, asked.booking.id) if one.recipient == "guest")
    assert await surroundings(store.reader, vault, message, BASE) is None


async def test_opening_a_link_answers_nothing(asked: Asked, client: httpx2.AsyncClient, store: Store) -> None:
    """Programs that look into mails open all of them."""
    for path in ("", "/declination", "/proposal"):
        page = await client.get(asked.path + path)
        assert page.status_code == 200
        assert page.headers["cache-control"] == "no-store"
    assert (await now_of(store, asked)).status == "pending"


async def test_the_page_shows_the_request_in_its_day(asked: Asked, client: httpx2.AsyncClient) -> None:
    """Who asks, when, and what is around it."""
    page = (await client.get(asked.path)).text
    assert "Cleo Çelik asks to meet you" in page
    assert "Intro call: Cleo Çelik" in page
    assert "30 min free" in page


async def test_two_clicks_accept_once(asked: Asked, client: httpx2.AsyncClient, store: Store) -> None:
    """And the page says what happened."""
    for _ in range(2):
        answer = await client.post(f"{asked.path}/approval", headers=FORM)
        assert (answer.status_code, answer.headers["location"]) == (303, asked.path)
    assert (await now_of(store, asked)).status == "confirmed"
    assert (await told(store, asked)).count(("confirmed", "guest")) == 1
    assert "You meet Cleo Çelik" in (await client.get(asked.path)).text


async def test_a_no_takes_a_few_words(asked: Asked, client: httpx2.AsyncClient, store: Store) -> None:
    """The guest reads them; a yes after it changes nothing and is told why."""
    await client.post(f"{asked.path}/declination", headers=FORM, data={"reason": "Not this week"})
    assert (await now_of(store, asked)).reason == "Not this week"
    late = await client.post(f"{asked.path}/approval", headers=FORM)
    assert late.status_code == 409
    assert (await now_of(store, asked)).status == "declined"


async def test_another_sites_page_cannot_answer_for_her(asked: Asked, client: httpx2.AsyncClient) -> None:
    """Even if it knew the address."""
    answer = await client.post(f"{asked.path}/approval", headers=FORM | {"origin": "https://mallory.test"})
    assert answer.status_code == 403


async def test_other_times_are_proposed_once(asked: Asked, client: httpx2.AsyncClient, store: Store) -> None:
    """The guest gets one mail with them; the request stands as it was."""
    body = {"starts": list(THREE), "reason": "Busy"}
    for _ in range(2):
        assert (await client.post(f"{asked.path}/proposal", headers=FORM, data=body)).status_code == 303
    sent = [one for one in await messages_of(store.reader, asked.booking.id) if one.kind == "proposed"]
    assert [(one.recipient, len(one.snapshot.proposed)) for one in sent] == [("guest", 3)]
    assert (await now_of(store, asked)).status == "pending"
    assert "You proposed other times" in (await client.get(asked.path)).text


@pytest.mark.parametrize(
    "starts", [(), (*THREE, "2026-09-24T09:00Z"), ("2026-09-22T08:00Z",), ("2026-09-23T02:00Z",), ("soon",)]
)
async def test_only_free_times_can_be_proposed(
    asked: Asked, client: httpx2.AsyncClient, store: Store, starts: tuple[str, ...]
) -> None:
    """One to three of them, as the engine sees it: none that is taken or outside her hours."""
    body = {"starts": list(starts)}
    assert (await client.post(f"{asked.path}/proposal", headers=FORM, data=body)).status_code == 422
    assert ("proposed", "guest") not in await told(store, asked)


async def proposed(asked: Asked, client: httpx2.AsyncClient, store: Store, vault: Vault) -> list[str]:
    """The links in Cleo's mail after Ada has proposed two times."""
    body = {"starts": list(THREE[:2])}
    await client.post(f"{asked.path}/proposal", headers=FORM, data=body)
    message: Message = next(one for one in await messages_of(store.reader, asked.booking.id) if one.kind == "proposed")
    mail = compose(message, vault, sender="cally@example.net", public_url=BASE, invited=False, now=NOW)
    parsed: Any = email.message_from_bytes(mail.content, policy=email.policy.default)
    assert not [part for part in parsed.walk() if part.get_content_type() == "text/calendar"]
    return re.findall(rf"{BASE}(/b/\S+/reschedule\S+)", said(parsed, "plain"))


async def test_a_guest_who_takes_a_proposed_time_has_a_yes(
    asked: Asked, client: httpx2.AsyncClient, store: Store, vault: Vault
) -> None:
    """Nobody is asked again; opening the link alone takes nothing."""
    found = await proposed(asked, client, store, vault)
    assert len(found) == 2
    assert (await client.get(found[0])).status_code == 200
    assert (await now_of(store, asked)).status == "pending"
    path = found[0].partition("?")[0]
    assert (await client.post(path, headers=FORM, data={"slot": THREE[0]})).status_code == 303
    kept = await now_of(store, asked)
    assert (kept.status, kept.starts_at) == ("confirmed", at("2026-09-23 08:00"))
    assert [one for one in await told(store, asked) if one[0] == "confirmed"] == [
        ("confirmed", "guest"),
        ("confirmed", "host"),
    ]


async def test_calendars_are_told_of_what_was_agreed(
    asked: Asked, client: httpx2.AsyncClient, store: Store, vault: Vault
) -> None:
    """Both readers find the new time under the booking's own name; nothing was there to be moved."""
    path = (await proposed(asked, client, store, vault))[0].partition("?")[0]
    await client.post(path, headers=FORM, data={"slot": THREE[0]})
    for recipient in ("guest", "host"):
        found = await messages_of(store.reader, asked.booking.id)
        told = next(one for one in found if (one.kind, one.recipient) == ("confirmed", recipient))
        mail = compose(told, vault, sender="cally@example.net", public_url=BASE, invited=False, now=NOW)
        parsed: Any = email.message_from_bytes(mail.content, policy=email.policy.default)
        for read in (by_icalendar, by_ical_js):
            event = read(invitation(parsed))
            assert (event.method, event.status, event.sequence) == ("REQUEST", "CONFIRMED", 1)
            assert (event.uid, event.starts_at) == (f"{asked.booking.uid}@cally", at("2026-09-23 08:00"))


async def test_a_proposed_time_needs_no_other_yes(
    asked: Asked, client: httpx2.AsyncClient, store: Store, vault: Vault
) -> None:
    """And the page says so: of another time it says that Ada is asked again."""
    found = await proposed(asked, client, store, vault)
    assert "is asked again" not in (await client.get(found[0])).text
    other = found[0].replace("2026-09-23T08%3A00Z", "2026-09-24T10%3A00Z")
    assert "is asked again" in (await client.get(other)).text


async def test_a_time_that_nobody_proposed_is_asked_for(
    asked: Asked, client: httpx2.AsyncClient, store: Store, vault: Vault
) -> None:
    """Approval is not got around by choosing another one."""
    path = (await proposed(asked, client, store, vault))[0].partition("?")[0]
    await client.post(path, headers=FORM, data={"slot": "2026-09-24T10:00Z"})
    assert (await now_of(store, asked)).status == "pending"


async def test_a_link_ends_with_what_it_was_for(asked: Asked, client: httpx2.AsyncClient, store: Store) -> None:
    """A guest who wishes for another time is answered from the newer message."""
    await reschedule(store, Availability(store), asked.booking.uid, at("2026-09-23 10:00"), now=NOW, actor=AS_CLEO)
    assert "This request has changed" in (await client.get(asked.path)).text
    assert (await client.post(f"{asked.path}/approval", headers=FORM)).status_code == 409
    assert (await now_of(store, asked)).status == "pending"


async def test_a_link_ends_when_the_meeting_begins(
    asked: Asked, client: httpx2.AsyncClient, store: Store, watch: Watch
) -> None:
    """What was not answered by then is not answered any more."""
    watch.now = ELEVEN
    assert "not answered in time" in (await client.get(asked.path)).text
    assert (await client.post(f"{asked.path}/approval", headers=FORM)).status_code == 409


async def test_whoever_is_locked_out_answers_nothing(asked: Asked, client: httpx2.AsyncClient, store: Store) -> None:
    """A link is no way around it; nor is one of another host."""
    async with store.write() as tx:
        await accounts.update_disabled(tx, asked.ada.id, NOW)
    assert (await client.get(asked.path)).status_code == 404
    assert (await client.post(f"{asked.path}/approval", headers=FORM)).status_code == 404


async def test_only_hosts_of_the_booking_have_a_link(
    asked: Asked, client: httpx2.AsyncClient, store: Store, vault: Vault
) -> None:
    """A manage link is none, nor one that was made for somebody else."""
    mallory = await host(store, "Mallory")
    for token in (
        links.answer_token(vault, asked.booking, mallory.id),
        links.manage_token(vault, asked.booking.uid),
        asked.path.removeprefix("/answer/")[:-1],
    ):
        assert (await client.get(f"/answer/{token}")).status_code == 404


async def test_an_answer_is_in_the_audit_log_as_the_hosts(
    asked: Asked, client: httpx2.AsyncClient, store: Store
) -> None:
    """With the address that it came from."""
    await client.post(f"{asked.path}/approval", headers=FORM)
    last = (await history(store.reader, asked.booking.uid))[-1]
    assert (last.tag, last.account_id, last.address) == ("host:booking:approve", asked.ada.id, "192.0.2.9")
    assert Actor(kind="host").kind == last.actor
