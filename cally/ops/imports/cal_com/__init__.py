"""From cal.com: the tables of its database (its public schema), or what its API answers, as a bundle of ours."""

from cally.model.imports import Bundle
from cally.ops.imports.cal_com.agreements import Agreements
from cally.ops.imports.cal_com.hours import read_schedules
from cally.ops.imports.cal_com.offers import Offers
from cally.ops.imports.cal_com.people import read_hosts, read_teams, read_time_off
from cally.ops.imports.found import Found
from cally.ops.imports.rows import Tables

COLUMNS = {
    "users": """id username name email bio timeZone weekStart locale role locked allowDynamicBooking
        defaultScheduleId""",
    "Profile": "userId username",
    "Team": "id name slug bio isOrganization parentId",
    "Membership": "teamId userId accepted role",
    "Schedule": "id userId name timeZone",
    "Availability": "id userId eventTypeId scheduleId days startTime endTime date",
    "TravelSchedule": "userId timeZone startDate endDate",
    "EventType": """id title slug description locations length offsetStart hidden userId teamId bookingFields periodType
        periodStartDate periodEndDate periodDays periodCountCalendarDays requiresConfirmation recurringEvent
        minimumBookingNotice beforeEventBuffer afterEventBuffer seatsPerTimeSlot seatsShowAttendees schedulingType
        scheduleId price slotInterval metadata successRedirectUrl bookingLimits durationLimits isRRWeightsEnabled""",
    "_user_eventtype": "A B",
    "Host": "userId eventTypeId isFixed priority weight scheduleId",
    "EventTypeCustomInput": "id eventTypeId label type options required",
    "OutOfOfficeEntry": "id start end notes userId toUserId",
    "Booking": """id uid userId eventTypeId title description customInputs responses startTime endTime location
        createdAt status cancellationReason rejectionReason rescheduled recurringEventId metadata
        iCalUID iCalSequence""",
    "Attendee": "id email name timeZone locale bookingId noShow",
    "BookingSeat": "referenceUid bookingId attendeeId data",
    "BookingReference": "bookingId meetingUrl",
}
WANTED = {table: frozenset(columns.split()) for table, columns in COLUMNS.items()}


def bundle_of(tables: Tables) -> Bundle:
    """Everything of these tables that has a counterpart here."""
    known: Tables = {name: tables.get(name, []) for name in WANTED}
    found = Found()
    read_hosts(found, known["users"], known["Profile"])
    read_teams(found, known["Team"], known["Membership"])
    read_schedules(found, known["users"], known["Schedule"], known["Availability"], known["TravelSchedule"])
    Offers(found, known).read(known["EventType"])
    time_off = read_time_off(found, known["OutOfOfficeEntry"])
    bookings = Agreements(found, known).read(known["Booking"])
    return Bundle(
        source="cal.com",
        hosts=tuple(found.hosts.values()),
        schedules=tuple(found.schedules.values()),
        teams=tuple(found.teams.values()),
        event_types=tuple(found.event_types.values()),
        time_off=tuple(time_off),
        bookings=tuple(bookings),
        notes=tuple(found.notes),
    )
