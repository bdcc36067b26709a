"""A series of a team is moved, and its host is not free then: every calendar ends up with what its owner has."""

import pytest

from cally.bookings import Availability, move_series
from cally.model.bookings import Booking
from cally.model.hosts import Host
from cally.model.ids import new_id, new_uid
from cally.model.options import Series
from cally.model.rules import EventTypeRules
from cally.model.series import Scope, SeriesBooked
from cally.store import Store, occupancy, series
from cally.vault import Vault
from tests import cast
from tests.cast import AS_CLEO, DAY, HOUR, NOW
from tests.notify.conftest import MailServer
from tests.notify.test_series_story import ADA, BEN, CLEO, calendar_of, mails_to
from tests.notify.test_story import delivering, settled
from tests.series import TEN, WEEK, booked, repeating

TURNS = EventTypeRules(duration_minutes=30, assignment="round_robin")


async def team(store: Store) -> tuple[Host, Host]:
    """Ada and Ben take turns in a series."""
    hosts = (await cast.host(store, "Ada Lovelace"), await cast.host(store, "Ben Okri"))
    await repeating(store, await cast.team_event_type(store, hosts, TURNS), Series())
    return hosts


async def busy(store: Store, ada: Host, weeks: tuple[int, ...]) -> None:
    """Ada has no time on the next day from ten, in these weeks."""
    async with store.write() as tx:
        for number in weeks:
            at = TEN + DAY + number * WEEK
            await occupancy.insert(
                tx,
                id=new_id(NOW),
                owner_id=ada.id,
                kind="block",
                uid=new_uid(),
                event_type_id=None,
                starts_at=at,
                ends_at=at + 2 * HOUR,
                buffer_before=0,
                buffer_after=0,
                session=None,
                seats=1,
                seats_taken=1,
                expires_at=None,
            )


async def dates_of(store: Store, made: SeriesBooked, host: Host | None) -> list[int]:
    """The series as it is stored: a host's part of it, or all."""
    found = await series.bookings_of(store.reader, made.series.id)
    return sorted(one.starts_at for one in found if host is None or host.id in one.hosts)


@pytest.mark.rule(55, 68, 74)
@pytest.mark.parametrize(
    ("scope", "pointed_at", "weeks", "left_to_ada"),
    [("all", 0, (0, 1, 2, 3), 0), ("following", 2, (2, 3), 2), ("all", 0, (0,), 3), ("all", 0, (2,), 3)],
    ids=["all of it", "the rest of it", "the first date", "a date between"],
)
async def test_calendars_follow_a_series_to_another_host(
    store: Store,
    vault: Vault,
    mail_server: MailServer,
    scope: Scope,
    pointed_at: int,
    weeks: tuple[int, ...],
    left_to_ada: int,
) -> None:
    """What Ada gives to Ben leaves her calendar, what she keeps stays in it, and each of them gets one mail."""
    hosts = await team(store)
    made = await booked(store, Availability(store), slug="intro", host="team:support")
    async with delivering(store, vault, mail_server) as (worker, workshop):
        await settled(worker, workshop)
        first = made.bookings[pointed_at]
        await busy(store, hosts[0], weeks)
        moved = await move_series(
            store, Availability(store), first.uid, first.starts_at + DAY, scope=scope, now=NOW, actor=AS_CLEO
        )
        worker.wake()
        await settled(worker, workshop)
    assert isinstance(moved, Booking)
    assert len(await dates_of(store, made, hosts[0])) == left_to_ada
    assert len(mails_to(mail_server, ADA)) == 2
    for address, host in ((ADA, hosts[0]), (BEN, hosts[1]), (CLEO, None)):
        found = calendar_of(mail_server, address).starts()
        assert found == await dates_of(store, made, host), address


@pytest.mark.rule(75)
async def test_who_has_it_instead_is_said(store: Store, vault: Vault, mail_server: MailServer) -> None:
    """In Ada's mail, with the dates as she had them, and without a link to what is hers no more."""
    ada, _ = await team(store)
    made = await booked(store, Availability(store), slug="intro", host="team:support")
    await busy(store, ada, (0, 1, 2, 3))
    await move_series(store, Availability(store), made.bookings[0].uid, TEN + DAY, scope="all", now=NOW, actor=AS_CLEO)
    async with delivering(store, vault, mail_server) as (worker, workshop):
        await settled(worker, workshop)
    mail = mails_to(mail_server, ADA)[-1]
    text = mail.get_body(("plain",)).get_content()
    assert mail["Subject"].startswith("Handed over: Support call with Cleo Çelik, every week from Tue, Oct 6")
    assert "Ben Okri has 4 meetings with Cleo Çelik in your place." in text
    assert "Tuesday, October 6, 2026, 10:00" in text
    assert "http" not in text
