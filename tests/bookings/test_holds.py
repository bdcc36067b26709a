"""Holds: a slot is kept while the guest types, for them and for nobody else."""

import msgspec
import pytest

from cally.bookings import Availability, book, hold, release, sweep
from cally.errors import CallyError
from cally.model.bookings import Booked, Hold, Taken
from cally.model.hosts import Host
from cally.store import Store
from tests import cast
from tests.cast import AS_CLEO, NOW, at

TEN = at("2026-09-22 08:00")


async def held(store: Store, availability: Availability, now: int = NOW, **more: object) -> Hold:
    answer = await hold(store, availability, host="ada", event_type="intro", starts_at=TEN, now=now, **more)  # type: ignore[arg-type]  # keywords of one call
    assert isinstance(answer, Hold), answer
    return answer


async def ask(
    store: Store, availability: Availability, *, uid: str | None, now: int = NOW, starts_at: int = TEN
) -> object:
    request = msgspec.structs.replace(cast.request(starts_at), hold=uid)
    return await book(store, availability, request, now=now, actor=AS_CLEO)


async def test_a_held_slot_is_refused_to_others_and_given_to_its_holder(
    store: Store, availability: Availability, ada: Host
) -> None:
    """Mallory is refused while Cleo types; Cleo books."""
    own = await held(store, availability)
    assert isinstance(await ask(store, availability, uid=None), Taken)
    assert isinstance(await ask(store, availability, uid=own.uid), Booked)


@pytest.mark.rule(50)
async def test_an_expired_hold_is_taken_again_silently(store: Store, availability: Availability, ada: Host) -> None:
    """Cleo typed for an hour; nobody came, so she gets the slot without a word."""
    own = await held(store, availability)
    assert isinstance(await ask(store, availability, uid=own.uid, now=NOW + 3_600), Booked)


@pytest.mark.rule(50)
async def test_an_expired_hold_gives_way_to_whoever_is_first(
    store: Store, availability: Availability, ada: Host
) -> None:
    """Once it has run out, the slot is anybody's, and its former holder is offered alternatives."""
    own = await held(store, availability)
    assert isinstance(await ask(store, availability, uid=None, now=NOW + 3_600), Booked)
    assert isinstance(await ask(store, availability, uid=own.uid, now=NOW + 3_600), Taken)


@pytest.mark.rule(27)
async def test_a_hold_for_another_time_or_length_cannot_be_confirmed(
    store: Store, availability: Availability, ada: Host
) -> None:
    """What was held is what is booked."""
    own = await held(store, availability)
    with pytest.raises(CallyError) as fault:
        await ask(store, availability, uid=own.uid, starts_at=TEN + 1_800)
    assert fault.value.facts["field"] == "hold"


async def test_a_new_hold_gives_up_the_one_it_replaces(store: Store, availability: Availability, ada: Host) -> None:
    """A guest who changes their mind does not block two slots."""
    first = await held(store, availability)
    await held(store, availability, replaces=first.uid)
    assert isinstance(await ask(store, availability, uid=first.uid), Taken)


async def test_a_released_hold_frees_the_slot_at_once(store: Store, availability: Availability, ada: Host) -> None:
    """Back on the page, the slot is free for all."""
    own = await held(store, availability)
    await release(store, own.uid)
    assert isinstance(await ask(store, availability, uid=None), Booked)


async def test_the_sweep_removes_only_what_has_run_out(store: Store, availability: Availability, ada: Host) -> None:
    """A live hold outlives the sweep."""
    await held(store, availability)
    await sweep(store, NOW + 60)
    assert isinstance(await ask(store, availability, uid=None, now=NOW + 60), Taken)
