"""A host's desk: who is signed in, what every page of theirs needs, and how a page answers."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.response import Redirect

from cally.bookings import booking_by_uid, concerns, list_bookings
from cally.errors import not_found
from cally.hosts import host_by_id
from cally.model.accounts import Account, Actor, Session
from cally.model.bookings import Booking
from cally.model.hosts import EventType, Host
from cally.model.teams import Team
from cally.store import Reader, Store
from cally.vault import Vault
from cally.web.addresses import client_address
from cally.web.doors import Doors
from cally.web.pages.host import notices
from cally.web.pages.host.notices import Notice, Undo
from cally.web.pages.host.wording import Words
from cally.web.rendering import reader, render

WAITING_SHOWN = 99

Page = Response[Any]
Asked = Request[Any, Any, Any]


class SignInNeededError(Exception):
    """Somebody who is not signed in asked for a page of the desk."""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A signed-in host, the request they made, and the resources to answer it with."""

    request: Asked
    doors: Doors
    session: Session
    host: Host
    now: int

    @property
    def account(self) -> Account:
        """Who is signed in."""
        return self.session.account

    @property
    def store(self) -> Store:
        """Where changes are written."""
        return self.doors.store

    @property
    def db(self) -> Reader:
        """Where pages read."""
        return self.doors.store.reader

    @property
    def vault(self) -> Vault:
        """What seals and signs."""
        return self.doors.vault

    @property
    def words(self) -> Words:
        """How times are said on this page: by the host's clock, in the reader's words."""
        return Words(tz=self.host.tz, said=reader(self.request), now=self.now)

    @property
    def actor(self) -> Actor:
        """Who acts, for the audit log: at their own desk everybody is a host."""
        return self._acting("host")

    @property
    def admin(self) -> Actor:
        """Who acts on an admin page."""
        return self._acting("admin")

    def _acting(self, kind: str) -> Actor:
        address = client_address(self.request.scope, self.doors.trusted_proxies)
        if kind == "admin":
            return Actor(kind="admin", account_id=self.account.id, address=address)
        return Actor(kind="host", account_id=self.account.id, address=address)

    async def booking(self, uid: str) -> Booking:
        """A booking this host takes part in, or of a team they manage; raises `not_found` for every other one."""
        found = await booking_by_uid(self.db, uid)
        if found is None or not await concerns(self.db, self.account, found):
            raise not_found("booking")
        return found

    async def waiting(self) -> list[Booking]:
        """Requests that wait for this host's answer, earliest first; one for a series is one, by its first date."""
        found = await list_bookings(
            self.db, host_id=self.host.id, from_at=self.now, status="pending", limit=WAITING_SHOWN
        )
        firsts = {booking.series_id or -booking.id: booking for booking in reversed(found)}
        return [booking for booking in found if firsts[booking.series_id or -booking.id].id == booking.id]

    def link(self, event_type: EventType, team: Team | None = None) -> str:
        """The public address of an event type of this host, or of a team."""
        return f"{self.doors.public_url()}{self.path(team)}/{event_type.slug}"

    def path(self, team: Team | None = None) -> str:
        """Where the public page of this host, or of a team, stands."""
        return f"/team/{team.slug}" if team is not None else f"/{self.host.slug}"

    async def page(
        self, template: str, *, here: str, status: int = 200, waiting_count: int | None = None, **values: Any
    ) -> Page:
        """A page of the desk with its frame: navigation, number of waiting requests, what the last act did."""
        notice = notices.left(self.request, self.vault)
        response = render(
            self.request,
            template,
            status=status,
            here=here,
            me=self.host.name,
            is_admin=self.account.role == "admin",
            host=self.host,
            waiting=len(await self.waiting()) if waiting_count is None else waiting_count,
            notice=notice,
            public_url=self.doors.public_url(),
            mail_is_set_up=self.doors.mail() is not None,
            **values,
        )
        if notice is not None:
            notices.forget(response)
        return response

    def back_to(self, path: str, sentence: str = "", *, kind: str = "ok", undo: Undo | None = None) -> Page:
        """After an act: on to a page, which says what was done."""
        response = Redirect(path, status_code=303)
        if sentence:
            notices.leave(response, self.vault, Notice(sentence=sentence, kind=kind, undo=undo))
        return response


async def provide_desk(request: Asked, doors: NamedDependency[Doors], session: NamedDependency[Session | None]) -> Desk:
    """The desk of whoever is signed in; others are sent to sign in."""
    host = await host_by_id(doors.store.reader, session.account.id) if session else None
    if session is None or host is None:
        raise SignInNeededError
    return Desk(request=request, doors=doors, session=session, host=host, now=doors.clock())


async def provide_admin(desk: NamedDependency[Desk]) -> Desk:
    """The desk of an admin; to anybody else the page does not exist."""
    if desk.account.role != "admin":
        raise not_found("page")
    return desk


def to_sign_in(request: Asked, _: Exception) -> Page:
    """Sign in first, then come back to the page that was asked for."""
    path = request.url.path if request.method == "GET" else "/app"
    query = request.scope["query_string"].decode("ascii", "replace") if request.method == "GET" else ""
    wanted = f"{path}?{query}" if query else path
    return Redirect("/sign-in?next=" + quote(wanted, safe="/"), status_code=303)
