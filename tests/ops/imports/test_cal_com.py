"""From cal.com: what its database has comes over, counted, computed and compared with the dump itself."""

from datetime import date

import pytest

from cally.bookings import Availability, book, miscounted, offer
from cally.bookings.erasing import fingerprint
from cally.hosts import list_event_types, list_schedules
from cally.model.bookings import Booking
from cally.model.hosts import Host
from cally.model.imports import ImportChoices
from cally.model.messages import HostTold
from cally.model.rules import DAYS
from cally.notify.calendar_file import calendar_file
from cally.ops.imports.applying import bring
from cally.store import Store, accounts, bookings, guest_requests, hosts, integrity, occupancy, teams, time_off
from cally.vault import Vault
from tests.cast import AS_CLEO, DAY, NOW, ada, at, booked, request
from tests.ops.imports.cal_com_dump import BERLIN, NEW_YORK
from tests.ops.imports.expected import free
from tests.ops.imports.read import OPEN, OPERATOR, come_over, dumped, looked_at, said, tally

EVER = 2**60
FIRST = date(2026, 9, 22)  # the day after now: notice does not matter any more


async def _all(store: Store, slug: str) -> list[Booking]:
    host = await _host(store, slug)
    return await bookings.list_by_start(
        store.reader, host_id=host.id, from_at=0, to_at=EVER, status=None, q=None, after=(-EVER, 0), limit=2_000
    )


async def _host(store: Store, slug: str) -> Host:
    found = await hosts.by_slug(store.reader, slug)
    assert found is not None
    return found


async def _starts(store: Store, owner: str, slug: str, first: int, days: int) -> set[int]:
    found = await offer(store.reader, owner, slug)
    slots = await Availability(store).slots(found, from_at=first, to_at=first + days * DAY, now=NOW)
    return {slot.starts_at for slot in slots}


async def test_three_hosts_twelve_event_types_and_five_hundred_bookings_come_over(store: Store, vault: Vault):
    """Counts are those of the dump, nothing overlaps, and the free slots of 30 days are what the dump's rows leave."""
    dump, found = dumped(500)
    planned = await looked_at(store, found)
    done = await come_over(store, vault, found)
    assert done == planned
    counts = {one.noun: (one.new, one.left_out) for one in done.tallies}
    assert counts == {
        "host": (3, 1),
        "schedule": (4, 0),
        "team": (1, 0),
        "event type": (12, 0),
        "time off": (1, 1),
        "booking": (dump.future + dump.seats, dump.past),
    }
    assert dump.future == 500
    everybody = {one.id for slug in ("ada", "ben-okri", "cy") for one in await _all(store, slug)}
    assert len(everybody) == dump.future + dump.seats
    assert await occupancy.list_overlaps(store.reader) == []
    assert await miscounted(store.reader) == []
    assert await integrity.faults(store.reader) == []
    begins = at("2026-09-22 00:00")
    assert await _starts(store, "ada", "intro", begins, 30) == free(dump, 1, BERLIN, first=FIRST, days=30)
    ben = free(dump, 2, NEW_YORK, first=FIRST, days=30, after_minutes=15)
    assert await _starts(store, "ben-okri", "intro", begins, 30) == {one for one in ben if one < begins + 30 * DAY}
    cy = free(dump, 3, BERLIN, first=FIRST, days=30)
    assert min(map(len, (ben, cy))) > 200
    assert await _starts(store, "cy", "cafe-und-kuchen", begins, 30) == cy
    anybody = free(dump, 1, BERLIN, first=FIRST, days=30) | cy | free(dump, 2, NEW_YORK, first=FIRST, days=30)
    assert await _starts(store, "team:support", "help", begins, 30) == {
        one for one in anybody if one < begins + 30 * DAY
    }


async def test_what_has_come_never_comes_twice(store: Store, vault: Vault):
    """The second time nothing is new, and no row is added."""
    _, found = dumped()
    await come_over(store, vault, found)
    before = len(await _all(store, "ada"))
    again = await come_over(store, vault, found, ImportChoices(invite=True))
    assert again.total == 0
    assert [one.known for one in again.tallies] == [3, 4, 1, 12, 1, tally(again, "booking").known]
    assert len(await _all(store, "ada")) == before
    assert len(await list_event_types(store.reader, (await _host(store, "ada")).id)) == 5


async def test_an_import_that_is_cut_short_goes_on_where_it_ended(store: Store, vault: Vault):
    """Half of the lots, then all of them: each booking once."""
    dump, found = dumped(300)

    async def once(done: int, total: int) -> bool:
        return done < 120

    await bring(store, vault, found, OPEN, by="", now=NOW, actor=OPERATOR, told=once)
    half = {one.id for slug in ("ada", "ben-okri", "cy") for one in await _all(store, slug)}
    assert 0 < len(half) < dump.future
    await come_over(store, vault, found)
    whole = {one.id for slug in ("ada", "ben-okri", "cy") for one in await _all(store, slug)}
    assert half < whole
    assert len(whole) == dump.future + dump.seats


async def test_people_come_as_hosts_without_password_or_power(store: Store, vault: Vault):
    """An admin there is a host here; HTML is gone; who is locked stays away; a page opens with the invitation."""
    _, found = dumped()
    await come_over(store, vault, found, ImportChoices())
    account = await accounts.by_email(store.reader, "ada@example.com")
    assert account is not None
    assert (account.role, account.verified_at) == ("host", None)
    assert await accounts.password_hash(store.reader, account.id) is None
    made = await hosts.by_id(store.reader, account.id)
    assert made is not None
    assert (made.about, made.slug, made.tz) == ("I am Ada Lovelace.", "ada", BERLIN)
    assert await hosts.by_slug(store.reader, "ada") is None  # not verified: no public page
    assert await accounts.by_email(store.reader, "zed@example.com") is None
    letters = await store.reader.rows("SELECT kind FROM letter")
    assert [row[0] for row in letters] == ["invitation"] * 3


async def test_an_account_that_is_here_is_matched_by_its_address(store: Store, vault: Vault):
    """Ada's settings stay, her slug of an event type is not taken from her, and what comes gets a number."""
    here = await ada(store)
    _, found = dumped()
    report = await come_over(store, vault, found)
    assert tally(report, "host").known == 1
    titles = {one.slug: one.title for one in await list_event_types(store.reader, here.id)}
    assert titles["intro"] == "Intro call"
    assert "intro-2" in titles
    assert any("“intro-2”" in line for line in said(report, "event type", "changed"))
    assert (await _host(store, "ada")).about == ""


async def test_overlaps_are_reported_and_never_forced(store: Store, vault: Vault):
    """What a guest has booked here stands; the one from elsewhere is left out with the reason."""
    await ada(store)
    _, found = dumped()
    taken = min(one.starts_at for one in found.bookings if one.host == "ada@example.com" and one.starts_at > NOW)
    kept = booked(await book(store, Availability(store), request(taken), now=NOW, actor=AS_CLEO))
    report = await come_over(store, vault, found)
    left = said(report, "booking", "left out")
    assert [line for line in left if "It overlaps what Ada Lovelace has then." in line]
    assert kept.id in {one.id for one in await _all(store, "ada") if one.status == "confirmed"}
    assert await occupancy.list_overlaps(store.reader) == []


async def test_event_types_keep_their_rules(store: Store, vault: Vault):
    """Lengths, buffers, limits, horizon, seats, questions, places, approval and rhythm are those of the dump."""
    _, found = dumped()
    await come_over(store, vault, found)
    own = {one.slug: one for one in await list_event_types(store.reader, (await _host(store, "ada")).id)}
    assert own["intro"].description == "A **first** chat.\n\nBring tea & cake."
    assert [(one.id, one.kind, one.required) for one in own["intro"].questions] == [
        ("company", "text", True),
        ("topics", "checkboxes", False),
    ]
    assert [one.detail for one in own["intro"].places] == ["https://meet.example.org/ada"]
    assert own["deep-dive"].durations_minutes == (60, 90)
    assert own["deep-dive"].rules.buffer_before_minutes == 10
    horizon = own["evening"].rules.horizon
    assert horizon is not None
    assert (horizon.kind, horizon.days) == ("rolling", 30)
    assert (own["approval"].approval, own["approval"].rules.step_minutes) == (True, 15)
    assert [(cap.per, cap.bookings) for cap in own["approval"].rules.caps] == [("day", 2)]
    assert own["workshop"].rules.seats == 6
    bens = {one.slug: one for one in await list_event_types(store.reader, (await _host(store, "ben-okri")).id)}
    assert (bens["advice"].listed, bens["advice"].places[0].kind) == (False, "in_person")
    series = bens["weekly"].options.series
    assert series is not None
    assert (series.rhythms, series.most) == (("weekly",), 12)
    old = await list_event_types(store.reader, (await _host(store, "cy")).id)
    assert old[0].questions[0].choices == ("S", "M")


async def test_hours_overrides_and_days_off_come_over(store: Store, vault: Vault):
    """Numbers of days begin with Sunday there; a date without hours is closed; 23:59 is the day's end."""
    _, found = dumped()
    await come_over(store, vault, found)
    host = await _host(store, "ada")
    working, evenings = await list_schedules(store.reader, host.id)
    assert [(one.days, one.hours.from_minute, one.hours.to_minute) for one in working.rules.weekly] == [
        (DAYS[:5], 540, 1_020)
    ]
    assert [(one.on.isoformat(), len(one.hours)) for one in working.rules.overrides] == [
        ("2026-10-05", 0),
        ("2026-10-06", 1),
    ]
    assert [(one.days, one.hours.to_minute) for one in evenings.rules.weekly] == [(("sat", "sun"), 1_440)]
    away = await time_off.list_of(store.reader, host.id)
    assert [(one.first_on.isoformat(), one.last_on.isoformat(), one.note) for one in away] == [
        ("2026-12-21", "2026-12-23", "Skiing")
    ]
    assert away[0].delegate_id == (await _host(store, "cy")).id


async def test_teams_come_with_their_turns(store: Store, vault: Vault):
    """Who owns it there manages it here; weights stay; where all meet, all are needed."""
    _, found = dumped()
    await come_over(store, vault, found)
    team = await teams.by_slug(store.reader, "support")
    assert team is not None
    assert [one.manages for one in await teams.members(store.reader, team.id)] == [True, False, False]
    help_, together = await list_event_types(store.reader, team.id)
    assert [one.weight for one in await teams.assignable(store.reader, help_.id)] == [100, 200, 300]
    assert all(one.required for one in await teams.assignable(store.reader, together.id))
    meeting = next(one for one in await _all(store, "ada") if one.event_type_id == together.id)
    assert len(meeting.hosts) == 3
    assert [one.email for one in meeting.companions] == []


async def test_each_seat_is_a_booking_of_one_session(store: Store, vault: Vault):
    """Three guests of a workshop share a session; each has their own answers."""
    _, found = dumped()
    await come_over(store, vault, found)
    seats = [one for one in await _all(store, "ada") if one.terms.seats == 6]
    first = [one for one in seats if one.starts_at == seats[0].starts_at]
    assert len(first) == 3
    assert len({one.answers[0].value for one in first}) == 3
    sessions = await store.reader.rows("SELECT count(*) FROM group_session")
    assert sessions[0][0] == len({one.starts_at for one in seats})


async def test_no_calendar_shows_a_booking_twice(store: Store, vault: Vault):
    """The UID is the one that calendars know, and a sequence that counts after theirs."""
    _, found = dumped()
    await come_over(store, vault, found)
    one = next(one for one in await _all(store, "ada") if one.terms.seats == 1)
    text = calendar_file(one, hosts=[HostTold(name="Ada", email="ada@example.com")], tz="UTC").decode()
    assert f"UID:{one.calendar_uid}\r\n" in text
    assert one.calendar_uid.endswith("@Cal.com")
    assert "SEQUENCE:2\r\n" in text


async def test_a_guest_keeps_what_they_said(store: Store, vault: Vault):
    """Name, zone, language, companion, notes and the address of the video meeting."""
    _, found = dumped()
    await come_over(store, vault, found)
    one = next(one for one in await _all(store, "ada") if one.guest.email == "guest0@example.org")
    assert (one.guest.name, one.guest.tz, one.guest.locale) == ("Guest 0", NEW_YORK, "de")
    assert [companion.email for companion in one.companions] == ["friend0@example.org"]
    assert one.notes == "Line one\nline\ttwo \\ three"
    assert {answer.label: answer.value for answer in one.answers} == {"Which company?": "ACME", "Topics": "Price\nTea"}
    assert one.terms.place is not None
    assert one.terms.place.detail == "https://video.example.org/0"


async def test_guests_hear_nothing_unless_that_is_asked_for(store: Store, vault: Vault):
    """No message is planned; with `tell_guests` one for each guest of what lies ahead, and none for hosts."""
    _, found = dumped(7)
    await come_over(store, vault, found)
    assert (await store.reader.rows("SELECT count(*) FROM message"))[0][0] == 0


async def test_guests_are_told_when_that_is_asked_for(store: Store, vault: Vault):
    """Each by a confirmation of their own."""
    _, found = dumped(7)
    await come_over(store, vault, found, ImportChoices(verified=True, invite=False, tell_guests=True))
    rows = await store.reader.rows("SELECT DISTINCT recipient FROM message WHERE medium = 'mail'")
    assert sorted(row[0] for row in rows) in (["guest"], ["companion", "guest"])
    guests = await store.reader.rows("SELECT count(*) FROM message WHERE recipient = 'guest'")
    assert guests[0][0] == len(found.bookings) - 11


async def test_history_comes_when_it_is_asked_for(store: Store, vault: Vault):
    """What is over, and what was called off with its reason."""
    dump, found = dumped()
    report = await come_over(store, vault, found, ImportChoices(verified=True, invite=False, history=True))
    assert tally(report, "booking").new == dump.future + dump.seats + dump.past
    off = [one for one in await _all(store, "ada") if one.status == "cancelled"]
    assert [one.reason for one in off] == ["Ill."]


@pytest.mark.parametrize("name", ["ben@example.com", "Ben.Okri"])
async def test_one_host_can_come_alone(store: Store, vault: Vault, name: str):
    """With what is theirs, by address or by the name they had."""
    _, found = dumped()
    report = await come_over(store, vault, found, ImportChoices(hosts=(name,), verified=True, invite=False))
    assert [one.new for one in report.tallies][:2] == [1, 1]
    assert await accounts.by_email(store.reader, "ada@example.com") is None
    assert {one.host_id for one in await _all(store, "ben-okri")} == {(await _host(store, "ben-okri")).id}


async def test_a_guest_who_was_forgotten_here_stays_forgotten(store: Store, vault: Vault):
    """What they had booked before they asked does not come back by an import, nor do they as a companion."""
    _, found = dumped(7)
    async with store.write() as tx:
        for address in ("guest1@example.org", "friend0@example.org"):
            await guest_requests.note_erased(tx, fingerprint(vault, address), now=NOW)
    report = await come_over(store, vault, found)
    assert [line.partition(": ")[2] for line in said(report, "booking", "left out")[1:]] == [
        "Its guest has asked here to be forgotten."
    ]
    rows = await store.reader.rows("SELECT guest_email || companions FROM booking")
    assert not [row for row in rows if "guest1@" in row[0] or "friend0@" in row[0]]
