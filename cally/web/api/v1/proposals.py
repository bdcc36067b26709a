"""Proposals: times that a host would rather have than the one that a guest asked for."""

from datetime import datetime
from typing import Annotated

import msgspec

from cally.bookings import MOST_PROPOSED, booking_by_uid, concerns, propose
from cally.errors import not_found
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.instants import Instant, epoch, instant

noun = Noun("Proposals")


class ProposalWanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One to three free times (as `GET …/slots` lists them), and a word to the guest."""

    starts: Annotated[tuple[Instant, ...], msgspec.Meta(min_length=1, max_length=MOST_PROPOSED)]
    reason: str = ""


class ProposalShown(msgspec.Struct, frozen=True, kw_only=True):
    """What is proposed; a request has one proposal, which a second one does not change."""

    starts: tuple[datetime, ...]


@noun.does(
    "POST",
    "/bookings/{uid}/proposal",
    scope="bookings:write",
    body=ProposalWanted,
    answers={200: ProposalShown},
    refuses=("not_found", "conflict"),
)
async def propose_times(call: Call) -> Answer:
    """Offer a guest other times instead of the one they asked for.

    The guest gets a mail with them; whichever they take is agreed at once. The request itself stands until it is
    answered.
    """
    uid, holder, wanted = call.path["uid"], call.token_holder, call.body
    booking = await booking_by_uid(call.doors.store.reader, uid)
    if booking is None or not await concerns(call.doors.store.reader, holder.account, booking):
        raise not_found("booking")
    starts = [epoch(start, "starts") for start in wanted.starts]
    kept = await propose(call.doors.store, uid, starts, reason=wanted.reason, now=call.now, actor=holder.actor())
    call.doors.wake()
    return answer(ProposalShown(starts=tuple(map(instant, kept))))
