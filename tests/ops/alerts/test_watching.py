"""A change of the health checks becomes one message, and its end one all-clear, whatever happens in between."""

import pytest

from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.ops.alerts import add_alert_channel, change_rules, remove_alert_channel, silence
from cally.ops.health import Check, Chosen
from cally.store import Store, alerts
from cally.vault import Vault
from tests.cast import DAY, HOUR, NOW, ada, host
from tests.notify.conftest import Sink
from tests.ops.alerts.conftest import SITE, Machine, text_of

ADMIN = Actor(kind="admin", account_id=1)
MINUTE = 60


@pytest.fixture(autouse=True)
async def admin(store: Store) -> None:
    """Ada runs the machine; Ben is a host and hears of nothing here."""
    await ada(store, role="admin")
    await host(store, "Ben Okri")


async def hook(machine: Machine, sink: Sink, name: str = "Pager") -> None:
    """An alert channel that leads to the sink."""
    await add_alert_channel(machine.store, machine.vault, name=name, address=sink.address, now=NOW, actor=ADMIN)


async def test_a_full_disk_is_told_once_and_its_end_once(machine: Machine, sink: Sink):
    """By mail and on the channel: what is the matter, what to do, where; then how long it was."""
    await hook(machine, sink)
    machine.is_now("disk", "degraded")
    await machine.pass_by(HOUR)
    assert await machine.told() == ["cally.example.net: The disk is nearly full"]
    assert machine.postbox.recipients == ["ada@example.com"]
    said = machine.last_text()
    assert "400 MiB are free. It began at 06:00 UTC on 21 September, 5 minutes ago." in said
    assert "What to do: Make room" in said
    assert f"{SITE}/admin/alerts" in said
    machine.is_now("disk", "ok")
    await machine.pass_by(HOUR)
    assert (await machine.told())[1:] == ["cally.example.net: fine again: Disk (after 60 minutes)"]
    assert "from 06:00 UTC on 21 September to 07:00 UTC on 21 September. Nothing else is wrong." in machine.last_text()
    assert [post["title"] for post in sink.posts] == await machine.told()


async def test_what_comes_and_goes_wakes_nobody(machine: Machine):
    """Ten seconds of trouble, three times in an hour: not a word, and no trace."""
    for _ in range(3):
        machine.is_now("disk", "failing")
        await machine.look(after=10)
        machine.is_now("disk", "ok")
        await machine.pass_by(20 * MINUTE)
    assert await machine.told() == []
    assert await alerts.lasting(machine.store.reader) == []


async def test_what_comes_back_at_once_is_one_alert(machine: Machine):
    """An all-clear is only given when it has lasted."""
    machine.is_now("disk", "degraded")
    await machine.pass_by(10 * MINUTE)
    machine.is_now("disk", "ok")
    await machine.pass_by(MINUTE)
    machine.is_now("disk", "degraded")
    await machine.pass_by(10 * MINUTE)
    assert len(await machine.told()) == 1


async def test_who_comes_and_goes_all_night_calms_slower_each_time(machine: Machine):
    """Five minutes wrong, three minutes fine, for hours: a few messages, not a hundred."""
    for _ in range(40):
        machine.is_now("disk", "failing")
        await machine.pass_by(5 * MINUTE)
        machine.is_now("disk", "ok")
        await machine.pass_by(3 * MINUTE)
    assert len(await machine.told()) <= 5


async def test_worse_is_told_and_better_is_not(machine: Machine):
    """A disk that fills up is another matter; one that is only nearly full again can wait for the morning."""
    machine.is_now("disk", "degraded")
    await machine.pass_by(10 * MINUTE)
    machine.is_now("disk", "failing", "3 MiB are free.")
    await machine.pass_by(10 * MINUTE)
    machine.is_now("disk", "degraded")
    await machine.pass_by(10 * MINUTE)
    assert [title.partition(": ")[2] for title in await machine.told()] == [
        "The disk is nearly full",
        "The disk is all but full",
    ]
    assert "This is worse than before. It began at 06:00" in machine.last_text()


async def test_what_does_not_work_is_told_after_a_minute(machine: Machine):
    """What only needs attention may take five."""
    machine.is_now("jobs", "failing", "The job loop stands still.")
    machine.is_now("disk", "degraded")
    await machine.pass_by(2 * MINUTE)
    assert await machine.told() == ["cally.example.net: Work in the background stands still"]


async def test_what_breaks_together_is_told_together(machine: Machine):
    """One message, and what lasts besides is named in the next."""
    machine.is_now("jobs", "failing", "The job loop stands still.")
    machine.is_now("disk", "failing", "3 MiB are free.")
    await machine.pass_by(5 * MINUTE)
    assert await machine.told() == ["cally.example.net: The disk is all but full, and 1 more"]
    machine.is_now("jobs", "ok")
    await machine.pass_by(10 * MINUTE)
    assert len(await machine.told()) == 2
    assert "Also wrong, as you know: The disk is all but full (for " in machine.last_text()


async def test_once_a_day_it_is_said_again(machine: Machine):
    """And not more often."""
    machine.is_now("disk", "degraded")
    await machine.pass_by(10 * MINUTE)
    for _ in range(50):
        await machine.look(after=HOUR)
    assert [title.partition(": ")[2] for title in await machine.told()] == [
        "The disk is nearly full",
        "still: the disk is nearly full",
        "still: the disk is nearly full",
    ]


async def test_a_new_process_knows_what_was_told(machine: Machine):
    """Neither the alert nor the all-clear is doubled or lost by an end without a word."""
    machine.is_now("disk", "degraded")
    await machine.pass_by(4 * MINUTE)
    machine.anew()
    await machine.pass_by(2 * MINUTE)
    machine.anew()
    await machine.pass_by(HOUR)
    machine.is_now("disk", "ok")
    await machine.look(after=10)
    machine.anew()
    await machine.pass_by(10 * MINUTE)
    assert len(await machine.told()) == 2


async def test_maintenance_is_told_when_it_may_have_been_forgotten(machine: Machine):
    """Whoever switched it on knows; after two hours nobody may."""
    machine.checks["maintenance"] = Check(status="degraded", detail="Maintenance mode is on.")
    await machine.pass_by(2 * HOUR - MINUTE)
    assert await machine.told() == []
    await machine.pass_by(2 * MINUTE)
    assert await machine.told() == ["cally.example.net: Maintenance mode is on"]


async def test_a_fresh_machine_does_not_nag(machine: Machine):
    """That there is no mail server yet is how things are, not what happened."""
    machine.checks["mail"] = Chosen(status="degraded", detail="No mail server is set up.")
    await machine.pass_by(HOUR)
    assert await machine.told() == []


async def test_an_admin_decides_from_when_on(machine: Machine, store: Store):
    """Never, or only when it does not work at all."""
    levels = {"disk": "failing", "jobs": "never"}
    await change_rules(store, levels=levels, patience_seconds=60, by_mail=True, now=NOW, actor=ADMIN)
    machine.is_now("disk", "degraded")
    machine.is_now("jobs", "failing", "The job loop stands still.")
    await machine.pass_by(HOUR)
    assert await machine.told() == []
    machine.is_now("disk", "failing")
    await machine.pass_by(5 * MINUTE)
    assert len(await machine.told()) == 1


async def test_at_once_means_at_the_next_look(machine: Machine, store: Store):
    """For who would rather be told of every hiccup."""
    await change_rules(store, levels={}, patience_seconds=0, by_mail=True, now=NOW, actor=ADMIN)
    machine.is_now("disk", "degraded")
    await machine.look()
    assert len(await machine.told()) == 1
    machine.is_now("disk", "ok")
    await machine.look(after=10)
    assert len(await machine.told()) == 2


async def test_during_a_silence_nothing_is_told_and_afterwards_what_still_lasts(machine: Machine, store: Store):
    """What came and went meanwhile was the maintenance itself."""
    machine.is_now("disk", "degraded")
    await machine.pass_by(10 * MINUTE)
    await silence(store, 2, now=machine.now, actor=ADMIN)
    machine.is_now("disk", "ok")
    machine.is_now("jobs", "failing", "The job loop stands still.")
    await machine.pass_by(HOUR)
    machine.is_now("jobs", "ok")
    machine.is_now("clock", "degraded", "The clock is behind.")
    await machine.pass_by(HOUR - 5 * MINUTE)
    assert len(await machine.told()) == 1
    await machine.pass_by(HOUR)
    assert sorted(title.partition(": ")[2] for title in (await machine.told())[1:]) == [
        "The clock of this machine is wrong"
    ]
    assert "Disk: fine again. It was wrong for 10 minutes" in machine.last_text()


async def test_if_mail_is_what_is_broken_the_channel_tells(machine: Machine, sink: Sink):
    """And when mail works again, nobody is sent yesterday's alarm: the all-clear says it all."""
    await hook(machine, sink)
    machine.postbox.mood = "later"
    machine.is_now("mail", "degraded", "Messages that could not be delivered: 3.")
    await machine.pass_by(10 * MINUTE)
    assert await machine.told() == []
    assert [post["title"] for post in sink.posts] == ["cally.example.net: Mail is not delivered"]
    machine.is_now("mail", "ok")
    await machine.pass_by(3 * MINUTE)
    machine.postbox.mood = "accept"
    await machine.pass_by(HOUR)
    assert await machine.told() == ["cally.example.net: fine again: Mail (after 10 minutes)"]


async def test_a_channel_that_was_away_is_told_what_still_counts(machine: Machine, sink: Sink):
    """It is tried again while the trouble lasts, and left alone when only the past could be told."""
    await hook(machine, sink)
    sink.status = 503
    machine.is_now("disk", "failing", "3 MiB are free.")
    await machine.pass_by(5 * MINUTE)
    await machine.work()
    refused = len(sink.posts)
    machine.is_now("disk", "ok")
    await machine.look(after=MINUTE)
    sink.posts.clear()
    await machine.look(after=2 * MINUTE)
    sink.status = 200
    await machine.pass_by(HOUR)
    assert refused > 1
    assert [post["title"] for post in sink.posts] == ["cally.example.net: fine again: Disk (after 6 minutes)"]


async def test_when_nothing_can_be_written_it_is_told_all_the_same(
    machine: Machine, sink: Sink, store: Store, monkeypatch: pytest.MonkeyPatch
):
    """A disk that is full to the last byte: once by mail and channel, and not again when there is room."""
    await hook(machine, sink)
    await machine.look()
    machine.is_now("disk", "failing", "0 MiB are free.")

    def full() -> None:
        raise CallyError("storage_full", "The server's disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(type(store), "write", lambda _: full())
        await machine.pass_by(10 * MINUTE)
        while machine.watcher._telling:
            await next(iter(machine.watcher._telling))
    assert [str(mail["Subject"]) for mail in machine.postbox.mails] == ["cally.example.net: The disk is all but full"]
    assert len(sink.posts) == 1
    await machine.look(after=10)
    machine.anew()
    await machine.pass_by(HOUR)
    assert len(await machine.told()) == 1
    machine.is_now("disk", "ok")
    await machine.pass_by(10 * MINUTE)
    assert (await machine.told())[1].startswith("cally.example.net: fine again: Disk (after 70 minutes)")
    assert len(sink.posts) == 2


async def test_a_database_that_cannot_be_read_is_told_by_what_was_known(
    machine: Machine, sink: Sink, store: Store, monkeypatch: pytest.MonkeyPatch
):
    """The channels are remembered from the last good look; checks that are not made now are not called fine."""
    await hook(machine, sink)
    machine.is_now("jobs", "degraded", "The oldest waiting job is late.")
    await machine.pass_by(10 * MINUTE)
    await machine.work()

    def failing(*_: object, **__: object) -> None:
        raise CallyError("storage_failed", "The server's disk failed.")

    machine.checks = {"database": Check(status="failing", detail="The server's disk failed.")}
    with monkeypatch.context() as broken:
        broken.setattr(type(store), "write", lambda _: failing())
        broken.setattr("cally.store.settings.value", failing)
        await machine.pass_by(3 * MINUTE)
        while machine.watcher._telling:
            await next(iter(machine.watcher._telling))
    assert [post["title"].partition(": ")[2] for post in sink.posts] == [
        "Work in the background is late",
        "The database cannot be used",
    ]


async def test_a_clock_set_back_delays_nothing(machine: Machine):
    """What began in the future began now."""
    machine.is_now("disk", "degraded")
    await machine.look()
    machine.now -= DAY
    await machine.pass_by(10 * MINUTE)
    assert len(await machine.told()) == 1


async def test_a_channel_is_forgotten_with_its_deliveries(machine: Machine, sink: Sink, store: Store):
    """Whoever removed it is told nothing there any more."""
    made = await add_alert_channel(store, machine.vault, name="Pager", address=sink.address, now=NOW, actor=ADMIN)
    sink.status = 503
    machine.is_now("disk", "failing", "3 MiB are free.")
    await machine.pass_by(3 * MINUTE)
    refused = len(sink.posts)
    await remove_alert_channel(store, made.id, now=NOW, actor=ADMIN)
    sink.status = 200
    await machine.pass_by(HOUR)
    assert len(sink.posts) == refused > 0


async def test_the_address_lies_sealed(machine: Machine, sink: Sink, store: Store, vault: Vault):
    """Neither the row nor the audit log has the password, and what is shown is masked."""
    made = await add_alert_channel(store, vault, name="Pager", address=sink.address, now=NOW, actor=ADMIN)
    assert b"open-sesame" not in made.address_sealed
    assert "open-sesame" not in made.shown_address


async def test_the_mail_says_when_by_the_admins_own_clock(machine: Machine):
    """The text is for all; the instant beneath it is Berlin's, where Ada is."""
    machine.is_now("disk", "failing", "3 MiB are free.")
    await machine.pass_by(5 * MINUTE)
    await machine.work()
    assert "8:0" in text_of(machine.postbox.mails[0])
