"""What a host offers to everybody."""

import msgspec

from cally import hosts
from cally.bookings import JOINT, MEETING, listed, offer
from cally.errors import not_found
from cally.model.hosts import Host
from cally.web.api.endpoints import Answer, Call, Noun, answer
from cally.web.api.v1.pages import Page, Paged, page
from cally.web.api.v1.public import PublicEventType, entered, public_event_type

noun = Noun("Hosts")


class PublicEventTypes(Page, frozen=True, kw_only=True):
    """The event types on a host's profile, in their order."""

    event_types: tuple[PublicEventType, ...]


@noun.does("GET", "/hosts/{host}/event-types", query=Paged, answers={200: PublicEventTypes}, refuses=("not_found",))
async def list_public_event_types(call: Call) -> Answer:
    """List what a host offers on their profile.

    For hosts together, `ada+ben`, it is the meeting of all of them. What has a password is not listed.
    """
    if JOINT in call.path["host"]:
        return answer(PublicEventTypes(event_types=(await _together(call, MEETING),), next_cursor=None))
    host = await _host(call)
    offered = await listed(call.doors.store.reader, host.id)
    kept, more = page(offered, call.query, lambda one: (one.position, one.id))
    shown = tuple(public_event_type(event_type, host, call.doors.public_url()) for event_type in kept)
    return answer(PublicEventTypes(event_types=shown, next_cursor=more))


@noun.does(
    "GET", "/hosts/{host}/event-types/{slug}", answers={200: PublicEventType}, refuses=("not_found",), private=True
)
async def show_public_event_type(call: Call) -> Answer:
    """Show one event type with its lengths, places and questions.

    Unlisted ones are shown, too, to whoever knows their address.
    """
    if JOINT in call.path["host"]:
        return answer(await _together(call, call.path["slug"]))
    host = await _host(call)
    return answer(await entered(call, host.slug))


async def _together(call: Call, slug: str) -> PublicEventType:
    found = await offer(call.doors.store.reader, call.path["host"], slug)
    owner = msgspec.structs.replace(found.host, slug=found.owner, name=found.name)
    shown = public_event_type(found.event_type, owner, call.doors.public_url())
    return msgspec.structs.replace(shown, url=f"{call.doors.public_url()}{found.path}")


async def _host(call: Call) -> Host:
    host = await hosts.host_by_slug(call.doors.store.reader, call.path["host"])
    if host is None:
        raise not_found("host")
    return host
