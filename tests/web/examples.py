"""What has to be there before some examples can be asked for: the rest needs no more than the world of the walls."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx2
import msgspec

from cally.web.api.endpoints import PREFIX
from tests.cast import HOUR, NOW
from tests.web.test_api_access import BLOCK, BOOKING, HOURS, World

REFUSED = {
    "keep_clock": "a country has to change its clocks first",
    "test_channel": "nobody listens there",
    "test_mail": "there is no mail server",
    "discard_job": "no job was given up",
}
"""What cannot be had in the world of the examples: the example shows how it is refused."""


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What an example needs beside the usual: other values in its path, another body or instant."""

    path: Mapping[str, str] = {}
    body: Any = None
    now: int = NOW


class Scene:
    """The world before an example: `await scene.ask("POST", "/teams", {...})` does what must be done first, as Ada."""

    def __init__(self, client: httpx2.AsyncClient, world: World, bearer: Any) -> None:
        self.client, self.world, self._bearer = client, world, bearer

    async def ask(self, method: str, path: str, body: Any = None, *, who: Any = None) -> Any:
        """The answer, which must be good."""
        headers = await self._bearer(who or self.world.ada)
        told = await self.client.request(method, PREFIX + path, json=body, headers=headers)
        assert told.is_success, told.text
        return told.json() if told.content else None

    async def kind(self, slug: str) -> str:
        """The id of one of Ada's event types."""
        found = await self.ask("GET", "/event-types")
        return next(str(one["id"]) for one in found["event_types"] if one["slug"] == slug)

    async def pair(self) -> str:
        """Mallory is in the team; the id of what they offer together, in turns."""
        team = self.world.things["teams"]
        await self.ask("POST", f"/teams/{team}/members", {"host": "mallory"}, who=self.world.root)
        offered = {"title": "Watch", "duration_minutes": 30, "team": team, "notice_minutes": 0}
        return str((await self.ask("POST", "/event-types", offered))["id"])


async def _pending(scene: Scene) -> Changed:
    await scene.ask("PATCH", f"/event-types/{await scene.kind('intro')}", {"approval": True})
    made = await scene.ask("POST", "/bookings", BOOKING | {"starts_at": "2026-09-25T08:00:00Z"})
    return Changed(path={"uid": made["uid"]})


async def _begun(scene: Scene) -> Changed:
    return Changed(now=NOW + 27 * HOUR)


async def _stayed_away(scene: Scene) -> Changed:
    return Changed(now=NOW + 27 * HOUR)


async def _seats(scene: Scene) -> Changed:
    await scene.ask("PATCH", f"/event-types/{await scene.kind('yoga')}", {"seats": 6})
    return Changed()


async def _offered(scene: Scene) -> Changed:
    await _seats(scene)
    await scene.ask("POST", f"/waitlist/{scene.world.things['waitlist']}/offer")
    return Changed()


async def _linked(scene: Scene) -> Changed:
    kind = scene.world.things["event-types"]
    made = await scene.ask("POST", f"/event-types/{kind}/links", {"name": "Cleo"})
    return Changed(path={"link": made["id"]})


async def _member(scene: Scene) -> Changed:
    await scene.pair()
    return Changed(path={"host": "mallory"}, body={"manages": True})


async def _leaving(scene: Scene) -> Changed:
    await scene.pair()
    return Changed(path={"host": "mallory"})


async def _asked(scene: Scene) -> Changed:
    team = await scene.ask("POST", "/teams", {"name": "Day watch"}, who=scene.world.mallory)
    await scene.ask("POST", f"/teams/{team['slug']}/members", {"host": "ada"}, who=scene.world.mallory)
    return Changed(path={"team": team["slug"]})


async def _of_team(scene: Scene) -> Changed:
    await scene.pair()
    return Changed(path={"slug": "watch"})


async def _in_turns(scene: Scene) -> Changed:
    return Changed(path={"id": await scene.pair()})


async def _own_part(scene: Scene) -> Changed:
    kind = await scene.pair()
    return Changed(path={"id": kind}, body={"schedule_id": scene.world.things["schedules"]})


async def _handed_over(scene: Scene) -> Changed:
    await scene.pair()
    wish = {**BOOKING, "team": scene.world.things["teams"], "event_type": "watch", "starts_at": "2026-09-24T12:00:00Z"}
    del wish["host"]
    made = await scene.ask("POST", "/bookings", wish)
    other = "mallory" if made["hosts"][0]["slug"] == "ada" else "ada"
    return Changed(path={"uid": made["uid"]}, body={"host": other})


async def _spare_schedule(scene: Scene) -> Changed:
    return Changed(path={"id": (await scene.ask("POST", "/schedules", HOURS))["id"]})


async def _override(scene: Scene) -> Changed:
    schedule = scene.world.things["schedules"]
    await scene.ask("POST", f"/schedules/{schedule}/overrides", {"on": "2026-12-24", "hours": []})
    return Changed()


async def _day_off(scene: Scene) -> Changed:
    schedule = scene.world.things["schedules"]
    await scene.ask("POST", f"/schedules/{schedule}/time-off", {"from": "2026-12-24", "to": "2026-12-26"})
    return Changed()


async def _blocked(scene: Scene) -> Changed:
    made = await scene.ask("POST", f"/resources/{scene.world.things['resources']}/blocks", BLOCK)
    return Changed(path={"uid": made["uid"]})


async def _account(scene: Scene) -> Changed:
    dora = {"email": "dora@example.org", "name": "Dora"}
    return Changed(path={"id": (await scene.ask("POST", "/accounts", dora, who=scene.world.root))["id"]})


FIRST: dict[str, Callable[[Scene], Awaitable[Changed]]] = {
    "decline_booking": _pending,
    "propose_times": _pending,
    "mark_no_show": _begun,
    "unmark_no_show": _stayed_away,
    "seat_guest": _seats,
    "invite_guests": _seats,
    "offer_out_of_turn": _seats,
    "accept_offer": _offered,
    "show_link": _linked,
    "revoke_link": _linked,
    "change_member": _member,
    "remove_member": _leaving,
    "accept_team_invitation": _asked,
    "decline_team_invitation": _asked,
    "show_public_event_type_of_team": _of_team,
    "list_slots_of_team": _of_team,
    "show_turns": _in_turns,
    "change_own_part": _own_part,
    "opt_out": _in_turns,
    "reassign_booking": _handed_over,
    "delete_schedule": _spare_schedule,
    "delete_override": _override,
    "delete_time_off": _day_off,
    "unblock_resource": _blocked,
    "delete_account": _account,
}
