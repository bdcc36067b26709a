"""Accounts, sessions and tokens: who may sign in, and as what a request acts."""

from typing import Literal

import msgspec

Role = Literal["admin", "host", "assistant"]
Factor = Literal["password", "totp", "passkey", "recovery_code", "oidc", "setup"]
SCOPES = (
    "bookings:read",
    "bookings:write",
    "event-types:read",
    "event-types:write",
    "schedules:read",
    "schedules:write",
    "resources:read",
    "resources:write",
    "channels:read",
    "channels:write",
    "webhooks:read",
    "webhooks:write",
    "admin:read",
    "admin:write",
    "metrics:read",
)
ADMIN_SCOPES = frozenset({"admin:read", "admin:write", "metrics:read"})


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who can sign in; `email` is in normal form (lower case).

    An admin may also run the machine. An assistant is no host, and works for the hosts that chose them.
    """

    id: int
    email: str
    name: str
    role: Role
    verified_at: int | None
    disabled_at: int | None
    created_at: int


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in on one device.

    `factors` say how it was proved, last at `authenticated_at`. While `acting_for_id` is set (until `acting_until`, or
    for as long as the session lasts) its account works at that host's desk instead of its own.
    """

    account: Account
    id: int
    created_at: int
    last_used_at: int
    expires_at: int
    address: str
    device: str
    authenticated_at: int
    factors: tuple[str, ...]
    acting_for_id: int | None = None
    acting_until: int | None = None


class DeskVisit(msgspec.Struct, frozen=True, kw_only=True):
    """An admin's time at a host's desk, and why; over at `ended_at`, else at `until_at`.

    `name` is the admin's then; `seen_at` is when the host had read of it.
    """

    id: int
    host_id: int
    account_id: int | None
    name: str
    reason: str
    started_at: int
    until_at: int
    ended_at: int | None = None
    seen_at: int | None = None


class ApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """What a program signs in with; only the secret's hash is kept."""

    id: int
    account_id: int
    name: str
    scopes: tuple[str, ...]
    created_at: int
    expires_at: int | None
    last_used_at: int | None


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who does something, for the audit log and for what the other side is told.

    `kind` is the capacity they act in; `address` is the network address, empty for the command line and jobs. `for_id`
    is the host for whom another account acts: an assistant, or an admin at somebody else's desk.
    """

    kind: Literal["host", "admin", "assistant", "guest", "cli", "system"]
    account_id: int | None = None
    address: str = ""
    for_id: int | None = None
