"""What a request's message brings its host beside the request: the day around it, and the links that answer it."""

import msgspec

from cally.model.messages import Message, Snapshot
from cally.notify.day import Day, day_around
from cally.notify.day_words import AnswerLinks, Around, day_words
from cally.notify.links import answer_url
from cally.store import Reader, bookings
from cally.vault import Vault


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """The day as it is when the message leaves, and the links; not yet in words."""

    day: Day
    links: AnswerLinks

    def words(self, locale: str, picture: str = "") -> Around:
        """In a host's words; `picture` is the address of the drawn day inside the mail."""
        return Around(day=day_words(self.day, locale), links=self.links, picture=picture)


async def surroundings(db: Reader, vault: Vault, message: Message, public_url: str) -> Surroundings | None:
    """For a host who is asked, while the request still waits as it was; None for every other message."""
    snapshot = message.snapshot
    if message.kind != "requested" or message.recipient != "host":
        return None
    booking, host_id = snapshot.booking, snapshot.host_id or snapshot.booking.host_id
    live = await bookings.by_uid(db, booking.uid)
    if live is None or live.status != "pending" or live.sequence != booking.sequence or host_id not in live.hosts:
        return None
    url = answer_url(vault, public_url, live, host_id)
    links = AnswerLinks(
        accept=url,
        decline=f"{url}/declination",
        propose=f"{url}/proposal" if may_propose(snapshot) else "",
    )
    return Surroundings(day=await day_around(db, live, host_id=host_id, tz=snapshot.host_tz), links=links)


def may_propose(snapshot: Snapshot) -> bool:
    """Whether another time can be offered instead: of a series each date would need one."""
    return snapshot.series is None
