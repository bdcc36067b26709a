"""Bringing a plan over: what hosts set up in one transaction, then their bookings in lots; never anything twice."""

from collections.abc import Awaitable, Callable

from cally.bookings.claims import session
from cally.bookings.groups import session_for
from cally.bookings.offers import offer_of
from cally.bookings.telling import announce
from cally.bookings.turns import count as count_turn
from cally.calendars.public_holidays import keep_holidays
from cally.errors import CallyError
from cally.model.accounts import Actor
from cally.model.bookings import Booking, Terms
from cally.model.ids import new_id, new_uid
from cally.model.imports import Bundle, ForeignBooking, ImportChoices, ImportReport
from cally.model.messages import Kind
from cally.model.teams import Decision
from cally.model.zones import tzdata_version, wall_time
from cally.ops.imports.claims import is_live
from cally.ops.imports.planning import Plan, named, plan_of
from cally.ops.imports.settings_up import set_up
from cally.store import Overlap, Store, Writer, audit, bookings, event_types, imports, occupancy, schedules
from cally.store import teams as kept_teams
from cally.vault import Vault

LOT = 100
Told = Callable[[int, int], Awaitable[bool]]


async def bring(
    store: Store,
    vault: Vault,
    bundle: Bundle,
    choices: ImportChoices,
    *,
    by: str,
    now: int,
    actor: Actor,
    told: Told | None = None,
) -> ImportReport:
    """Bring over what was read, as far as it is not here; the report says what has come.

    What is set up comes whole or not at all; then bookings, a lot in each transaction. `told` hears how many of how
    many are there after each lot, and may end it by False: whoever begins again goes on from there. `by` is who invites
    new hosts. Raises `conflict` when somebody took an address or slug meanwhile: nothing of what is set up has come.
    """
    plan = await plan_of(store.reader, vault, bundle, choices, now=now)
    total, done = plan.total, plan.total - len(plan.bookings)
    try:
        async with store.write() as tx:
            await set_up(tx, vault, plan, choices, by=by, now=now, actor=actor)
            counts = {tally.noun.replace(" ", "_"): tally.new for tally in plan.report().tallies}
            tag, subject = f"{actor.kind}:import:begin", f"import:{bundle.source}"
            await audit.insert(tx, now=now, actor=actor, tag=tag, subject=subject, **counts)
    except CallyError as error:
        if error.code != "invalid":
            raise
        sentence = f"Something here has changed meanwhile ({error.sentence}) Please look at the plan again."
        raise CallyError("conflict", sentence) from error
    await _keep_holidays(store, plan, now=now, actor=actor)
    going_on = told is None or await told(done, total)
    waiting = list(plan.bookings)
    while waiting and going_on:
        lot, waiting = waiting[:LOT], waiting[LOT:]
        async with store.write() as tx:
            for one in lot:
                await _bring(tx, plan, one, choices, now=now, actor=actor)
        done += len(lot)
        going_on = told is None or await told(done, total)
    return plan.report()


async def _keep_holidays(store: Store, plan: Plan, *, now: int, actor: Actor) -> None:
    """They are laid out by a library that takes its time, outside of the transaction."""
    for schedule in plan.schedules:
        if schedule.holidays is None:
            continue
        try:
            await keep_holidays(
                store,
                plan.rows["schedule", schedule.key],
                country=schedule.holidays.country,
                subdivision=schedule.holidays.subdivision,
                worked=schedule.holidays.worked,
                now=now,
                actor=actor,
            )
        except CallyError as error:
            plan.note("schedule", "changed", schedule.name, f"Its public holidays do not come over: {error.sentence}")


async def _bring(
    tx: Writer, plan: Plan, foreign: ForeignBooking, choices: ImportChoices, *, now: int, actor: Actor
) -> None:
    """One booking; what was free in the plan and is not now is left out, and said."""
    source = plan.bundle.source
    if await imports.remembered(tx, source, "booking", foreign.key) is not None:
        return
    booking = await _booking(tx, plan, foreign, now)
    if is_live(foreign) and not await _claim(tx, booking, now):
        plan.note("booking", "left out", named(foreign), "Its time was taken while the import ran.")
        plan.bookings.remove(foreign)
        return
    await bookings.insert(tx, booking)
    if foreign.no_show:
        await bookings.update_no_show(tx, booking.id, no_show=True, now=booking.updated_at)
    if foreign.reason:
        await bookings.update_status(tx, booking, now=booking.updated_at)
    await imports.remember(tx, source, "booking", foreign.key, booking.id, now=now)
    tag = f"{actor.kind}:booking:import"
    await audit.insert(tx, now=now, actor=actor, tag=tag, subject=booking.uid, source=source, status=booking.status)
    if booking.is_seat and is_live(foreign):
        await session_for(tx, booking, now)
    if booking.decisions:
        await count_turn(tx, await offer_of(tx, booking), booking, now)
    if choices.tell_guests and is_live(foreign) and booking.starts_at > now:
        kind: Kind = "requested" if booking.status == "pending" else "confirmed"
        offer = await offer_of(tx, booking)
        await announce(tx, offer, booking, kind, now=now, actor=actor, guests_alone=True)


async def _booking(tx: Writer, plan: Plan, foreign: ForeignBooking, now: int) -> Booking:
    event_type_id = plan.rows["event type", foreign.event_type]
    event_type = await event_types.by_id(tx, event_type_id)
    if event_type is None:
        raise CallyError("conflict", "An event type went away while the import ran; please begin again.")
    schedule = await schedules.by_id(tx, event_type.schedule_id)
    tz = schedule.rules.tz if schedule is not None else foreign.guest.tz
    host_id = plan.rows["host", foreign.host]
    rules, with_buffers = event_type.rules, foreign.key not in plan.bare
    return Booking(
        id=new_id(now),
        uid=new_uid(),
        sequence=foreign.sequence + 1,  # what comes now counts after what calendars have
        status=foreign.status,
        host_id=host_id,
        event_type_id=event_type_id,
        starts_at=foreign.starts_at,
        ends_at=foreign.ends_at,
        starts_local=wall_time(foreign.starts_at, tz),
        tz=tz,
        tzdata_version=tzdata_version(),
        guest=foreign.guest,
        companions=foreign.companions,
        answers=foreign.answers,
        notes=foreign.notes,
        terms=Terms(
            title=event_type.title,
            description=event_type.description,
            duration_minutes=max(1, (foreign.ends_at - foreign.starts_at + 59) // 60),
            buffer_before_minutes=rules.buffer_before_minutes if with_buffers else 0,
            buffer_after_minutes=rules.buffer_after_minutes if with_buffers else 0,
            approval=event_type.approval,
            place=foreign.place,
            seats=rules.seats,
        ),
        reason=foreign.reason,
        no_show=foreign.no_show,
        created_at=min(foreign.created_at or now, now),
        updated_at=now,
        co_hosts=tuple(plan.rows["host", one] for one in foreign.co_hosts),
        decisions=await _decisions(tx, foreign, event_type_id, host_id) if rules.assignment == "round_robin" else (),
        calendar_uid=foreign.calendar_uid,
    )


async def _decisions(tx: Writer, foreign: ForeignBooking, event_type_id: int, host_id: int) -> tuple[Decision, ...]:
    """Who had the turn elsewhere: it counts here as well; of a session once (rule 61)."""
    if not is_live(foreign):
        return ()
    share = next((one for one in await kept_teams.assignable(tx, event_type_id) if one.host_id == host_id), None)
    if share is None or share.required:
        return ()
    others = await bookings.list_of_slot(tx, host_id=host_id, event_type_id=event_type_id, starts_at=foreign.starts_at)
    joined = any(one.is_seat and one.status in {"pending", "confirmed"} for one in others)
    return (Decision(host_id=host_id, decided_by="joined" if joined else "by_hand", group=share.group),)


async def _claim(tx: Writer, booking: Booking, now: int) -> bool:
    """Claim the time of all its hosts, or of none."""
    terms = booking.terms
    try:
        for owner_id in booking.hosts:
            await occupancy.insert(
                tx,
                id=new_id(now),
                owner_id=owner_id,
                kind="booking",
                uid=booking.uid,
                event_type_id=booking.event_type_id,
                starts_at=booking.starts_at,
                ends_at=booking.ends_at,
                buffer_before=terms.buffer_before_minutes * 60,
                buffer_after=terms.buffer_after_minutes * 60,
                session=session(booking.event_type_id, booking.starts_at, terms.seats),
                seats=terms.seats,
                seats_taken=booking.seats_taken,
            )
    except Overlap:
        await occupancy.delete(tx, booking.uid)
        return False
    return True
