"""Whose a booking is: the hosts who take part, and whoever manages the team that it was booked with."""

from cally.model.accounts import Account
from cally.model.bookings import Booking
from cally.store import Reader, bookings, event_types, teams


async def concerns(db: Reader, account: Account, booking: Booking) -> bool:
    """Whether an account may see and change a booking; for everybody else it is not there."""
    if account.id in booking.hosts:
        return True
    event_type = await event_types.by_id(db, booking.event_type_id)
    if event_type is None or event_type.team_id is None:
        return False
    member = await teams.member(db, event_type.team_id, account.id)
    return account.role == "admin" or (member is not None and member.manages)


async def list_of_team(db: Reader, team_id: int, *, from_at: int, limit: int = 50) -> list[Booking]:
    """What is booked with a team and not over yet, earliest first; who may see it, the door must judge."""
    return await bookings.list_of_team(db, team_id, from_at=from_at, limit=limit)
