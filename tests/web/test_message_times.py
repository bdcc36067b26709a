"""When messages come: the page, the event type's form and the API say the same, and keep it."""

from typing import Any

import httpx2
import pytest

from cally.hosts import message_settings_of
from cally.model.reminders import FollowUp, MessageSettings, QuietHours, Reminders
from cally.store import Store, event_types
from tests.cast import ada
from tests.web.desks import SignedIn, desk, words

TIMES = "/app/messages/times"
TYPED = {
    "guest_reminders": ["60", "1440"],
    "host_reminders": "10",
    "quiet": "1",
    "quiet_from": "21:30",
    "quiet_to": "06:45",
    "quiet_media": ["mail", "channel"],
    "quiet_through": "requests",
    "guest_quiet": "1",
    "guest_quiet_from": "20:00",
    "guest_quiet_to": "08:00",
}


async def test_a_host_says_when_messages_come(app: Any, store: Store, signed_in: SignedIn) -> None:
    """Saved, shown again as it was, and in the log."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        assert (await client.post(TIMES, data=TYPED)).status_code == 303
        shown = (await client.get(TIMES)).text
    assert await message_settings_of(store.reader, owner.id) == MessageSettings(
        reminders=Reminders(guest_minutes=(1_440, 60), host_minutes=(10,)),
        quiet=QuietHours(
            from_minute=21 * 60 + 30, to_minute=6 * 60 + 45, media=("mail", "channel"), through=("requests",)
        ),
        guest_quiet=QuietHours(from_minute=20 * 60, to_minute=8 * 60, media=("mail", "channel")),
    )
    assert 'value="21:30"' in shown
    assert 'name="guest_reminders" value="60" checked' in shown


async def test_before_a_word_the_page_shows_what_holds(app: Any, store: Store, signed_in: SignedIn) -> None:
    """A day before for guests, no quiet hours; the hours that most would choose stand ready."""
    async with desk(app, signed_in, await ada(store)) as client:
        shown = (await client.get(TIMES)).text
    assert 'name="guest_reminders" value="1440" checked' in shown
    assert 'name="quiet" value="1" checked' not in shown
    assert 'value="22:00"' in shown


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"quiet_to": "21:30"}, "end at another time"),
        ({"quiet_from": "late"}, "such as 22:00"),
        ({"quiet_media": []}, "choose what keeps quiet"),
        ({"guest_reminders": "2"}, "5 to 43200 minutes"),
    ],
)
async def test_what_cannot_be_is_said_beside_its_field(
    app: Any, store: Store, signed_in: SignedIn, typed: dict[str, Any], sentence: str
) -> None:
    """Nothing is saved then, and what was typed stays."""
    owner = await ada(store)
    async with desk(app, signed_in, owner) as client:
        answer = await client.post(TIMES, data=TYPED | typed)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert await message_settings_of(store.reader, owner.id) == MessageSettings()


async def test_an_event_type_has_reminders_and_a_follow_up_of_its_own(
    app: Any, store: Store, signed_in: SignedIn
) -> None:
    """Ticked, saved, shown; unticked, it goes by what the host wants of all."""
    owner = await ada(store)
    known = await event_types.by_slug(store.reader, owner.id, "intro")
    assert known is not None
    typed = {
        "title": "Intro call",
        "slug": "intro",
        "durations": "30",
        "notice_unit": "hours",
        "horizon": "none",
        "schedule": str(known.schedule_id),
        "own_reminders": "1",
        "guest_reminders": ["10", "2880"],
        "follow_up": "1",
        "follow_up_after": "2",
        "follow_up_unit": "hours",
        "follow_up_text": "How was it?",
    }
    async with desk(app, signed_in, owner) as client:
        assert (await client.post(f"/app/event-types/{known.id}", data=typed)).status_code == 303
        shown = (await client.get(f"/app/event-types/{known.id}")).text
        kept = await event_types.by_id(store.reader, known.id)
        assert kept is not None
        assert kept.options.reminders == Reminders(guest_minutes=(2_880, 10))
        assert kept.options.follow_up == FollowUp(after_minutes=120, text="How was it?")
        assert "2 reminders of its own · a word afterwards" in shown
        del typed["own_reminders"], typed["follow_up"]
        await client.post(f"/app/event-types/{known.id}", data=typed)
    kept = await event_types.by_id(store.reader, known.id)
    assert kept is not None
    assert kept.options.reminders is kept.options.follow_up is None


async def test_programs_choose_the_same(client: httpx2.AsyncClient, store: Store, bearer: Any) -> None:
    """What is sent changes, what is not stays; a fault names its field."""
    owner = await ada(store)
    head = await bearer(owner, "channels:read", "channels:write", "event-types:write", "event-types:read")
    at = "/api/v1/message-settings"
    quiet = {"from_minute": 1_320, "to_minute": 420}
    changed = await client.patch(at, json={"quiet_hours": quiet}, headers=head)
    assert changed.json()["quiet_hours"] == quiet | {"media": ["channel"], "through": []}
    changed = await client.patch(at, json={"reminders": {"host_minutes": [15, 30]}}, headers=head)
    assert changed.json()["reminders"] == {"guest_minutes": [], "host_minutes": [30, 15]}
    assert (await client.get(at, headers=head)).json() == changed.json()
    bad = await client.patch(at, json={"quiet_hours": {"from_minute": 60, "to_minute": 60}}, headers=head)
    assert (bad.status_code, bad.json()["field"]) == (422, "quiet_hours.to")
    known = await event_types.by_slug(store.reader, owner.id, "intro")
    assert known is not None
    there = f"/api/v1/event-types/{known.id}"
    sent = {"reminders": {"guest_minutes": [60]}, "follow_up": {"after_minutes": 30, "text": "Thanks"}}
    answer = await client.patch(there, json=sent, headers=head)
    assert answer.json()["follow_up"] == {"after_minutes": 30, "text": "Thanks"}
    assert answer.json()["reminders"] == {"guest_minutes": [60], "host_minutes": []}
    cleared = await client.patch(there, json={"reminders": None}, headers=head)
    assert cleared.json()["reminders"] is None
    assert cleared.json()["follow_up"] == {"after_minutes": 30, "text": "Thanks"}
