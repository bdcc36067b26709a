"""What is asked of a program before it books for a guest; one without a token is asked for more."""

from cally.model.bookings import BookingRequest
from cally.web.admission import require_welcome, require_work_of_program
from cally.web.api.callers import identified
from cally.web.api.endpoints import Call


async def welcome(call: Call, owner: str, event_type: str, addresses: tuple[str, ...]) -> None:
    """Raise `rate_limited`, with a `challenge` where work helps, or `forbidden` for those who may not book here."""
    page = f"/{owner}/{event_type}"[:200]
    has_token = await identified(call.request, call.doors, call.now) is not None
    if not has_token:
        require_work_of_program(call.request, call.doors, page)
    await require_welcome(call.request, call.doors, addresses, page, limited=not has_token)


def mailboxes(request: BookingRequest) -> tuple[str, ...]:
    """Whom this booking makes us write to, on the guests' side."""
    return (request.guest.email, *(companion.email for companion in request.companions))
