"""What an event type can do besides: kept as it was asked for, refused with the field at fault."""

import msgspec
import pytest

from cally.errors import CallyError
from cally.hosts import create_event_type, draft_of, event_type_by_id, update_event_type
from cally.model.hosts import Host
from cally.model.options import EventTypeOptions, Series, Stay
from cally.store import Store
from tests.cast import NOW
from tests.hosts.conftest import AS_ADA, draft


async def test_options_are_kept_as_they_were_asked_for(store: Store, ada: Host):
    """Every one of them comes back, and survives a change of something else."""
    options = EventTypeOptions(
        keeps="wall_time", active_per_guest=2, keep_host=False, guests_meet=True, waitlist=True, stay=Stay(nights_to=3)
    )
    made = await create_event_type(store, ada.id, draft(options=options), NOW, AS_ADA)
    renamed = msgspec.structs.replace(draft_of(made), title="Stay")
    await update_event_type(store, made.id, renamed, NOW, AS_ADA)
    kept = await event_type_by_id(store.reader, made.id)
    assert kept is not None
    assert kept.options == options


async def test_days_and_rhythms_are_kept_once_each_in_order(store: Store, ada: Host):
    """What was sent doubled or the wrong way round is put right."""
    stay = Stay(check_in_days=("fri", "mon", "fri"))
    made = await create_event_type(store, ada.id, draft(options=EventTypeOptions(stay=stay)), NOW, AS_ADA)
    assert made.options.stay is not None
    assert made.options.stay.check_in_days == ("mon", "fri")


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (EventTypeOptions(active_per_guest=0), "active_per_guest"),
        (EventTypeOptions(stay=Stay(check_in_minute=1_440)), "stay.check_in_minute"),
        (EventTypeOptions(stay=Stay(check_out_minute=-1)), "stay.check_out_minute"),
        (EventTypeOptions(stay=Stay(nights_from=0)), "stay.nights_from"),
        (EventTypeOptions(stay=Stay(nights_from=5, nights_to=3)), "stay.nights_to"),
        (EventTypeOptions(stay=Stay(check_out_days=())), "stay.check_out_days"),
        (EventTypeOptions(series=Series(rhythms=())), "series.rhythms"),
        (EventTypeOptions(series=Series(most=1)), "series.most"),
        (EventTypeOptions(stay=Stay(), series=Series()), "series"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_makes_no_sense_is_refused_by_name(store: Store, ada: Host, options: EventTypeOptions, field: str):
    """One field, one sentence; nothing is stored."""
    with pytest.raises(CallyError) as fault:
        await create_event_type(store, ada.id, draft(options=options), NOW, AS_ADA)
    assert (fault.value.code, fault.value.facts["field"]) == ("invalid", field)
