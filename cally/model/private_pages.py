"""What closes an event type to most guests, and what opens it to some: a password, private links."""

import msgspec


class PageAccess(msgspec.Struct, frozen=True, kw_only=True):
    """How an event type is closed; `password_version` grows with each change, so that what an old one opened ends."""

    event_type_id: int
    has_password: bool = False
    password_version: int = 0
    links_only: bool = False

    @property
    def is_closed(self) -> bool:
        """Whether guests need anything but its address."""
        return self.has_password or self.links_only


class PrivateLink(msgspec.Struct, frozen=True, kw_only=True):
    """An address of its own for one event type, `/p/{code}`; whoever has it needs no password.

    `most_uses` None means any number; a place in a waitlist is a use as a booking is. `guest_name` and `guest_email`
    are filled in beforehand, `duration_minutes` leaves one length only.
    """

    id: int
    event_type_id: int
    name: str
    note: str = ""
    guest_name: str = ""
    guest_email: str = ""
    duration_minutes: int | None = None
    most_uses: int | None = None
    uses: int = 0
    expires_at: int | None = None
    revoked_at: int | None = None
    created_at: int

    def is_live(self, now: int) -> bool:
        """Whether something can still be booked through it."""
        if self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= now):
            return False
        return self.most_uses is None or self.uses < self.most_uses


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """What a visitor has shown to be let in.

    `opened` are pages whose password they gave, as (event type, version of the password); `code` is that of a private
    link, `link` its hash. `now` is when they ask, by which a link lives or does not. `master` opens everything: for
    hosts and the command line.
    """

    opened: frozenset[tuple[int, int]] = frozenset()
    code: str = ""
    link: bytes = b""
    now: int = 0
    master: bool = False


NO_KEYS = Keys()
MASTER = Keys(master=True)
