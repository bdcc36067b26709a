"""Every field that a person can write, filled with one text each: through the API and through the pages' forms."""

import json
from typing import Any

import httpx2
import msgspec

from tests.hostile import is_one_line, tamed

API = "/api/v1"
SHORTEST = 60  # characters that every field of one line takes
LONG = frozenset({"notes", "about", "description", "consent", "reason", "q"})  # fields of several lines
HOOK = "json://127.0.0.1:9/hook"


class Filled(msgspec.Struct, kw_only=True):
    """What was made: addresses of pages that show it, and what was answered on the way.

    `tickets` are the guests' secrets in the order of the texts, two each, `event_types` the numbers of theirs.
    """

    pages: list[str]
    tickets: list[str]
    event_types: list[str]
    told: list[httpx2.Response]


class Filler:
    """Ada, an admin, with a token that may everything, a signed-in browser, and guests who book with her."""

    def __init__(self, api: httpx2.AsyncClient, desk: httpx2.AsyncClient, account: int, dates: tuple[str, str]) -> None:
        self.api, self.desk, self.account, self.dates = api, desk, account, dates
        self.made = Filled(pages=[], tickets=[], event_types=[], told=[])
        self._number = 0
        self._slots: list[str] = []

    async def fill(self, text: str, *, every_page: bool) -> None:
        """One of each thing that has words, with this text in all of them; all pages of them, or the main ones."""
        self._number += 1
        number = self._number
        room = await self._sent("/resources", name=text, note=text)
        block = {"starts_at": f"{self.dates[1]}T05:00:00Z", "ends_at": f"{self.dates[1]}T05:10:00Z"}
        await self._sent(f"/resources/{room['id']}/blocks", note=text, **block)
        await self._sent("/teams", name=text, about=text)
        await self._sent("/schedules", name=text, tz="UTC", weekly=[])
        await self._sent("/accounts", email=f"person{number}@example.net", name=text, slug=f"person-{number}")
        if number <= 18:
            await self._sent("/channels", name=text, address=HOOK)
            await self._sent("/webhooks", name=text, url="http://127.0.0.1:9/hook")
            await self._sent("/calendars", name=text, address=f"http://127.0.0.1:9/{number}.ics")
            await self._sent("/feeds", name=text)
        year = 2030 + number
        await self._sent("/time-off", note=text, **{"from": f"{year}-01-01", "to": f"{year}-01-02"})
        kind = await self._event_type(text, number, room["id"])
        link = await self._sent(
            f"/event-types/{kind['id']}/links", name=text, note=text, guest_name=text, guest_email="cleo@example.org"
        )
        self.made.event_types.append(str(kind["id"]))
        self.made.pages.append(f"/ada/hostile-{number}")
        if every_page:
            self.made.pages += [f"/app/event-types/{kind['id']}", f"/app/event-types/{kind['id']}/access"]
            self.made.pages += [f"/p/{link['url'].rpartition('/')[2]}"]
            self.made.pages += [f"/app/resources/{room['id']}/settings", f"/app/resources/{room['id']}"]
        await self._bookings(text, number, every_page=every_page)

    async def fill_forms(self, text: str) -> None:
        """What only pages write; some of it there is only once."""
        number = self._number
        profile = {"slug": "ada", "tz": "Europe/Berlin", "locale": "en", "week_starts_on": "mon"}
        await self._posted("/app/profile", profile, name=text, about=text)
        token = {"days": "30", "scopes": "bookings:read"}
        await self._posted("/app/security/apps/tokens", token, token_name=text)
        program = {"redirect_uris": "https://a.test/", "program_scopes": "bookings:read", "kind": "public"}
        await self._posted("/app/security/apps/programs", program, program_name=text)
        await self._posted("/admin/protection/blocklist", {"value": f"x{number}@a.test", "expires": ""}, note=text)
        await self._posted("/admin/privacy/consent", {"privacy_url": ""}, consent_text=text)
        if number <= 20:
            await self._posted("/admin/alerts/channels", {"address": "json://127.0.0.1:9/hook"}, name=text)
        if number <= 20:
            known = {"issuer": f"https://id{number}.example.org", "client_id": "c", "secret": "s", "scopes": "openid"}
            sent = {**known, "slug": f"id-{number}", "domains": "", "enabled": "1"}
            await self._posted("/admin/providers", sent, name=text)

    async def _event_type(self, text: str, number: int, room: str) -> Any:
        return await self._sent(
            "/event-types",
            title=text,
            description=text,
            slug=f"hostile-{number}",
            duration_minutes=15,
            notice_minutes=0,
            approval=number % 2 == 0,
            consent=text,
            follow_up={"after_minutes": 60, "text": text},
            places=[{"kind": "in_person", "detail": text}],
            questions=[
                {"id": "q", "label": text, "kind": "long_text"},
                {"id": "c", "label": text, "kind": "select", "choices": [text, "Another"]},
            ],
            resources=[{"id": room, "group": text}],
        )

    async def queue(self, text: str, starts_at: str) -> None:
        """A place in Ada's class `yoga`, or in the line for it."""
        self._number += 1
        guest = {"name": text, "email": f"waits{self._number}@example.org", "tz": "UTC"}
        wanted = {"host": "ada", "event_type": "yoga", "starts_at": starts_at, "guest": guest, "consent": True}
        await self._sent("/bookings" if self._number <= 2 else "/waitlist", **wanted)

    async def _bookings(self, text: str, number: int, *, every_page: bool) -> None:
        """Two: one stays as it is, the other ends with a reason, which is the guest's or the host's."""
        for ends in (False, True):
            told = await self._sent(
                "/bookings",
                host="ada",
                event_type=f"hostile-{number}",
                starts_at=await self._slot(number),
                guest={"name": text, "email": f"guest{number}@example.org", "tz": "America/New_York"},
                companions=[{"name": text, "email": f"with{number}@example.org"}],
                answers={"q": text, "c": await self._choice(number)},
                notes=text,
                consent=True,
            )
            uid, ticket = told["uid"], f"/b/{told['manage_url'].rpartition('/')[2]}"
            self.made.tickets.append(ticket)
            self.made.pages.append(ticket)
            if ends:
                act = "declination" if told["status"] == "pending" else "cancellation"
                await self._sent(f"/bookings/{uid}/{act}", reason=text)
                self.made.pages += [f"/app/bookings/{uid}"] * (every_page or number % 2)
            elif told["status"] == "pending":
                await self.api.post(f"{API}/bookings/{uid}/approval")
            if every_page and not ends:
                self.made.pages += [f"{ticket}/cancel", f"{ticket}/reschedule", f"{ticket}/data"]
                self.made.pages += [f"/app/bookings/{uid}", f"/app/bookings/{uid}/cancellation"]

    async def _choice(self, number: int) -> str:
        shown = (await self.api.get(f"{API}/hosts/ada/event-types/hostile-{number}")).json()
        return str(shown["questions"][1]["choices"][0])

    async def _slot(self, number: int) -> str:
        if not self._slots:
            query = f"from={self.dates[0]}&to={self.dates[1]}"
            answer = (await self.api.get(f"{API}/hosts/ada/event-types/hostile-{number}/slots?{query}")).json()
            self._slots = [slot["starts_at"] for slot in answer["slots"]]
        return self._slots.pop(0)

    async def _sent(self, path: str, **body: Any) -> Any:
        """To the API; what a field cannot hold is refused with its name, and sent again without that."""
        answer = await self._ask(path, body)
        if answer.status_code in {400, 422}:
            assert any(not _fits_everywhere(text) for text in _texts(body)), answer.text
            answer = await self._ask(path, _tamed(body))
        assert answer.status_code < 300, (path, answer.text)
        return answer.json()

    async def _ask(self, path: str, body: dict[str, Any]) -> httpx2.Response:
        answer = await self.api.post(API + path, content=json.dumps(body), headers={"content-type": "application/json"})
        self.made.told.append(answer)
        return answer

    async def _posted(self, path: str, form: dict[str, str], **texts: str) -> None:
        """By a form; the page that refuses it shows what was typed."""
        if any(not text.isprintable() and _has_halves(text) for text in texts.values()):
            texts = {name: tamed(text, SHORTEST) for name, text in texts.items()}
        answer = await self.desk.post(path, data={**form, **texts})
        self.made.told.append(answer)
        if answer.status_code == 422:
            assert any(not _fits_everywhere(text) for text in texts.values()), answer.text
            calm = {name: tamed(text, SHORTEST) for name, text in texts.items()}
            answer = await self.desk.post(path, data={**form, **calm})
            self.made.told.append(answer)
        assert answer.status_code < 400, (path, answer.text)


def _fits_everywhere(text: str) -> bool:
    return is_one_line(text) and 0 < len(text) <= SHORTEST


def _fits_long(text: object) -> bool:
    return isinstance(text, str) and len(text) <= 1_000 and not _has_halves(text)


def _has_halves(text: str) -> bool:
    return any(0xD800 <= ord(character) < 0xE000 for character in text)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inner for text in _texts(one)]


def _tamed(value: Any) -> Any:
    if isinstance(value, str):
        return value if _fits_everywhere(value) else tamed(value, SHORTEST)
    if isinstance(value, dict):
        return {name: one if name in LONG and _fits_long(one) else _tamed(one) for name, one in value.items()}
    return [_tamed(one) for one in value] if isinstance(value, list) else value
