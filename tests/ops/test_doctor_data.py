"""What the doctor says of work and calendars: which, and since when; and who may ask a server how it was reached."""

import pytest

from cally.model.calendars import Calendar
from cally.model.ids import new_id
from cally.ops import itself
from cally.ops.doctor import data
from cally.store import Store, calendars, jobs
from cally.vault import Vault
from tests.cast import DAY, HOUR, NOW, ada


async def test_late_jobs_are_named_by_kind(store: Store):
    """How many of each, and since when; what is not late is not named."""
    async with store.write() as tx:
        for subject in (1, 2):
            await jobs.insert(tx, kind="channel", subject=subject, due_at=NOW - subject * HOUR, now=NOW)
        await jobs.insert(tx, kind="guest", subject=1, due_at=NOW, now=NOW)
    found = await data.late_jobs(store.reader, NOW, mail_set_up=True)
    assert found.verdict == "fault"
    assert "2 of the kind channel, the oldest since 2026-09-21 04:00 UTC" in found.sentence
    assert "guest" not in found.sentence


async def test_stale_calendars_are_named_with_what_was_said(store: Store):
    """Whose, which, since when, and the error of the last try."""
    host = await ada(store)
    calendar = Calendar(
        id=new_id(NOW),
        host_id=host.id,
        name="Work",
        shown_address="https://calendar.example.org/…",
        tz=None,
        tentative_blocks=True,
        created_at=NOW - 9 * DAY,
        last_read_at=NOW - DAY,
        next_read_at=NOW,
        failing_since=NOW - DAY,
        last_error="The address answered 404.",
    )
    async with store.write() as tx:
        await calendars.insert(tx, calendar, address_sealed=b"sealed")
        await calendars.update_read(tx, calendar)
    found = await data.stale_calendars(store.reader, NOW)
    assert found.verdict == "advice"
    assert "“Work” of Ada Lovelace: last read 2026-09-20 06:00 UTC (The address answered 404)." in found.sentence


@pytest.mark.parametrize(("after", "answered"), [(0, True), (59, True), (61, False), (-3_600, False)])
def test_only_this_instance_can_ask_itself_and_only_for_a_minute(after: int, answered: bool):
    """Neither another key nor an old question is answered; the answer opens for nobody else."""
    ours, theirs = Vault(bytes(range(32))), Vault(bytes(32))
    asked = itself.question(ours, NOW)
    assert itself.is_question(ours, asked, NOW + after) is answered
    assert not itself.is_question(theirs, asked, NOW)
    assert not itself.is_question(ours, asked[:-1] + ("A" if asked[-1] != "A" else "B"), NOW)
    seen = itself.Seen(
        question=asked,
        host="cally.example.org",
        scheme="https",
        peer="127.0.0.1",
        believed=True,
        address="192.0.2.1",
        forwarded_for="192.0.2.1",
        forwarded_proto="https",
    )
    said = itself.answer(ours, seen)
    assert itself.heard(ours, said, asked) == seen
    assert itself.heard(theirs, said, asked) is None
    assert itself.heard(ours, said, itself.question(ours, NOW)) is None
    assert itself.heard(ours, "nonsense", asked) is None
