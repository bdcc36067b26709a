"""A host's desk: who is signed in, what every page of theirs needs, and how a page answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import msgspec
from litestar import Request, Response
from litestar.di import NamedDependency
from litestar.response import Redirect

from cally.accounts import whose_desk
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
from cally.web.pages.host.factor_gate import FactorNeededError, require_factor, to_set_up
from cally.web.pages.host.notices import Notice, Undo
from cally.web.pages.host.wording import Words
from cally.web.rendering import reader, render

WAITING_SHOWN = 99

Page = Response[Any]
Asked = Request[Any, Any, Any]


RECENT_SECONDS = 5 * 60


class SignInNeededError(Exception):
    """Somebody who is not signed in asked for a page of the desk."""


class HostNeededError(Exception):
    """Whoever is signed in is at no desk: an assistant who has not chosen a host, or whose time at one is over."""


class ProofNeededError(Exception):
    """A dangerous act was asked for by somebody whose last proof of who they are is too old."""

    def __init__(self, back_to: str) -> None:
        super().__init__(back_to)
        self.back_to = back_to


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Whose desk it is, who is signed in, the request they made, and the resources to answer it with.

    `elsewhere` is the host for whom they work meanwhile, on a page that is about their own account all the same.
    """

    request: Asked
    doors: Doors
    session: Session
    host: Host
    now: int
    elsewhere: Host | None = None

    @property
    def signed_in(self) -> Account:
        """Who is signed in: whose password, second factors, sessions and tokens these are."""
        return self.session.account

    @property
    def acts_for_another(self) -> bool:
        """Whether somebody else works here for the host: an assistant, or an admin."""
        return self.session.account.id != self.host.id

    @property
    def account(self) -> Account:
        """In whose name these pages act: the host's own account; who works here for another has only a host's power."""
        if not self.acts_for_another:
            return self.signed_in
        return msgspec.structs.replace(
            self.signed_in, id=self.host.id, email=self.host.email, name=self.host.name, role="host"
        )

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
        if not self.acts_for_another:
            return self._acting("host")
        return self._acting("assistant" if self.signed_in.role == "assistant" else "admin")

    @property
    def admin(self) -> Actor:
        """Who acts on an admin page."""
        return self._acting("admin")

    def _acting(self, kind: Literal["host", "admin", "assistant"]) -> Actor:
        address = client_address(self.request.scope, self.doors.trusted_proxies)
        for_id = self.host.id if self.acts_for_another else None
        return Actor(kind=kind, account_id=self.signed_in.id, address=address, for_id=for_id)

    def require_recent(self, back_to: str) -> None:
        """Before a dangerous act: raise unless they proved who they are within five minutes; then on to `back_to`."""
        if self.now - self.session.authenticated_at > RECENT_SECONDS:
            raise ProofNeededError(back_to)

    def require_own(self) -> None:
        """Before what only a host themselves may do or see: for whoever works for them it does not exist."""
        if self.acts_for_another:
            raise not_found("page")

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
            me=self.signed_in.name if self.acts_for_another else self.host.name,
            acting=self.host if self.acts_for_another else self.elsewhere,
            has_desk=self.host.slug != "" or self.elsewhere is not None,
            is_admin=self.account.role == "admin",
            signed_in=self.signed_in,
            acts_for_another=self.acts_for_another,
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
    """The desk at which somebody works, their own or another's; who is not signed in is sent to do so."""
    if session is None:
        raise SignInNeededError
    await require_factor(request, doors, session.account)
    now = doors.clock()
    host_id = await whose_desk(doors.store.reader, session, now)
    host = await host_by_id(doors.store.reader, host_id) if host_id is not None else None
    if host is None:
        raise HostNeededError
    return Desk(request=request, doors=doors, session=session, host=host, now=now)


async def provide_own_desk(
    request: Asked, doors: NamedDependency[Doors], session: NamedDependency[Session | None]
) -> Desk:
    """The desk of whoever is signed in, whomever they work for: for pages about their own account.

    An assistant is given the frame of one, without anything on it.
    """
    if session is None:
        raise SignInNeededError
    await require_factor(request, doors, session.account)
    db, account, now = doors.store.reader, session.account, doors.clock()
    host_id = await whose_desk(db, session, now)
    elsewhere = await host_by_id(db, host_id) if host_id is not None and host_id != account.id else None
    own = await host_by_id(db, account.id) or _without_page(account, elsewhere)
    return Desk(request=request, doors=doors, session=session, host=own, now=now, elsewhere=elsewhere)


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


def to_hosts(_: Asked, __: Exception) -> Page:
    """Choose first for whom to work; what was asked for is not done."""
    return Redirect("/app/hosts", status_code=303)


def to_proof(_: Asked, error: Exception) -> Page:
    """Prove who you are once more, then come back to the page of the act."""
    back_to = error.back_to if isinstance(error, ProofNeededError) else "/app"
    return Redirect("/sign-in/again?next=" + quote(back_to, safe="/"), status_code=303)


ON_ERROR: dict[int | type[Exception], Callable[[Asked, Any], Page]] = {
    SignInNeededError: to_sign_in,
    HostNeededError: to_hosts,
    ProofNeededError: to_proof,
    FactorNeededError: to_set_up,
}


def _without_page(account: Account, elsewhere: Host | None) -> Host:
    """What stands for a host where there is none: no address, the clock and language of whom they work for."""
    return Host(
        id=account.id,
        slug="",
        name=account.name,
        email=account.email,
        tz=elsewhere.tz if elsewhere else "UTC",
        locale=elsewhere.locale if elsewhere else "en",
        week_starts_on=elsewhere.week_starts_on if elsewhere else "mon",
        about="",
        caps=(),
    )
