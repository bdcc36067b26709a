"""Series: bookings that one request made, looked at together."""

from cally import bookings
from cally.errors import not_found
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.v1.shown import SeriesShown, shown_series

noun = Noun("Series")


@noun.does(
    "GET", "/series/{id}", scope="bookings:read", manage=True, answers={200: SeriesShown}, refuses=("not_found",)
)
async def show_series(call: Call) -> Answer:
    """Show a series with every booking in it, whatever became of each; a host sees their own.

    The manage token of any of its bookings opens it. They are cancelled and moved as bookings, with a `scope`.
    """
    db, doors = call.doors.store.reader, call.doors
    seen = await bookings.series_by_uid(db, call.path["id"])
    if seen is None:
        raise not_found("series")
    if call.caller is None:
        booking = await bookings.booking_for_token(db, doors.vault, call.manage_token or "", call.now)
        if booking is None or booking.series_id != seen.series.id:
            raise not_found("series")
        return answer(await shown_series(doors, seen, for_guest=True))
    host_id = call.caller.account.id
    if all(host_id not in booking.hosts for booking in seen.bookings):
        raise not_found("series")
    return answer(await shown_series(doors, seen, host_id=host_id))
